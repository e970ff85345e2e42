"""Commands for the register of people: `carerelay people reindex`."""

import click

from web.command import database, sessions
from workflow.records import reindexing


@click.group()
def people() -> None:
    """The register of people."""


@people.command("reindex")
@click.option("--all", "everybody", is_flag=True, help="Everybody, not only rows without search tokens.")
def reindex(*, everybody: bool) -> None:
    """Make people findable by name, pinyin and numbers: after an update from a release without search.

    Works in batches while the service runs; when it was stopped, start it again.
    """
    done = 0
    with database(migrate=True) as config, sessions(config) as factory:
        for done, total in reindexing.reindex(factory, everybody=everybody):
            click.echo(f"{done}/{total}")
    click.echo(f"✓ {done} 人已编入查询 / people indexed")
