"""Administration, one module a subject; `blueprint` gathers them under /admin."""

from flask import Blueprint, request

from web.views.admin import accounts, agreements, areas, bindings, history, home, lookups, organisations, settings
from web.views.session import switch_language

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
for _module in (home, organisations, accounts, agreements, areas, lookups, settings, bindings, history):
    blueprint.register_blueprint(_module.blueprint)


@blueprint.before_request
def _switch() -> None:
    """The language buttons of a form page send the form: switch before its first word is written."""
    if language := request.form.get("_language"):
        switch_language(language)
