"""The first organisations of an installation, from the command line: somebody must be an administrator somewhere."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Organisation, OrganisationKind
from workflow.administration.editing import form
from workflow.administration.noting import note
from workflow.administration.organisations import BELOW
from workflow.audit import Kind
from workflow.errors import Conflict, Invalid, NotFound


def found(
    session: Session, kind: str, code: str, name: str, name_en: str, under: str | None, now: datetime
) -> Organisation:
    """Add an organisation, below the one with the code `under`, and record it.

    Raises Invalid (kind, code or name), NotFound (the one above), Conflict (code taken).
    """
    parent = session.scalar(select(Organisation).where(Organisation.code == under)) if under else None
    if under and parent is None:
        raise NotFound("organisation_not_found", organisation=under)
    possible = [each.value for each in BELOW.get(parent.kind if parent else None, ())]
    if kind not in possible:
        raise Invalid("unknown_kind", kind=kind, known=possible)
    pattern = next(field.pattern for field in form("organisation").fields if field.key == "code")
    if not re.fullmatch(pattern or "", code) or not name.strip():
        raise Invalid("organisation_incomplete")
    if session.scalar(select(Organisation.id).where(Organisation.code == code)) is not None:
        raise Conflict("code_taken", organisation=code)
    place = Organisation(
        kind=OrganisationKind(kind), code=code, name=name.strip(), name_en=name_en.strip(),
        parent_id=parent.id if parent else None,
    )  # fmt: skip
    session.add(place)
    session.flush()
    note(session, Kind.ADMIN_ORGANISATION, None, now, "added", [place.id], organisation_id=str(place.id), of_kind=kind)
    return place
