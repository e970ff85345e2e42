"""That the defects in data and time are there in the bare engine (D4, D13, D16, and D20's two timers).

If a test here fails, the library has mended that defect, and our repair can be looked at again. The drawings are those
of defects_data_test.py, without what only we read.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions import timer as stock_timer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.exceptions import SpiffWorkflowException

from tests.workflow.engine.bare import Bare
from tests.workflow.engine.build import (
    NOW,
    boundary,
    bundle,
    catch,
    conditional,
    end,
    gateway,
    start,
    sub,
    timer,
    user,
)
from workflow.engine import Bundle

Clock = Callable[[datetime], None]

# Drawings are laid out by hand.
# fmt: off

DATA_OBJECT = '<dataObject id="object" /><dataObjectReference id="paper" dataObjectRef="object" />'
TO_PAPER = '<dataOutputAssociation id="out"><targetRef>paper</targetRef></dataOutputAssociation>'


def test_d4_an_arrow_to_a_data_object_fails_the_task() -> None:
    """D4 (a): an arrow drawn as documentation keeps the task from being completed."""
    run = Bare(bundle(start("s"), user("a", TO_PAPER), end("e"), DATA_OBJECT, flows="s > a > e"))
    with pytest.raises(SpiffWorkflowException, match="data object could not be set"):
        run.do("a", x=1)


def test_d4_an_arrow_from_a_data_store_is_refused() -> None:
    """D4 (b): a reference without declared store cannot be resolved."""
    incoming = ('<property id="slot" name="slot" /><dataInputAssociation id="in">'
                "<sourceRef>archive</sourceRef><targetRef>slot</targetRef></dataInputAssociation>")
    with pytest.raises(ValidationException, match="Cannot resolve dataInputAssociation"):
        Bare(bundle(start("s"), user("a", incoming), end("e"), '<dataStoreReference id="archive" />',
                    flows="s > a > e"))


def test_d4_a_declared_data_store_is_refused() -> None:
    """D4 (c): a store that somebody declared refuses the whole file."""
    with pytest.raises(ValidationException, match="has no implementation"):
        Bare(bundle(start("s"), user("a"), end("e"), '<dataStoreReference id="archive" dataStoreRef="store" />',
                    flows="s > a > e", declarations='<dataStore id="store" name="Archive" />'))


def test_d4_the_source_of_an_association_is_ignored() -> None:
    """D4 (d): the value has to carry the data object's own id, whatever the association says."""
    renamed = ('<dataOutputAssociation id="out"><sourceRef>x</sourceRef><targetRef>paper</targetRef>'
               "</dataOutputAssociation>")
    drawing = bundle(start("s"), user("a", renamed), end("e"), DATA_OBJECT, flows="s > a > e")
    with pytest.raises(SpiffWorkflowException, match="data object could not be set"):
        Bare(drawing).do("a", x=1)
    assert Bare(drawing).do("a", object=1).completed


def test_d4_a_step_with_an_io_specification_loses_all_other_data() -> None:
    """D4 (e): only the declared output is left behind the task."""
    io = ('<ioSpecification id="io"><dataInput id="x" name="x" /><dataOutput id="y" name="y" />'
          "<inputSet><dataInputRefs>x</dataInputRefs></inputSet><outputSet><dataOutputRefs>y</dataOutputRefs></outputSet>"
          "</ioSpecification>")
    run = Bare(bundle(start("s"), user("a", io), user("z"), end("e"), flows="s > a > z > e"), x=1, kept=1)
    run.do("a", y=2)
    assert run.tasks()[0].data == {"y": 2}


def test_d13_a_timeout_path_does_not_see_what_was_entered_inside(at: Clock) -> None:
    """D13: the boundary has a copy of the data made when the subprocess began."""
    at(NOW)
    run = Bare(bundle(
        start("s"), sub("inside", start("is"), user("a"), user("b"), end("ie"), flows="is > a > b > ie"),
        boundary("late", "inside", timer("'PT1H'")), user("z"), end("e"), flows="s > inside > e; late > z > e"),
        answer=0)
    run.do("a", answer=42)
    at(NOW + timedelta(hours=2))
    assert run.wake().open() == ["z"]
    assert run.tasks()[0].data["answer"] == 0


def test_d13_a_conditional_event_does_not_notice_a_change_made_elsewhere() -> None:
    """D13: a condition is asked of the waiting task's own copy."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), catch("c", conditional("ready")), user("z"), user("a"), user("b"),
        end("e"), flows="s > g > c > z > e; g > a > b > e"), ready=False)
    assert run.do("a", ready=True).wake().open() == ["b"]


def test_d13_a_gateway_does_not_see_what_another_branch_entered() -> None:
    """D13: each branch has its own copy of the data."""
    run = Bare(bundle(
        start("s"), gateway("parallel", "g"), user("a"), user("b"), gateway("exclusive", "x", "x_no"), user("yes"),
        user("no"),
        end("e"), flows="s > g > a > e; g > b > x; x > yes : seen; x > no; yes > e; no > e"), seen=False)
    assert run.do("a", seen=True).do("b").open() == ["no"]


def waiting(text: str, kind: str = "timeDuration") -> Bundle:
    return bundle(start("s"), catch("c", timer(text, kind)), user("z"), end("e"), flows="s > c > z > e")


def due(text: str, kind: str = "timeDuration") -> datetime:
    return datetime.fromisoformat(Bare(waiting(text, kind)).workflow.waiting_events()[0].value)


def test_d16_a_bare_duration_fails_when_it_is_reached() -> None:
    """D16 (a): a duration as everybody draws it is evaluated as a script."""
    with pytest.raises(SpiffWorkflowException, match="PT5M"):
        Bare(bundle(start("s"), user("a"), boundary("b", "a", timer("PT5M")), end("e"), flows="s > a > e; b > e"))


@pytest.mark.parametrize(("text", "kind"), [("'5 minutes'", "timeDuration"), ("'31.12.2026'", "timeDate")])
def test_d16_a_wrong_timer_is_noticed_only_when_it_is_reached(text: str, kind: str) -> None:
    """D16 (b): the file is taken and the case starts; it breaks off when the timer is reached."""
    run = Bare(bundle(start("s"), user("a"), catch("c", timer(text, kind)), end("e"), flows="s > a > c > e"))
    assert run.open() == ["a"]
    with pytest.raises(Exception):  # noqa: B017, PT011  # ValueError or a bare Exception: the point is how late it comes
        run.do("a")


@pytest.fixture
def berlin() -> Iterator[None]:
    """The zone of this program, with its clock change."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_d16_local_times_keep_the_offset_of_the_start_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """D16 (c): the zone is a fixed offset, so a time in summer is an hour late for a program started in winter."""
    assert isinstance(stock_timer.LOCALTZ, timezone), "a fixed offset, taken once when the module was loaded"
    monkeypatch.setattr(stock_timer, "LOCALTZ", timezone(timedelta(hours=1)))  # Berlin, started in winter
    assert TimerEventDefinition.get_datetime("2026-06-01T09:00:00") == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_d16_one_month_from_the_31st_is_the_3rd_of_march(at: Clock) -> None:
    """D16 (d): one month from 31 January skips February."""
    at(datetime(2026, 1, 31, 1, 0, tzinfo=UTC))
    assert due("'P1M'") == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_d16_a_day_is_always_24_hours(at: Clock, berlin: None) -> None:
    """D16 (e): across the clock change in Berlin (29 March 2026) a day ends an hour late by the local clock."""
    at(datetime(2026, 3, 28, 8, 0, tzinfo=UTC))
    assert due("'P1D'") == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)


def test_d16_a_timer_fires_after_its_instant_and_only_when_asked(at: Clock) -> None:
    """D16 (f): at the very instant nothing happens, later only when somebody calls refresh_timers."""
    at(NOW)
    run = Bare(waiting("'PT1H'"))
    at(NOW + timedelta(hours=1))
    assert run.wake().open() == []
    at(NOW + timedelta(hours=1, seconds=1))
    assert run.open() == []
    assert run.wake().open() == ["z"]


@pytest.mark.parametrize(("first", "second", "after", "taken"), [
    ("'PT1H'", "'P3D'", timedelta(hours=2), ["x"]),
    ("'P3D'", "'PT1H'", timedelta(hours=2), []),
])
def test_d20_two_timers_behind_an_event_gateway_share_a_due_time(
    first: str, second: str, after: timedelta, taken: list[str], at: Clock,
) -> None:
    """D20: the timer that is listed first decides; with the long one first the short one never fires by itself."""
    at(NOW)
    run = Bare(bundle(
        start("s"), gateway("eventBased", "g"), catch("c", timer(first)), catch("d", timer(second)), user("x"),
        user("y"), end("e"), flows="s > g > c > x > e; g > d > y > e"))
    at(NOW + after)
    assert run.wake().open() == taken
