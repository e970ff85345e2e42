"""Defects of the bare engine in data and time (engine-defects.md): one drawing each, from what was seen.

Every test of a run is made twice: straight through, and saved and restored after every step.
"""

from datetime import UTC, datetime

import pytest

from tests.workflow.engine.build import (
    ROLES,
    Play,
    boundary,
    bundle,
    catch,
    conditional,
    end,
    gateway,
    play,
    start,
    sub,
    timer,
    user,
)
from workflow.engine import BundleRefused, compile

# Drawings are laid out by hand.
# fmt: off

# D4 -----------------------------------------------------------------------------------------------------------------

def test_d4_arrows_to_data_objects_and_stores_are_drawings(reload: bool) -> None:
    association = ('<dataOutputAssociation id="out"><targetRef>paper</targetRef></dataOutputAssociation>')
    incoming = ('<property id="slot" name="slot" /><dataInputAssociation id="in">'
                '<sourceRef>archive</sourceRef><targetRef>slot</targetRef></dataInputAssociation>')
    run = play(bundle(
        start("s"), user("a", association), user("b", incoming), end("e"),
        '<dataObject id="object" /><dataObjectReference id="paper" dataObjectRef="object" />',
        '<dataStoreReference id="archive" />', flows="s > a > b > e",
    ), reload, variables={"kept": 1})
    run.do("a", {"x": 1}).do("b")
    assert run.state == "completed"
    assert run.data == {"kept": 1, "x": 1}


def test_d4_a_declared_data_store_does_not_refuse_the_file(reload: bool) -> None:
    run = play(bundle(
        start("s"), user("a"), end("e"), '<dataStoreReference id="archive" dataStoreRef="store" />',
        flows="s > a > e", declarations='<dataStore id="store" name="Archive" />'), reload)
    assert run.do("a").state == "completed"


def test_d4_a_step_with_an_io_specification_keeps_all_other_data(reload: bool) -> None:
    io = ('<ioSpecification id="io"><dataInput id="x" name="x" /><dataOutput id="y" name="y" />'
          "<inputSet><dataInputRefs>x</dataInputRefs></inputSet><outputSet><dataOutputRefs>y</dataOutputRefs></outputSet>"
          "</ioSpecification>")
    run = play(bundle(start("s"), user("a", io), user("z"), end("e"), flows="s > a > z > e"), reload,
               variables={"x": 1, "kept": 1})
    run.do("a", {"y": 2})
    assert run.open() == ["z"]
    assert run.data == {"x": 1, "kept": 1, "y": 2}


# D13 ----------------------------------------------------------------------------------------------------------------

def test_d13_a_timeout_path_sees_what_was_entered_inside(reload: bool) -> None:
    run = play(bundle(
        start("s"), sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"),
        boundary("late", "inside", timer("PT1H")), gateway("exclusive", "g", "g_no"), user("yes"), user("no"), end("e"),
        flows="s > inside > e; late > g; g > yes : answer = 42; g > no; yes > e; no > e"), reload,
        variables={"answer": 0})
    run.do("a", {"answer": 42}).later(hours=1)
    assert run.open() == ["yes"]


def test_d13_a_conditional_event_notices_a_change_made_elsewhere(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), catch("c", conditional("ready")), user("z"),
        sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"), end("e"),
        flows="s > g > c > z > e; g > inside > e"), reload, variables={"ready": False})
    assert run.open() == ["a"]
    run.do("a", {"ready": True})
    assert run.open() == ["b", "z"]


def test_d13_a_gateway_sees_what_another_branch_entered(reload: bool) -> None:
    run = play(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), gateway("exclusive", "x", "x_no"), user("yes"),
        user("no"),
        end("e"), flows="s > g > a > e; g > b > x; x > yes : seen; x > no; yes > e; no > e"), reload,
        variables={"seen": False})
    run.do("a", {"seen": True}).do("b")
    assert run.open() == ["yes"]


# D16 ----------------------------------------------------------------------------------------------------------------

def due(text: str, kind: str, now: datetime, reload: bool, timezone: str = "Asia/Shanghai") -> datetime | None:
    return Play(bundle(start("s"), catch("c", timer(text, kind)), end("e"), flows="s > c > e"),
                reload=reload, now=now, timezone=timezone).run.wake_at()


def test_d16_a_bare_duration_works(reload: bool) -> None:
    assert due("PT5M", "timeDuration", datetime(2026, 3, 2, 1, 0, tzinfo=UTC), reload) == datetime(2026, 3, 2, 1, 5,
                                                                                                   tzinfo=UTC)


def test_d16_one_month_from_the_31st_is_the_last_day_of_the_next(reload: bool) -> None:
    now = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)
    assert due("P1M", "timeDuration", now, reload) == datetime(2026, 2, 28, 1, 0, tzinfo=UTC)


def test_d16_local_times_follow_the_clock_change(reload: bool) -> None:
    # Summer time begins in Berlin on 29 March 2026 at 02:00.
    now = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert due("P1D", "timeDuration", now, reload, "Europe/Berlin") == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert due("PT24H", "timeDuration", now, reload, "Europe/Berlin") == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
    assert due("2026-06-01T09:00:00", "timeDate", now, reload, "Europe/Berlin") == datetime(2026, 6, 1, 7, 0,
                                                                                            tzinfo=UTC)


def test_d16_a_timer_fires_at_its_instant(reload: bool) -> None:
    run = play(bundle(start("s"), catch("c", timer("PT1H")), user("z"), end("e"), flows="s > c > z > e"), reload)
    run.later(minutes=59)
    assert run.open() == []
    run.later(minutes=1)
    assert run.open() == ["z"]


@pytest.mark.parametrize(("text", "kind"), [("5 minutes", "timeDuration"), ("31.12.2026", "timeDate")])
def test_d16_a_wrong_timer_is_refused_when_it_is_read(text: str, kind: str) -> None:
    with pytest.raises(BundleRefused) as raised:
        compile(bundle(start("s"), user("a"), catch("c", timer(text, kind)), end("e"), flows="s > a > c > e"),
                operations=(), roles=ROLES)
    assert [(finding.element_id, finding.rule) for finding in raised.value.findings] == [("c", "timer-unreadable")]
