"""The chain that events hang in: each carries a keyed hash over itself and the one before (domain.md §3.2).

Whoever changes, removes, adds or swaps events in the database, without the keys that lie outside of it, breaks the
chain at that place. A hash names its key, so that history stays verifiable after the keys were replaced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC
from typing import Any
from uuid import UUID

from models import Event
from models.sealed import ChainKey, Keyring


def content(event: Event, number: int) -> bytes:
    """What of an event is hashed, at this place of its chain; the same before and after it was in the database."""
    parts = [
        number,
        _text(event.id),
        event.kind,
        _text(event.actor_id),
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _text(event.case_id),
        _text(event.instance_id),
        _text(event.task_id),
        _plain(event.details),
    ]
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Start:
    """What the first link hangs on: a digest of the events that an old release left without a chain, usually none."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = hashlib.sha256()

    def add(self, event: Event) -> None:
        """Take in one more, in the order of their ids."""
        self.count += 1
        self._digest.update(hashlib.sha256(content(event, 0)).digest())

    @property
    def text(self) -> str:
        """The digest; "" when there are none."""
        return self._digest.hexdigest() if self.count else ""


def link(key: ChainKey, previous: str, event: Event, number: int) -> str:
    """The hash of an event at this place, after the one whose hash is `previous`; the key's name in front."""
    return _keyed(key, previous.encode() + b"\n" + content(event, number))


def head(key: ChainKey, case_id: UUID | None, length: int, last: str) -> str:
    """What a case keeps of its chain: the last hash, and a keyed hash of it: nobody can put the end elsewhere."""
    return f"{last} {_keyed(key, f'head {_text(case_id)} {length} {last}'.encode())}"


def last_of(stored: str) -> str:
    """The last hash that a head holds; "" for a chain that has not begun."""
    return stored.partition(" ")[0]


def fits(keyring: Keyring, previous: str, event: Event, number: int) -> bool:
    """Whether the event's own hash is that of its content at this place. Raises SealBroken for a key that is gone."""
    stored = event.chain_hash or ""
    return bool(stored) and _same(link(key_of(keyring, stored), previous, event, number), stored)


def head_fits(keyring: Keyring, case_id: UUID | None, length: int, last: str, stored: str) -> bool:
    """Whether the head kept for the chain is that of a chain which ends like this. Raises SealBroken."""
    if length == 0:
        return stored == ""
    _, _, seal = stored.partition(" ")
    return _same(head(key_of(keyring, seal), case_id, length, last), stored)


def key_of(keyring: Keyring, keyed: str) -> ChainKey:
    """The key that made a hash. Raises SealBroken."""
    return keyring.chain_key(keyed.partition(".")[0])


def _same(expected: str, stored: str) -> bool:
    return hmac.compare_digest(expected.encode(), stored.encode())


def _keyed(key: ChainKey, data: bytes) -> str:
    digest = hmac.new(key.chain, data, hashlib.sha256).digest()
    return f"{key.id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _plain(value: Any) -> Any:
    """JSON as the database gives it back: no types of Python, and no difference between 1 and 1.0."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, str) else value
