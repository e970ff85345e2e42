"""Commands that guard what is kept: `carerelay audit verify`, and `carerelay keys list`, `add`, `reseal`, `remove`."""

import sys

import click

from models.sealed import Keyring, keyring
from web import data_keys
from web.command import database, sessions, work
from web.config import Config
from workflow import resealing, verifying
from workflow.errors import Conflict
from workflow.records import file_upkeep
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


@keys.command("list")
def list_keys() -> None:
    """Name the keys, newest first, with how many sealed values need each."""
    with database(migrate=False) as config, work(config) as session:
        needed = resealing.needed(session) + file_upkeep.needed(session, config.attachments_dir)
        lying_open = needed.pop("", 0)
        for number, key in enumerate(keyring().keys):
            note = "用于封存 / seals" if number == 0 else "只用于打开 / only opens"
            click.echo(f"{key.id}  {needed.pop(key.id, 0)}  {note}")
        for retired in keyring().retired:
            click.echo(
                f"{retired.id}  {needed.pop(retired.id, 0)}  已移除，只核对历史 / removed, only verifies history"
            )
        for name, values in sorted(needed.items()):
            click.echo(f"✗ {name}  {values}  缺少这个密钥，这些内容打不开 / this key is missing: they cannot be opened")
        if lying_open:
            click.echo(f"{lying_open} 个旧文件还没有封存，请运行 keys reseal / old files are not sealed: keys reseal")
        if needed:
            sys.exit(1)


@keys.command("add")
def add_key() -> None:
    """Make a new key that seals from now on; what is sealed already stays readable. Then run: keys reseal."""
    with database(migrate=False) as config:
        ring = keyring().with_fresh()
        _keep(config, ring, f"{ring.newest.id} 已加入 / was added")
        if config.data_keys_file is None:
            first, *others = ring.write().split()
            click.echo(
                "先在每台机器上用下面第一行并重启，再换成第二行并重启，然后 keys reseal。/\n"
                "Use the first line on every machine and restart, then the second, restart, and run keys reseal.\n"
                f"1  CARERELAY_DATA_KEYS={' '.join([*others, first])}\n2  CARERELAY_DATA_KEYS={ring.write()}"
            )


@keys.command("reseal")
def reseal() -> None:
    """Seal everything with the newest key, while the service runs; a run that was stopped goes on where it was."""
    with database(migrate=False) as config, sessions(config) as factory:
        click.echo(f"用 {keyring().newest.id} 重新封存 / sealing with {keyring().newest.id}")
        for progress in resealing.reseal(factory):
            click.echo(f"  {progress.table}  {progress.done}/{progress.of}")
        for done, total in file_upkeep.reseal(factory, config.attachments_dir):
            click.echo(f"  files  {done}/{total}")
        click.echo("✓ 完成 / done")


@keys.command("remove")
@click.argument("name")
def remove_key(*, name: str) -> None:
    """Remove a key that no row needs any more. Backups made before need it still: keep a copy with them."""
    with database(migrate=False) as config, work(config) as session:
        try:
            resealing.refuse_needed(session, name)
            file_upkeep.refuse_needed(session, config.attachments_dir, name)
        except Conflict as refused:
            raise click.ClickException(_refusals(name)[refused.code].format(**refused.details)) from refused
        _keep(config, keyring().without(name), f"{name} 已移除，历史仍可核对 / was removed; history stays verifiable")
        if config.data_keys_file is None:
            click.echo(f"CARERELAY_DATA_KEYS={keyring().without(name).write()}")


def _refusals(name: str) -> dict[str, str]:
    return {
        "key_is_newest": f"{name} 正在用于封存，请先 keys add / seals now: run keys add first",
        "key_still_needed": f"还有 {{values}} 处内容需要 {name}，请先 keys reseal / "
        f"{{values}} values still need {name}: run keys reseal first",
    }


def _keep(config: Config, ring: Keyring, said: str) -> None:
    """Write the file of the keys, where there is one; whoever gave them in the environment has to do it there."""
    if config.data_keys_file is not None:
        data_keys.replace(config.data_keys_file, ring)
        click.echo(f"{said}: {config.data_keys_file}")
