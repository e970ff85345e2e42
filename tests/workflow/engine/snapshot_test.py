"""Snapshots: small, of any age readable, and never a crash when damaged."""

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.engine.build import (
    NOW,
    Bundle,
    Play,
    boundary,
    catch,
    conditional,
    each,
    element,
    end,
    gateway,
    mapping,
    message,
    process,
    refer,
    start,
    sub,
    timer,
    user,
)
from workflow.engine import EngineError, Moment, Run, SnapshotUnreadable, World, compile, snapshot

# Drawings are laid out by hand.
# fmt: off

KEPT = Path(__file__).parent / "data" / "snapshots"


def everything() -> Bundle:
    """A drawing that stands in as many kinds of places at once as there are."""
    called = process("q", start("t"), user("called_task"), end("f"), flows="t > called_task > f")
    inside = sub("inside", start("is"), user("inner"), end("ie"), sub(
        "handler", start("hs", refer("signal", "alarm"), isInterrupting="false"), user("handled"), flows="hs > handled",
        triggeredByEvent="true"), flows="is > inner > ie", extensions=mapping({"own": "1"}))
    main = process(
        "p", start("s"), gateway("parallel", "g"), user("plain"),
        boundary("reminder", "plain", timer("R/PT1H", "timeCycle"), interrupting=False), gateway("parallel", "join"),
        user("done_first"), inside, element("callActivity", "call", '<zeebe:calledElement processId="q" />'),
        user("many", each("[1,2,3]", output="got", output_item="v")), catch("wait", refer("message", "m")),
        catch("when", conditional("ready")), gateway("eventBased", "choose"), catch("soon", timer("P1D")),
        catch("told", refer("message", "m")), user("again", '<standardLoopCharacteristics loopMaximum="2" />'),
        element("adHocSubProcess", "free", content=user("free_one") + user("free_two"), ordering="Sequential"),
        end("e"),
        flows="s > g > plain > join > e; g > done_first > join; g > inside > e; g > call > e; g > many > e;"
              " g > wait > e;"
              "g > when > e; g > choose > soon > e; choose > told > e; g > again > e; g > free > e",
        declarations=message("m") + '<signal id="alarm" name="alarm" />')
    return Bundle({"p.bpmn": main, "q.bpmn": called, "any.form.json": '{"id": "any"}'})


def standing() -> Play:
    """A run of it that stands everywhere."""
    run = Play(everything(), {"case_key": "k", "ready": False, "day": NOW.date(), "at": NOW})
    run.do("done_first").do("many", {"v": 1}).do("again")
    run.signal("alarm")
    return run


def finish(run: Run, made: Any) -> Run:
    """Drive a run of it to its end."""
    for key in ("k", "k"):
        assert run.receive("m", key, {})
    while run.state == "active" and run.open_tasks():
        task = run.open_tasks()[0]
        run.complete(task.id, {"ready": True, "v": 2})
    return run


def test_a_snapshot_is_plain_json_without_the_specification() -> None:
    state = standing().run.snapshot()
    text = json.dumps(state)
    assert json.loads(text) == state
    assert state["format"] == snapshot.FORMAT
    assert len(text) < 6_000
    assert "sequenceFlow" not in text


def test_scopes_keep_their_order() -> None:
    state = standing().run.snapshot()
    assert [scope["of"] for scope in state["scopes"]] == sorted(
        (scope["of"] for scope in state["scopes"]), key=lambda host: int(host or 0))


def test_a_restored_run_is_the_same_and_comes_to_the_same_end() -> None:
    run = standing()
    state = run.run.snapshot()
    again = Run.restore(run.process, run.world, json.loads(json.dumps(state)))
    assert again.snapshot() == state
    assert again.open_tasks() == run.run.open_tasks()
    assert again.wake_at() == run.run.wake_at()
    assert again.marks() == run.run.marks()
    first, second = finish(run.run, run.process), finish(again, run.process)
    assert first.state == second.state == "completed"
    assert first.snapshot() == second.snapshot()
    assert first.variables["got"] == [1, 2, 2]
    assert first.snapshot()["scopes"][0]["tokens"] == []


@pytest.mark.parametrize("name", sorted(file.name for file in KEPT.glob("*.json")))
def test_snapshots_written_by_earlier_programs_still_load(name: str) -> None:
    kept = json.loads((KEPT / name).read_text(encoding="utf-8"))
    made = compile(Bundle(kept["files"]), operations=(), roles=["worker"])
    run = Run.restore(made, World(Moment(NOW + timedelta(minutes=5))), kept["state"])
    assert sorted(task.element_id for task in run.open_tasks()) == kept["open"]
    assert finish(run, made).state == "completed"


def test_there_is_a_kept_snapshot_of_the_present_format() -> None:
    assert f"format_{snapshot.FORMAT}.json" in {file.name for file in KEPT.glob("*.json")}


def test_an_older_format_is_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(snapshot.UPGRADES, -1, lambda state: {**state, "format": 0, "serial": state["counter"]})
    monkeypatch.setitem(snapshot.UPGRADES, 0, lambda state: {**state, "format": 1})
    run = standing()
    state = run.run.snapshot()
    older = {key: value for key, value in state.items() if key != "serial"} | {"format": -1, "counter": state["serial"]}
    assert Run.restore(run.process, run.world, older).snapshot() == state


@pytest.mark.parametrize("damage", [
    {}, {"format": 99}, {"format": None}, {"version": "other"}, {"process": "q"}, {"scopes": []}, {"scopes": None},
    {"serial": "x"}, {"incident": 3},
])
def test_a_damaged_snapshot_is_said_to_be_unreadable(damage: dict[str, Any]) -> None:
    run = standing()
    state = {**run.run.snapshot(), **damage} if damage else {}
    with pytest.raises(SnapshotUnreadable) as raised:
        Run.restore(run.process, run.world, state)
    assert raised.value.message.zh


def test_every_single_damage_is_noticed_or_harmless() -> None:
    run = standing()
    state = run.run.snapshot()
    for path in paths(state):
        for replacement in (None, "x", -1, [], {}):
            broken = copy.deepcopy(state)
            place: Any = broken
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = replacement
            try:
                restored = Run.restore(run.process, run.world, broken)
                restored.open_tasks(), restored.wake_at(), restored.marks()
                restored.receive("m", "k", {"ready": True})
                for task in restored.open_tasks():
                    restored.complete(task.id, {"v": 2})
            except EngineError:
                continue


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places inside a JSON value, case data apart: any value may stand there."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[tuple[Any, ...]] = []
    for key, inner in entries:
        if key != "data":
            found += [(*before, key), *paths(inner, (*before, key))]
    return found
