"""Areas from the province to the grid cell: walked level by level, added, renamed, retired; never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models import Area, AreaLevel, Organisation
from workflow import permissions
from workflow.administration import reach
from workflow.administration.editing import Editing, Raw, Refused, alone, form
from workflow.administration.noting import note
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.forms import Choice, FieldError
from workflow.identity import Actor
from workflow.permissions import Permission

ORDER = [level.value for level in AreaLevel]


@dataclass(frozen=True)
class AreaRow:
    """An area in a list, with how many lie directly below it."""

    area_id: UUID
    code: str
    level: str
    name: Text
    is_active: bool
    below: int = 0


@dataclass(frozen=True)
class AreaPage:
    """An area, or the top of the tree (`here` None), with the way up and what lies below."""

    here: AreaRow | None
    path: list[AreaRow]
    below: list[AreaRow]
    organisations: list[Text]
    may_change: bool


def show(session: Session, actor: Actor, area_id: UUID | None) -> AreaPage:
    """One level of the tree. Raises Forbidden, NotFound."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    area = _area(session, area_id) if area_id else None
    counted = aliased(Area)
    rows = session.execute(
        select(Area, func.count(counted.id))
        .outerjoin(counted, counted.parent_id == Area.id)
        .where(Area.parent_id == area_id if area_id else Area.parent_id.is_(None))
        .group_by(Area.id)
        .order_by(Area.is_active.desc(), Area.code)
    )
    places = session.execute(
        select(Organisation.name, Organisation.name_en)
        .where(Organisation.area_id == area_id, Organisation.is_active)
        .order_by(Organisation.code)
    )
    return AreaPage(
        _row(area) if area else None,
        [_row(each) for each in above(session, area)] if area else [],
        [_row(each, number) for each, number in rows],
        [Text(zh, en) for zh, en in places] if area else [],
        permissions.allows(actor, Permission.ADMIN_ALL, reach.of(session, actor)),
    )


def adding(session: Session, actor: Actor, under: UUID | None) -> Editing:
    """The form for a new area. Raises Forbidden, NotFound."""
    _require(session, actor)
    about = _area(session, under) if under else None
    return Editing(form("area"), about=Text(about.name, about.name_en) if about else Text("", ""), is_new=True)


def add(session: Session, actor: Actor, under: UUID | None, raw: Raw, now: datetime) -> Area:
    """Add an area under another one. Raises Forbidden, NotFound, InvalidForm."""
    editing = adding(session, actor, under)
    sent = editing.read(raw, now)
    parent = _area(session, under) if under else None
    given = sent.values
    values = editing.accept(sent, [_level(editing, parent, given.get("level")), _code(session, editing, given, None)])
    area = Area(parent_id=under, **_columns(values))
    session.add(area)
    session.flush()
    note(session, Kind.ADMIN_AREA, actor, now, "added", area_id=str(area.id))
    return area


def changing(session: Session, actor: Actor, area_id: UUID) -> Editing:
    """The form with what stands. Raises Forbidden, NotFound."""
    _require(session, actor)
    area = _area(session, area_id)
    values = {"code": area.code, "level": area.level.value, "name": area.name, "name_en": area.name_en}
    return Editing(form("area"), values, about=Text(area.name, area.name_en))


def change(session: Session, actor: Actor, area_id: UUID, raw: Raw, now: datetime) -> None:
    """Correct code, level or names. Raises Forbidden, NotFound, InvalidForm."""
    _require(session, actor)
    area = _area(session, area_id, lock=True)
    editing = changing(session, actor, area_id)
    sent = editing.read(raw, now)
    parent = _area(session, area.parent_id) if area.parent_id else None
    given = sent.values
    errors = [_level(editing, parent, given.get("level")), _code(session, editing, given, area)]
    values = editing.accept(sent, [*errors, _children(session, editing, area, given.get("level"))])
    fields = editing.changed(values)
    for name, value in _columns(values).items():
        setattr(area, name, value)
    if fields:
        note(session, Kind.ADMIN_AREA, actor, now, "changed", area_id=str(area.id), fields=fields)


def retire(session: Session, actor: Actor, area_id: UUID, now: datetime) -> None:
    """Offer an area no longer. Raises Forbidden, NotFound, and Refused while something active lies in it."""
    _require(session, actor)
    area = _area(session, area_id, lock=True)
    below = session.scalars(select(Area.name).where(Area.parent_id == area_id, Area.is_active).order_by(Area.code))
    places = session.scalars(select(Organisation.name).where(Organisation.area_id == area_id, Organisation.is_active))
    if names := [*below, *places]:
        shown = names[:10] + ["…"] * (len(names) > 10)
        raise Refused(
            f"“{area.name}”还不能停用，里面还有在用的：{'、'.join(shown)}。",
            f"“{area.name_en or area.name}” cannot be retired while these are in use there: {', '.join(shown)}.",
        )
    if area.is_active:
        area.is_active = False
        note(session, Kind.ADMIN_AREA, actor, now, "retired", area_id=str(area.id))


def restore(session: Session, actor: Actor, area_id: UUID, now: datetime) -> None:
    """Offer a retired area again. Raises Forbidden, NotFound, and Refused while the one above is retired."""
    _require(session, actor)
    area = _area(session, area_id, lock=True)
    if area.parent_id and not _area(session, area.parent_id).is_active:
        raise Refused("请先恢复上一级区域。", "Restore the area above first.")
    if not area.is_active:
        area.is_active = True
        note(session, Kind.ADMIN_AREA, actor, now, "restored", area_id=str(area.id))


def above(session: Session, area: Area) -> list[Area]:
    """The areas above, the widest first."""
    found: list[Area] = []
    parent_id = area.parent_id
    while parent_id is not None and len(found) < len(ORDER):
        parent = _area(session, parent_id)
        found.insert(0, parent)
        parent_id = parent.parent_id
    return found


def choices(session: Session) -> list[Choice]:
    """Active areas down to the township, for organisations: named with what they lie in, in the order of codes."""
    wide = ORDER[: ORDER.index(AreaLevel.TOWNSHIP) + 1]
    rows = session.scalars(select(Area).where(Area.is_active, Area.level.in_(wide)).order_by(Area.code)).all()
    by_id = {area.id: area for area in rows}
    return [Choice(str(area.id), _full_name(area, by_id)) for area in rows]


def _full_name(area: Area, by_id: dict[UUID, Area]) -> Text:
    parts = [area]
    while (parent := by_id.get(parts[0].parent_id) if parts[0].parent_id else None) is not None:
        parts.insert(0, parent)
    return Text(" ".join(each.name for each in parts), ", ".join(each.name_en or each.name for each in reversed(parts)))


def _require(session: Session, actor: Actor) -> None:
    permissions.require(actor, Permission.ADMIN_ALL, reach.of(session, actor))


def _area(session: Session, area_id: UUID, *, lock: bool = False) -> Area:
    found = session.get(Area, area_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if found is None:
        raise NotFound("area_not_found")
    return found


def _level(editing: Editing, parent: Area | None, level: str | None) -> FieldError | None:
    """An area lies below one that is wider."""
    if level is None or parent is None or ORDER.index(level) > ORDER.index(parent.level):
        return None
    return editing.error(
        "level",
        f"层级要低于上一级“{parent.name}”。",
        f"The level must be below that of “{parent.name_en or parent.name}”.",
    )


def _children(session: Session, editing: Editing, area: Area, level: str | None) -> FieldError | None:
    """And above those below it."""
    below = session.scalars(select(Area.level).where(Area.parent_id == area.id)).all()
    if level is None or all(ORDER.index(level) < ORDER.index(each) for each in below):
        return None
    return editing.error("level", "层级要高于它下面的区域。", "The level must be above those of the areas below.")


def _code(session: Session, editing: Editing, values: dict[str, object], own: Area | None) -> FieldError | None:
    alone(session, "areas")
    taken = session.scalar(select(Area.id).where(Area.code == values.get("code")))
    if taken is None or (own is not None and taken == own.id):
        return None
    return editing.error("code", "这个代码已经有了。", "This code exists already.")


def _columns(values: dict[str, object]) -> dict[str, object]:
    return {
        "code": values["code"],
        "level": AreaLevel(str(values["level"])),
        "name": values["name"],
        "name_en": values["name_en"] or "",
    }


def _row(area: Area, below: int = 0) -> AreaRow:
    return AreaRow(area.id, area.code, area.level.value, Text(area.name, area.name_en), area.is_active, below)
