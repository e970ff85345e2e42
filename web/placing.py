"""The command `carerelay organisation add`: the first authority or hospital, before anybody can administer."""

from datetime import UTC, datetime

import click

from models import OrganisationKind
from web.command import database, work


@click.group()
def organisation() -> None:
    """Organisations; once somebody administers, they are added in the browser."""


@organisation.command("add")
@click.argument("code")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in OrganisationKind]))
@click.option("--name", required=True, help="Its name in Chinese.")
@click.option("--name-en", default="", help="Its name in English.")
@click.option("--under", metavar="CODE", help="Code of the hospital or authority that it belongs to.")
def add(*, code: str, kind: str, name: str, name_en: str, under: str | None) -> None:
    """Add an organisation. An administrator of an authority without one above it administers everything."""
    from workflow.administration import founding

    with database(migrate=True) as config, work(config) as session:
        founding.found(session, kind, code, name, name_en, under, datetime.now(UTC))
        click.echo(f"{code}: {name} ({kind})")
