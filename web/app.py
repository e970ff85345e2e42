"""The Flask application: `create_app` puts it together; everything it needs is handed in."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from web import access, bundles, errors, i18n, labels, pages, security, services
from web.config import Config


def create_app(
    config: Config,
    *,
    sessions: sessionmaker[Session] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Flask:
    """Build the application.

    `sessions` and `clock` are for tests: they replace the pool on `config.database_url`, and the real time.
    Raises FileNotFoundError when a language has no catalogue.
    """
    app = Flask("web")
    services.install(app, config, sessions, clock)
    security.install(app, config)
    i18n.install(app)
    labels.install(app)
    access.install(app)
    errors.install(app)
    bundles.install(app)
    pages.install(app)
    return app
