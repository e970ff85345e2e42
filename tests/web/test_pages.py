"""Every page for every role: who gets it, in both languages, and that it is sound HTML for everybody."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.process import Instance
from models.task import Task

ROLES = ("nurse", "lead", "coordinator", "worker", "supervisor", "agency", "admin", "outsider")

EXPECTED = {  # who gets which answer, in the order of ROLES
    "/inbox": (200, 200, 200, 200, 200, 200, 200, 200),
    "/inbox?tab=claimable": (200, 200, 200, 200, 200, 200, 200, 200),
    "/referrals/new": (200, 200, 403, 403, 403, 403, 403, 403),
    "/referrals": (200, 200, 403, 403, 403, 403, 403, 403),
    "/cases": (403, 403, 200, 200, 200, 403, 403, 200),
    "/cases/{case}": (200, 200, 200, 404, 200, 403, 403, 404),
    "/tasks/{task}": (404, 404, 200, 404, 404, 404, 404, 404),
    "/instances/{instance}": (200, 200, 200, 404, 200, 403, 403, 404),
    "/instances/{instance}/diagram": (200, 200, 200, 404, 200, 403, 403, 404),
    "/cases/{unknown}": (404, 404, 404, 404, 404, 403, 403, 404),
    "/tasks/{unknown}": (404, 404, 404, 404, 404, 404, 404, 404),
    "/instances/{unknown}": (404, 404, 404, 404, 404, 403, 403, 404),
    "/files/{unknown}": (404, 404, 404, 404, 404, 404, 403, 404),
}


@pytest.fixture
def ids(send: Callable[..., Any], session: Session) -> dict[str, object]:
    """The ids of a referral that waits for the coordinator."""
    assert send().status_code == 200
    return {
        "case": session.scalars(select(Case.id)).one(),
        "task": session.scalars(select(Task.id).where(Task.state == "open")).one(),
        "instance": session.scalars(select(Instance.id)).one(),
        "unknown": uuid4(),
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_its_pages_in_both_languages(
    as_person: Callable[[str], Any], ids: dict[str, object], role: str
) -> None:
    browser = as_person(role)
    for language in ("zh_CN", "en"):
        browser.switch(language)
        got = {address: browser.get(address.format(**ids)).status_code for address in EXPECTED}
        assert got == {address: statuses[ROLES.index(role)] for address, statuses in EXPECTED.items()}


def _sound(page: Any) -> None:
    """Check what a screen reader and the content policy depend on."""
    tree = html.fromstring(page.text)
    assert tree.get("lang") in {"zh-CN", "en"}
    assert len(tree.findall(".//h1")) == 1
    assert (tree.findtext(".//title") or "").strip(" -")
    repeated = [name for name, times in Counter(tree.xpath("//@id")).items() if times > 1]
    assert repeated == []
    assert tree.xpath("//@style | //@onclick | //style") == []
    for link in tree.xpath("//a[starts-with(@href, '#')]/@href"):
        assert tree.get_element_by_id(link[1:]) is not None
    for field in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = field.get("aria-label") or field.get("aria-labelledby") or field.xpath("ancestor::label")
        assert named or tree.xpath("//label[@for=$id]", id=field.get("id")), html.tostring(field)
    for button in tree.xpath("//button | //a[@href]"):
        assert "".join(button.itertext()).strip() or button.xpath(".//img[@alt!='']"), html.tostring(button)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("nurse", "/referrals/new"),
        ("nurse", "/referrals"),
        ("nurse", "/referrals/{case}/sent"),
        ("nurse", "/cases/{case}"),
        ("coordinator", "/inbox?tab=claimable"),
        ("coordinator", "/tasks/{task}"),
        ("coordinator", "/cases"),
        ("coordinator", "/instances/{instance}"),
        ("coordinator", "/nowhere"),
        ("coordinator", "/emergency-access"),
        ("supervisor", "/oversight"),
        ("supervisor", "/cases/{case}/readings"),
        ("supervisor", "/cases/{case}"),
        ("supervisor", "/readings"),
    ],
)
def test_pages_are_sound(
    as_person: Callable[[str], Any], ids: dict[str, object], role: str, address: str, language: str
) -> None:
    browser = as_person(role)
    browser.switch(language)
    _sound(browser.get(address.format(**ids)))


def test_the_sign_in_page_is_sound(browser: Any) -> None:
    _sound(browser.get("/login"))


def test_the_navigation_shows_what_a_role_can_open(as_person: Callable[[str], Any], ids: dict[str, object]) -> None:
    for role in ROLES:
        browser = as_person(role)
        tree = html.fromstring(browser.get("/inbox").text)
        links = tree.xpath("//nav[@class='nav']//a/@href")
        assert links, role
        for link in links:
            assert browser.get(link).status_code == 200, (role, link)


def test_the_diagram_is_also_a_list(as_person: Callable[[str], Any], ids: dict[str, object]) -> None:
    page = as_person("coordinator").get(f"/instances/{ids['instance']}")
    tree = html.fromstring(page.text)
    steps = [
        " ".join("".join(item.itertext()).split()) for item in tree.xpath("//section[contains(@class,'steps')]//li")
    ]
    assert any("接收分派" in step and "现在在这里" in step for step in steps)
    assert any("发起转介" in step and "已办" in step for step in steps)
