"""Damaged snapshots: whatever is broken in one, it is noticed, or the case still comes to its right end.

Noticed means SnapshotUnreadable or RunDamaged, for which the service stops the case as an incident. Only where case
data itself is damaged may a formula fail like any other.
"""

import contextlib
import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.engine.build import NOW, Play, boundary, bundle, catch, end, start, timer, user
from workflow.engine import (
    Bundle,
    Moment,
    Process,
    Run,
    RunDamaged,
    RunState,
    SnapshotUnreadable,
    StepFailed,
    World,
    compile,
)
from workflow.engine.case import Case

# Drawings are laid out by hand.
# fmt: off

KEPT = sorted((Path(__file__).parent / "data" / "snapshots").glob("*.json"))
BLOCKS, DAMAGES = 4, 150
MOST_STEPS = 60
DATA = {"data", "base", "results", "rest", "unseen", "key"}
"""What case data stands in."""


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*before, key)
        yield from places(inner, (*before, key))


def at(state: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        state = state[key]
    return state


def damaged(state: dict[str, Any], chance: random.Random) -> tuple[dict[str, Any], list[tuple[Any, ...]], str]:
    """The state with something dropped, replaced, doubled, renamed or exchanged; where, and what."""
    broken = copy.deepcopy(state)
    every = list(places(broken))
    path, other = chance.choice(every), chance.choice(every)
    place, key = at(broken, path[:-1]), path[-1]
    what = chance.choice(["drop", "replace", "replace", "double", "rename", "exchange", "exchange like"])
    if what == "exchange like":
        alike = [each for each in every if each[-1] == path[-1] and isinstance(each[-1], str)]
        other = chance.choice(alike or every)
    touched = [path, other] if what.startswith("exchange") else [path]
    if what == "drop":
        del place[key]
    elif what == "replace":
        place[key] = chance.choice([None, "x", "1", "p", -1, 0, 1, 8, 16, 32, True, False, [], {}, 1.5, {"$at": "x"}])
    elif what == "double":
        if isinstance(place, list):
            place.insert(key, copy.deepcopy(place[key]))
        else:
            place["twin"] = place[key]
    elif what == "rename":
        if isinstance(place, dict):
            place[chance.choice(["$at", "$date", "$map", "state", "at", "slots", "armed", "turn"])] = place.pop(key)
    else:
        one, two = copy.deepcopy(place[key]), copy.deepcopy(at(broken, other))
        at(broken, other[:-1])[other[-1]] = one
        with contextlib.suppress(LookupError, TypeError):  # where the one lay inside the other
            at(broken, path[:-1])[key] = two
    return broken, touched, what


def to_the_end(process: Process, state: dict[str, Any]) -> tuple[Run, int]:
    """Complete whatever is open, bring what is waited for, let time pass; the run, and how many tasks were done."""
    now = NOW + timedelta(minutes=5)
    run = Run.restore(process, World(Moment(now)), state)
    done = 0
    for _ in range(MOST_STEPS):
        if run.state is not RunState.ACTIVE:
            break
        tasks = run.open_tasks()
        run.wake_at(), run.marks()
        if tasks:
            run.complete(tasks[0].id, {"ready": True, "v": 2})
            done += 1
        elif not run.receive("m", "k", {}):
            now = run.wake_at() or now + timedelta(days=2)
            run = Run.restore(process, World(Moment(now)), run.snapshot())
            run.wake()
    return run, done


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_random_damage_is_noticed_or_does_no_harm(file: Path, block: int) -> None:
    kept = json.loads(file.read_text(encoding="utf-8"))
    process = compile(Bundle(kept["files"]), operations=(), roles=["worker"])
    noticed = 0
    for seed in range(block * DAMAGES, (block + 1) * DAMAGES):
        state, touched, what = damaged(kept["state"], random.Random(seed))
        try:
            run, done = to_the_end(process, state)
        except (SnapshotUnreadable, RunDamaged):
            noticed += 1
        except StepFailed:
            assert any(DATA & {*path} for path in touched), (seed, what, touched)
        else:
            assert run.state is not RunState.COMPLETED or done >= len(kept["open"]), (seed, what, touched)
    assert noticed > DAMAGES * 0.4


def test_every_token_that_is_missing_is_missed() -> None:
    for file in KEPT:
        kept = json.loads(file.read_text(encoding="utf-8"))
        process = compile(Bundle(kept["files"]), operations=(), roles=["worker"])
        state = Run.restore(process, World(Moment(NOW)), kept["state"]).snapshot()
        for number, scope in enumerate(state["scopes"]):
            for position in range(len(scope["tokens"])):
                broken = copy.deepcopy(state)
                del broken["scopes"][number]["tokens"][position]
                with pytest.raises(SnapshotUnreadable):
                    Run.restore(process, World(Moment(NOW)), broken)


def test_what_the_engine_breaks_down_over_is_told_apart_from_a_formula_that_fails(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    of = bundle(start("s"), user("a"), user("b"), end("e"), flows="s > a > b > e")
    run = Play(of)
    monkeypatch.setattr(Case, "advance", lambda case: {}["gone"])
    with pytest.raises(RunDamaged) as raised:
        run.do("a")
    assert raised.value.message.zh
    assert raised.value.element_id == "a"


@pytest.mark.parametrize("formula", [
    '@"9999-12-31T23:00:00Z"', 'date("9999-12-31") + duration("P1D")', 'duration("P99999999999D")', "1", "null",
    'duration("P900000D") + duration("P9000000D")',
])
def test_a_time_beyond_the_calendar_is_a_failing_formula_and_no_damage(formula: str) -> None:
    waits = timer(f"={formula}".replace('"', "&quot;"))
    run = Play(bundle(start("s"), user("a"), catch("c", waits), end("e"), flows="s > a > c > e"))
    with pytest.raises(StepFailed) as raised:
        run.do("a")
    assert not isinstance(raised.value, RunDamaged)
    assert raised.value.element_id == "c"


def test_a_cycle_that_runs_out_of_the_calendar_is_a_failing_step_and_no_damage() -> None:
    of = bundle(start("s"), user("a"), boundary("r", "a", timer("R3/P100Y", "timeCycle"), interrupting=False), end("e"),
                end("f"), flows="s > a > e; r > f")
    run = Play(of, now=datetime(9850, 1, 1, tzinfo=UTC))
    with pytest.raises(StepFailed) as raised:
        run.later(days=365 * 101)
    assert not isinstance(raised.value, RunDamaged)
