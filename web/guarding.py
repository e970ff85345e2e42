"""Commands that guard what is kept: `carerelay audit verify`."""

import sys

import click

from web.command import database, work
from workflow import verifying
from workflow.verifying import Break, What

WHAT = {
    What.CHANGED: ("内容被改过", "its content was changed"),
    What.REMOVED: ("这里的事件被删掉了", "the event that stood here was removed"),
    What.INSERTED: ("这条事件是塞进来的", "this event was inserted"),
    What.MOVED: ("与后一条的次序被调换", "it was swapped with the one after it"),
    What.HEAD_DIFFERS: ("链的末端与记下的不一致", "the end of the chain differs from the head that is kept"),
    What.OLD_DIFFER: (
        "旧版本留下的事件、或其后第一条被改过",
        "events of an old release, or the first after them, changed",
    ),
    What.KEY_MISSING: ("缺少核对用的密钥，或标记被改过", "the key it names is missing, or its mark was changed"),
}


@click.group()
def audit() -> None:
    """The record of what happened."""


@audit.command("verify")
@click.option("--case", "number", metavar="NUMBER", help="Only the events of this case, e.g. CR2026-000123.")
def verify(*, number: str | None) -> None:
    """Check that no event was changed, removed or inserted; exit code 1 when one was."""
    found = verifying.Found()
    with database(migrate=False) as config, work(config) as session:
        for broken in verifying.verify(session, found, number):
            click.echo(_told(broken))
    click.echo(
        f"{found.chains} 条链、{found.events} 条事件已核对；旧版本的事件 {found.old} 条 / "
        f"{found.events} events in {found.chains} chains verified; {found.old} of older releases"
    )
    if found.broken:
        click.echo(f"✗ {found.broken} 条链断裂 / {found.broken} broken")
        sys.exit(1)
    click.echo("✓ 没有发现改动 / nothing was tampered with")


def _told(broken: Break) -> str:
    whose = broken.case_number or "不属于个案的事件 / events without case"
    zh, en = WHAT[broken.what]
    event = str(broken.event_id) if broken.event_id else "—"
    return f"✗ {whose}  第 {broken.place} 条 / place {broken.place}  {event}  {zh} / {en}"


@click.group()
def keys() -> None:
    """Keys that seal names, numbers and everything people wrote."""
