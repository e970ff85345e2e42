"""What a use case can refuse, in four families; codes and values only, the sentences are made in `web`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow.engine.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from workflow.forms import Submitted


class CareRelayError(Exception):
    """Base of all refusals; `details` holds values for the sentence, never personal data of a case's subject."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class NotFound(CareRelayError):
    """It does not exist, or this person may not know that it does."""


class Forbidden(CareRelayError):
    """This person may see it but not do this with it; the code is the permission."""


class Conflict(CareRelayError):
    """Somebody else was faster, or the thing is not in a state for this."""


class Invalid(CareRelayError):
    """The request makes no sense as it is."""


class InvalidForm(Invalid):
    """Values of a form that break its rules; `submitted` holds what was typed and one error a field."""

    def __init__(self, submitted: Submitted) -> None:
        super().__init__("invalid_form")
        self.submitted = submitted


class TaskTaken(Conflict):
    """Somebody else has claimed the task. Details: `by` (name), `at` (when)."""

    def __init__(self, by: str | None, at: datetime | None) -> None:
        super().__init__("task_taken", by=by, at=at)


class TaskClosed(Conflict):
    """The task no longer waits: done by `by` at `at`, or ended by the process itself (`by` is None)."""

    def __init__(self, by: str | None, at: datetime | None) -> None:
        super().__init__("task_closed", by=by, at=at)


class StepRefused(Conflict):
    """The process could not take this step; nothing of it has happened. `message` says why in both languages."""

    def __init__(self, message: Text, element_id: str | None = None) -> None:
        super().__init__("step_refused", element_id=element_id)
        self.message = message


class RefusedOnRecord(StepRefused):
    """Refused, and the attempt itself matters: `record` notes it, in a transaction after this one's rollback."""

    def __init__(self, message: Text, record: Callable[[Session], None]) -> None:
        super().__init__(message)
        self.record = record


class CaseDamaged(RefusedOnRecord):
    """The stored state of the case cannot be read; what is recorded is that finding."""


class SignInRefused(Invalid):
    """Unknown name, wrong password or closed account: it is never said which, but to who is signed in already."""

    def __init__(self, code: str = "sign_in_refused") -> None:
        super().__init__(code)


class TooManyAttempts(Conflict):
    """Too many failed tries; the next one is looked at in `retry_after` seconds.

    `what`: "here", or "account" when they came from many places.
    """

    def __init__(self, retry_after: int, what: str = "here") -> None:
        super().__init__("too_many_attempts", retry_after=retry_after, what=what)
        self.retry_after, self.what = retry_after, what
