"""The declarative base of all tables: constraint names, column types, and the mixins every aggregate is built from."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Integer, MetaData, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils.compat import uuid7

E = TypeVar("E", bound=StrEnum)

# Named constraints can be dropped in a migration by name, on every server alike.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; instants are stored with time zone, free mappings as JSONB, lists of codes as arrays."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        int: Integer(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text()),
    }


class Identified:
    """A row known by a UUIDv7: sortable by creation, made without asking the database, safe to show in an address."""

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid7)


class Locked:
    """A row that two people may change at once: the later writer gets StaleDataError (see workflow.transaction)."""

    lock_version: Mapped[int] = mapped_column(Integer(), default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.lock_version}  # type: ignore[attr-defined]  # set by the mapping


class Code(TypeDecorator[E]):
    """A StrEnum stored as its plain text, so that a new member needs no change of a database type."""

    impl = Text
    cache_ok = True

    def __init__(self, codes: type[E]) -> None:
        super().__init__()
        self.codes = codes

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.codes(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.codes(value)


def one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """A check that the column holds one of the codes, for writers that do not pass through these classes."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
