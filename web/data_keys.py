"""The file of the keys that seal what is kept: watched by running processes, replaced as a whole."""

import os
import tempfile
from pathlib import Path

from models.sealed import Keyring


class Watched:
    """Reads the file again when it has changed, so that a new key is known everywhere before a row needs it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> Keyring | None:
        """The keyring of a file that has changed since the last time; None: as before, or not to be read just now."""
        mark = self._mark()
        if mark is None or mark == self._seen:
            return None
        try:
            found = Keyring.read(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        self._seen = mark
        return found

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def replace(path: Path, keyring: Keyring) -> None:
    """Write the file anew, private and whole: a reader sees the old one or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(keyring.write())
            file.flush()
            os.fsync(file.fileno())
        owner = path.stat()
        if os.geteuid() == 0:
            os.chown(temporary, owner.st_uid, owner.st_gid)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
