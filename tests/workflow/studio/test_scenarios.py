"""A scenario that is wrong must be told apart: each kind of difference, and each kind of unreadable file."""

import shutil
from pathlib import Path

import pytest

from workflow import engine
from workflow.studio import scenarios
from workflow.studio.scenario_files import ANSWERS, laid_over

LIBRARY = Path(__file__).resolve().parents[2] / "data" / "msw_referral"
ROLES = frozenset({"hospital_referrer", "msw_coordinator", "medical_social_worker", "supervisor"})
ORDINARY = (LIBRARY / "scenarios" / "accept_to_closure.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bundle() -> engine.Bundle:
    return engine.Bundle.from_folder(LIBRARY)


@pytest.fixture(scope="module")
def process(bundle: engine.Bundle) -> engine.Process:
    return engine.compile(bundle, operations=scenarios.operations_of(bundle), roles=ROLES)


def write(folder: Path, text: str) -> scenarios.Scenario:
    """The scenario of a text, with the library's ordinary answers beside it."""
    below = folder / "scenarios"
    below.mkdir()
    shutil.copy(LIBRARY / "scenarios" / ANSWERS, below)
    (below / "changed.yaml").write_text(text, encoding="utf-8")
    [scenario] = scenarios.read_folder(folder)
    return scenario


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("outcome: end_completed", "outcome: end_failed", "outcome: expected end_failed, got end_completed"),
        ("2026-03-11T10:00:00+08:00}   #", "2026-03-12T10:00:00+08:00}   #", "step 1: due of accept_referral"),
        ("triage.level: routine", "triage.level: urgent", "step 1: triage.level: expected urgent, got routine"),
        ("accept_referral: 50", "accept_referral: 70", "step 1: priority of accept_referral: expected 70, got 50"),
        ("first_contact: worker-1", "first_contact: worker-2", "assignee of first_contact"),
        ("open: [assess]", "open: [assess, accept_referral]", "step 3: open tasks"),
        ("set_accepted, ", "", "path from place"),
        ("state: in_progress", "state: on_hold", "operation called"),
        ("  - complete: write_feedback\n", "  - complete: read_reply\n", "Nothing to do at read_reply"),
        (
            "  - complete: assess\n",
            "  - complete: assess\n    values: {pa: {summary: 短}}\n",
            "The form of assess was refused",
        ),
    ],
)
def test_difference_is_told(
    old: str, new: str, told: str, tmp_path: Path, bundle: engine.Bundle, process: engine.Process
) -> None:
    assert old in ORDINARY
    played = scenarios.play(write(tmp_path, ORDINARY.replace(old, new, 1)), bundle, process)
    assert not played.ok
    assert told in " / ".join(difference.en for difference in played.differences)
    assert all(difference.zh for difference in played.differences)


def test_played_tells_path_calls_and_outcome(tmp_path: Path, bundle: engine.Bundle, process: engine.Process) -> None:
    played = scenarios.play(write(tmp_path, ORDINARY), bundle, process)
    assert played.ok
    assert played.outcome == "end_completed"
    assert played.path[:2] == ["start", "open_referral"]
    assert played.calls[0] == {"operation": "set_case_state", "state": "requested", "level": "routine"}


def test_error_of_an_operation_breaks_off(tmp_path: Path, bundle: engine.Bundle, process: engine.Process) -> None:
    text = ORDINARY + "operations: {assign_case: {error: NO_SUCH_WORKER}}\n"
    told = scenarios.play(write(tmp_path, text), bundle, process).differences
    assert any("assign_case" in difference.en for difference in told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: [", "not valid YAML"),
        ("", "nothing in the file"),
        (ORDINARY + "exepct: 1\n", "Unknown entries: exepct"),
        (ORDINARY.replace("2026-03-09T10:00:00+08:00", "2026-03-09T10:00:00", 1), "needs date, time and offset"),
        (ORDINARY.replace("name:", "# name:", 1), "'name'"),
        (
            ORDINARY.replace("  - complete: assess\n", "  - complete: assess\n    wait: 3\n"),
            "completes a task, sends a message or lets time pass",
        ),
    ],
)
def test_unreadable_file_says_why(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(scenarios.ScenarioInvalid) as caught:
        write(tmp_path, text)
    assert told in caught.value.message.en
    assert caught.value.message.zh
    assert caught.value.file == "changed.yaml"


def test_changes_are_laid_over_ordinary_answers() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    assert laid_over(base, {"a": {"b": None, "c": [3]}, "e": {"f": 5}}) == {"a": {"c": [3]}, "d": 4, "e": {"f": 5}}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 4}
