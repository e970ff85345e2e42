"""The lookup lists as they hold now: the defaults of workflow.lists with what administrators changed or added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import LookupItem
from workflow import lists
from workflow.engine.text import Text
from workflow.forms import Choice

STEP = 10
"""Between the positions of two defaults, so that something fits in between."""


@dataclass(frozen=True)
class Item:
    """One answer of a list, active or retired; `is_default`: it came with the service."""

    code: str
    name: Text
    position: int
    is_active: bool = True
    is_default: bool = True
    is_changed: bool = False


def read(session: Session, name: str) -> list[Item]:
    """All answers of a list in order, retired ones included. Raises KeyError for a list that does not exist."""
    return read_all(session, [name])[name]


def read_all(session: Session, names: Collection[str]) -> dict[str, list[Item]]:
    """The same for several lists; one statement."""
    found = {name: _defaults(name) for name in names}
    for row in session.scalars(select(LookupItem).where(LookupItem.list.in_(names))):
        items = found[row.list]
        is_default = row.code in lists.LISTS[row.list].items
        items[row.code] = Item(
            row.code, Text(row.name, row.name_en), row.position, row.is_active, is_default, is_changed=True
        )
    return {name: sorted(items.values(), key=lambda item: item.position) for name, items in found.items()}


def offered(session: Session, sources: Collection[str]) -> dict[str, list[Choice]]:
    """The answers that may be chosen, by source `list:L-NAME`; one statement, none without such a source."""
    return _choices(session, sources, retired=False)


def readable(session: Session, sources: Collection[str]) -> dict[str, list[Choice]]:
    """The words for stored answers, retired ones included."""
    return _choices(session, sources, retired=True)


def _choices(session: Session, sources: Collection[str], *, retired: bool) -> dict[str, list[Choice]]:
    named = {source: name for source in sources if (name := lists.name_of(source))}
    items = read_all(session, set(named.values())) if named else {}
    return {
        source: [Choice(item.code, item.name) for item in items[name] if retired or item.is_active]
        for source, name in named.items()
    }


def _defaults(name: str) -> dict[str, Item]:
    items = lists.LISTS[name].items.items()
    return {code: Item(code, words, number * STEP) for number, (code, words) in enumerate(items, start=1)}
