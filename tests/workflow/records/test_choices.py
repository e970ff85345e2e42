"""Answers that only the records know, read back from sealed columns."""

from typing import Any

from sqlalchemy.orm import Session

from models import Attachment
from workflow.records import referrals


def test_a_file_that_waits_for_its_form_is_offered_by_its_name(ward: Any, session: Session) -> None:
    session.add(
        Attachment(
            uploaded_by_id=ward.people["nurse"].user_id, name="检查单.pdf", media_type="application/pdf", size=1,
            sha256="0" * 64, stored_at="00/0", created_at=ward.now,
        )
    )  # fmt: skip
    session.flush()
    shown = str(referrals.start_view(session, ward.people["nurse"], ward.now).bound)
    assert "检查单.pdf" in shown
    assert "检查单.pdf" not in str(referrals.start_view(session, ward.people["lead"], ward.now).bound)
