"""Installs the job library's own tables from the SQL files that it ships, and keeps account of which were applied.

Procrastinate records nowhere what its schema has been through, and `schema.sql` always shows the newest state. So the
first migration installs that and notes every change file of the installed release as done; after an upgrade of the
library one new migration calls `install` again, which runs only the files not noted yet. The files are read as data:
only `workflow.clock` imports the library.
"""

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

LIBRARY = "procrastinate"


def install(connection: Connection) -> list[str]:
    """Bring the job tables to the installed release's shape; returns the names of the change files newly noted."""
    files = {path.name: path for path in sorted(_folder().joinpath("migrations").glob("*.sql"))}
    noted = set(connection.scalars(text("SELECT name FROM job_schema_change")))
    missing = [name for name in files if name not in noted]
    if not noted:
        _run(connection, [_folder() / "schema.sql"])
    else:
        _run(connection, [files[name] for name in missing])
    for name in missing:
        connection.execute(text("INSERT INTO job_schema_change VALUES (:name, now())"), {"name": name})
    return missing


def remove(connection: Connection) -> None:
    """Drop everything of the library: tables, functions and types, all of which carry its name."""
    for statement in connection.scalars(text(_DROPS)).all():
        connection.exec_driver_sql(statement)
    connection.execute(text("DELETE FROM job_schema_change"))


def _folder() -> Path:
    located: Any = metadata.distribution(LIBRARY).locate_file(f"{LIBRARY}/sql")
    return Path(str(located))


def _run(connection: Connection, files: Iterable[Path]) -> None:
    # The driver's own cursor: a script of many statements, in which "%" is no placeholder.
    cursor = connection.connection.cursor()
    for file in files:
        cursor.execute(file.read_text(encoding="utf-8"))
    cursor.close()


_DROPS = """
SELECT 'DROP TABLE IF EXISTS ' || oid::regclass || ' CASCADE' FROM pg_class
 WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'r' AND pg_table_is_visible(oid)
UNION ALL
SELECT 'DROP FUNCTION IF EXISTS ' || oid::regprocedure || ' CASCADE' FROM pg_proc
 WHERE proname LIKE 'procrastinate\\_%' AND pg_function_is_visible(oid)
UNION ALL
SELECT 'DROP TYPE IF EXISTS ' || oid::regtype || ' CASCADE' FROM pg_type
 WHERE typname LIKE 'procrastinate\\_%' AND typtype IN ('e', 'c') AND pg_type_is_visible(oid)
   AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c')
"""
