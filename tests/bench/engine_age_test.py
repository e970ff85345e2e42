"""A process costs the same on its first day and in its tenth year (architecture.md, decision 5)."""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.workflow.engine.build import (
    Bundle,
    Play,
    boundary,
    bundle,
    each,
    end,
    gateway,
    service,
    start,
    sub,
    timer,
    user,
)
from workflow.engine import Run

# Drawings are laid out by hand.
# fmt: off

TURNS = 10_000
WITHIN = 1.2
ROUNDS = 4


def once(run: Play, step: Callable[[Play], None]) -> float:
    """Seconds for restore, one step, save: what a completion costs the engine."""
    state = json.dumps(run.run.snapshot())
    began = time.perf_counter()
    run.run = Run.restore(run.process, run.world, json.loads(state))
    step(run)
    json.dumps(run.run.snapshot())
    spent = time.perf_counter() - began
    run.run.take_trace()
    return spent


def ages(of: Bundle, step: Callable[[Play], None], turns: int = TURNS) -> tuple[float, float, int, int]:
    """Seconds a turn when young and when old, and the two snapshot sizes.

    Both are measured in turn, and the faster quarter counts: other work on the machine hits both alike.
    """
    young, old = (Play(of, {"done": False}, operations={"count": lambda inputs: None}) for _ in range(2))
    for _ in range(10):
        step(young)
    for _ in range(turns):
        step(old)
        old.run.take_trace()
    at_ten = young.run.snapshot()
    sizes = len(json.dumps(at_ten)), len(json.dumps(old.run.snapshot()))
    # What grows with age shows in every round; what else goes on in the machine does not.
    first, last = min((_both(young, at_ten, old, step) for _ in range(ROUNDS)), key=lambda times: times[1] / times[0])
    print(f"turn 10: {first * 1e6:.0f} us, {sizes[0]} bytes; turn {turns}: {last * 1e6:.0f} us, {sizes[1]} bytes")
    return first, last, *sizes


def _both(young: Play, at_ten: Any, old: Play, step: Callable[[Play], None]) -> tuple[float, float]:
    spent: tuple[list[float], list[float]] = [], []
    now = young.now
    for _ in range(150):
        young.now = now
        young.run = Run.restore(young.process, young.world, at_ten)
        spent[0].append(once(young, step))
        spent[1].append(once(old, step))
    return statistics.quantiles(spent[0])[0], statistics.quantiles(spent[1])[0]


def complete_first(run: Play) -> None:
    run.run.complete(run.run.open_tasks()[0].id, {"x": 1})


def loop() -> Bundle:
    return bundle(
        start("s"), gateway("exclusive", "again"), user("a"), service("count", "count"), gateway("exclusive", "g",
                                                                                                 "g_again"),
        end("e"), flows="s > again > a > count > g; g > e : done; g > again")


def loop_with_parallel_block_and_reminder() -> Bundle:
    return bundle(
        start("s"), gateway("exclusive", "again"), gateway("parallel", "split"), user("a"), user("b"),
        boundary("late", "a", timer("R/PT1H", "timeCycle"), interrupting=False), gateway("parallel", "join"),
        sub("inside", start("is"), service("count", "count"), end("ie"), flows="is > count > ie"),
        gateway("exclusive", "g", "g_again"), end("e"), end("f"),
        flows="s > again > split > a > join > inside > g; split > b > join; g > e : done; g > again; late > f")


@pytest.mark.parametrize("drawing", [loop(), loop_with_parallel_block_and_reminder()], ids=["loop", "block"])
def test_turn_ten_thousand_costs_what_turn_ten_does(drawing: Bundle) -> None:
    young, old, young_size, old_size = ages(drawing, complete_first)
    assert old_size <= young_size * WITHIN
    assert old <= young * WITHIN


def test_a_cycle_timer_costs_the_same_after_thousands_of_firings() -> None:
    drawing = bundle(
        start("s"), user("a"), boundary("r", "a", timer("R/PT1H", "timeCycle"), interrupting=False),
        service("n", "count"), end("e"), end("f"), flows="s > a > e; r > n > f")

    def an_hour(run: Play) -> None:
        run.later(hours=1)

    young, old, young_size, old_size = ages(drawing, an_hour, 3_000)
    assert old_size <= young_size * WITHIN
    assert old <= young * WITHIN


def test_a_sequential_multi_instance_does_not_slow_down() -> None:
    run = Play(bundle(start("s"), user("a", each("xs", output="r", output_item="x", sequential=True)), end("e"),
                      flows="s > a > e"),
               {"xs": list(range(1_000))})
    first = len(json.dumps(run.run.snapshot()))
    for _ in range(999):
        complete_first(run)
    assert len(json.dumps(run.run.snapshot())) <= first * WITHIN
    complete_first(run)
    assert run.state == "completed"


def test_a_thousand_parallel_instances_complete_and_nothing_is_lost() -> None:
    run = Play(bundle(
        start("s"), sub("many", start("is"), user("a"), service("n", "count"), end("ie"), flows="is > a > n > ie",
                        repeat=each("xs", "x", output="r", output_item="x * 2")),
        user("z"), end("e"), flows="s > many > z > e"), {"xs": list(range(1_000))},
        operations={"count": lambda inputs: None})
    began = time.perf_counter()
    tasks = run.run.open_tasks()
    assert len(tasks) == 1_000
    for number, task in enumerate(reversed(tasks)):
        if number % 50 == 0:
            run.run = Run.restore(run.process, run.world, json.loads(json.dumps(run.run.snapshot())))
        run.run.complete(task.id, {})
    print(f"1000 parallel subprocesses: {time.perf_counter() - began:.2f} s")
    assert run.data["r"] == [number * 2 for number in range(1_000)]
    assert run.open() == ["z"]


def test_a_thousand_parallel_tasks_complete_in_any_order_and_nothing_is_lost() -> None:
    several = each("xs", "x", output="r", output_item="x * 2 + n")
    run = Play(bundle(start("s"), user("a", several), user("z"), end("e"), flows="s > a > z > e"),
               {"xs": list(range(1_000))})
    tasks = [task.id for task in run.run.open_tasks()]
    assert len(tasks) == 1_000
    for number in range(1_000):
        if number % 50 == 0:
            run.run = Run.restore(run.process, run.world, json.loads(json.dumps(run.run.snapshot())))
        # 389 and 1,000 have no common divisor, so each is done once.
        run.run.complete(tasks[number * 389 % 1_000], {"n": 1})
    assert run.data["r"] == [number * 2 + 1 for number in range(1_000)]
    assert run.open() == ["z"]
