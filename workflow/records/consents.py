"""Consent (domain.md §3.3, S1): what a person agreed to, who signed for them, until when; and what it allows to share.

A consent is only ever added. What ends it (withdrawal, the review of an override) is in workflow.records.withdrawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Case, Consent, ConsentShare, ConsentStatus, Person
from workflow import audit, clock, settings
from workflow.audit import Kind
from workflow.engine import Text
from workflow.records import masking

STATEMENT = "2026-01"
"""Version of the notice that is shown; a new text of the form's notice gets a new one."""

REQUEST = "request"
"""The item that every share holds: that this organisation may be told of the person's need at all."""

SELF, GUARDIAN, CAREGIVER, ORGANISATION, PROXY = (
    "self", "legal_guardian", "actual_caregiver", "temp_guardian_org", "proxy",
)  # fmt: skip
_FOR_CHILDREN = frozenset({GUARDIAN, CAREGIVER, ORGANISATION})
SIGNERS = {
    "under_8": _FOR_CHILDREN,
    "8_13": _FOR_CHILDREN,
    "14_17": _FOR_CHILDREN | {SELF},
    "adult": frozenset({SELF, PROXY, GUARDIAN}),
    "unknown": frozenset({SELF, PROXY, *_FOR_CHILDREN}),
}
"""Who may sign at which age (decision D10); a diagram may ask for more, never for less."""
ASSENT_FROM_EIGHT = frozenset({"8_13", "14_17"})


@dataclass(frozen=True)
class Share:
    """An organisation, what it may be told, for what and until when."""

    organisation_id: UUID
    items: tuple[str, ...]
    purpose: str
    until: date


@dataclass(frozen=True)
class Given:
    """What was asked and answered, as the form says it."""

    status: ConsentStatus
    signed_on: date
    valid_until: date
    signer_capacity: str = SELF
    signer_name: str | None = None
    countersigned_by: str | None = None
    child_assent: str | None = None
    method: str = "paper"
    service: bool = False
    photo: bool = False
    publicity: bool = False
    statistics: bool = False
    withheld: str | None = None
    refusal_reason: str | None = None
    shares: tuple[Share, ...] = ()
    override_basis: str | None = None
    contact_forbidden: bool | None = None
    """None: not asked here."""
    safe_contact: str | None = None


@dataclass(frozen=True)
class ConsentState:
    """Where a person stands: the newest consent, and what has become of it."""

    code: str
    """none, granted, partial, refused, overridden, withdrawn, expired or ended (an override that was not upheld)."""
    consent: Consent | None = None


def age_band(birth_date: date | None, day: date) -> str:
    """under_8, 8_13, 14_17, adult or unknown: the age on this day decides who has to agree."""
    age = masking.age_on(birth_date, day)
    if age is None:
        return "unknown"
    return next((band for limit, band in ((8, "under_8"), (14, "8_13"), (18, "14_17")) if age < limit), "adult")


def refusal(given: Given, person: Person, today: date, longest: int) -> Text | None:
    """Why this cannot be recorded, in words; None when it can. `longest`: days that a consent may hold."""
    band = age_band(person.birth_date, given.signed_on)
    if given.signed_on > today:
        return Text("签署日期在将来。", "The date of signing lies in the future.")
    if not given.signed_on <= given.valid_until <= given.signed_on + timedelta(days=longest):
        return Text(f"有效期最长{longest}天。", f"A consent holds for {longest} days at most.")
    if any(share.until > given.valid_until for share in given.shares):
        return Text("共享期限不能晚于同意的有效期。", "Nothing can be shared for longer than the consent holds.")
    if given.status is ConsentStatus.OVERRIDDEN:
        return None if given.override_basis else Text("必须写明依据。", "The legal basis has to be named.")
    if given.status is ConsentStatus.REFUSED:
        return None if given.refusal_reason else Text("请写明拒绝的原因。", "Say why consent was refused.")
    return _unfit_signature(given, band)


def _unfit_signature(given: Given, band: str) -> Text | None:
    if given.signer_capacity not in SIGNERS[band]:
        return Text(
            "按签署当天的年龄，这个身份的人不能签署。", "At the age on the day of signing, this person cannot sign."
        )
    if given.signer_capacity != SELF and not given.signer_name:
        return Text("请写明签署人姓名。", "The name of the person who signed is missing.")
    if given.signer_capacity == CAREGIVER and not given.countersigned_by:
        return Text(
            "由实际照料人签署时，须有儿童主任或民政人员共同签字。",
            "A caregiver's signature needs a second one by the child director or civil affairs.",
        )
    if band in ASSENT_FROM_EIGHT and given.signer_capacity != SELF and not given.child_assent:
        return Text("满8岁的孩子，请写明本人意愿。", "From eight years on, the child's own wish is needed.")
    return None


def record(
    session: Session, case: Case, given: Given, *, entry_id: UUID | None, actor_id: UUID, now: datetime
) -> Consent:
    """Add a consent, refusal or override; `refusal` was asked before. An override gets the day of its review."""
    person = session.get_one(Person, case.subject_id)
    is_override = given.status is ConsentStatus.OVERRIDDEN
    days = settings.value(session, "override_review_days", case.organisation_id)
    consent = Consent(
        person_id=person.id,
        case_id=case.id,
        entry_id=entry_id,
        status=given.status,
        signed_on=given.signed_on,
        age_band=age_band(person.birth_date, given.signed_on),
        signer_capacity=given.signer_capacity,
        signer_name=given.signer_name,
        countersigned_by=given.countersigned_by,
        service=given.service,
        photo=given.photo,
        publicity=given.publicity,
        statistics=given.statistics,
        withheld=given.withheld,
        child_assent=given.child_assent,
        method=given.method,
        statement_version=STATEMENT,
        valid_until=given.valid_until,
        recorded_by_id=actor_id,
        recorded_at=now,
        refusal_reason=given.refusal_reason,
        override_basis=given.override_basis,
        review_due_at=clock.working_days_after(now, days) if is_override else None,
    )
    session.add(consent)
    session.flush()
    if given.status is not ConsentStatus.REFUSED:
        session.add_all(_rows(consent, given.shares))
    if given.contact_forbidden is not None:
        person.contact_forbidden, person.safe_contact = given.contact_forbidden, given.safe_contact
    session.flush()
    kind = Kind.CONSENT_OVERRIDDEN if is_override else Kind.CONSENT_RECORDED
    details = {"consent": str(consent.id), "status": given.status.value, "basis": given.override_basis}
    audit.record(session, kind, at=now, actor_id=actor_id, case_id=case.id, details=details)
    return consent


def _rows(consent: Consent, shares: Sequence[Share]) -> list[ConsentShare]:
    return [
        ConsentShare(
            consent_id=consent.id, organisation_id=each.organisation_id, item=item, purpose=each.purpose,
            until=each.until,
        )
        for each in shares
        for item in (REQUEST, *each.items)
    ]  # fmt: skip


def state_of(session: Session, person_id: UUID, day: date) -> ConsentState:
    """Where this person stands on that day: the newest of their consents decides."""
    newest = session.scalar(
        select(Consent)
        .where(Consent.person_id == person_id, Consent.signed_on <= day)
        .order_by(Consent.signed_on.desc(), Consent.recorded_at.desc(), Consent.id.desc())
        .limit(1)
    )
    return ConsentState("none") if newest is None else ConsentState(code_of(newest, day), newest)


def code_of(consent: Consent, day: date) -> str:
    """What has become of a consent by that day."""
    if consent.withdrawn_at is not None:
        return "withdrawn"
    if consent.verdict == "ended":
        return "ended"
    if consent.status is not ConsentStatus.REFUSED and consent.valid_until < day:
        return "expired"
    return consent.status.value


def allowed(session: Session, person_id: UUID, organisation_id: UUID, purpose: str, day: date) -> dict[str, UUID]:
    """What may be told to this organisation on that day: item -> the newest consent that says so.

    A consent counts while it is neither withdrawn nor expired; an override as long as its review has not ended it.
    """
    rows = session.execute(
        select(ConsentShare.item, Consent.id)
        .join(Consent, Consent.id == ConsentShare.consent_id)
        .where(
            Consent.person_id == person_id,
            Consent.status != ConsentStatus.REFUSED,
            Consent.withdrawn_at.is_(None),
            or_(Consent.verdict.is_(None), Consent.verdict != "ended"),
            Consent.signed_on <= day,
            Consent.valid_until >= day,
            ConsentShare.organisation_id == organisation_id,
            ConsentShare.purpose == purpose,
            ConsentShare.until >= day,
        )
        .order_by(Consent.signed_on, Consent.recorded_at)
    )
    return {row.item: row.id for row in rows}


def may_share(session: Session, person_id: UUID, organisation_id: UUID, item: str, purpose: str, day: date) -> bool:
    """Whether this item may be told to this organisation, for this purpose, on that day."""
    return item in allowed(session, person_id, organisation_id, purpose, day)
