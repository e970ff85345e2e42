"""The tree of areas as filters need it: what lies in a place, and what the place lies in."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area
from workflow.engine.text import Text
from workflow.forms import Choice


def read(session: Session) -> dict[UUID, Area]:
    """All areas in use by id; one statement."""
    return {area.id: area for area in session.scalars(select(Area).where(Area.is_active).order_by(Area.code))}


def touching(tree: Mapping[UUID, Area], area_id: UUID) -> set[UUID]:
    """The area itself, everything below it, and everything it lies in."""
    below: dict[UUID | None, list[UUID]] = {}
    for area in tree.values():
        below.setdefault(area.parent_id, []).append(area.id)
    found: set[UUID] = set()
    waiting = [area_id]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += below.get(here, [])
    return found | {area.id for area in _way_up(tree, area_id)}


def choices(tree: Mapping[UUID, Area]) -> list[Choice]:
    """Every area, named with what it lies in (the province left out when there is more)."""
    return [Choice(str(area.id), _full_name(tree, area)) for area in tree.values()]


def _full_name(tree: Mapping[UUID, Area], area: Area) -> Text:
    parts = _way_up(tree, area.id)[::-1]
    parts = parts[1:] or parts
    return Text(" ".join(each.name for each in parts), ", ".join(each.name_en or each.name for each in reversed(parts)))


def _way_up(tree: Mapping[UUID, Area], area_id: UUID) -> list[Area]:
    """The area and those above it, the nearest first; a ring ends where it closes."""
    found: list[Area] = []
    here = tree.get(area_id)
    while here is not None and here not in found:
        found.append(here)
        here = tree.get(here.parent_id) if here.parent_id else None
    return found
