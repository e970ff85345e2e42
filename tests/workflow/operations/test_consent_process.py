"""Consent as its process runs: who must agree at which age, the caregiver's way, refusal, override."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment, Consent, ConsentShare, ConsentStatus, Instance
from tests.workflow.agency import Desk
from tests.workflow.conftest import People
from workflow.errors import Forbidden, InvalidForm, NotFound, StepRefused

SHARE = {
    "consent.shares.0.contact": "true", "consent.shares.0.purpose": "service", "consent.shares.0.until": "2026-04-30",
}  # fmt: skip


@pytest.fixture
def desk(session: Session, people: People, answers: Any, now: Any) -> Desk:
    """A case that has been assessed."""
    return Desk(session, people, answers(people), now)


def signed(desk: Desk, **changed: Any) -> dict[str, Any]:
    """The form of an ordinary consent."""
    return {
        "consent.decision": "granted", "consent.signed_on": "2026-03-09", "consent.signer_type": "self",
        "consent.method": "verbal", "consent.witness": "王护士", "consent.scope_service": "yes", "consent.photo": "no",
        "consent.statistics": "yes", "consent.valid_until": "2026-06-30", "consent.contact_forbidden": "no",
        "consent.shares.0.organisation": desk.services["first"].organisation_id, **SHARE, **changed,
    }  # fmt: skip


def evidence(desk: Desk, who: str = "worker") -> str:
    """A file that was uploaded and not yet handed in."""
    file = Attachment(
        uploaded_by_id=desk.actor(who).user_id, name="户口簿.pdf", media_type="application/pdf", size=1, sha256="0",
        stored_at="-", created_at=desk.now,
    )  # fmt: skip
    desk.session.add(file)
    desk.session.flush()
    return str(file.id)


def only(desk: Desk) -> Consent:
    """The one consent there is."""
    return desk.session.scalars(select(Consent)).one()


def variables(instance: Instance) -> str:
    """The data of a process as text."""
    return str(instance.snapshot)


def test_an_adult_agrees(desk: Desk) -> None:
    instance = desk.begin("consent")
    desk.do("sign_consent", "worker", **signed(desk))
    consent = only(desk)
    assert (consent.status, consent.age_band, consent.signer_capacity) == (ConsentStatus.GRANTED, "adult", "self")
    shares = desk.session.scalars(select(ConsentShare).where(ConsentShare.consent_id == consent.id)).all()
    assert {share.item for share in shares} == {"request", "contact"}
    assert {share.until for share in shares} == {date(2026, 4, 30)}
    assert instance.outcome == "consent_given"
    assert "1958" not in variables(instance)
    assert "王护士" not in variables(instance)


def test_do_not_contact_is_kept_with_the_person(desk: Desk) -> None:
    desk.begin("consent")
    desk.do(
        "sign_consent", "worker",
        **signed(desk, **{"consent.contact_forbidden": "yes", "consent.safe_contact": "下午打邻居电话"}),
    )  # fmt: skip
    assert desk.person.contact_forbidden
    assert desk.person.safe_contact == "下午打邻居电话"


def test_a_child_cannot_sign_and_the_form_says_who_must(desk: Desk) -> None:
    desk.person.birth_date = date(2016, 5, 1)
    desk.begin("consent")
    with pytest.raises((StepRefused, InvalidForm)):
        desk.do("sign_consent", "worker", **signed(desk))
    with pytest.raises(InvalidForm):  # the child's own wish is missing
        desk.do(
            "sign_consent", "worker",
            **signed(desk, **{
                "consent.signer_type": "legal_guardian", "consent.signer_name": "王父",
                "consent.signer_evidence": [evidence(desk)],
            }),
        )  # fmt: skip


def caregiver(desk: Desk) -> dict[str, Any]:
    """The form when the grandmother signs because the guardian cannot be reached."""
    return signed(desk, **{
        "consent.signer_type": "actual_caregiver", "consent.signer_name": "王奶奶",
        "consent.signer_evidence": [evidence(desk)], "consent.countersigner_role": "child_director",
        "consent.countersigner_name": "杨主任", "consent.child_assent": "agrees",
    })  # fmt: skip


def test_a_caregiver_signs_and_the_supervisor_confirms(desk: Desk) -> None:
    desk.person.birth_date = date(2016, 5, 1)
    desk.begin("consent")
    desk.do("sign_consent", "worker", **caregiver(desk))
    assert desk.session.scalars(select(Consent)).all() == []
    with pytest.raises((NotFound, Forbidden)):
        desk.do("confirm_caregiver", "worker", **{"confirm.decision": "approve"})
    desk.do("confirm_caregiver", "supervisor", **{"confirm.decision": "approve"})
    consent = only(desk)
    assert (consent.age_band, consent.signer_name) == ("8_13", "王奶奶")
    assert consent.countersigned_by == "child_director 杨主任"
    assert consent.recorded_by_id == desk.actor("worker").user_id


def test_the_supervisor_returns_it(desk: Desk) -> None:
    desk.person.birth_date = date(2016, 5, 1)
    desk.begin("consent")
    desk.do("sign_consent", "worker", **caregiver(desk))
    desk.do("confirm_caregiver", "supervisor", **{"confirm.decision": "return", "confirm.comment": "请再联系一次。"})
    assert desk.open("sign_consent")
    assert desk.session.scalars(select(Consent)).all() == []


def test_a_young_person_agrees_and_the_guardian_to_taking_part(desk: Desk) -> None:
    desk.person.birth_date = date(2010, 5, 1)
    desk.begin("consent")
    with pytest.raises(InvalidForm):  # whether the guardian was asked is missing
        desk.do("sign_consent", "worker", **signed(desk))
    guardian = {"consent.guardian_agrees": "yes", "consent.guardian_name": "王父"}
    desk.do("sign_consent", "worker", **signed(desk, **guardian))
    consent = only(desk)
    assert (consent.age_band, consent.signer_capacity) == ("14_17", "self")
    assert consent.countersigned_by == "legal_guardian 王父"


def test_for_longer_than_a_year_is_refused_in_words(desk: Desk) -> None:
    desk.begin("consent")
    with pytest.raises(StepRefused) as refused:
        desk.do("sign_consent", "worker", **signed(desk, **{"consent.valid_until": "2027-06-30"}))
    assert "365" in refused.value.message.zh
    assert "365 days" in refused.value.message.en
    assert desk.open("sign_consent")


def refused(ask: str) -> dict[str, Any]:
    """The form of a refusal."""
    return {
        "consent.decision": "refused", "consent.signed_on": "2026-03-09", "consent.contact_forbidden": "no",
        "consent.refusal_reason": "不想让村里人知道。", "consent.ask_override": ask,
    }  # fmt: skip


def test_a_refusal_is_recorded_and_shares_nothing(desk: Desk) -> None:
    instance = desk.begin("consent")
    desk.do("sign_consent", "worker", **refused("no"))
    assert only(desk).status is ConsentStatus.REFUSED
    assert desk.session.scalars(select(ConsentShare)).all() == []
    assert instance.outcome == "consent_refused"
    assert "村里人" not in variables(instance)


def test_only_the_supervisor_overrides_and_with_a_basis(desk: Desk) -> None:
    desk.begin("consent")
    desk.do("sign_consent", "worker", **refused("yes"))
    decision = {
        "override.decision": "yes", "override.basis": "life_and_safety", "override.reason": "有人身危险。",
        "override.shares.0.organisation": desk.services["first"].organisation_id, "override.valid_until": "2026-04-30",
        **{key.replace("consent.", "override."): value for key, value in SHARE.items()},
    }  # fmt: skip
    for who in ("worker", "coordinator", "agency"):
        with pytest.raises((NotFound, Forbidden)):
            desk.do("decide_override", who, **decision)
    with pytest.raises(InvalidForm):
        desk.do("decide_override", "supervisor", **{**decision, "override.basis": ""})
    desk.do("decide_override", "supervisor", **decision)
    newest = desk.session.scalars(select(Consent).where(Consent.status == ConsentStatus.OVERRIDDEN)).one()
    assert newest.override_basis == "life_and_safety"
    assert newest.review_due_at is not None
    assert newest.recorded_by_id == desk.actor("supervisor").user_id


def test_the_supervisor_may_decide_against_it(desk: Desk) -> None:
    instance = desk.begin("consent")
    desk.do("sign_consent", "worker", **refused("yes"))
    desk.do("decide_override", "supervisor", **{"override.decision": "no", "override.reason": "没有现实危险。"})
    assert only(desk).status is ConsentStatus.REFUSED
    assert instance.outcome == "consent_not_overridden"
