"""What every view needs from outside: settings, the session factory, the clock, and the transaction of a request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from web.config import Config
from workflow.transaction import transaction


@dataclass(frozen=True)
class Services:
    """The application's collaborators, built once by `create_app` and handed to nobody else."""

    config: Config
    sessions: sessionmaker[Session]
    clock: Callable[[], datetime]


def install(
    app: Flask, config: Config, sessions: sessionmaker[Session] | None, clock: Callable[[], datetime] | None
) -> None:
    """Attach the services to the application; tests pass their own session factory and clock."""
    if config.data_keys:
        config.use_keys()
    if sessions is None:
        # hide_parameters keeps what people typed out of error messages, and so out of the log.
        engine = create_engine(config.database_url, hide_parameters=True, pool_pre_ping=True)
        sessions = sessionmaker(engine, expire_on_commit=False)
    app.extensions["carerelay"] = Services(config, sessions, clock or (lambda: datetime.now(UTC)))


def services() -> Services:
    """Return the services of the current application."""
    return cast(Services, current_app.extensions["carerelay"])


def work() -> AbstractContextManager[Session]:
    """Open one transaction: committed at the end of the block, rolled back when the block raises."""
    return transaction(services().sessions)


def now() -> datetime:
    """Return the instant of this request (aware, UTC): read once, so that one page never disagrees with itself."""
    if "now" not in g:
        g.now = services().clock()
    return cast(datetime, g.now)
