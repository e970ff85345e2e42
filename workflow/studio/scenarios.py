"""Plays scenarios: what people enter and when, the path the process takes, and every difference. No database.

What is entered passes the same form check as on a page, operations are written down instead of done, and the clock
moves only when the scenario says so. One code for the tests, the command line and the studio.
"""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workflow import engine
from workflow.engine import Text
from workflow.studio.expectations import compare_calls, compare_outcome, compare_path, compare_step
from workflow.studio.playing import Player, Refused, operations_of
from workflow.studio.scenario_files import Scenario, ScenarioInvalid, Step, read, read_folder

__all__ = [
    "Played", "Scenario", "ScenarioInvalid", "Step", "conclude", "follow", "operations_of", "play", "read",
    "read_folder",
]  # fmt: skip


@dataclass
class Played:
    """What happened: the elements passed in order, the operations called, and every difference from the scenario."""

    path: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    outcome: str | None = None
    differences: list[Text] = field(default_factory=list)
    broke_off: bool = False
    """Whether a step could not be taken, so that no further ones were; the last difference says why."""

    @property
    def ok(self) -> bool:
        """Whether everything went as the scenario says."""
        return not self.differences


def play(scenario: Scenario, bundle: engine.Bundle, process: engine.Process, *, reload: bool = False) -> Played:
    """Play a scenario from its first step to its last.

    `reload`: between all steps the run is turned into text and read back, as between two requests of the service.
    Never raises for what the process does; that is told in `differences`.
    """
    player = Player(scenario, bundle, process)
    return conclude(follow(player, reload=reload), player)


def follow(player: Player, *, reload: bool = False) -> Played:
    """Begin the player's case and take the steps of its scenario, as far as they can be taken."""
    played, number = Played(player.path, player.calls), 0
    try:
        player.begin()
        for number, step in enumerate(player.scenario.steps, start=1):
            if reload:
                player.reload(json.loads(json.dumps(player.run.snapshot())))
            _take(player, step)
            played.differences += compare_step(number, step.then, player.run)
    except Refused as refused:
        played.broke_off = True
        why = refused.message
        played.differences.append(Text(f"第{number}步：{why.zh}", f"step {number}: {why.en}") if number else why)
    return played


def conclude(played: Played, player: Player) -> Played:
    """Compare the whole way with what the scenario expects of it; a case that broke off has no whole way."""
    if not played.broke_off:
        scenario = player.scenario
        played.outcome = player.outcome
        if "path" in scenario.expects:
            played.differences += compare_path(scenario.path, player.path)
        if "outcome" in scenario.expects:
            played.differences += compare_outcome(scenario.outcome, player.outcome)
        played.differences += compare_calls(scenario.calls, player.calls)
    return played


def _take(player: Player, step: Step) -> None:
    if step.complete is not None:
        player.enter(player.task(step.complete), step.values)
    if step.send is not None:
        player.send(step.send, step.values)
    if step.wait is not None or step.until is not None:
        player.advance(step.until or player.now + (step.wait or timedelta()))
