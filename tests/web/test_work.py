"""A referral on its way through the pages, without JavaScript; and that nothing typed is ever lost."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Case, Entry
from models.task import Task
from models.user import User
from web.views import tasks as task_views

Send = Callable[..., Any]
Open = Callable[[str], Any]
Find = Callable[[str], Task]


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_whole_way_from_the_ward_and_back(
    send: Send, as_person: Open, find_task: Find, answers: dict[str, Any], session: Session, caplog: Any
) -> None:
    sent = send()
    assert sent.status_code == 200
    case = session.scalars(select(Case)).one()
    assert case.number in sent.text
    assert "常规" in sent.text
    assert "接收分派" in sent.text
    assert re.search(r"2026年3月\d+日 \d\d:\d\d", sent.text), "the due time is shown at once"

    people = {name: as_person(name) for name in ("coordinator", "worker", "nurse")}
    waiting = people["coordinator"].get("/inbox?tab=claimable")
    assert case.number in waiting.text
    assert "王小明" not in waiting.text, "lists mask names"

    for element, who in (
        ("accept_referral", "coordinator"),
        ("first_contact", "worker"),
        ("assess", "worker"),
        ("evaluate_closure", "worker"),
        ("write_feedback", "worker"),
        ("acknowledge_feedback", "nurse"),
    ):
        task = find_task(element)
        page = people[who].get(f"/tasks/{task.id}")
        assert page.status_code == 200, element
        page = people[who].post(f"/tasks/{task.id}/complete", answers[element])
        assert page.status_code == 200, (element, page.text)
        assert page.request.path == "/inbox", element
        assert "已提交" in page.text

    session.refresh(case)
    assert case.state == "completed"
    assert "已完成" in people["nurse"].get("/referrals").text
    file = people["worker"].get(f"/cases/{case.id}").text
    assert "只有社工能看的预估摘要" in file
    file = people["nurse"].get(f"/cases/{case.id}").text
    assert "已协助申请医疗救助" in file
    assert "只有社工能看的预估摘要" not in file, "the ward never reads the social worker's notes"
    assert "王小明" not in caplog.text


def test_a_wrong_referral_comes_back_as_typed_with_what_to_correct(send: Send, session: Session) -> None:
    page = send(**{"referral.summary": "短", "subject.birth_date": "昨天"})
    assert page.status_code == 422
    assert 'id="error-summary"' in page.text
    assert "请更正" in page.text
    assert re.search(r">\s*短</textarea>", page.text)
    assert "王小明" in page.text
    assert count(session, Case) == 0


def test_pressing_send_twice_opens_one_case(
    as_person: Open, published: None, answers: dict[str, Any], session: Session
) -> None:
    nurse = as_person("nurse")
    token = {"_token": str(uuid4())}
    first = nurse.post("/referrals/new", answers["open_referral"] | token)
    second = nurse.post("/referrals/new", answers["open_referral"] | token)
    assert first.request.path == second.request.path
    assert count(session, Case) == 1


def test_every_new_form_has_a_token_of_its_own(as_person: Open, published: None) -> None:
    nurse = as_person("nurse")
    tokens = {re.search(r'name="_token" value="([^"]+)"', nurse.get("/referrals/new").text)[1] for _ in range(2)}  # type: ignore[index]
    assert len(tokens) == 2


def test_a_half_written_referral_is_there_when_one_comes_back(as_person: Open, published: None) -> None:
    nurse = as_person("nurse")
    nurse.get("/referrals/new")
    page = nurse.post("/referrals/draft", {"referral.summary": "写到一半"})
    assert "草稿已保存" in page.text
    assert "写到一半" in page.text
    assert "写到一半" in as_person("nurse").get("/referrals/new").text, "also after signing in again"
    assert "写到一半" not in as_person("lead").get("/referrals/new").text, "and for nobody else"


def test_the_draft_is_gone_once_the_referral_is_sent(as_person: Open, send: Send) -> None:
    assert send().status_code == 200
    assert "王小明" not in as_person("nurse").get("/referrals/new").text


def test_claiming_moves_the_task_from_one_tab_to_the_other(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    assert str(task.id) in coordinator.get("/inbox?tab=claimable").text
    assert str(task.id) not in coordinator.get("/inbox").text
    page = coordinator.post(f"/tasks/{task.id}/claim")
    assert page.request.path == f"/tasks/{task.id}"
    assert str(task.id) in coordinator.get("/inbox").text
    assert str(task.id) not in coordinator.get("/inbox?tab=claimable").text
    page = coordinator.post(f"/tasks/{task.id}/release")
    assert "任务已释放" in page.text
    assert str(task.id) in coordinator.get("/inbox?tab=claimable").text


@pytest.fixture
def second_coordinator(session: Session, cast: dict[str, User], organisations: dict[str, Any]) -> str:
    """Give the station a second coordinator, to race with."""
    from models.user import Membership, Role

    session.add(
        Membership(
            user_id=cast["supervisor"].id, organisation_id=organisations["station"].id, role=Role.MSW_COORDINATOR
        )
    )
    session.commit()
    return "supervisor"


def test_who_claims_second_reads_who_was_first(
    send: Send, as_person: Open, find_task: Find, second_coordinator: str
) -> None:
    send()
    task = find_task("accept_referral")
    first, second = as_person("coordinator"), as_person(second_coordinator)
    first.post(f"/tasks/{task.id}/claim")
    page = second.post(f"/tasks/{task.id}/claim")
    assert page.status_code == 409
    assert "已由 陈协调 认领" in page.text


def test_who_completes_second_loses_nothing(
    send: Send,
    as_person: Open,
    find_task: Find,
    second_coordinator: str,
    answers: dict[str, Any],
    session: Session,
) -> None:
    send()
    task = find_task("accept_referral")
    first, second = as_person("coordinator"), as_person(second_coordinator)
    second.get(f"/tasks/{task.id}")
    first.post(f"/tasks/{task.id}/complete", answers["accept_referral"])
    entries = count(session, Entry)
    declined = {"intake.decision": "decline", "intake.level_final": "info", "intake.advice": "我写了很久的建议"}
    page = second.post(f"/tasks/{task.id}/complete", declined)
    assert page.status_code == 409
    assert "已由 陈协调 办理" in page.text
    assert "已存为草稿" in page.text
    assert f'href="/tasks/{task.id}"' in page.text, "a way back"
    assert count(session, Entry) == entries
    assert "我写了很久的建议" in second.get(f"/tasks/{task.id}").text


def test_a_wrong_value_in_a_task_comes_back_as_typed(
    send: Send, as_person: Open, find_task: Find, answers: dict[str, Any], session: Session
) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    coordinator.get(f"/tasks/{task.id}")
    page = coordinator.post(f"/tasks/{task.id}/complete", answers["accept_referral"] | {"intake.worker": "nobody"})
    assert page.status_code == 422
    assert 'id="error-summary"' in page.text
    assert count(session, Entry) == 1


def test_after_an_unforeseen_error_the_text_is_still_there(
    send: Send, as_person: Open, find_task: Find, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("张三")

    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    coordinator.get(f"/tasks/{task.id}")
    monkeypatch.setattr(task_views.inbox, "complete", broken)
    text = {"intake.decision": "decline", "intake.level_final": "routine", "intake.advice": "写了很久的建议"}
    page = coordinator.post(f"/tasks/{task.id}/complete", text)
    assert page.status_code == 500
    assert "已存为草稿" in page.text
    assert "写了很久的建议" in coordinator.get(f"/tasks/{task.id}").text


def test_work_on_a_page_of_an_ended_session_can_be_restored(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    coordinator.get(f"/tasks/{task.id}")
    coordinator.client.delete_cookie("carerelay")
    typed = {"intake.decision": "decline", "intake.level_final": "routine", "intake.advice": "写了很久的建议"}
    page = coordinator.post(f"/tasks/{task.id}/complete", typed)
    assert page.status_code == 400
    assert 'name="intake.advice" value="写了很久的建议"' in page.text
    assert "在新窗口登录" in page.text
    coordinator.sign_in("coordinator")
    page = coordinator.post(f"/tasks/{task.id}/draft", typed)
    assert "写了很久的建议" in page.text


def test_another_site_cannot_put_words_into_somebodys_form(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    client = as_person("coordinator").client
    page = client.post(
        f"/tasks/{task.id}/complete", data={"intake.advice": "外来内容"}, headers={"Referer": "https://evil.example/"}
    )
    assert page.status_code == 400
    assert "外来内容" not in page.text


def test_switching_the_language_on_a_form_keeps_what_was_typed(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    assert f'formaction="/tasks/{task.id}/draft"' in coordinator.get(f"/tasks/{task.id}").text
    typed = {"intake.decision": "decline", "intake.level_final": "routine", "intake.advice": "建议", "_language": "en"}
    page = coordinator.post(f"/tasks/{task.id}/draft", typed)
    assert '<html lang="en">' in page.text
    assert "建议</textarea>" in page.text
    assert "Draft saved" in page.text


def test_a_draft_saved_in_the_background_answers_with_one_line(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    page = coordinator.get(f"/tasks/{task.id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    answer = coordinator.client.post(
        f"/tasks/{task.id}/draft",
        data={"csrf_token": token[1], "intake.decision": "decline", "intake.advice": "自动保存"},
        headers={"HX-Request": "true"},
    )
    assert answer.text.strip() == "草稿已于 3月9日 10:00 自动保存"


def test_an_answer_that_makes_fields_appear_brings_them(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    task = find_task("accept_referral")
    coordinator = as_person("coordinator")
    page = coordinator.get(f"/tasks/{task.id}")
    assert 'name="intake.advice"' not in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    answer = coordinator.client.post(
        f"/tasks/{task.id}/draft",
        data={"csrf_token": token[1], "intake.decision": "decline"},
        headers={"HX-Request": "true", "HX-Target": "fields"},
    )
    assert 'name="intake.advice"' in answer.text
    assert "<html" not in answer.text


def test_adding_a_table_row_is_no_submission(
    send: Send, as_person: Open, find_task: Find, answers: dict[str, Any], session: Session
) -> None:
    send()
    coordinator, worker = as_person("coordinator"), as_person("worker")
    coordinator.post(f"/tasks/{find_task('accept_referral').id}/complete", answers["accept_referral"])
    worker.post(f"/tasks/{find_task('first_contact').id}/complete", answers["first_contact"])
    task = find_task("assess")
    before = count(session, Entry)
    page = worker.post(f"/tasks/{task.id}/complete", answers["assess"] | {"_add": "pa.needs_ranked"})
    assert page.status_code == 200
    assert 'name="pa.needs_ranked.1.need"' in page.text
    assert count(session, Entry) == before


def test_a_task_says_why_it_is_here_and_what_happens_next(send: Send, as_person: Open, find_task: Find) -> None:
    send()
    page = as_person("coordinator").get(f"/tasks/{find_task('accept_referral').id}")
    assert "因为您是医务社工站的社工站协调员" in page.text
    assert "提交之后" in page.text
    assert "术后需卧床六周" in page.text, "the referral can be read beside the form"


def test_the_start_page_leads_to_the_inbox(app: Flask, as_person: Open) -> None:
    assert as_person("worker").get("/").request.path == "/inbox"


@pytest.mark.parametrize(("tab", "words"), [("mine", "您手上没有待办"), ("claimable", "没有等人认领的任务")])
def test_an_empty_inbox_says_what_to_do_next(as_person: Open, tab: str, words: str) -> None:
    assert words in as_person("worker").get(f"/inbox?tab={tab}").text


def test_an_unknown_tab_is_the_own_one(as_person: Open) -> None:
    assert as_person("worker").get("/inbox?tab=x").status_code == 200
