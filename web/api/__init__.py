"""The JSON interface: the same use cases as the pages, for programs that act with a person's access token.

Every request carries `Authorization: Bearer <token>`; every write also an `Idempotency-Key`. The document of it all is
made from the code: /api/openapi.json, to be read at /api/docs.
"""

from typing import Any

from flask import Flask
from flask_smorest import Api

from web.api import errors

VERSION = "v1"
PREFIX = f"/api/{VERSION}"


class Interface(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's Api, without its error pages and its own document page: ours speak both languages."""

    def _register_error_handlers(self) -> None:
        """Leave all errors to web.errors."""


def install(app: Flask) -> None:
    """Register the blueprints, and free them of the token that pages' forms carry: no cookie counts here."""
    from web.api import cases, directory, docs, referrals, tasks

    app.config.update(API_TITLE="CareRelay 社工接力", API_VERSION=VERSION, OPENAPI_VERSION="3.0.3")
    errors.install(app)
    interface = Interface(app)
    interface.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    interface.spec.options["security"] = [{"token": []}]
    interface.spec.options["info"] = {"description": (__doc__ or "").strip()}
    for module in (referrals, tasks, cases, directory):
        interface.register_blueprint(module.blueprint)
        app.extensions["csrf"].exempt(module.blueprint)
    app.register_blueprint(docs.blueprint)
    app.extensions["carerelay_interface"] = interface


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = app.extensions["carerelay_interface"].spec.to_dict()
    return found
