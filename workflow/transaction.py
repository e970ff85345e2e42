"""The one place that commits: a use case runs inside, and either all of it has happened or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from workflow.errors import Conflict, RefusedOnRecord


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Open a session, commit when the block ends and roll back when it raises.

    What has to be recorded about a refusal goes into a transaction of its own: the step is rolled back, that must stay.
    Raises Conflict when a row was changed by somebody else since it was read (its `lock_version` has moved on), and
    when two waited for each other and the database let the other go first.
    """
    with sessions() as session:
        try:
            yield session
            session.commit()
        except StaleDataError as error:
            raise Conflict("changed_meanwhile") from error
        except OperationalError as error:
            if isinstance(error.orig, DeadlockDetected):
                raise Conflict("changed_meanwhile") from error
            raise
        except RefusedOnRecord as error:
            session.rollback()
            error.record(session)
            session.commit()
            raise
