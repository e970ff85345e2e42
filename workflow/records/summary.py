"""The head of a case page: who it is about, where it stands, who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from models import Case, Organisation, Person, User
from workflow.clock.calendar import TIMEZONE
from workflow.engine import Text
from workflow.errors import NotFound
from workflow.records import masking

_Ward = aliased(Organisation)
_Station = aliased(Organisation)
_Responsible = aliased(User)


@dataclass(frozen=True)
class CaseSummary:
    """What a reader of the case sees first; `subject` is the name as this reader may see it."""

    case_id: UUID
    number: str
    subject: str
    sex: str | None
    age: int | None
    state: str
    level: str | None
    organisation: Text
    ward: Text
    responsible: str | None
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None


def statement() -> Select[*tuple[Any, ...]]:
    """Select cases with everything a summary needs, in one statement."""
    return (
        select(Case, Person, _Station, _Ward, _Responsible.name)
        .join(Person, Person.id == Case.subject_id)
        .join(_Station, _Station.id == Case.organisation_id)
        .outerjoin(_Ward, _Ward.id == Case.ward_id)
        .outerjoin(_Responsible, _Responsible.id == Case.responsible_id)
    )


def load(session: Session, case_id: UUID) -> tuple[Any, ...]:
    """The row of one case. Raises NotFound."""
    row = session.execute(statement().where(Case.id == case_id)).first()
    if row is None:
        raise NotFound("case_not_found")
    return tuple(row)


def make(row: Any, now: datetime | None, *, masked: bool) -> CaseSummary:
    """Make the summary of a row of `statement`; lists mask the name and leave age and sex out."""
    case, person, station, ward, responsible = row
    day = now.astimezone(ZoneInfo(TIMEZONE)).date() if now else None
    return CaseSummary(
        case.id,
        case.number,
        masking.mask_name(person) if masked else person.name,
        None if masked else person.sex,
        None if masked or day is None else masking.age_on(person.birth_date, day),
        case.state.value,
        case.level.value if case.level else None,
        Text(station.name, station.name_en),
        Text(ward.name, ward.name_en) if ward else Text("—", "—"),
        responsible,
        case.opened_at,
        case.closed_at,
        case.outcome,
    )
