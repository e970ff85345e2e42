"""Tasks as people see them in the inbox, and drafts of forms not yet submitted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of
from models.sealed import SealedJSON


class TaskState(StrEnum):
    """Whether a task still waits for somebody."""

    OPEN = "open"
    DONE = "done"
    # The process no longer needs it, for example because a timer ended the wait.
    CANCELLED = "cancelled"


class Task(Identified, Locked, Base):
    """A person's step in a case. A projection of the instance's snapshot: it can be rebuilt from there at any time."""

    __tablename__ = "task"
    __table_args__ = (
        one_of("state", TaskState),
        UniqueConstraint("instance_id", "engine_id"),
        # The two tabs of the inbox, and nothing that is done: these stay small for ever.
        Index("ix_task_mine", "assignee_id", "due_at", postgresql_where=text("state = 'open'")),
        Index(
            "ix_task_claimable",
            "organisation_id",
            "role",
            "due_at",
            postgresql_where=text("state = 'open' AND assignee_id IS NULL"),
        ),
    )

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instance.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    # The engine's id of this open task; stable over snapshots.
    engine_id: Mapped[str]
    element_id: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    # Text, not models.user.Role: a diagram of an earlier release may name a role that is gone.
    role: Mapped[str]
    party: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[TaskState] = mapped_column(Code(TaskState), default=TaskState.OPEN)
    form_key: Mapped[str | None]
    # Other parties that may read what is written here.
    shared_with: Mapped[list[str]]
    # "P3": only those who read restricted values know of it. "P4": nor do they know who does it; the party that has it
    # reads what is written only if it is shared with it. Null: everybody in the case knows of it.
    secrecy: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    # 0 to 100, 50 is ordinary.
    priority: Mapped[int] = mapped_column(default=50)
    claimed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))


class Draft(Identified, Base):
    """What somebody has typed but not submitted, for a task or for a process not yet started."""

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint("(task_id IS NULL) <> (process_key IS NULL)", name="task_or_process"),
        Index("uq_draft_user_id_task_id", "user_id", "task_id", unique=True),
        Index(
            "uq_draft_user_id_process_key",
            "user_id",
            "process_key",
            unique=True,
            postgresql_where=text("process_key IS NOT NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
    process_key: Mapped[str | None]
    # Field -> list of texts, exactly as the browser sent them.
    values: Mapped[dict[str, Any]] = mapped_column(SealedJSON())
    updated_at: Mapped[datetime]
