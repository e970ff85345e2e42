"""Which of the job library's own schema changes this database has seen (applied by workflow.clock.schema)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class JobSchemaChange(Base):
    """One SQL file of Procrastinate that has been applied; the library keeps no record of its own."""

    __tablename__ = "job_schema_change"

    name: Mapped[str] = mapped_column(primary_key=True)
    applied_at: Mapped[datetime]
