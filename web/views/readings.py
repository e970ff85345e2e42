"""Who looked: at a case file, what happened in it, who reported, and what I looked at myself."""

from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request

from web.access import actor, needs
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import break_glass, readings

blueprint = Blueprint("readings", __name__)


@blueprint.get("/cases/<uuid:case_id>/readings")
@needs(Permission.READINGS_READ)
def show(case_id: UUID) -> str:
    """List who looked at this file, of one reader or one day if asked."""
    person, day = _uuid(request.args.get("person")), _day(request.args.get("day"))
    with work() as session:
        found = readings.of_case(session, actor(), case_id, now(), user_id=person, day=day, page=_page())
    return render_template("readings/case.html", found=found, chosen={"person": person, "day": day})


@blueprint.get("/cases/<uuid:case_id>/events")
@needs(Permission.CASE_EVENTS)
def events(case_id: UUID) -> str:
    """List what happened in a case, without content."""
    with work() as session:
        watched, page = readings.events(session, actor(), case_id, now(), _page())
    return render_template("readings/events.html", watched=watched, page=page)


@blueprint.get("/cases/<uuid:case_id>/reporter")
@needs(Permission.CASE_REPORTER)
def reporter(case_id: UUID) -> str:
    """Show who made a report, to the data-protection owner alone."""
    with work() as session:
        watched, found = break_glass.reporter(session, actor(), case_id, now())
    return render_template("readings/reporter.html", watched=watched, entries=found)


@blueprint.get("/readings")
@needs(Permission.READINGS_OWN)
def own() -> str:
    """List what the reader looked at."""
    with work() as session:
        page = readings.own(session, actor(), _page())
    return render_template("readings/own.html", page=page)


def _page() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
