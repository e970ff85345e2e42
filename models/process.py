"""Published process versions and their running instances."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from models.base import Base, Code, Identified, Locked, one_of


class InstanceState(StrEnum):
    """Where an instance stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    # Something failed that no person was waiting for; it stays as it was until somebody repairs it.
    INCIDENT = "incident"


class ProcessVersion(Identified, Base):
    """One published bundle of diagram, decision tables and forms. Never changed; a change is a new version."""

    __tablename__ = "process_version"
    __table_args__ = (
        UniqueConstraint("process_key", "number"),
        # Only one version of a process starts new instances.
        Index("uq_process_version_current", "process_key", unique=True, postgresql_where=text("is_current")),
    )

    process_key: Mapped[str]
    # 1, 2, 3 ... within one process.
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(index=True)
    # File name -> text. Deferred: compiled versions are cached by hash, so the texts are rarely needed.
    files: Mapped[dict[str, str]] = deferred(mapped_column(JSONB(), nullable=False))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    published_at: Mapped[datetime]
    # Null: came with the installation.
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    is_current: Mapped[bool] = mapped_column(default=False)


class Instance(Identified, Locked, Base):
    """One run of a process version for a case. Its row is the lock that all changes of the run take first."""

    __tablename__ = "instance"
    __table_args__ = (
        one_of("state", InstanceState),
        Index("ix_instance_wake_at", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("process_version.id"), index=True)
    state: Mapped[InstanceState] = mapped_column(Code(InstanceState), default=InstanceState.ACTIVE)
    # The engine's state without the specification (workflow.engine.Run.snapshot).
    snapshot: Mapped[dict[str, Any]]
    # Party -> organisation id as text: {"ward": "...", "station": "..."}.
    parties: Mapped[dict[str, Any]]
    # When the next timer is due; null when nothing waits for time.
    wake_at: Mapped[datetime | None]
    # Where and why it stopped: {"element_id", "zh", "en", "at"}; null when all is well.
    incident: Mapped[dict[str, Any] | None]
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # Element id of the end event that was reached.
    outcome: Mapped[str | None]
    # Made by the form that starts it: the same form sent twice starts one instance.
    start_token: Mapped[UUID] = mapped_column(unique=True)
