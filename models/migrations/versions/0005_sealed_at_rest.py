"""Seal what people wrote and who they are; chain the history; columns for people, readings and second factors."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from models import sealed

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES_BEFORE = (
    "hospital_referrer", "ward_lead", "msw_coordinator", "medical_social_worker", "supervisor", "agency_coordinator",
    "process_designer", "admin",
)  # fmt: skip
ROLES = (*ROLES_BEFORE, "social_worker", "agency_head", "data_protection_owner", "auditor", "process_publisher")
KINDS_BEFORE = ("hospital", "department", "station", "agency")
KINDS = (*KINDS_BEFORE, "community", "authority")
STATES_BEFORE = (
    "requested", "accepted", "in_progress", "on_hold", "completed", "failed", "rejected", "cancelled",
)  # fmt: skip
STATES = (*STATES_BEFORE, "draft", "rerouted", "entered_in_error")
RISKS = ("red", "yellow", "blue", "green")

# Table -> new columns that may not be empty, with the value of rows that are there already.
FILLED = {
    "case": (("chain_length", sa.Integer(), "0"), ("chain_head", sa.Text(), "''")),
    "person": (
        ("name_tokens", ARRAY(sa.Text()), "'{}'"),
        ("hardship", ARRAY(sa.Text()), "'{}'"),
        ("safety_flags", ARRAY(sa.Text()), "'{}'"),
        ("contact_forbidden", sa.Boolean(), "false"),
        ("lock_version", sa.Integer(), "1"),
    ),
    "reading": (("purpose", sa.Text(), "'work'"),),
    "user": (("must_change_password", sa.Boolean(), "false"), ("recovery_codes", ARRAY(sa.Text()), "'{}'")),
}
EMPTY = {
    "case": (("risk", sa.Text()),),
    "event": (("chain_number", sa.Integer()), ("chain_hash", sa.Text())),
    "organisation": (("area_id", sa.Uuid()),),
    "person": (
        ("phone_token", sa.Text()), ("id_type", sa.Text()), ("id_number", sa.Text()), ("id_number_token", sa.Text()),
        ("record_number_token", sa.Text()), ("address", sa.Text()), ("area_id", sa.Uuid()), ("safe_contact", sa.Text()),
    ),
    "reading": (("person_id", sa.Uuid()), ("highest", sa.Text())),
    "task": (("secrecy", sa.Text()),),
    "user": (
        ("password_changed_at", sa.DateTime(timezone=True)), ("totp_secret", sa.Text()),
        ("totp_confirmed_at", sa.DateTime(timezone=True)), ("totp_last_step", sa.Integer()),
    ),
}  # fmt: skip
SEALED_TEXT = (("person", "name"), ("person", "phone"), ("person", "record_number"), ("attachment", "name"))
SEALED_JSON = (("entry", "values"), ("draft", "values"))
TOKENS = ("phone", "id_number", "record_number")


def upgrade() -> None:
    """Add the columns, then seal what is there with the newest key."""
    for table, filled in FILLED.items():
        for name, kind, value in filled:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(value)))
            op.alter_column(table, name, server_default=None)
    for table, empty in EMPTY.items():
        for name, kind in empty:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.alter_column("reading", "case_id", nullable=True)
    _event_chain()
    _indexes()
    _checks(ROLES, KINDS, STATES)
    op.create_check_constraint(op.f("ck_case_risk"), "case", f"risk IN ({_listed(RISKS)})")
    for table, name in SEALED_JSON:
        op.alter_column(table, name, type_=sa.Text(), postgresql_using=f'"{name}"::text')
    for table, name in (*SEALED_TEXT, *SEALED_JSON):
        _rewrite(table, name, lambda text: sealed.keyring().seal(text.encode()))


def downgrade() -> None:
    """Open the seals again and drop the columns."""
    for table, name in (*SEALED_TEXT, *SEALED_JSON):
        _rewrite(table, name, lambda text: sealed.keyring().open(text).decode())
    for table, name in SEALED_JSON:
        op.alter_column(table, name, type_=JSONB(), postgresql_using=f'"{name}"::jsonb')
    op.drop_table("event_chain")
    op.drop_index("ix_case_organisation_id_opened_at", "case")
    op.execute("DELETE FROM reading WHERE case_id IS NULL")
    op.alter_column("reading", "case_id", nullable=False)
    _checks(ROLES_BEFORE, KINDS_BEFORE, STATES_BEFORE)
    for columns in (FILLED, EMPTY):
        for table, names in columns.items():
            for name, *_ in names:
                op.drop_column(table, name)


def _event_chain() -> None:
    table = op.create_table(
        "event_chain",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_chain")),
    )
    op.bulk_insert(table, [{"name": "service", "length": 0, "head": ""}])


def _indexes() -> None:
    op.create_index("ix_case_organisation_id_opened_at", "case", ["organisation_id", "opened_at", "id"])
    op.create_index("uq_event_case_id_chain_number", "event", ["case_id", "chain_number"], unique=True)
    for table in ("organisation", "person"):
        op.create_index(op.f(f"ix_{table}_area_id"), table, ["area_id"])
        op.create_foreign_key(op.f(f"fk_{table}_area_id_area"), table, "area", ["area_id"], ["id"])
    op.create_index("ix_person_name_tokens", "person", ["name_tokens"], postgresql_using="gin")
    for name in TOKENS:
        token = f"{name}_token"
        op.create_index(f"ix_person_{token}", "person", [token], postgresql_where=sa.text(f"{token} IS NOT NULL"))
    op.create_index("ix_reading_person_id_at", "reading", ["person_id", "at"])
    op.create_foreign_key(op.f("fk_reading_person_id_person"), "reading", "person", ["person_id"], ["id"])


def _checks(roles: tuple[str, ...], kinds: tuple[str, ...], states: tuple[str, ...]) -> None:
    for table, column, codes in (
        ("membership", "role", roles),
        ("organisation", "kind", kinds),
        ("case", "state", states),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({_listed(codes)})")


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _rewrite(table: str, name: str, change: Callable[[str], str]) -> None:
    """Change a column of all rows; row by row, so that no more than one value is in memory twice."""
    bind = op.get_bind()
    rows: Any = bind.execute(sa.text(f'SELECT id, "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL')).all()
    for key, value in rows:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        bind.execute(
            sa.text(f'UPDATE "{table}" SET "{name}" = :value WHERE id = :id'), {"value": change(text), "id": key}
        )
