"""The page that lists cases: filters in the address, names never in it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, ReferralState


def test_codes_stand_in_the_address_and_names_do_not(as_person: Any, send: Callable[..., Any]) -> None:
    send()
    browser = as_person("coordinator")
    assert "王**" in browser.get("/cases").text
    filtered = browser.post("/cases", {"state": "all", "level": "routine", "responsible": "nobody", "text": ""})
    assert filtered.request.query_string == b"state=all&level=routine&responsible=nobody"
    assert "王**" in filtered.text
    found = browser.post("/cases", {"state": "open", "text": "wangxiaoming"})
    assert found.request.query_string == b""
    assert "王**" in found.text
    assert "王小明" not in found.text
    assert "没有符合条件的个案" in browser.post("/cases", {"text": "李"}).text
    assert "没有符合条件的个案" in browser.get("/cases?level=emergency").text


def test_closed_cases_are_a_choice(as_person: Any, send: Callable[..., Any], session: Session) -> None:
    send()
    session.scalars(select(Case)).one().state = ReferralState.CANCELLED
    session.commit()
    browser = as_person("coordinator")
    assert "王**" not in browser.get("/cases").text
    assert "王**" in browser.get("/cases?state=closed").text


@pytest.mark.parametrize(
    "address", ["/cases?after=nonsense", "/cases?state=%27&sort=--&responsible=1&risk=x", "/cases?x=1"]
)
def test_nonsense_in_the_address_lists_what_there_is(as_person: Any, send: Callable[..., Any], address: str) -> None:
    send()
    answer = as_person("coordinator").get(address)
    assert answer.status_code == 200
    assert "王**" in answer.text


def test_pages_turn(
    as_person: Any, send: Callable[..., Any], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.records import case_list

    monkeypatch.setattr(case_list, "PAGE", 1)
    send()
    send()
    browser = as_person("coordinator")
    first = browser.get("/cases")
    following = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(following)
    numbers = session.scalars(select(Case.number)).all()
    assert [sum(number in page.text for page in (first, second)) for number in numbers] == [1, 1]
    assert 'rel="next"' not in second.text
    searched = browser.post("/cases", {"text": "王"})
    mark = searched.text.split('name="after" value="')[1].split('"')[0]
    assert "王**" in browser.post("/cases", {"text": "王", "after": mark}).text


@pytest.mark.parametrize("who", ["nurse", "lead", "agency", "admin"])
def test_others_have_no_list(as_person: Any, who: str, published: None) -> None:
    browser = as_person(who)
    assert browser.get("/cases").status_code == 403
    assert browser.post("/cases", {"text": "王"}).status_code == 403
