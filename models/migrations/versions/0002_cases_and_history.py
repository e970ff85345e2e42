"""Cases with their entries and files, running instances with their tasks, history and readings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "case",
    "instance",
    "task",
    "draft",
    "entry",
    "event",
    "attachment",
    "reading",
)

# What happened stays as it was recorded, whoever is connected: no mistake of ours and no script may change it.
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Create the tables, and guard the history."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("case_number_seq")))
    op.create_table(
        "case",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("ward_id", sa.Uuid(), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("linked_case_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IN ('emergency', 'urgent', 'routine', 'info')", name=op.f("ck_case_level")),
        sa.CheckConstraint(
            "state IN ('requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', "
            "'cancelled')",
            name=op.f("ck_case_state"),
        ),
        sa.ForeignKeyConstraint(["linked_case_id"], ["case.id"], name=op.f("fk_case_linked_case_id_case")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_case_opened_by_id_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_case_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["user.id"], name=op.f("fk_case_responsible_id_user")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_case_subject_id_person")),
        sa.ForeignKeyConstraint(["ward_id"], ["organisation.id"], name=op.f("fk_case_ward_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
    )
    op.create_index(op.f("ix_case_linked_case_id"), "case", ["linked_case_id"])
    op.create_index(op.f("ix_case_opened_by_id"), "case", ["opened_by_id"])
    op.create_index("ix_case_organisation_id_state", "case", ["organisation_id", "state"])
    op.create_index(op.f("ix_case_responsible_id"), "case", ["responsible_id"])
    op.create_index(op.f("ix_case_subject_id"), "case", ["subject_id"])
    op.create_index("ix_case_ward_id_opened_at", "case", ["ward_id", "opened_at"])
    op.create_table(
        "instance",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snapshot", JSONB(), nullable=False),
        sa.Column("parties", JSONB(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident", JSONB(), nullable=True),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("start_token", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'completed', 'incident')", name=op.f("ck_instance_state")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_instance_case_id_case")),
        sa.ForeignKeyConstraint(["started_by_id"], ["user.id"], name=op.f("fk_instance_started_by_id_user")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["process_version.id"], name=op.f("fk_instance_version_id_process_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("start_token", name=op.f("uq_instance_start_token")),
    )
    op.create_index(op.f("ix_instance_case_id"), "instance", ["case_id"])
    op.create_index(op.f("ix_instance_version_id"), "instance", ["version_id"])
    op.create_index("ix_instance_wake_at", "instance", ["wake_at"], postgresql_where=sa.text("wake_at IS NOT NULL"))
    op.create_table(
        "task",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("engine_id", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("shared_with", ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name=op.f("ck_task_state")),
        sa.ForeignKeyConstraint(["assignee_id"], ["user.id"], name=op.f("fk_task_assignee_id_user")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_task_case_id_case")),
        sa.ForeignKeyConstraint(["completed_by_id"], ["user.id"], name=op.f("fk_task_completed_by_id_user")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_task_instance_id_instance")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_task_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("instance_id", "engine_id", name=op.f("uq_task_instance_id_engine_id")),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"])
    op.create_index(
        "ix_task_claimable",
        "task",
        ["organisation_id", "role", "due_at"],
        postgresql_where=sa.text("state = 'open' AND assignee_id IS NULL"),
    )
    op.create_index("ix_task_mine", "task", ["assignee_id", "due_at"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "draft",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("process_key", sa.Text(), nullable=True),
        sa.Column("values", JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(task_id IS NULL) <> (process_key IS NULL)", name=op.f("ck_draft_task_or_process")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_draft_task_id_task")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_draft_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_task_id"), "draft", ["task_id"])
    op.create_index(
        "uq_draft_user_id_process_key",
        "draft",
        ["user_id", "process_key"],
        unique=True,
        postgresql_where=sa.text("process_key IS NOT NULL"),
    )
    op.create_index("uq_draft_user_id_task_id", "draft", ["user_id", "task_id"], unique=True)
    op.create_table(
        "entry",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("values", JSONB(), nullable=False),
        sa.Column("parties", ARRAY(sa.Text()), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_entry_case_id_case")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_entry_instance_id_instance")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["user.id"], name=op.f("fk_entry_submitted_by_id_user")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_entry_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_case_id_submitted_at", "entry", ["case_id", "submitted_at"])
    op.create_index(op.f("ix_entry_instance_id"), "entry", ["instance_id"])
    op.create_index(op.f("ix_entry_task_id"), "entry", ["task_id"])
    op.create_table(
        "event",
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_event_actor_id_user")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_event_case_id_case")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_event_instance_id_instance")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_event_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_case_id_at", "event", ["case_id", "at"])
    op.create_index(op.f("ix_event_instance_id"), "event", ["instance_id"])
    op.create_table(
        "attachment",
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id_case")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_attachment_entry_id_entry")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_attachment_uploaded_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"])
    op.create_index(op.f("ix_attachment_entry_id"), "attachment", ["entry_id"])
    op.create_index("ix_attachment_pending", "attachment", ["created_at"], postgresql_where=sa.text("entry_id IS NULL"))
    op.create_table(
        "reading",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_reading_case_id_case")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reading_entry_id_entry")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reading_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_case_id_at", "reading", ["case_id", "at"])
    op.create_index("ix_reading_user_id_at", "reading", ["user_id", "at"])
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    """Drop everything, history included."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")
    op.execute(sa.schema.DropSequence(sa.Sequence("case_number_seq")))
