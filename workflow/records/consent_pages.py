"""The consents of a person as the station reads them: where they stand, what each allows, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Consent, ConsentShare, ConsentStatus, Organisation, User
from workflow import audit, permissions
from workflow.engine import Text
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import consents, outgoing, partner_words, sharing, sight, summary
from workflow.records.partners import ConsentSight
from workflow.records.summary import CaseSummary


@dataclass(frozen=True)
class ShareRow:
    """What one organisation may be told."""

    organisation: Text
    items: list[Text]
    purpose: Text
    until: date


@dataclass(frozen=True)
class ConsentRow:
    """One consent in words."""

    consent_id: UUID
    code: str
    state: Text
    signed_on: date
    band: Text
    signer: Text
    signer_name: str | None
    assent: Text | None
    valid_until: date
    service: bool
    photo: bool
    publicity: bool
    statistics: bool
    withheld: str | None
    refusal_reason: str | None
    basis: Text | None
    verdict: Text | None
    shares: list[ShareRow]
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    may_withdraw: bool


@dataclass(frozen=True)
class ConsentPage:
    """The page of a case about consent."""

    case: CaseSummary
    state: Text
    rows: list[ConsentRow]
    glass_until: datetime | None


def of_case(session: Session, actor: Actor, case_id: UUID, now: datetime) -> ConsentPage:
    """The consents of the person of a case, newest first; who looked is recorded. Raises NotFound."""
    case_row = summary.load(session, case_id)
    case: Case = case_row[0]
    seen = sight.of(session, case, now)
    permissions.require(actor, Permission.CONSENT_READ, ConsentSight(seen, actor.user_id))
    day = outgoing.local_day(now)
    found = session.execute(
        select(Consent, User.name)
        .join(User, User.id == Consent.recorded_by_id)
        .where(Consent.person_id == case.subject_id)
        .order_by(Consent.signed_on.desc(), Consent.recorded_at.desc())
    ).all()
    shares = _shares(session, [consent.id for consent, _ in found])
    may = permissions.allows(actor, Permission.CONSENT_WITHDRAW, ConsentSight(seen, actor.user_id))
    reader = sight.reader(actor, seen)
    audit.looked(
        session, actor.user_id, case.id, "consent", now, highest="P2", purpose=reader.purpose if reader else sight.WORK
    )
    state = consents.state_of(session, case.subject_id, day)
    return ConsentPage(
        summary.make(case_row, now, masked=False),
        partner_words.CONSENT[state.code],
        [_row(consent, by, shares.get(consent.id, []), day, may=may) for consent, by in found],
        reader.until if reader else None,
    )


def one(session: Session, actor: Actor, consent_id: UUID, now: datetime) -> tuple[ConsentPage, ConsentRow]:
    """One consent that may be withdrawn, before asking whether it really shall be. Raises NotFound."""
    consent = session.get(Consent, consent_id)
    if consent is None:
        raise NotFound("consent_not_found")
    page = of_case(session, actor, consent.case_id, now)
    row = next((each for each in page.rows if each.consent_id == consent_id), None)
    if row is None or not row.may_withdraw:
        raise NotFound("consent_not_found")
    return page, row


def _shares(session: Session, consent_ids: Sequence[UUID]) -> dict[UUID, list[ShareRow]]:
    """What each consent allows, one row for organisation, purpose and end."""
    grouped: dict[UUID, dict[tuple[UUID, str, date], tuple[Text, set[str]]]] = {}
    for share, place in session.execute(
        select(ConsentShare, Organisation)
        .join(Organisation, Organisation.id == ConsentShare.organisation_id)
        .where(ConsentShare.consent_id.in_(consent_ids))
        .order_by(ConsentShare.id)
    ):
        key = (share.organisation_id, share.purpose, share.until)
        rows = grouped.setdefault(share.consent_id, {})
        rows.setdefault(key, (Text(place.name, place.name_en), set()))[1].add(share.item)
    return {
        consent_id: [
            ShareRow(
                name, [words for item, words in sharing.ITEMS.items() if item in items],
                partner_words.PURPOSE[purpose], until,
            )
            for (_, purpose, until), (name, items) in rows.items()
        ]
        for consent_id, rows in grouped.items()
    }  # fmt: skip


def _row(consent: Consent, by: str, shares: list[ShareRow], day: date, *, may: bool) -> ConsentRow:
    code = consents.code_of(consent, day)
    stands = consent.withdrawn_at is None and consent.status is not ConsentStatus.REFUSED
    return ConsentRow(
        consent_id=consent.id,
        code=code,
        state=partner_words.CONSENT[code],
        signed_on=consent.signed_on,
        band=partner_words.BAND[consent.age_band],
        signer=partner_words.SIGNER[consent.signer_capacity],
        signer_name=consent.signer_name,
        assent=partner_words.of(partner_words.ASSENT, consent.child_assent),
        valid_until=consent.valid_until,
        service=consent.service,
        photo=consent.photo,
        publicity=consent.publicity,
        statistics=consent.statistics,
        withheld=consent.withheld,
        refusal_reason=consent.refusal_reason,
        basis=partner_words.of(partner_words.BASIS, consent.override_basis),
        verdict=partner_words.of(partner_words.VERDICT, consent.verdict),
        shares=shares,
        recorded_by=by,
        recorded_at=consent.recorded_at,
        withdrawn_at=consent.withdrawn_at,
        may_withdraw=may and stands,
    )
