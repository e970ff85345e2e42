"""Alembic's entry: runs the version files on one connection, one process at a time."""

from alembic import context
from sqlalchemy import text

from models.migrations import connect, is_ours, load_metadata

# Any number will do, as long as every process of ours asks for the same one.
LOCK_NUMBER = 7_270_001


def run() -> None:
    """Run what Alembic was asked for; all versions together in one transaction, so that a failure leaves nothing."""
    with connect(context.config.attributes["url"]) as connection:
        context.configure(
            connection=connection,
            target_metadata=load_metadata(),
            include_name=is_ours,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            # Web and worker start together, and both migrate: the second waits here and then finds nothing to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})
            context.run_migrations()


if context.is_offline_mode():
    raise RuntimeError("Migrations need a database: there is no offline mode")
run()
