"""Shows a case at the terminal while it is played, and lets a person play on where the answers end."""

from dataclasses import dataclass
from datetime import datetime
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
        tasks, timer = player.run.open_tasks(), player.run.wake_at()
        if not tasks and timer is None:
            return
        chosen = _choose(player, tasks, timer)
        if chosen is None:
            player.advance(max(timer or player.now, player.now))
        else:
            click.echo(f"▷ {named(chosen.name, chosen.element_id)}")
            player.complete(chosen, fill_in(player.fill(chosen)))


def _choose(player: Player, tasks: list[OpenTask], timer: datetime | None) -> OpenTask | None:
    """The task that the person wants to do; None to let time pass until the next timer."""
    zone = player.moment.zone
    click.echo("待办 / open tasks:")
    for number, task in enumerate(tasks, start=1):
        due = f" · 期限 / due {local(task.due_at, zone)}" if task.due_at else ""
        person = f" · {plain(task.assignee)}" if task.assignee else ""
        click.echo(f"  {number}  {named(task.name, task.element_id)} · {plain(task.role)}{person}{due}")
    if timer is not None:
        click.echo(f"  t  快进到下一次计时 / fast-forward to the next timer: {local(timer, zone)}")
    click.echo("  q  停止 / stop")
    choices = {str(number): task for number, task in enumerate(tasks, start=1)}
    while True:
        typed = read_line("选择 / choose", "1" if tasks else "t").lower()
        if typed == "q":
            raise click.Abort
        if typed == "t" and timer is not None:
            return None
        if typed in choices:
            return choices[typed]
        click.echo("  ✗ 没有这一项。/ There is no such choice.")


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
    elif not player.run.open_tasks() and player.run.state is RunState.ACTIVE:
        click.echo("  等待模拟之外的消息或信号 / waits for a message or signal from outside the simulation")


def _named(player: Player, element_id: str) -> str:
    step = player.process.steps.get(element_id)
    return named(step.name if step else Text("", ""), element_id)
