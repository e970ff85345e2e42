"""Reads the environment once into a frozen object; nothing below `web/` looks at the environment."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models import sealed
from models.sealed import Keyring
from web.data_keys import Watched

ROOT = Path(__file__).resolve().parent.parent

SHORTEST_SECRET = 32  # characters; anything shorter could be guessed from a stolen cookie
DRIVER = "postgresql+psycopg://"


class ConfigInvalid(Exception):
    """The environment holds a value that we cannot start with; the text says which and why."""


@dataclass(frozen=True)
class Variable:
    """One environment variable that CareRelay reads, as the README lists it."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "DATABASE_URL", "embedded server in var/postgres", "PostgreSQL to use: postgresql://user:password@host/name"
    ),
    Variable("SECRET_KEY", "made once, kept in var/secret_key", "signs the session cookies; the same on every machine"),
    Variable(
        "CARERELAY_DATA_KEYS",
        "made once, kept in var/data_keys",
        "seals names, numbers and everything people wrote: name:base64 pairs, newest first; without it they are lost",
    ),
    Variable("CARERELAY_VAR", "var", "folder for everything that is written: database, uploads, keys"),
    Variable("CARERELAY_HOST", "127.0.0.1", "address to listen on"),
    Variable("CARERELAY_PORT", "8000", "port to listen on"),
    Variable("CARERELAY_THREADS", "8", "requests answered at the same time by one web process"),
    Variable("CARERELAY_SECURE_COOKIES", "no", "yes: cookies only over https; set it wherever https is in front"),
    Variable("CARERELAY_TIMEZONE", "Asia/Shanghai", "zone in which dates are shown and working days are counted"),
    Variable("CARERELAY_MAX_UPLOAD_MB", "20", "largest upload, in megabytes"),
)


@dataclass(frozen=True)
class Config:
    """What the service was told from outside."""

    database_url: str
    """SQLAlchemy URL (postgresql+psycopg://...); empty while the embedded server is not started yet (web.postgres)."""
    secret_key: str = field(repr=False)
    var: Path
    data_keys: str = field(default="", repr=False)
    """Keys of sealed columns as models.sealed.Keyring reads them; never logged."""
    data_keys_file: Path | None = None
    """Where they are kept; None: they were given in the environment."""
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    secure_cookies: bool = False
    timezone: str = "Asia/Shanghai"
    max_upload_bytes: int = 20 * 1024 * 1024

    @property
    def keyring(self) -> Keyring:
        """The keys of sealed columns."""
        return Keyring.read(self.data_keys)

    def use_keys(self) -> None:
        """Make these the keys of the process; those of a file are read again when it changes."""
        watched = Watched(self.data_keys_file) if self.data_keys_file else None
        sealed.use(self.keyring, watched)

    @property
    def attachments_dir(self) -> Path:
        """Where the bytes of uploads lie."""
        return self.var / "attachments"

    @property
    def postgres_dir(self) -> Path:
        """The data folder of the embedded server."""
        return self.var / "postgres"


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration from the environment; makes `var/` and the secret key when missing, raises ConfigInvalid."""
    var = Path(environ.get("CARERELAY_VAR") or ROOT / "var").expanduser().resolve()
    var.mkdir(parents=True, exist_ok=True)
    return Config(
        database_url=sqlalchemy_url(environ.get("DATABASE_URL", "")),
        secret_key=_secret_key(environ.get("SECRET_KEY", ""), var / "secret_key"),
        var=var,
        data_keys=_data_keys(environ.get("CARERELAY_DATA_KEYS", ""), var / "data_keys"),
        data_keys_file=None if environ.get("CARERELAY_DATA_KEYS") else var / "data_keys",
        host=environ.get("CARERELAY_HOST") or "127.0.0.1",
        port=_number(environ, "CARERELAY_PORT", 8000, 0, 65535),
        threads=_number(environ, "CARERELAY_THREADS", 8, 1, 256),
        secure_cookies=_yes_or_no(environ, "CARERELAY_SECURE_COOKIES"),
        timezone=_timezone(environ.get("CARERELAY_TIMEZONE") or "Asia/Shanghai"),
        max_upload_bytes=_number(environ, "CARERELAY_MAX_UPLOAD_MB", 20, 1, 2048) * 1024 * 1024,
    )


def sqlalchemy_url(url: str) -> str:
    """The same address with our driver named; raises ConfigInvalid for any other database."""
    url = url.strip()
    scheme, separator, rest = url.partition("://")
    if not url:
        return ""
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ConfigInvalid("DATABASE_URL must start with postgresql:// (no other database is supported)")
    return DRIVER + rest


def _secret_key(given: str, path: Path) -> str:
    """The key from the environment, else the one kept in `var/`, made at the first start."""
    if given:
        if len(given) < SHORTEST_SECRET:
            raise ConfigInvalid(f"SECRET_KEY must have at least {SHORTEST_SECRET} characters")
        return given
    key = _kept(path, secrets.token_urlsafe(48))
    if len(key) < SHORTEST_SECRET:
        raise ConfigInvalid(f"{path} is too short; delete it and a new one will be made (everybody signs in again)")
    return key


def _data_keys(given: str, path: Path) -> str:
    """The keys from the environment, else those kept in `var/`, made at the first start."""
    keys = given or _kept(path, Keyring.fresh())
    try:
        Keyring.read(keys)
    except ValueError as error:
        raise ConfigInvalid(f"CARERELAY_DATA_KEYS, or {path}, cannot be read: {error}") from error
    return keys


def _kept(path: Path, fresh: str) -> str:
    """What the private file holds; made with `fresh` when it is not there."""
    if not path.exists():
        _write_once(path, fresh)
    if path.stat().st_mode & 0o077:
        raise ConfigInvalid(f"{path} can be read by others; run: chmod 600 {path}")
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write a private file so that two processes starting together end up with the same one, whole."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.link(temporary, path)
    except FileExistsError:
        pass  # the other process was first: its key is as good as ours
    finally:
        os.unlink(temporary)


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigInvalid(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    text = (environ.get(name) or "no").lower()
    if text not in {"yes", "no"}:
        raise ConfigInvalid(f"{name} must be yes or no, not {text!r}")
    return text == "yes"


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigInvalid(f"CARERELAY_TIMEZONE is no time zone: {name!r}") from error
    return name
