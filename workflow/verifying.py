"""Walks the chains of events and finds the first place where each is broken; nothing but one event is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain as chained
from itertools import groupby
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from models import Case, Event, EventChain
from models.sealed import Keyring, SealBroken, keyring
from workflow import chain
from workflow.audit import SERVICE
from workflow.errors import NotFound

AT_ONCE = 500
"""Rows fetched together by the database's cursor."""


class What(StrEnum):
    """What was done to the history, as far as it can be told."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    HEAD_DIFFERS = "head_differs"
    OLD_DIFFER = "old_differ"
    """Events of an old release, which were sealed together by the first event after them."""
    KEY_MISSING = "key_missing"


@dataclass(frozen=True)
class Break:
    """The first broken link of a chain; no case number: the events that belong to no case."""

    case_number: str | None
    place: int
    event_id: UUID | None
    """The event found there; None where there is none any more."""
    what: What


@dataclass
class Found:
    """What a walk has seen so far."""

    chains: int = 0
    events: int = 0
    old: int = 0
    """Events that an old release wrote, without a chain."""
    broken: int = 0


@dataclass(frozen=True)
class Chain:
    """One chain as its case describes it."""

    case_id: UUID | None
    number: str | None
    length: int
    head: str


def verify(session: Session, found: Found, number: str | None = None) -> Iterator[Break]:
    """Walk every chain, or that of one case, counting into `found`. Raises NotFound for an unknown case.

    The session must be new: all of it is read as of one moment, while others go on writing.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    case_id = None
    if number is not None:
        case_id = session.scalar(select(Case.id).where(Case.number == number))
        if case_id is None:
            raise NotFound("case_not_found", number=number)
    yield from _counted(found, _emptied(session, case_id))
    for one, events in _chains(session, case_id):
        found.chains += 1
        yield from _counted(found, _walk(keyring(), one, events, found))


def _counted(found: Found, broken: Iterable[Break]) -> Iterator[Break]:
    for each in broken:
        found.broken += 1
        yield each


def _emptied(session: Session, case_id: UUID | None) -> Iterator[Break]:
    """Chains of which not one event is left."""
    wanted = [Case.id == case_id] if case_id else []
    cases = select(Case.number).where(
        (Case.chain_length > 0) | (Case.chain_head != ""), ~exists().where(Event.case_id == Case.id), *wanted
    )
    for number in session.scalars(cases.order_by(Case.number).execution_options(yield_per=AT_ONCE)):
        yield Break(number, 1, None, What.REMOVED)
    if case_id is None:
        service = session.get(EventChain, SERVICE)
        left = session.scalar(select(func.count()).select_from(Event).where(Event.case_id.is_(None)))
        if not left and (service is None or service.length):
            yield Break(None, 1, None, What.REMOVED)


def _chains(session: Session, case_id: UUID | None) -> Iterator[tuple[Chain, Iterator[Event]]]:
    """The events by chain, old ones first, then in the order of their places."""
    rows = session.execute(
        select(Event, Case.number, Case.chain_length, Case.chain_head)
        .outerjoin(Case, Case.id == Event.case_id)
        .where(*([Event.case_id == case_id] if case_id else []))
        .order_by(Event.case_id, Event.chain_number.nulls_first(), Event.id)
        .execution_options(yield_per=AT_ONCE)
    )
    service = session.get(EventChain, SERVICE)
    for key, group in groupby(rows, lambda row: row[0].case_id):
        first = next(group)
        if key is not None:
            one = Chain(key, first.number, first.chain_length or 0, first.chain_head or "")
        else:
            one = Chain(None, None, service.length if service else 0, service.head if service else "")
        yield one, (row[0] for row in chained((first,), group))


def _walk(keys: Keyring, one: Chain, events: Iterator[Event], found: Found) -> Iterator[Break]:
    """At most one break: what comes after it cannot be judged."""
    start, place, previous, whole = chain.Start(), 0, "", True
    for event, after in _with_next(events):
        if event.chain_number is None:
            start.add(event)
            found.old += 1
            continue
        found.events += 1
        if not whole:
            continue
        place += 1
        here = _Place(keys, one, place, start.text if place == 1 else previous, bool(start.count))
        if (what := here.judge(event, after)) is not None:
            yield Break(one.number, place, event.id, what)
            whole = False
        previous = event.chain_hash or ""
    if whole and (what := _end(keys, one, place, previous)) is not None:
        yield Break(one.number, place + 1 if what is What.REMOVED else place, None, what)


def _with_next(events: Iterator[Event]) -> Iterator[tuple[Event, Event | None]]:
    here = next(events, None)
    while here is not None:
        after = next(events, None)
        yield here, after
        here = after


@dataclass(frozen=True)
class _Place:
    """One place of a chain, and the hash of the event before it."""

    keys: Keyring
    one: Chain
    place: int
    previous: str
    has_old: bool

    def judge(self, event: Event, after: Event | None) -> What | None:
        """What is wrong with the event found at this place, if anything."""
        try:
            if event.chain_number == self.place and self._fits(self.previous, event, self.place):
                return None
            return self._what(event, after)
        except SealBroken:
            return What.KEY_MISSING

    def _what(self, event: Event, after: Event | None) -> What:
        number = event.chain_number or 0
        if number < self.place or number > self.one.length:
            return What.INSERTED
        if number > self.place:
            return What.REMOVED
        if self.place == 1 and self.has_old:
            return What.OLD_DIFFER
        if after is not None and self._fits(self.previous, after, self.place):
            moved = self._fits(after.chain_hash or "", event, self.place + 1)
            return What.MOVED if moved else What.INSERTED
        if after is not None and self._fits(event.chain_hash or "", after, self.place + 2):
            return What.REMOVED  # and those after it were given the numbers of the ones before
        return What.CHANGED

    def _fits(self, previous: str, event: Event, place: int) -> bool:
        return chain.fits(self.keys, previous, event, place)


def _end(keys: Keyring, one: Chain, length: int, last: str) -> What | None:
    """What is wrong with the end of a chain that is whole as far as it goes."""
    try:
        if length < one.length and chain.head_fits(keys, one.case_id, one.length, chain.last_of(one.head), one.head):
            return What.REMOVED
        whole = length == one.length and chain.head_fits(keys, one.case_id, length, last, one.head)
        return None if whole else What.HEAD_DIFFERS
    except SealBroken:
        return What.HEAD_DIFFERS
