"""The inbox: what waits for me, and what I may claim."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.access import actor, needs, signed_in
from web.services import now, work
from workflow import inbox
from workflow.permissions import Permission
from workflow.registers import enquiries

blueprint = Blueprint("inbox", __name__)
TABS = ("mine", "claimable")
GROUPS = ("critical", "overdue", "soon", "later", "none")
"""Order in which the due groups stand on the page (domain.md §3.5)."""


@blueprint.get("/")
@signed_in
def home() -> Response:
    """Send people to where their day begins."""
    return redirect(url_for(".show"))


@blueprint.get("/inbox")
@needs(Permission.TASK_READ)
def show() -> str:
    """Show one tab of the inbox, grouped by how pressing the tasks are."""
    tab = request.args.get("tab", "mine")
    tab = tab if tab in TABS else "mine"
    with work() as session:
        rows = inbox.list_tasks(session, actor(), tab, now())
        counts = inbox.count(session, actor())
        asked = len(enquiries.waiting(session, actor()))
    groups = [(group, [row for row in rows if row.due_group == group]) for group in GROUPS]
    groups = [(group, found) for group, found in groups if found]
    return render_template("inbox.html", tab=tab, counts=counts, groups=groups, asked=asked)
