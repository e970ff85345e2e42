"""The player behind scenarios and simulation: what it tells while a case moves, and how it refuses."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workflow import engine
from workflow.studio import open_process, scenario_files
from workflow.studio.playing import Called, ClockMoved, Happening, Player, Refused, callers, operations_of

LIBRARY = Path(__file__).resolve().parents[2] / "data" / "msw_referral"
NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def opened() -> tuple[engine.Bundle, engine.Process]:
    return open_process(LIBRARY)


def test_what_happens_is_told_in_order(opened: tuple[engine.Bundle, engine.Process]) -> None:
    told: list[Happening] = []
    scenario = scenario_files.read(LIBRARY / "scenarios" / "information_unanswered.yaml")
    player = Player(scenario, *opened, watch=told.append)
    player.begin()
    for step in scenario.steps[:2]:
        player.enter(player.task(str(step.complete)), step.values)
    player.advance(player.now + timedelta(days=3))

    passed = [happening.element_id for happening in told if isinstance(happening, engine.Passage)]
    assert passed == player.path
    operations = [happening.operation for happening in told if isinstance(happening, Called)]
    assert operations == [call["operation"] for call in player.calls]
    # Each operation comes right behind the step that called it, and a timer after the clock has moved to it.
    for before, happening in zip(told, told[1:], strict=False):
        if isinstance(happening, Called):
            assert isinstance(before, engine.Passage)
            assert callers(opened[0])[before.element_id] == happening.operation
    clock = [happening.now for happening in told if isinstance(happening, ClockMoved)]
    assert clock == [datetime(2026, 3, 11, 2, 0, tzinfo=UTC), datetime(2026, 3, 12, 2, 0, tzinfo=UTC)]
    place = told.index(ClockMoved(clock[0]))
    assert told[place + 1] == engine.Passage(
        "information_reminder_due", "boundaryEvent", engine.Text("2个工作日", "2 working days")
    )


@pytest.mark.parametrize("target", [NOW - timedelta(seconds=1), datetime(3000, 1, 1, tzinfo=UTC)], ids=["back", "far"])
def test_time_goes_forward_and_not_for_ever(opened: tuple[engine.Bundle, engine.Process], target: datetime) -> None:
    player = Player(scenario_files.unscripted(NOW), *opened)
    player.begin()
    with pytest.raises(Refused, match="Time goes forward only"):
        player.advance(target)
    assert player.now == NOW


def test_before_it_begins_there_is_no_run(opened: tuple[engine.Bundle, engine.Process]) -> None:
    player = Player(scenario_files.unscripted(NOW), *opened)
    assert not player.has_begun
    with pytest.raises(RuntimeError):
        player.run.open_tasks()


def test_the_operations_of_a_bundle(opened: tuple[engine.Bundle, engine.Process]) -> None:
    assert callers(opened[0])["assign_case"] == "assign_case"
    assert {"set_case_state", "notify"} < operations_of(opened[0])
