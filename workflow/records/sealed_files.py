"""Bytes of uploads on the disk: sealed like the columns of the database, one file an upload, bound to its row.

A file starts with a mark, names the key it was sealed with, and can only be opened for the attachment it belongs to:
two files that were swapped on the disk open neither. Files of older releases lie open; they are read as long as they
are what the row says, and sealed by the next `keys reseal`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag

from models import Attachment
from models.sealed import NONCE_BYTES, SealBroken, keyring
from workflow.errors import NotFound

MARK = b"CRF1"


def place_of(attachment_id: UUID) -> str:
    """Where the file of an upload lies below the folder of files; the end of the id spreads them over 256 folders."""
    return f"{attachment_id.hex[-2:]}/{attachment_id.hex}"


def seal(attachment_id: UUID, content: bytes) -> bytes:
    """What lies on the disk for this content."""
    key, nonce = keyring().newest, os.urandom(NONCE_BYTES)
    name = key.id.encode()
    return MARK + bytes([len(name)]) + name + nonce + key.cipher.encrypt(nonce, content, attachment_id.bytes)


def opened(attachment: Attachment, stored: bytes) -> bytes:
    """The content again. Raises SealBroken when its key is missing or it was changed or swapped."""
    name = key_of(stored)
    if name is None:
        if hashlib.sha256(stored).hexdigest() != attachment.sha256:
            raise SealBroken("an open file is not what was uploaded")
        return stored
    start = len(MARK) + 1 + len(name)
    nonce, sealed = stored[start : start + NONCE_BYTES], stored[start + NONCE_BYTES :]
    try:
        return keyring().key(name).cipher.decrypt(nonce, sealed, attachment.id.bytes)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed file was changed") from error


def key_of(stored: bytes) -> str | None:
    """The key that a file names, from its first bytes; None when it lies open."""
    if not stored.startswith(MARK) or len(stored) <= len(MARK):
        return None
    start = len(MARK) + 1
    return stored[start : start + stored[len(MARK)]].decode("ascii", "replace")


def write(folder: Path, attachment_id: UUID, content: bytes) -> str:
    """Seal and keep the content of an upload; returns where."""
    place = place_of(attachment_id)
    put(folder / place, seal(attachment_id, content))
    return place


def read(folder: Path, attachment: Attachment) -> bytes:
    """The content of an upload. Raises NotFound when its file is gone, SealBroken."""
    try:
        stored = (folder / attachment.stored_at).read_bytes()
    except OSError as error:
        raise NotFound("file_missing") from error
    return opened(attachment, stored)


def put(path: Path, stored: bytes) -> None:
    """Write under a passing name first: a half-written file must never be found under its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(stored)
            file.flush()
            os.fsync(file.fileno())
        os.replace(passing, path)
    except BaseException:
        Path(passing).unlink(missing_ok=True)
        raise
