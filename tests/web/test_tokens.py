"""The page of access tokens: shown once, ended at once, nobody else's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AccessToken, Event

SENT = {"name": "医院信息系统", "scopes": ["referrals:read", "referrals:write"], "days": "30"}


def made(page: Any) -> str:
    found = re.search(r"crt_[\w-]+", page.text)
    assert found is not None
    return found[0]


def test_signed_out_there_is_no_page(client: Any) -> None:
    assert client.get("/account/tokens").status_code == 302


def test_the_account_page_leads_there(as_person: Callable[[str], Any]) -> None:
    assert 'href="/account/tokens"' in as_person("nurse").get("/account").text


def test_a_token_is_shown_once_and_works(as_person: Callable[[str], Any], app: Any, session: Session) -> None:
    nurse = as_person("nurse")
    nurse.get("/account/tokens")
    token = made(nurse.post("/account/tokens", SENT))
    assert token not in nurse.get("/account/tokens").text
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/referrals", headers=headers).status_code == 200
    assert app.test_client().get("/api/v1/inbox", headers=headers).status_code == 403

    row = session.scalars(select(AccessToken)).one()
    nurse.post(f"/account/tokens/{row.id}/revoke")
    assert app.test_client().get("/api/v1/referrals", headers=headers).status_code == 401
    kinds = session.scalars(select(Event.kind).where(Event.kind.startswith("token."))).all()
    assert sorted(kinds) == ["token.made", "token.revoked"]
    assert token not in str([event.details for event in session.scalars(select(Event))])


def test_nobody_ends_somebody_elses(as_person: Callable[[str], Any], session: Session) -> None:
    nurse, worker = as_person("nurse"), as_person("worker")
    nurse.get("/account/tokens")
    nurse.post("/account/tokens", SENT)
    row = session.scalars(select(AccessToken)).one()
    worker.get("/account/tokens")
    assert worker.post(f"/account/tokens/{row.id}/revoke").status_code == 404
    session.refresh(row)
    assert row.revoked_at is None


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "0"}, {"days": "366"}, {"days": "x"}]
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    as_person: Callable[[str], Any], session: Session, wrong: dict[str, Any]
) -> None:
    nurse = as_person("nurse")
    nurse.get("/account/tokens")
    page = nurse.post("/account/tokens", SENT | wrong)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert ("医院信息系统" in page.text) == ("name" not in wrong)
    assert session.scalars(select(AccessToken)).all() == []


def test_it_speaks_english(as_person: Callable[[str], Any]) -> None:
    nurse = as_person("nurse")
    nurse.switch("en")
    page = nurse.get("/account/tokens").text
    main = page[page.index("<main") : page.index("</main>")]
    assert not re.search("[一-鿿]", main)
