"""Lists and settings: codes stay, limits hold, who comes later is told, and every change can be undone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Organisation, Setting
from tests.workflow.administration.conftest import sent
from workflow import settings
from workflow.administration import history, lookups, numbers
from workflow.administration.editing import Refused
from workflow.errors import InvalidForm
from workflow.identity import Actor
from workflow.records import lookups as held_lists

Place = Callable[[str], Organisation]


def codes(session: Session, name: str) -> list[str]:
    return [item.code for item in held_lists.read(session, name) if item.is_active]


def test_words_change_and_codes_stay(session: Session, top: Actor, now: datetime) -> None:
    editing = lookups.changing(session, top, "L-DECLINE", "no_capacity")
    lookups.change(session, top, "L-DECLINE", "no_capacity", sent(editing, name="没有名额", name_en="Full"), now)
    item = held_lists.read(session, "L-DECLINE")[0]
    assert (item.code, item.name.zh, item.name.en, item.is_changed) == ("no_capacity", "没有名额", "Full", True)
    assert history.read(session, top).lines[0].text.zh == "修改选项“no_capacity”（不接收的原因）"
    with pytest.raises(InvalidForm):
        lookups.change(session, top, "L-DECLINE", "no_capacity", sent(editing, name="再改"), now)


def test_an_answer_is_added_moved_retired_and_taken_back(session: Session, top: Actor, now: datetime) -> None:
    adding = lookups.adding(session, top, "L-VISIT")
    lookups.add(session, top, "L-VISIT", sent(adding, code="video", name="视频", name_en="Video"), now)
    assert codes(session, "L-VISIT")[-1] == "video"
    with pytest.raises(InvalidForm):
        lookups.add(session, top, "L-VISIT", sent(adding, code="home", name="再", name_en="Again"), now)
    lookups.move(session, top, "L-VISIT", "video", "up", now)
    lookups.move(session, top, "L-VISIT", "home", "up", now)
    lookups.move(session, top, "L-VISIT", "home", "down", now)
    assert codes(session, "L-VISIT") == ["school", "home", "phone", "online", "hospital", "video", "activity"]
    lookups.set_active(session, top, "L-VISIT", "phone", active=False, now=now)
    assert "phone" not in codes(session, "L-VISIT")
    lookups.set_active(session, top, "L-VISIT", "phone", active=True, now=now)
    assert codes(session, "L-VISIT")[2] == "phone"


def test_the_codes_of_rules_are_neither_added_to_nor_retired(session: Session, top: Actor, now: datetime) -> None:
    with pytest.raises(Refused):
        lookups.adding(session, top, "L-TRIAGE")
    with pytest.raises(Refused):
        lookups.set_active(session, top, "L-TRIAGE", "emergency", active=False, now=now)
    editing = lookups.changing(session, top, "L-TRIAGE", "info")
    lookups.change(session, top, "L-TRIAGE", "info", sent(editing, name="一般咨询"), now)
    assert lookups.show(session, top, "L-TRIAGE").items[-1].name.zh == "一般咨询"


def test_the_last_answer_stays(session: Session, top: Actor, now: datetime) -> None:
    for code in ("assistant", "middle"):
        lookups.set_active(session, top, "L-CERT", code, active=False, now=now)
    with pytest.raises(Refused):
        lookups.set_active(session, top, "L-CERT", "senior", active=False, now=now)
    assert [row.retired for row in lookups.index(session, top) if row.name == "L-CERT"] == [2]


def change(session: Session, actor: Actor, now: datetime, value: str, place: Any = None, **more: str) -> None:
    editing = numbers.changing(session, actor, "review_days", place)
    numbers.change(
        session, actor, "review_days", place, sent(editing, value=value, reason=more.get("reason", "试行")), now
    )


def test_a_value_holds_everywhere_or_in_one_place_and_can_be_undone(
    session: Session, top: Actor, admin: Actor, place: Place, now: datetime
) -> None:
    hospital, station = place("hospital").id, place("station").id
    change(session, top, now, "21")
    change(session, admin, now, "7", hospital)
    assert settings.value(session, "review_days", station) == 7
    assert settings.value(session, "review_days", place("station2").id) == 21
    where, lines = numbers.index(session, admin, station)
    line = next(each for each in lines if each.key == "review_days")
    assert where.name is not None
    assert (line.value, line.above, line.is_own) == (7, 7, False)
    _, line, past = numbers.show(session, admin, "review_days", hospital)
    assert (line.value, line.above, line.is_own) == (7, 21, True)
    assert [(each.before, each.after, each.reason, each.who) for each in past] == [(None, 7, "试行", "管理员")]

    numbers.set_back(session, admin, "review_days", past[0].setting_id, "撤销", now + timedelta(seconds=1))
    assert settings.value(session, "review_days", station) == 21
    with pytest.raises(Refused):
        numbers.set_back(session, admin, "review_days", past[0].setting_id, "再撤销", now)
    _, _, past = numbers.show(session, admin, "review_days", hospital)
    numbers.set_back(session, admin, "review_days", past[0].setting_id, "还是七天", now + timedelta(seconds=2))
    assert settings.value(session, "review_days", station) == 7
    lines_zh = [each.text.zh for each in history.read(session, admin, kind="admin.setting").lines]
    assert lines_zh[:3] == [
        "设置“服务计划复核间隔”（毕节同心医院）：21 → 7", "设置“服务计划复核间隔”（毕节同心医院）：7 → 21",
        "设置“服务计划复核间隔”（毕节同心医院）：21 → 7",
    ]  # fmt: skip


@pytest.mark.parametrize("key", settings.SETTINGS)
def test_limits_hold_with_a_sentence_at_the_field(session: Session, top: Actor, now: datetime, key: str) -> None:
    definition = settings.SETTINGS[key]
    editing = numbers.changing(session, top, key, None)
    for wrong in (str(definition.most + 1), "-1", "1.5", "abc", "", "1" * 12, "١"):
        with pytest.raises(InvalidForm) as refused:
            numbers.change(session, top, key, None, sent(editing, value=wrong, reason="x"), now)
        assert [error.path for error in refused.value.submitted.errors] == ["value"]
    numbers.change(session, top, key, None, sent(editing, reason="核对"), now)
    assert settings.value(session, key) == definition.default


def test_several_numbers_where_several_are_asked(session: Session, top: Actor, now: datetime) -> None:
    editing = numbers.changing(session, top, "follow_up_days", None)
    numbers.change(session, top, "follow_up_days", None, sent(editing, value="3，14 60", reason="x"), now)
    assert settings.value(session, "follow_up_days") == [3, 14, 60]
    editing = numbers.changing(session, top, "follow_up_days", None)
    for wrong in ("7,7", "30,7"):
        with pytest.raises(InvalidForm):
            numbers.change(session, top, "follow_up_days", None, sent(editing, value=wrong, reason="x"), now)


def test_a_reason_is_asked_for(session: Session, top: Actor, now: datetime) -> None:
    editing = numbers.changing(session, top, "review_days", None)
    with pytest.raises(InvalidForm) as refused:
        numbers.change(session, top, "review_days", None, sent(editing, value="20"), now)
    assert [error.path for error in refused.value.submitted.errors] == ["reason"]


def test_of_two_at_once_the_later_is_told_who_was_faster(
    session: Session, top: Actor, hire: Callable[..., Actor], now: datetime
) -> None:
    other = hire("马处长", "admin", top.memberships[0].organisation_id)
    seen = numbers.changing(session, top, "review_days", None)
    change(session, other, now, "20")
    with pytest.raises(InvalidForm) as refused:
        numbers.change(session, top, "review_days", None, sent(seen, value="30", reason="x"), now)
    told = [error.message.zh for error in refused.value.submitted.errors]
    assert told[-1] == "马处长刚刚改过，现在是 20。"
    assert settings.value(session, "review_days") == 20
    assert len(session.scalars(select(Setting)).all()) == 1


def test_events_of_administration_hold_codes_and_ids_only(session: Session, top: Actor, now: datetime) -> None:
    change(session, top, now, "20", reason="因为人手不够")
    details = session.scalars(select(Event.details).where(Event.kind == "admin.setting")).one()
    assert details["before"] == "14"
    assert details["after"] == "20"
    assert "人手" not in str(details)
