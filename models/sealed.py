"""Columns that are sealed at rest: the database holds ciphertext, the key lies outside of it (domain.md §3.2).

A stored value names the key it was sealed with, so that keys can be replaced while the service runs. For matching and
searching there are tokens: keyed hashes that say whether two values are equal and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Text, TypeDecorator
from sqlalchemy.engine import Dialect

KEY_BYTES = 32
NONCE_BYTES = 12
TOKEN_CHARACTERS = 16
RETIRED = "/chain"


class SealBroken(Exception):
    """A sealed value cannot be opened: its key is missing, or it was changed in the database."""


class ChainKey(Protocol):
    """What hashes of the audit chain are made and checked with."""

    @property
    def id(self) -> str:
        """The name that stands in front of each hash."""

    @property
    def chain(self) -> bytes:
        """The key itself."""


@dataclass(frozen=True)
class RetiredKey:
    """What is left of a key that was removed: it opens no value, but the history it chained can still be verified."""

    id: str
    chain: bytes = field(repr=False)


@dataclass(frozen=True)
class Key:
    """One secret, and what is derived from it for each use."""

    id: str
    secret: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> AESGCM:
        """Seals and opens values."""
        return AESGCM(self._derived(b"seal"))

    @cached_property
    def match(self) -> bytes:
        """Key of the tokens for matching and searching."""
        return self._derived(b"match")

    @cached_property
    def chain(self) -> bytes:
        """Key of the audit chain."""
        return self._derived(b"chain")

    def _derived(self, use: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"carerelay/" + use).derive(self.secret)


class Keyring:
    """All keys that stored values may need, the newest first: it seals, the others only open."""

    def __init__(self, keys: list[Key], retired: Sequence[RetiredKey] = ()) -> None:
        self.keys, self.retired = keys, list(retired)
        self._by_id = {key.id: key for key in keys}
        self._chains: dict[str, ChainKey] = {**self._by_id, **{key.id: key for key in retired}}
        if not keys or len(self._chains) != len(keys) + len(self.retired):
            raise ValueError("a keyring needs at least one key, and each name once")

    @classmethod
    def read(cls, text: str) -> Keyring:
        """Read "name:base64 name:base64 ..." (spaces, commas or lines between), newest first. Raises ValueError.

        "name/chain:base64" is what is left of a removed key.
        """
        keys, retired = [], []
        for part in text.replace(",", " ").split():
            name, _, encoded = part.partition(":")
            secret = base64.urlsafe_b64decode(encoded)
            name, is_retired = name.removesuffix(RETIRED), name.endswith(RETIRED)
            if not name.isalnum() or len(secret) != KEY_BYTES:
                raise ValueError("a key is written as name:32 bytes in base64")
            if is_retired:
                retired.append(RetiredKey(name, secret))
            else:
                keys.append(Key(name, secret))
        return cls(keys, retired)

    def write(self) -> str:
        """The text that `read` takes."""
        named = [(key.id, key.secret) for key in self.keys]
        named += [(f"{key.id}{RETIRED}", key.chain) for key in self.retired]
        return " ".join(f"{name}:{base64.urlsafe_b64encode(secret).decode()}" for name, secret in named)

    def with_fresh(self) -> Keyring:
        """This keyring with a new random key in front, under a name that was never used."""
        numbers = [int(name[1:]) for name in self._chains if name[:1] == "k" and name[1:].isdecimal()]
        fresh = Keyring.read(self.fresh(max(numbers, default=0) + 1)).newest
        return Keyring([fresh, *self.keys], self.retired)

    def without(self, name: str) -> Keyring:
        """This keyring after the key was removed; what verifies the history that it chained stays."""
        gone = self.key(name)
        return Keyring([key for key in self.keys if key is not gone], [*self.retired, RetiredKey(name, gone.chain)])

    def chain_key(self, name: str) -> ChainKey:
        """The key of this name for the audit chain, removed ones included. Raises SealBroken."""
        if name not in self._chains:
            raise SealBroken(f"no key named {name!r}")
        return self._chains[name]

    @staticmethod
    def fresh(number: int = 1) -> str:
        """A new random key as `read` takes it."""
        return f"k{number}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def key(self, name: str) -> Key:
        """The key of this name. Raises SealBroken."""
        if name not in self._by_id:
            raise SealBroken(f"no key named {name!r}")
        return self._by_id[name]

    def seal(self, plain: bytes) -> str:
        """Ciphertext as text: key name, dot, base64 of nonce and data."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.newest.cipher.encrypt(nonce, plain, None)
        return f"{self.newest.id}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str) -> bytes:
        """The value again. Raises SealBroken."""
        name, _, encoded = sealed.partition(".")
        try:
            data = base64.b64decode(encoded, validate=True)
            return self.key(name).cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise SealBroken("a sealed value was changed") from error

    def token(self, kind: str, value: str) -> str:
        """The token to store for this value; `kind` keeps equal texts of different columns apart."""
        return _token(self.newest, kind, value)

    def tokens(self, kind: str, value: str) -> list[str]:
        """The tokens to look for: one a key, as long as rows of older keys may stand in the database."""
        return [_token(key, kind, value) for key in self.keys]


def _token(key: Key, kind: str, value: str) -> str:
    digest = hmac.new(key.match, f"{kind}\0{value}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:TOKEN_CHARACTERS]


_current: Keyring | None = None
_changed: Callable[[], Keyring | None] | None = None


def use(keyring: Keyring, changed: Callable[[], Keyring | None] | None = None) -> None:
    """Make this the keyring of the process; called once by whoever reads the configuration.

    `changed` is asked at every use and gives another one when the keys were replaced meanwhile.
    """
    global _current, _changed
    _current, _changed = keyring, changed


def keyring() -> Keyring:
    """The keyring of this process. Raises RuntimeError when none was given: a mistake of ours, never of a user."""
    global _current
    if _changed is not None and (other := _changed()) is not None:
        _current = other
    if _current is None:
        raise RuntimeError("models.sealed.use() was not called")
    return _current


class SealedText(TypeDecorator[str]):
    """A text that the database sees only sealed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().seal(value.encode())

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().open(value).decode()


class SealedJSON(TypeDecorator[dict[str, Any]]):
    """JSON-able values that the database sees only sealed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring().seal(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring().open(value))
