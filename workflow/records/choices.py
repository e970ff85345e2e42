"""The answers of a form that only the records know: colleagues, departments, stations, open cases, own uploads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from models import Area, Attachment, Case, Organisation, OrganisationKind, Person, Service, User
from models.sealed import keyring
from workflow import lists
from workflow.engine import Text
from workflow.forms import Choice, Form
from workflow.records import duplicates, lookups, services

if TYPE_CHECKING:
    from workflow.operations.scene import Member

Choices = dict[str, Sequence[Choice]]
Rows = Select[*tuple[Any, ...]]
PEOPLE = "people:"
_KINDS: Mapping[str, OrganisationKind | None] = {
    "departments": OrganisationKind.DEPARTMENT,
    "stations": OrganisationKind.STATION,
    "agencies": OrganisationKind.AGENCY,
    "organisations": None,
}


def look_up(
    session: Session,
    form: Form,
    *,
    user_id: UUID,
    station_id: UUID | None,
    members: Iterable[Member] = (),
    case_id: UUID | None = None,
    departments: Sequence[UUID] | None = None,
) -> Choices:
    """The choices that this form needs; one statement besides `members` and lists, none when only people are asked.

    `departments`: only these, for somebody who opens a referral for their own ward. A case is never its own duplicate,
    and a station is never the other station. Files: what this person has uploaded and not yet handed in.
    """
    found: Choices = {source: [] for source in form.choice_sources}
    found |= lookups.offered(session, form.choice_sources)
    for source in form.choice_sources:
        if source.startswith(PEOPLE):
            role = source.removeprefix(PEOPLE)
            found[source] = [
                Choice(str(member.user_id), Text(member.name, member.name), _caseload(member.open_cases))
                for member in members
                if member.role == role and member.organisation_id == station_id
            ]
    if services.SOURCE in form.choice_sources:
        found[services.SOURCE] = services.offered(session, case_id)
    wanted = [_organisations(source, station_id, departments) for source in form.choice_sources if source in _KINDS]
    if "areas" in form.choice_sources:
        wanted.append(_row("areas", Area.id, Area.name, Area.name_en).where(Area.is_active))
    if duplicates.SOURCE in form.choice_sources:
        wanted.append(_open_cases(station_id, case_id))
    if form.file_paths({}):
        wanted.append(_uploads(user_id))
    if not wanted:
        return found

    listed: dict[str, list[Choice]] = {}
    for source, value, zh, en, marks in session.execute(union_all(*wanted)):
        listed.setdefault(source, []).append(_choice(source, value, zh, en, marks))
    for source, options in listed.items():
        found[source] = sorted(options, key=lambda option: (option.note is None, option.label.zh))
    return found


def of_entries(session: Session, read: Iterable[tuple[Form, Mapping[str, Any]]]) -> Choices:
    """The names behind the ids that stored values hold; a constant number of statements for any number of entries."""
    ids: dict[str, set[UUID]] = {}
    sources: set[str] = set()
    for form, values in read:
        sources |= form.choice_sources
        for source, value in _chosen(form, values):
            ids.setdefault(_table(source), set()).add(value)
    named: dict[str, list[Choice]] = {
        "user": [
            Choice(str(key), Text(name, name))
            for key, name in _pairs(
                session, select(User.id, User.name).where(User.id.in_(ids.get("user", ()))), ids, "user"
            )
        ],
        "place": [
            Choice(str(key), Text(zh, en))
            for key, zh, en in _pairs(
                session,
                select(Organisation.id, Organisation.name, Organisation.name_en).where(
                    Organisation.id.in_(ids.get("place", ()))
                ),
                ids,
                "place",
            )
        ],
        "case": [
            Choice(str(key), Text(number, number))
            for key, number in _pairs(
                session, select(Case.id, Case.number).where(Case.id.in_(ids.get("case", ()))), ids, "case"
            )
        ],
    }
    named["area"] = [
        Choice(str(key), Text(zh, en))
        for key, zh, en in _pairs(
            session, select(Area.id, Area.name, Area.name_en).where(Area.id.in_(ids.get("area", ()))), ids, "area"
        )
    ]
    named["service"] = [
        Choice(str(key), Text(zh, en or zh))
        for key, zh, en in _pairs(
            session,
            select(Service.id, Service.name, Service.name_en).where(Service.id.in_(ids.get("service", ()))),
            ids,
            "service",
        )
    ]
    looked_up: Choices = {source: named[_table(source)] for source in sources if not lists.name_of(source)}
    return looked_up | lookups.readable(session, sources)


def _pairs(session: Session, statement: Rows, ids: Mapping[str, set[UUID]], table: str) -> Sequence[Any]:
    return session.execute(statement).all() if ids.get(table) else ()


def _table(source: str) -> str:
    if source.startswith(PEOPLE):
        return "user"
    if source == services.SOURCE:
        return "service"
    return "case" if source.startswith("cases:") else "area" if source == "areas" else "place"


def _caseload(count: int) -> Text:
    """How many cases somebody has in hand: what a coordinator wants to know before choosing (domain.md §4.1.5)."""
    return Text(f"在办 {count} 件", f"{count} open case{'' if count == 1 else 's'}")


def _chosen(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[str, UUID]]:
    """Source and id of every answer chosen from a looked-up list, table columns included."""
    for field in form.fields:
        answer = _at(values, field.key)
        if field.is_table:
            for child in field.children:
                for row in answer or ():
                    yield from _ids(child.choices, row.get(child.key))
        else:
            yield from _ids(field.choices, answer)


def _ids(source: str | None, answer: Any) -> Iterator[tuple[str, UUID]]:
    if source is None:
        return
    for value in answer if isinstance(answer, list) else [answer]:
        try:
            yield source, UUID(str(value))
        except ValueError:
            continue


def _at(values: Mapping[str, Any], path: str) -> Any:
    here: Any = values
    for name in path.split("."):
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def _row(source: str, value: Any, zh: Any, en: Any, marks: Any = None) -> Rows:
    return select(
        literal(source).label("source"),
        cast(value, String).label("value"),
        cast(zh, String).label("zh"),
        cast(en, String).label("en"),
        cast(literal("") if marks is None else marks, String).label("marks"),
    )


def _organisations(source: str, station_id: UUID | None, departments: Sequence[UUID] | None) -> Rows:
    place = Organisation
    found = _row(source, place.id, place.name, place.name_en).where(place.is_active)
    if (kind := _KINDS[source]) is not None:
        found = found.where(place.kind == kind)
    if source == "departments" and departments is not None:
        found = found.where(place.id.in_(departments))
    return found.where(place.id != station_id) if source == "stations" and station_id else found


def _open_cases(station_id: UUID | None, case_id: UUID | None) -> Rows:
    columns, condition = duplicates.columns(station_id, case_id)
    return _row(duplicates.SOURCE, *columns).join(Person, Person.id == Case.subject_id).where(condition)


def _uploads(user_id: UUID) -> Rows:
    found = _row("attachments", Attachment.id, Attachment.name, Attachment.size)
    return found.where(Attachment.uploaded_by_id == user_id, Attachment.entry_id.is_(None))


def _choice(source: str, value: str, zh: str, en: str, marks: str) -> Choice:
    if source == "attachments":
        name = _opened(zh)
        return Choice(value, Text(name, name), Text(en, en))
    if source == duplicates.SOURCE:
        return duplicates.choice(value, zh, _opened(en), marks)
    return Choice(value, Text(zh, en))


def _opened(sealed_text: str) -> str:
    """A sealed column as its text: in a union of many tables SQLAlchemy does not open it."""
    return keyring().open(sealed_text).decode()
