"""The open cases that a new referral may double: those of the same human being first, then the station's newest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, literal, select, union
from sqlalchemy.orm import aliased

from models import Case, Person, PersonLink
from workflow.engine import Text
from workflow.forms import Choice
from workflow.records import masking, states

SOURCE = "cases:open"
MOST = 200
"""Cases offered besides those of the same human being; whoever needs an older one first says whose records they are."""
LIKELY, ALIAS = "likely", "alias"
NOTE = Text("可能是同一人", "may be the same person")


def columns(station_id: UUID | None, case_id: UUID | None) -> tuple[list[Any], Any]:
    """What to select of each case (number, name, marks), and the condition; without a statement of its own.

    Every part goes by an index, however many cases and people there are. A case is never its own duplicate.
    """
    is_open = and_(Case.organisation_id == station_id, Case.id != case_id, Case.state.in_(states.OPEN))
    newest = select(Case.id).where(is_open).order_by(Case.opened_at.desc(), Case.id.desc()).limit(MOST).correlate(None)
    likely = select(Case.id).where(is_open, Case.subject_id.in_(_alike(case_id))).correlate(None)
    marks = case((Case.id.in_(likely), LIKELY), else_="") + literal(" ") + case((Person.name_is_alias, ALIAS), else_="")
    # Not "one or the other": a union of ids lets each part go by its index.
    return [Case.id, Case.number, Person.name, marks], Case.id.in_(union(newest, likely))


def choice(value: str, number: str, name: str, marks: str) -> Choice:
    """One case to choose, the name masked."""
    words = f"{number} {masking.mask_name(Person(name=name, name_is_alias=ALIAS in marks))}"
    return Choice(value, Text(words, words), NOTE if LIKELY in marks else None)


def _alike(case_id: UUID | None) -> Any:
    """The record of the case, those with a number in common, and those found to be the same; decided by the tokens."""
    mine, other = aliased(Person), aliased(Person)
    subject = select(Case.subject_id).where(Case.id == case_id).correlate(None).scalar_subquery()

    def sharing(one: Any, another: Any) -> Select[Any]:
        joined = select(other.id).join(mine, and_(one == another, other.organisation_id == mine.organisation_id))
        return joined.where(mine.id == subject)

    return union(
        select(mine.id).where(mine.id == subject),
        sharing(other.id_number_token, mine.id_number_token),
        sharing(other.record_number_token, mine.record_number_token),
        sharing(other.phone_token, mine.phone_token),
        select(PersonLink.other_id).where(PersonLink.person_id == subject, PersonLink.same),
        select(PersonLink.person_id).where(PersonLink.other_id == subject, PersonLink.same),
    )
