"""A marker text in a field of each class P1-P4, in a person, a file's name, a draft and a referral's copy.

It must appear to exactly those who may read it, and nowhere else: no page, no JSON, no log, no event, no notification,
no process snapshot, no job's arguments, and no table of the database in clear text.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import (
    BreakGlass,
    Case,
    CaseMember,
    Entry,
    Organisation,
    Person,
    Referral,
    ReferralNote,
    ReferralState,
    ReferralTask,
    Role,
    Task,
    User,
)
from tests.web import planted as planting
from tests.web.conftest import Browser
from tests.workflow.engine.build import element, end, process, start
from web import access
from workflow import identity, studio, tokens
from workflow.engine import Bundle, Text
from workflow.records import attachments, frozen

P1, P2, P3, P4 = "记号甲一", "记号乙二", "记号丙三", "记号丁四"
FILE, DRAFT, COPY, PHONE, ADDRESS = "记号文件.pdf", "记号草稿", "记号副本", "13911118888", "记号街道某村"
ID_NUMBER, RECORD, REASON, NOTE = "11010119900307123X", "记号病案", "记号理由：夜班接到家属来电", "记号答复"
MARKERS = (P1, P2, P3, P4, FILE, DRAFT, COPY, PHONE, ADDRESS, ID_NUMBER, RECORD, REASON, NOTE)


def fields(*names: str) -> list[dict[str, Any]]:
    """One free text of each class, named after the form."""
    return [
        {
            "type": "textarea", "id": f"{name}_{level}", "key": f"{name}.{level}", "label": f"{name} {level}",
            "properties": {"label_en": f"{name} {level}", "class": level.upper()},
        }
        for name in names
        for level in ("p1", "p2", "p3", "p4")
    ]  # fmt: skip


def form(identifier: str, *more: dict[str, Any]) -> str:
    """A form as JSON."""
    return json.dumps({"type": "default", "id": identifier, "schemaVersion": 18, "components": list(more)})


def plain(kind: str, key: str, label: str, level: str, **more: Any) -> dict[str, Any]:
    """One field."""
    properties = {"label_en": label, "class": level, **more.pop("properties", {})}
    return {
        "type": kind, "id": key.replace(".", "_"), "key": key, "label": label, "properties": properties, **more
    }  # fmt: skip


def task(name: str, role: str, *shared: str) -> str:
    """A step with a form of its own name."""
    shares = f'<zeebe:property name="carerelay:shared_with" value="{",".join(shared)}"/>'
    extra = f"<zeebe:properties>{shares}</zeebe:properties>"
    return element(
        "userTask",
        name,
        f'<zeebe:userTask /><zeebe:formDefinition formId="{name}" />'
        f'<zeebe:assignmentDefinition candidateGroups="{role}" />{extra if shared else ""}',
    )


def bundle() -> Bundle:
    """The ward writes, the coordinator assigns and writes, the worker has a task; nothing is decided on the texts."""
    drawn = process(
        "msw_referral",
        start("s"),
        task("open_referral", "hospital_referrer", "station"),
        task("judge", "msw_coordinator"),
        task("work", "medical_social_worker"),
        end("e"),
        flows="s > open_referral > judge > work > e",
    )
    ward = [
        plain("select", "referral.department", "科室", "P0", properties={"choices": "departments"}),
        plain("textfield", "subject.name", "姓名", "P1"),
        plain("textfield", "subject.phone", "电话", "P1"),
        plain("textfield", "subject.mrn", "病案号", "P2"),
        plain("filepicker", "attach", "附件", "P2", multiple=True),
    ]
    return Bundle.from_texts(
        {
            "msw_referral.bpmn": drawn,
            "open_referral.form.json": form("open_referral", *ward, *fields("ward")),
            "judge.form.json": form("judge", *fields("judge")),
            "work.form.json": form("work", *fields("work")),
        }
    )


@dataclass
class World:
    """Everybody who might look, and the ids of what they might look at."""

    people: dict[str, Browser]
    actors: dict[str, Any]
    ids: dict[str, UUID]
    tokens: dict[str, str]

    def addresses(self) -> Iterator[str]:
        """Every page of the pages' own address map that shows something of the case; API below."""
        case, task, ids = self.ids["case"], self.ids["task"], self.ids
        yield from (
            "/inbox", "/inbox?tab=claimable", "/cases", "/cases?state=all", "/referrals", "/people", "/readings",
            "/oversight", "/emergency-access", "/directory", "/overrides", "/agency-referrals/sent",
            "/agency-referrals/received", "/workload", "/admin/accounts", "/admin/history",
        )  # fmt: skip
        yield from (
            f"/cases/{case}", f"/cases/{case}/readings", f"/cases/{case}/events", f"/cases/{case}/reporter",
            f"/cases/{case}/consents", f"/referrals/{case}/sent", f"/tasks/{task}", f"/tasks/{ids['judged']}",
            f"/instances/{ids['instance']}", f"/instances/{ids['instance']}/diagram", f"/people/{ids['person']}",
            f"/people/{ids['person']}/edit", f"/agency-referrals/{ids['referral_task']}",
            f"/files/{ids['attachment']}", f"/files/{ids['attachment']}/preview", f"/cases/{case}/print/referral",
            f"/cases/{case}/print/{ids['entry']}", f"/agency-referrals/{ids['referral_task']}/print",
        )  # fmt: skip

    def programs(self) -> Iterator[str]:
        """The same for programs."""
        yield from ("/api/v1/inbox", "/api/v1/referrals")
        yield from (
            f"/api/v1/cases/{self.ids['case']}", f"/api/v1/referrals/{self.ids['case']}",
            f"/api/v1/tasks/{self.ids['task']}",
        )  # fmt: skip

    def seen(self, who: str) -> str:
        """Everything that somebody gets to see, in one text."""
        client = self.people[who].client
        pages = [client.get(address, follow_redirects=True, buffered=True) for address in self.addresses()]
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        pages += [client.get(address, headers=headers, buffered=True) for address in self.programs()]
        assert all(page.status_code < 500 for page in pages)
        names = [page.headers.get("Content-Disposition", "") for page in pages]
        return "\n".join([*map(planting.readable, pages), *map(unquote, names)])


PEOPLE = (
    "nurse", "lead", "coordinator", "worker", "worker2", "member", "supervisor", "owner", "auditor", "agency", "admin",
    "outsider", "owner2",
)  # fmt: skip


@pytest.fixture
def world(
    app: Flask,
    session: Session,
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    password_hash: str,
    config: Any,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> World:
    """The case, told through the pages by those whose it is; everything is logged from the first step."""
    caplog.set_level(logging.DEBUG)
    for username, role, place in (
        ("owner", Role.DATA_PROTECTION_OWNER, "hospital"), ("auditor", Role.AUDITOR, "hospital"),
        ("member", Role.MEDICAL_SOCIAL_WORKER, "station"),
        ("owner2", Role.DATA_PROTECTION_OWNER, "other_hospital"),
    ):  # fmt: skip
        cast[username] = planting.hire(session, username, role, organisations[place].id, password_hash)
    studio.publish(session, None, bundle())
    session.commit()
    people = {who: Browser(app.test_client()) for who in PEOPLE}
    for who, browser in people.items():
        browser.sign_in(who)
    ids = _told(session, people, cast, organisations, config, now)
    _around(session, ids, cast, organisations, now)
    actors = {who: identity.load_actor(session, cast[who].id, 1) for who in PEOPLE}
    made = {
        who: tokens.make(session, actor, "t", list(tokens.SCOPES), 1, now) for who, actor in actors.items() if actor
    }
    session.commit()
    return World(people, actors, ids, made)


def _told(
    session: Session,
    people: dict[str, Browser],
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    config: Any,
    now: datetime,
) -> dict[str, UUID]:
    """The nurse refers, the coordinator judges, the worker types and does not send."""
    nurse = identity.load_actor(session, cast["nurse"].id, 1)
    assert nurse is not None
    stored = attachments.store(session, nurse, FILE, io.BytesIO(planting.PDF), now, folder=config.attachments_dir)
    session.commit()
    people["nurse"].get("/referrals/new")
    sent = people["nurse"].post(
        "/referrals/new",
        {
            "_token": str(uuid4()), "referral.department": str(organisations["ward"].id), "subject.name": P1,
            "subject.phone": PHONE, "subject.mrn": RECORD, "attach": [str(stored.id)],
            "ward.p1": P1, "ward.p2": P2, "ward.p3": P3, "ward.p4": P4,
        },
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    case = session.scalars(select(Case)).one()
    person = session.get_one(Person, case.subject_id)
    person.id_type, person.id_number, person.address = "resident_id", ID_NUMBER, ADDRESS
    judge = session.scalars(select(Task).where(Task.element_id == "judge")).one()
    page = people["coordinator"].post(f"/tasks/{judge.id}/complete", {"judge.p2": P2, "judge.p3": P3})
    assert page.status_code == 200, page.text
    session.expire_all()
    case.responsible_id = cast["worker"].id
    session.commit()
    work = session.scalars(select(Task).where(Task.element_id == "work")).one()
    work.assignee_id = cast["worker"].id
    session.commit()
    people["worker"].get(f"/tasks/{work.id}")
    people["worker"].post(f"/tasks/{work.id}/draft", {"work.p2": DRAFT})
    return {
        "case": case.id, "person": person.id, "instance": work.instance_id, "task": work.id, "judged": judge.id,
        "attachment": stored.id, "entry": session.scalars(select(Entry.id).where(Entry.element_id == "judge")).one(),
    }  # fmt: skip


def _around(
    session: Session,
    ids: dict[str, UUID],
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    now: datetime,
) -> None:
    """The team, an emergency access, and a referral to the agency with its frozen copy and a note."""
    session.expire_all()
    case = session.get_one(Case, ids["case"])
    by, agency = cast["worker"].id, organisations["agency"].id
    session.add(CaseMember(case_id=case.id, user_id=cast["member"].id, added_by_id=by, since=now))
    glass = BreakGlass(
        case_id=case.id, user_id=cast["worker2"].id, reason=REASON, opened_at=now, ends_at=now + timedelta(hours=24)
    )
    referral = Referral(
        number="RF-1", kind="agency", case_id=case.id, subject_id=case.subject_id,
        sender_organisation_id=case.organisation_id, requested_by_id=by, purpose="service", priority="routine",
        request=COPY, created_at=now,
    )  # fmt: skip
    session.add_all([glass, referral])
    session.flush()
    sent = ReferralTask(
        referral_id=referral.id, owner_id=agency, state=ReferralState.IN_PROGRESS, sent_at=now, items=["contact"],
        copy={
            "contact_forbidden": False, "files": [],
            "parts": [{"item": "contact", "rows": [frozen.line(Text("情况", "Facts"), COPY)]}],
        },
    )  # fmt: skip
    session.add(sent)
    session.flush()
    session.add(
        ReferralNote(task_id=sent.id, side="sender", kind="answer", content={"rows": [
            frozen.line(Text("答复", "Answer"), NOTE)
        ]}, by_id=by, at=now)
    )  # fmt: skip
    ids["referral_task"] = sent.id
    session.flush()


STATION = {"coordinator", "worker", "member", "supervisor"}
EXPECTED: dict[str, set[str]] = {
    P1: {"nurse", "lead", "worker2"} | STATION,
    P2: {"nurse", "lead", "worker2"} | STATION,
    P3: {"nurse"} | STATION,
    P4: {"nurse", "owner"},
    FILE: {"nurse", "lead", "worker2"} | STATION,
    DRAFT: {"worker"},
    COPY: {"agency", "worker2"} | STATION,
    NOTE: {"agency", "worker2"} | STATION,
    PHONE: {"nurse", "lead", "worker2"} | STATION,
    ADDRESS: {"worker2"} | STATION,
    RECORD: {"nurse", "lead", "worker2"} | STATION,
    REASON: {"supervisor", "owner", "worker2"},
}
"""Who sees which marker; worker2 by emergency access. Everybody else sees none of them anywhere."""


def test_each_marker_is_seen_by_exactly_those_who_may_read_it(world: World) -> None:
    seen = {who: world.seen(who) for who in PEOPLE}
    found = {marker: {who for who in PEOPLE if marker in seen[who]} for marker in EXPECTED}
    # Who has emergency access need not be shown the reason they gave themselves.
    found[REASON] |= {"worker2"}
    assert found == EXPECTED


def test_lists_show_no_identity_to_anybody(world: World) -> None:
    for who in PEOPLE:
        for address in ("/inbox", "/inbox?tab=claimable", "/cases?state=all", "/referrals", "/readings", "/oversight"):
            page = world.people[who].client.get(address, follow_redirects=True)
            assert not [marker for marker in MARKERS if marker in page.text and marker != REASON], (who, address)
    for who in ("coordinator", "worker"):
        for address in ("/people", "/cases"):
            world.people[who].get("/readings")
            page = world.people[who].post(address, {"text": PHONE, "state": "all"})
            assert page.status_code == 200
            assert "记***" in page.text, (who, address)
            assert not [marker for marker in MARKERS if marker in page.text and marker != PHONE], (who, address)


def test_no_marker_stands_in_the_database_in_clear_text(world: World, session: Session) -> None:
    """Every row of every table: events, notifications, snapshots, job arguments, drafts, names of files, all."""
    for who in ("supervisor", "worker", "agency", "owner"):
        world.seen(who)
    session.commit()
    tables = session.scalars(
        text("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    assert len(tables) > 30
    assert any("procrastinate_jobs" in table for table in tables)
    found = {
        (table, marker)
        for table in tables
        if "process_version" not in table
        for marker in MARKERS
        if session.scalar(
            text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :wanted"), {"wanted": f"%{marker}%"}
        )
    }
    assert found == set()
    sealed = session.scalar(text("SELECT count(*) FROM entry WHERE values LIKE 'k1.%'"))
    assert sealed == 2


def test_no_marker_stands_in_the_log(
    world: World, app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At DEBUG, of everything that happened so far, and of a page that breaks while it holds all of it."""
    for who in PEOPLE:
        world.seen(who)

    def break_down(*_arguments: Any, **_named: Any) -> str:
        raise RuntimeError(f"{P1} {P2} {P3} {P4} {ID_NUMBER}")

    monkeypatch.setattr("web.views.cases.render_template", break_down)
    broken = world.people["supervisor"].client.get(f"/cases/{world.ids['case']}")
    assert broken.status_code == 500
    assert "reference=" in caplog.text
    logged = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert [marker for marker in MARKERS if marker in logged] == []
    assert [marker for marker in MARKERS if marker in broken.text] == []


def test_what_may_not_be_read_has_a_visible_placeholder_or_none_at_all(world: World) -> None:
    """P1 and P2: a sentence stands in place of the value; P3 and P4: not even the question is shown."""
    ward = world.people["lead"].client.get(f"/cases/{world.ids['case']}").text
    assert "（您无权查看）" in ward  # contact data that the station knows
    assert "ward p2" in ward
    for hidden in ("ward p3", "ward p4", "judge p"):
        assert hidden not in ward
    colleague = world.people["worker2"].client.get(f"/cases/{world.ids['case']}").text
    assert "judge p2" in colleague
    assert "judge p3" not in colleague
    assert "紧急查看" in colleague


def test_programs_need_a_token(world: World, app: Flask) -> None:
    """The markers were really looked for where programs look."""
    marks = {rule.rule: getattr(app.view_functions[rule.endpoint], access.MARK) for rule in app.url_map.iter_rules()
             if rule.rule.startswith("/api/v1")}  # fmt: skip
    assert marks
    answer = world.people["coordinator"].client.get(
        f"/api/v1/cases/{world.ids['case']}", headers={"Authorization": f"Bearer {world.tokens['coordinator']}"}
    )
    assert P2 in planting.readable(answer)
