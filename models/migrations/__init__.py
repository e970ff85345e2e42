"""Brings a database to the shape that this code expects, and back (Alembic, without an ini file)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool

from models.base import Base

FOLDER = Path(__file__).parent

# Tables of the job queue come and go with its own schema (see the version that creates them), not with our models.
FOREIGN_PREFIXES = ("procrastinate_",)


def config(url: str) -> Config:
    """Alembic's configuration for the database at this SQLAlchemy URL."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.set_main_option("truncate_slug_length", "60")
    # Kept out of the ini options: a password may hold "%", which they would try to interpolate.
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Run all missing migrations in one transaction; several processes may ask for it at the same time."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Undo migrations down to this revision; "base" leaves an empty database."""
    command.downgrade(config(url), revision)


def head() -> str:
    """The number of the newest migration, for example "0003"; raises CommandError when two branches have collided."""
    newest = ScriptDirectory(str(FOLDER)).get_current_head()
    if newest is None:
        raise LookupError(f"There is no migration in {FOLDER / 'versions'}")
    return newest


def create(url: str, message: str) -> None:
    """Write the next numbered version file from the difference between the models and the database at `url`."""
    script = ScriptDirectory(str(FOLDER))
    number = int(script.get_current_head() or "0") + 1
    command.revision(config(url), message, autogenerate=True, rev_id=f"{number:04d}")


def differences(connection: Connection) -> list[Any]:
    """What the models have that the database lacks, and the other way round; empty when they are equal."""
    options: Mapping[str, Any] = {"include_name": is_ours, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=dict(options)), load_metadata()))


def load_metadata() -> Any:
    """The metadata with every table of ours registered."""
    import models  # noqa: F401 (importing the package registers the tables)

    return Base.metadata


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether Alembic should compare this object of the database with the models."""
    return not (kind == "table" and name is not None and name.startswith(FOREIGN_PREFIXES))


def connect(url: str) -> Connection:
    """One connection without a pool, for migrations only."""
    return create_engine(url, poolclass=pool.NullPool).connect()
