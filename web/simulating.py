"""Shows a case at the terminal while it is played, and lets a person play on where the answers end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from web.answering import fill_in, read_line
from web.telling import both, local, named, plain
from workflow.engine import Bundle, OpenTask, Passage, Process, RunState, Text
from workflow.studio import scenario_files, scenarios
from workflow.studio.playing import Called, ClockMoved, Happening, Player, Refused

REACHED, NOT_REACHED = 0, 2
"""Exit codes: all went as it should; an answer was refused or is missing, an incident, or other than expected."""


@dataclass(frozen=True)
class Asking:
    """Who answers when the answers given have run out."""

    forced: bool
    """Ask in any case, even where the file says that the case stays open."""
    terminal: bool
    """Somebody sits there who could be asked."""


def simulate(bundle: Bundle, process: Process, answers: Path | None, asking: Asking, now: datetime) -> int:
    """Play a case from its start with the answers given, then with those asked for; give the exit code."""
    try:
        scenario = scenario_files.read_answers(answers, now) if answers else scenario_files.unscripted(now)
    except scenario_files.ScenarioInvalid as invalid:
        click.echo(f"{plain(invalid.file)}: {both(invalid.message)}")
        return NOT_REACHED
    player = Player(scenario, bundle, process, watch=lambda happening: _show(happening, player))
    click.echo(f"模拟 / simulating: {named(process.name, process.process_id)}")
    click.echo(f"◷ {local(player.now, player.moment.zone)}")
    try:
        return _play(player, asking)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n已停止 / stopped")
        _show_standing(player)
        return NOT_REACHED


def _play(player: Player, asking: Asking) -> int:
    played = scenarios.follow(player)
    stays_open = "outcome" in player.scenario.expects and player.scenario.outcome is None
    if not played.broke_off and (asking.forced or (asking.terminal and not stays_open)):
        try:
            _play_on(player)
        except Refused as refused:
            played.broke_off = True
            played.differences.append(refused.message)
    scenarios.conclude(played, player)
    for difference in played.differences:
        click.echo(f"✗ {plain(difference.zh)}\n  {plain(difference.en)}")
    if not played.broke_off and player.run.state is RunState.COMPLETED:
        click.echo(f"■ 结果 / outcome: {_named(player, player.outcome) if player.outcome else '-'}")
        return NOT_REACHED if played.differences else REACHED
    _show_standing(player)
    if stays_open and not played.differences:
        return REACHED
    if not played.broke_off:
        click.echo("  答案已用完 / no answers are left")
    return NOT_REACHED


def _play_on(player: Player) -> None:
    """Ask what happens next until the case is at its end, or waits for something that nobody here can give."""
    while player.run.state is RunState.ACTIVE:
        choices = _choices(player)
        if not choices:
            return
        click.echo("接下来 / what happens next:")
        for key, (words, _) in choices.items():
            click.echo(f"  {key}  {words}")
        click.echo("  q  停止 / stop")
        while (typed := read_line("选择 / choose", next(iter(choices))).lower()) not in choices:
            if typed == "q":
                raise click.Abort
            click.echo("  ✗ 没有这一项。/ There is no such choice.")
        choices[typed][1]()


def _choices(player: Player) -> dict[str, tuple[str, Callable[[], None]]]:
    """What can happen next, by what is typed for it: its words, and what does it."""
    found: dict[str, tuple[str, Callable[[], None]]] = {}
    zone = player.moment.zone
    for number, task in enumerate(player.run.open_tasks(), start=1):
        due = f" · 期限 / due {local(task.due_at, zone)}" if task.due_at else ""
        person = f" · {plain(task.assignee)}" if task.assignee else ""
        words = f"{named(task.name, task.element_id)} · {plain(task.role)}{person}{due}"
        found[str(number)] = (words, partial(_complete, player, task))
    for number, message in enumerate(dict.fromkeys(each.message for each in player.run.awaited()), start=1):
        words = f"收到消息 / the message arrives: {plain(message)}"
        found[f"m{number}"] = (words, partial(_send, player, message))
    timer = player.run.wake_at()
    if timer is not None:
        words = f"快进到下一次计时 / fast-forward to the next timer: {local(timer, zone)}"
        found["t"] = (words, partial(player.advance, max(timer, player.now)))
    return found


def _complete(player: Player, task: OpenTask) -> None:
    click.echo(f"▷ {named(task.name, task.element_id)}")
    player.complete(task, fill_in(player.fill(task)))


def _send(player: Player, message: str) -> None:
    """Ask what the message carries, and send it."""
    while True:
        typed = read_line("  消息内容 / what it carries", "{}")
        try:
            values = scenario_files.read_values(message, typed)
        except scenario_files.ScenarioInvalid as invalid:
            click.echo(f"    ✗ {both(invalid.message)}")
        else:
            return player.send(message, values)


def _show(happening: Happening, player: Player) -> None:
    match happening:
        case Passage():
            click.echo(f"● {named(happening.name, happening.element_id)}")
        case Called():
            inputs = ", ".join(f"{plain(name)}={plain(str(value))}" for name, value in happening.inputs.items())
            click.echo(f"    → {plain(happening.operation)}({inputs})")
        case ClockMoved():
            click.echo(f"◷ {local(happening.now, player.moment.zone)}")


def _show_standing(player: Player) -> None:
    """Say where an unfinished case stands, and what it waits for."""
    if not player.has_begun:
        return
    where = [_named(player, element_id) for element_id in player.run.marks()["active"]]
    click.echo(f"■ 未结束，停在 / not at its end, stands at: {'; '.join(where) or '-'}")
    timer = player.run.wake_at()
    if timer is not None:
        click.echo(f"  下一次计时 / next timer: {local(timer, player.moment.zone)}")
    for awaited in player.run.awaited():
        click.echo(f"  等待消息 / waits for the message: {plain(awaited.message)}")


def _named(player: Player, element_id: str) -> str:
    step = player.process.steps.get(element_id)
    return named(step.name if step else Text("", ""), element_id)
