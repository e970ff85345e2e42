"""What a command that needs the database opens first: configuration and keys, the database, a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from models import migrations
from web import config as configuration
from web import postgres, serving
from web.config import Config
from workflow.errors import CareRelayError
from workflow.transaction import transaction


@contextmanager
def database(*, migrate: bool) -> Iterator[Config]:
    """The configuration with a database that is up to date; what cannot be started ends with one plain sentence."""
    try:
        with postgres.ready(configuration.read()) as config:
            config.use_keys()
            if migrate:
                migrations.upgrade(config.database_url)
            yield config
    except (configuration.ConfigInvalid, postgres.PostgresFailed, serving.PortTaken) as error:
        raise click.ClickException(str(error)) from error
    except CareRelayError as error:
        raise click.ClickException(f"{error.code} {error.details}") from error


@contextmanager
def sessions(config: Config) -> Iterator[sessionmaker[Session]]:
    """A session factory on connections of its own."""
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        yield sessionmaker(engine, expire_on_commit=False)
    finally:
        engine.dispose()


@contextmanager
def work(config: Config) -> Iterator[Session]:
    """One transaction on a connection of its own."""
    with sessions(config) as factory, transaction(factory) as session:
        yield session
