"""The Flask application: `create_app` puts it together; everything it needs is handed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from web import access, api, bundles, errors, i18n, labels, logs, pages, security, services
from web.config import Config


class Application(Flask):
    """Flask, but what goes wrong while an error page is drawn is logged without the error's own text too."""

    def log_exception(self, exc_info: Any) -> None:
        """Log where it came from; see `errors.describe`."""
        self.logger.error("%s", errors.describe(exc_info[1], errors.new_reference()))


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
    app = Application("web")
    logs.install(app)
    services.install(app, config, sessions, clock)
    security.install(app, config)
    i18n.install(app)
    labels.install(app)
    access.install(app)
    errors.install(app)
    bundles.install(app)
    pages.install(app)
    api.install(app)
    return app
