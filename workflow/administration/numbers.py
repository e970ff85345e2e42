"""Changes to settings: the value here and above, a new one with its reason, its history, and the way back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Organisation, Setting, User
from workflow import permissions, settings
from workflow.administration import organisations, reach
from workflow.administration.editing import Editing, Raw, Refused, alone, form
from workflow.administration.noting import note
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import Forbidden, NotFound
from workflow.forms import FieldError
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.settings import Definition

MOST_NUMBERS = 10
_SEPARATORS = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Line:
    """A setting as it holds in the place asked for; `above`: what would hold without a value of its own."""

    key: str
    definition: Definition
    value: Any
    above: Any
    is_own: bool
    """Whether the value was set for this very place."""
    may_change: bool


@dataclass(frozen=True)
class Past:
    """One value that was set for this place: before, after, who, when, why."""

    setting_id: UUID
    at: datetime
    who: str | None
    before: Any
    """None: what held above."""
    after: Any
    reason: str
    is_current: bool


@dataclass(frozen=True)
class Place:
    """Where settings are looked at; None: everywhere."""

    organisation_id: UUID | None
    name: Text | None


def index(session: Session, actor: Actor, organisation_id: UUID | None) -> tuple[Place, list[Line]]:
    """Every setting as it holds there. Raises Forbidden, NotFound."""
    place, may_change = _place(session, actor, organisation_id)
    here = settings.held(session, organisation_id)
    above = settings.held(session, _parent(session, organisation_id)) if organisation_id else None
    return place, [
        Line(
            key, each, here[key].value, above[key].value if above else each.default,
            here[key].set_at is not None and here[key].organisation_id == organisation_id,
            may_change and (organisation_id is None or each.per_organisation),
        )
        for key, each in settings.SETTINGS.items()
    ]  # fmt: skip


def show(session: Session, actor: Actor, key: str, organisation_id: UUID | None) -> tuple[Place, Line, list[Past]]:
    """One setting with its history there, the newest first. Raises Forbidden, NotFound."""
    _definition(key)
    place, lines = index(session, actor, organisation_id)
    line = next(each for each in lines if each.key == key)
    rows = session.execute(
        select(Setting, User.name)
        .outerjoin(User, User.id == Setting.set_by_id)
        .where(Setting.key == key, _in(organisation_id))
        .order_by(Setting.set_at, Setting.id)
    ).all()
    past: list[Past] = []
    before = None
    for number, (row, who) in enumerate(rows, start=1):
        past.append(Past(row.id, row.set_at, who, before, row.value, row.reason, number == len(rows)))
        before = row.value
    return place, line, past[::-1]


def changing(session: Session, actor: Actor, key: str, organisation_id: UUID | None) -> Editing:
    """The form with the value that holds. Raises Forbidden, NotFound."""
    definition = _changeable(session, actor, key, organisation_id)
    value = settings.value(session, key, organisation_id)
    return Editing(form("setting"), {"value": written(value), "reason": None}, about=definition.meaning)


def change(session: Session, actor: Actor, key: str, organisation_id: UUID | None, raw: Raw, now: datetime) -> None:
    """Set a value there. The page must have shown the value that holds. Raises Forbidden, NotFound, InvalidForm."""
    definition = _changeable(session, actor, key, organisation_id)
    _lock(session, key)
    editing = changing(session, actor, key, organisation_id)
    sent = editing.read(raw, now)
    value, error = _typed(editing, definition, sent.values.get("value"))
    values = editing.accept(sent, [error, _faster(session, editing, sent.errors, key, organisation_id)])
    _set(session, actor, key, organisation_id, value, values["reason"], now)


def set_back(session: Session, actor: Actor, key: str, setting_id: UUID, reason: str, now: datetime) -> None:
    """Undo the newest change: what held before it holds again. Raises NotFound, Forbidden, and Refused when it is not
    the newest any more."""
    row = session.get(Setting, setting_id)
    if row is None or row.key != key:
        raise NotFound("setting_not_found")
    _changeable(session, actor, key, row.organisation_id)
    _lock(session, key)
    newest = session.scalars(
        select(Setting)
        .where(Setting.key == key, _in(row.organisation_id))
        .order_by(Setting.set_at.desc(), Setting.id.desc())
        .limit(2)
    ).all()
    if newest[0].id != setting_id:
        raise Refused("这个数值刚刚又被改过，请先查看。", "This value has been changed again; look at it first.")
    before = newest[1].value if len(newest) > 1 else None
    _set(session, actor, key, row.organisation_id, before, reason, now)


def written(value: Any) -> str:
    """A value as it is typed."""
    return "、".join(str(each) for each in value) if isinstance(value, list) else str(value)


# ---- the parts -----------------------------------------------------------------------------------------------------


def _place(session: Session, actor: Actor, organisation_id: UUID | None) -> tuple[Place, bool]:
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    if organisation_id is None:
        return Place(None, None), permissions.allows(actor, Permission.ADMIN_ALL, reach.of(session, actor))
    place = organisations.load(session, actor, organisation_id)
    return Place(place.id, Text(place.name, place.name_en)), True


def _changeable(session: Session, actor: Actor, key: str, organisation_id: UUID | None) -> Definition:
    definition = _definition(key)
    if organisation_id is None:
        permissions.require(actor, Permission.ADMIN_ALL, reach.of(session, actor))
    else:
        organisations.load(session, actor, organisation_id)
        if not definition.per_organisation:
            raise Forbidden(Permission.ADMIN_ALL)
    return definition


def _definition(key: str) -> Definition:
    if key not in settings.SETTINGS:
        raise NotFound("setting_not_found")
    return settings.SETTINGS[key]


def _parent(session: Session, organisation_id: UUID) -> UUID | None:
    return session.scalar(select(Organisation.parent_id).where(Organisation.id == organisation_id))


def _in(organisation_id: UUID | None) -> Any:
    return Setting.organisation_id.is_(None) if organisation_id is None else Setting.organisation_id == organisation_id


def _typed(editing: Editing, definition: Definition, typed: Any) -> tuple[Any, FieldError | None]:
    """What was typed as a whole number, or several where the default is several; within the limits."""
    if typed is None:
        return None, None
    several = isinstance(definition.default, list)
    pieces = [piece for piece in _SEPARATORS.split(str(typed).strip()) if piece]
    if not pieces or not all(re.fullmatch(r"\d{1,9}", piece, re.ASCII) for piece in pieces):
        zh, en = ("几个整数", "whole numbers") if several else ("一个整数", "a whole number")
        return None, editing.error("value", f"请填写{zh}。", f"Fill in {en}.")
    numbers = [int(piece) for piece in pieces]
    if not several and len(numbers) > 1 or len(numbers) > MOST_NUMBERS:
        most = MOST_NUMBERS if several else 1
        return None, editing.error("value", f"最多填写 {most} 个数。", f"{most} numbers at most.")
    low, high, unit = definition.least, definition.most, definition.unit
    if not all(low <= number <= high for number in numbers):
        return None, editing.error(
            "value", f"应当在 {low} 到 {high} {unit.zh}之间。", f"It must be between {low} and {high} {unit.en}."
        )
    if several and numbers != sorted(set(numbers)):
        return None, editing.error("value", "请从小到大填写，不要重复。", "Write them in rising order, none twice.")
    return (numbers if several else numbers[0]), None


def _faster(
    session: Session, editing: Editing, errors: list[FieldError], key: str, organisation_id: UUID | None
) -> FieldError | None:
    """Who was faster, in addition to the error that somebody was."""
    if not any(error.code == "changed_meanwhile" for error in errors):
        return None
    newest = session.execute(
        select(User.name, Setting.value)
        .join(User, User.id == Setting.set_by_id)
        .where(Setting.key == key, _in(organisation_id))
        .order_by(Setting.set_at.desc(), Setting.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return None
    who, stands = newest.name, editing.values["value"]
    return editing.error(
        "value", f"{who}刚刚改过，现在是 {stands}。", f"{who} has just changed it; it is {stands} now."
    )


def _lock(session: Session, key: str) -> None:
    alone(session, f"setting:{key}")


def _set(
    session: Session, actor: Actor, key: str, organisation_id: UUID | None, value: Any, reason: str, now: datetime
) -> None:
    before = settings.held(session, organisation_id)[key]
    row = Setting(
        key=key, organisation_id=organisation_id, value=value, reason=reason, set_by_id=actor.user_id, set_at=now
    )
    session.add(row)
    session.flush()
    places = [organisation_id] if organisation_id else []
    after = settings.value(session, key, organisation_id)
    note(
        session, Kind.ADMIN_SETTING, actor, now, "changed" if value is not None else "set_back", places,
        key=key, setting_id=str(row.id), before=written(before.value), after=written(after),
    )  # fmt: skip
