"""Consent, referrals to other organisations, case teams, emergency access."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "break_glass",
    "case_member",
    "referral",
    "consent",
    "consent_share",
    "referral_task",
    "referral_note",
    "enquiry",
)


def upgrade() -> None:
    """Create the tables."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("referral_number_seq")))
    op.create_table(
        "break_glass",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_break_glass_case_id_case")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_break_glass_reviewed_by_id_user")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_break_glass_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_case_id_user_id", "break_glass", ["case_id", "user_id"])
    op.create_table(
        "case_member",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_case_member_added_by_id_user")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_member_case_id_case")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_case_member_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_member")),
    )
    op.create_index("ix_case_member_case_id", "case_member", ["case_id"])
    op.create_index("ix_case_member_user_id", "case_member", ["user_id"], postgresql_where=sa.text("until IS NULL"))
    op.create_table(
        "referral",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("sender_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("wished_start", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_referral_case_id_case")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_referral_requested_by_id_user")),
        sa.ForeignKeyConstraint(
            ["sender_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_referral_sender_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_referral_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("number", name=op.f("uq_referral_number")),
    )
    op.create_index("ix_referral_case_id", "referral", ["case_id"])
    op.create_index(op.f("ix_referral_requested_by_id"), "referral", ["requested_by_id"])
    op.create_index(op.f("ix_referral_sender_organisation_id"), "referral", ["sender_organisation_id"])
    op.create_index(op.f("ix_referral_subject_id"), "referral", ["subject_id"])
    op.create_table(
        "consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("signer_capacity", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=True),
        sa.Column("countersigned_by", sa.Text(), nullable=True),
        sa.Column("service", sa.Boolean(), nullable=False),
        sa.Column("photo", sa.Boolean(), nullable=False),
        sa.Column("publicity", sa.Boolean(), nullable=False),
        sa.Column("statistics", sa.Boolean(), nullable=False),
        sa.Column("withheld", sa.Text(), nullable=True),
        sa.Column("child_assent", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("statement_version", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("override_basis", sa.Text(), nullable=True),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('granted', 'partial', 'refused', 'overridden')", name=op.f("ck_consent_status")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consent_case_id_case")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_consent_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_consent_recorded_by_id_user")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_consent_reviewed_by_id_user")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["user.id"], name=op.f("fk_consent_withdrawn_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"])
    op.create_index("ix_consent_person_id_signed_on", "consent", ["person_id", "signed_on"])
    op.create_index(
        "ix_consent_review_due_at", "consent", ["review_due_at"], postgresql_where=sa.text("reviewed_at IS NULL")
    )
    op.create_table(
        "consent_share",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_consent_share_consent_id_consent")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_consent_share_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_share")),
    )
    op.create_index(op.f("ix_consent_share_consent_id"), "consent_share", ["consent_id"])
    op.create_table(
        "referral_task",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("first_contact_on", sa.Date(), nullable=True),
        sa.Column("hold_review_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("enrolment", sa.Text(), nullable=True),
        sa.Column("items", ARRAY(sa.Text()), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("share_until", sa.Date(), nullable=True),
        sa.Column("access_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'requested', 'accepted', 'rejected', 'in_progress', 'on_hold', 'completed', 'failed', "
            "'cancelled', 'rerouted', 'entered_in_error')",
            name=op.f("ck_referral_task_state"),
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_referral_task_consent_id_consent")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_referral_task_instance_id_instance")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_referral_task_owner_id_organisation")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_task_referral_id_referral")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_referral_task_service_id_service")),
        sa.ForeignKeyConstraint(["worker_id"], ["user.id"], name=op.f("fk_referral_task_worker_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_task")),
    )
    op.create_index(op.f("ix_referral_task_consent_id"), "referral_task", ["consent_id"])
    op.create_index(op.f("ix_referral_task_instance_id"), "referral_task", ["instance_id"])
    op.create_index(
        "ix_referral_task_owner_id_open",
        "referral_task",
        ["owner_id", "sent_at"],
        postgresql_where=sa.text("state IN ('requested', 'accepted', 'in_progress', 'on_hold')"),
    )
    op.create_index("ix_referral_task_owner_id_state", "referral_task", ["owner_id", "state"])
    op.create_index("ix_referral_task_referral_id", "referral_task", ["referral_id"])
    op.create_index(op.f("ix_referral_task_service_id"), "referral_task", ["service_id"])
    op.create_index(op.f("ix_referral_task_worker_id"), "referral_task", ["worker_id"])
    op.create_table(
        "referral_note",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_referral_note_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["referral_task.id"], name=op.f("fk_referral_note_task_id_referral_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_note")),
    )
    op.create_index("ix_referral_note_task_id_at", "referral_note", ["task_id", "at"])
    op.create_table(
        "enquiry",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('has', 'none', 'waiting_list', 'assessment_needed')", name=op.f("ck_enquiry_answer")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_enquiry_answered_by_id_user")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_enquiry_asked_by_id_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_enquiry_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_enquiry_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    op.create_index(
        "uq_enquiry_service_id_organisation_id_open",
        "enquiry",
        ["service_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_enquiry_organisation_id_asked_at", "enquiry", ["organisation_id", "asked_at"])


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("referral_number_seq")))
