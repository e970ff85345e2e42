"""Changes to the lookup lists: words, order, new answers, retired ones; a code never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import LookupItem
from workflow import lists, permissions
from workflow.administration import reach
from workflow.administration.editing import Editing, Raw, Refused, alone, form
from workflow.administration.noting import note
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import lookups
from workflow.records.lookups import Item

UP, DOWN = "up", "down"


@dataclass(frozen=True)
class ListRow:
    """A list by name, with how many answers it offers and how many were retired."""

    name: str
    title: Text
    offered: int
    retired: int
    is_changed: bool


@dataclass(frozen=True)
class ListPage:
    """A list with all its answers; of a fixed one only words and order change."""

    name: str
    title: Text
    items: list[Item]
    is_fixed: bool
    may_change: bool


def index(session: Session, actor: Actor) -> list[ListRow]:
    """All lists. Raises Forbidden."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    read = lookups.read_all(session, lists.LISTS.keys())
    return [
        ListRow(
            name, lists.LISTS[name].title, sum(item.is_active for item in items),
            sum(not item.is_active for item in items), any(item.is_changed for item in items),
        )
        for name, items in read.items()
    ]  # fmt: skip


def show(session: Session, actor: Actor, name: str) -> ListPage:
    """One list. Raises Forbidden, NotFound."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    may_change = permissions.allows(actor, Permission.ADMIN_ALL, reach.of(session, actor))
    return ListPage(name, _known(name).title, lookups.read(session, name), name in lists.FIXED, may_change)


def adding(session: Session, actor: Actor, name: str) -> Editing:
    """The form for a new answer. Raises Forbidden, NotFound, Refused for a fixed list."""
    _require(session, actor)
    title = _known(name).title
    _refuse_fixed(name)
    return Editing(form("list_item_add"), about=title, is_new=True)


def add(session: Session, actor: Actor, name: str, raw: Raw, now: datetime) -> None:
    """Add an answer at the end. Raises as `adding`, and InvalidForm."""
    editing = adding(session, actor, name)
    _lock(session, name)
    sent = editing.read(raw, now)
    items = lookups.read(session, name)
    taken = any(item.code == sent.values.get("code") for item in items)
    error = editing.error("code", "这个代码已经有了。", "This code exists already.") if taken else None
    values = editing.accept(sent, [error])
    position = max((item.position for item in items), default=0) + lookups.STEP
    item = LookupItem(list=name, code=values["code"], name=values["name"], name_en=values["name_en"], position=position)
    session.add(item)
    _note(session, actor, now, "added", name, item.code)


def changing(session: Session, actor: Actor, name: str, code: str) -> Editing:
    """The form with the words that stand. Raises Forbidden, NotFound."""
    _require(session, actor)
    item = _item(session, name, code)
    return Editing(form("list_item"), {"name": item.name.zh, "name_en": item.name.en}, about=_known(name).title)


def change(session: Session, actor: Actor, name: str, code: str, raw: Raw, now: datetime) -> None:
    """Change the words of an answer, also where it stands in old records. Raises Forbidden, NotFound, InvalidForm."""
    _require(session, actor)
    _lock(session, name)
    editing = changing(session, actor, name, code)
    values = editing.accept(editing.read(raw, now))
    if fields := editing.changed(values):
        row = _row(session, name, _item(session, name, code))
        row.name, row.name_en = values["name"], values["name_en"]
        _note(session, actor, now, "changed", name, code, fields=fields)


def set_active(session: Session, actor: Actor, name: str, code: str, *, active: bool, now: datetime) -> None:
    """Offer an answer no longer, or again. Raises Forbidden, NotFound, Refused (a fixed list, the last answer)."""
    _require(session, actor)
    item = _item(session, name, code)
    _refuse_fixed(name)
    _lock(session, name)
    offered = [each for each in lookups.read(session, name) if each.is_active]
    if not active and [each.code for each in offered] == [code]:
        raise Refused("至少要留一个选项。", "At least one answer must remain.")
    if item.is_active != active:
        _row(session, name, item).is_active = active
        _note(session, actor, now, "restored" if active else "retired", name, code)


def move(session: Session, actor: Actor, name: str, code: str, direction: str, now: datetime) -> None:
    """Change places with the neighbour above or below; at the end nothing happens. Raises Forbidden, NotFound."""
    _require(session, actor)
    _lock(session, name)
    items = lookups.read(session, name)
    here = next((number for number, item in enumerate(items) if item.code == code), None)
    if here is None:
        raise NotFound("item_not_found")
    there = here - 1 if direction == UP else here + 1
    if not 0 <= there < len(items):
        return
    items[here], items[there] = items[there], items[here]
    for number, item in enumerate(items, start=1):
        if item.position != number * lookups.STEP:
            _row(session, name, item).position = number * lookups.STEP
    _note(session, actor, now, "moved", name, code, direction=direction)


def _require(session: Session, actor: Actor) -> None:
    permissions.require(actor, Permission.ADMIN_ALL, reach.of(session, actor))


def _known(name: str) -> lists.Lookup:
    if name not in lists.LISTS:
        raise NotFound("list_not_found")
    return lists.LISTS[name]


def _refuse_fixed(name: str) -> None:
    if name in lists.FIXED:
        raise Refused(
            "系统规则按这些代码判断，只能改文字和顺序。",
            "Rules of the service go by these codes: only words and order can be changed.",
        )


def _lock(session: Session, name: str) -> None:
    """One change of a list at a time: a row may not exist yet, so the lock is on the name."""
    alone(session, f"list:{name}")


def _item(session: Session, name: str, code: str) -> Item:
    _known(name)
    found = next((item for item in lookups.read(session, name) if item.code == code), None)
    if found is None:
        raise NotFound("item_not_found")
    return found


def _row(session: Session, name: str, item: Item) -> LookupItem:
    """The stored row of an answer; made when it is changed for the first time."""
    found = session.scalar(select(LookupItem).where(LookupItem.list == name, LookupItem.code == item.code))
    if found is None:
        found = LookupItem(
            list=name, code=item.code, name=item.name.zh, name_en=item.name.en, position=item.position,
            is_active=item.is_active,
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def _note(session: Session, actor: Actor, now: datetime, what: str, name: str, code: str, **more: object) -> None:
    note(session, Kind.ADMIN_LIST, actor, now, what, [], list=name, code=code, **more)
