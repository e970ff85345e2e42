"""Files that were handed over with a referral: given out to both sides, to its receiver while it may read the copy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, Case, Referral, ReferralTask
from workflow import audit, permissions
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import referral_pages, sealed_files
from workflow.records.attachments import File


def open(session: Session, actor: Actor, task_id: UUID, file_id: UUID, now: datetime, *, folder: Path) -> File:
    """Find a file of the frozen copy; who looked is recorded. Raises NotFound."""
    found = session.execute(
        select(ReferralTask, Case)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .join(Case, Case.id == Referral.case_id)
        .where(ReferralTask.id == task_id, ReferralTask.sent_at.isnot(None))
    ).first()
    if found is None:
        raise NotFound("referral_not_found")
    task, case = found
    permissions.require(actor, Permission.OUTGOING_READ, referral_pages.seen_by_rules(session, task, case, now))
    handed_over = {str(file["id"]) for file in task.copy.get("files", ())}
    attachment = session.get(Attachment, file_id)
    if attachment is None or str(file_id) not in handed_over:
        raise NotFound("attachment_not_found")
    content = sealed_files.read(folder, attachment)
    audit.looked(session, actor.user_id, case.id, "attachment", now, highest="P2")
    return File(attachment.name, attachment.media_type, content)
