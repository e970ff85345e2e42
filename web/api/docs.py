"""The document of the interface, as JSON and as a page to read and to try it."""

from flask import Blueprint, Response, current_app, jsonify, render_template

from web import api
from web.access import signed_in

blueprint = Blueprint("api_docs", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
@signed_in
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(api.document(current_app))


@blueprint.get("/docs")
@signed_in
def show() -> str:
    """The same to read, with a form to try each request with a token."""
    return render_template("api.html")
