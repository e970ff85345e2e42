"""Inbox and tasks over the interface: list, read, claim, release, draft, complete."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from web.api import PREFIX, schemas, showing
from web.api.gate import actor, scope, write
from web.services import now, work
from workflow import inbox
from workflow.once import Answer

blueprint = Blueprint("api_tasks", __name__, url_prefix=PREFIX, description="待办 · Inbox and tasks")


@blueprint.route("/inbox")
@scope("tasks:read")
@blueprint.arguments(schemas.Tab, location="query")
@blueprint.response(200, schemas.Inbox)
def index(query: dict[str, str]) -> dict[str, Any]:
    """One tab of your inbox, the most pressing first."""
    with work() as session:
        rows = inbox.list_tasks(session, actor(), query["tab"], now())
        return {"tasks": rows, "counts": inbox.count(session, actor())}


@blueprint.route("/tasks/<uuid:task_id>")
@scope("tasks:read")
@blueprint.response(200, schemas.TaskPage)
def show(task_id: UUID) -> dict[str, Any]:
    """A task with its form."""
    with work() as session:
        view = inbox.open_task(session, actor(), task_id, now())
    task = view.task
    return {
        "task": task,
        "may_claim": task.may_claim,
        "may_release": task.may_release,
        "may_complete": task.may_complete,
        "form": showing.form(view.bound),
        "next_steps": view.next_steps,
    }


@blueprint.route("/tasks/<uuid:task_id>/claim", methods=["POST"])
@scope("tasks:write")
@blueprint.alt_response(200)
def claim(task_id: UUID) -> Response:
    """Take a task on. Needs an Idempotency-Key."""

    def do(session: Session) -> Answer:
        inbox.claim(session, actor(), task_id, now())
        return Answer(200, {"task_id": str(task_id)})

    return write(do)


@blueprint.route("/tasks/<uuid:task_id>/release", methods=["POST"])
@scope("tasks:write")
@blueprint.alt_response(200)
def release(task_id: UUID) -> Response:
    """Give a task back. Needs an Idempotency-Key."""

    def do(session: Session) -> Answer:
        inbox.release(session, actor(), task_id, now())
        return Answer(200, {"task_id": str(task_id)})

    return write(do)


@blueprint.route("/tasks/<uuid:task_id>/draft", methods=["PUT"])
@scope("tasks:write")
@blueprint.arguments(schemas.Values)
@blueprint.alt_response(200)
def draft(body: dict[str, Any], task_id: UUID) -> Response:
    """Keep what is filled in so far. Needs an Idempotency-Key."""

    def do(session: Session) -> Answer:
        form = inbox.form_of(session, actor(), task_id)
        inbox.save_draft(session, actor(), task_id, showing.raw(form, body["values"]))
        return Answer(200, {"task_id": str(task_id)})

    return write(do)


@blueprint.route("/tasks/<uuid:task_id>/complete", methods=["POST"])
@scope("tasks:write")
@blueprint.arguments(schemas.Values)
@blueprint.alt_response(200, schema=schemas.Done)
def complete(body: dict[str, Any], task_id: UUID) -> Response:
    """Complete a task and move its process on. Needs an Idempotency-Key."""

    def do(session: Session) -> Answer:
        form = inbox.form_of(session, actor(), task_id)
        done = inbox.complete(session, actor(), task_id, showing.raw(form, body["values"]), now())
        return Answer(200, schemas.Done().dump(done))

    return write(do)
