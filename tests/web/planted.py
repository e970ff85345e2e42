"""A case of one hospital with a marker in everything that is written about it, and strangers of every role elsewhere.

`tests/web/test_crawl.py` walks all addresses with its ids; who adds a kind of object plants one here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccessToken,
    Agreement,
    Area,
    AreaLevel,
    BreakGlass,
    Capacity,
    Case,
    Consent,
    ConsentStatus,
    Enquiry,
    Entry,
    Instance,
    Location,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Programme,
    Referral,
    ReferralNote,
    ReferralState,
    ReferralTask,
    Relation,
    Role,
    Service,
    Setting,
    SignInSession,
    Task,
    User,
)
from workflow import identity
from workflow.engine import Text
from workflow.records import attachments, frozen

NAME, SUMMARY, FILE = "甄标记", "标记概述：独居，担心费用。", "标记检查单.pdf"
PHONE, ID_NUMBER = "13900007777", "11010119900307123X"
MARKS = (NAME, SUMMARY, FILE, PHONE, ID_NUMBER, "标记")
"""What must appear nowhere for those who may not read it; the last stands in every marker."""
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

WARD_ROLES = (Role.HOSPITAL_REFERRER, Role.WARD_LEAD)
AGENCY_ROLES = (Role.AGENCY_COORDINATOR, Role.SOCIAL_WORKER, Role.AGENCY_HEAD)
HOSPITAL_ROLES = (Role.DATA_PROTECTION_OWNER, Role.AUDITOR, Role.ADMIN)


@dataclass
class Planted:
    """What was planted: ids by the name of the kind of object, texts that give the case away."""

    ids: dict[str, UUID | str] = field(default_factory=dict)
    secrets: tuple[str, ...] = MARKS


def readable(answer: Any) -> str:
    """An answer as somebody reads it: JSON writes Chinese as escapes, pages some characters as entities."""
    if answer.is_json:
        return json.dumps(answer.get_json(), ensure_ascii=False)
    return "" if answer.mimetype == "application/pdf" else unescape(answer.get_data(as_text=True))


def strangers(session: Session, organisations: dict[str, Organisation], password_hash: str) -> dict[str, User]:
    """One person of every role, in organisations that have nothing to do with the case; by role."""
    kinds = OrganisationKind
    for code, kind, parent in (
        ("other_ward", kinds.DEPARTMENT, "other_hospital"), ("other_agency", kinds.AGENCY, None),
    ):  # fmt: skip
        made = Organisation(
            kind=kind, code=code, name=code, name_en=code, parent_id=organisations[parent].id if parent else None
        )
        session.add(made)
        session.flush()
        organisations[code] = made
    found = {}
    for role in Role:
        place = "other_station"
        for roles, code in (
            (WARD_ROLES, "other_ward"), (AGENCY_ROLES, "other_agency"), (HOSPITAL_ROLES, "other_hospital"),
        ):  # fmt: skip
            place = code if role in roles else place
        found[role.value] = hire(session, f"stranger-{role.value}", role, organisations[place].id, password_hash)
    return found


def neighbours(session: Session, organisations: dict[str, Organisation], password_hash: str) -> dict[str, User]:
    """People of the same hospital, or of its partner, who have no part in the case."""
    next_ward = Organisation(
        kind=OrganisationKind.DEPARTMENT, code="next_ward", name="儿科", parent_id=organisations["hospital"].id
    )
    session.add(next_ward)
    session.flush()
    organisations["next_ward"] = next_ward
    return {
        code: hire(session, code, role, organisations[place].id, password_hash)
        for code, role, place in (
            ("next_nurse", Role.HOSPITAL_REFERRER, "next_ward"),
            ("next_lead", Role.WARD_LEAD, "next_ward"),
            ("colleague", Role.HOSPITAL_REFERRER, "ward"),
            ("designer", Role.PROCESS_DESIGNER, "station"),
            ("publisher", Role.PROCESS_PUBLISHER, "station"),
            ("local_admin", Role.ADMIN, "hospital"),
        )
    }


def hire(session: Session, username: str, role: Role, place: UUID, password_hash: str) -> User:
    """Somebody with one role."""
    person = User(username=username, name=username, password_hash=password_hash)
    session.add(person)
    session.flush()
    session.add(Membership(user_id=person.id, organisation_id=place, role=role))
    session.flush()
    return person


def plant(
    session: Session,
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    send: Callable[..., Any],
    config: Any,
    now: datetime,
) -> Planted:
    """A referral with a file, as people send it, and around it one row of everything that hangs on a case."""
    nurse = identity.load_actor(session, cast["nurse"].id, 1)
    assert nurse is not None
    stored = attachments.store(session, nurse, FILE, io.BytesIO(PDF), now, folder=config.attachments_dir)
    session.commit()
    changed = {"subject.name": NAME, "subject.phone": PHONE, "referral.summary": SUMMARY, "attach": [str(stored.id)]}
    assert send(**changed).status_code == 200
    session.expire_all()
    case = session.scalars(select(Case)).one()
    person = session.get_one(Person, case.subject_id)
    person.id_type, person.id_number, person.address = "resident_id", ID_NUMBER, "标记村3组"
    found = Planted()
    found.ids |= {
        "case": case.id,
        "person": person.id,
        "attachment": stored.id,
        "instance": session.scalars(select(Instance.id)).one(),
        "task": session.scalars(select(Task.id).where(Task.state == "open")).one(),
        "done_task": session.scalars(select(Task.id).where(Task.state == "done")).first(),
        "entry": session.scalars(select(Entry.id)).first(),
        "worker": cast["worker2"].id,
        "user": cast["worker"].id,
        "case_number": case.number,
        **{code: organisations[code].id for code in ("hospital", "ward", "station", "agency")},
    }
    _around_the_case(session, found, case, cast, organisations, now)
    found.secrets = (*MARKS, case.number, "RF-MARK")
    session.commit()
    return found


def _around_the_case(
    session: Session,
    found: Planted,
    case: Case,
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    now: datetime,
) -> None:
    """Consent, referral to an agency, relation, emergency access, token, sign-in, service."""
    by, agency = cast["worker"].id, organisations["agency"].id
    programme = Programme(organisation_id=agency, name="陪护项目")
    location = Location(organisation_id=agency, name="活动室")
    session.add_all([programme, location])
    session.flush()
    service = Service(
        organisation_id=agency, programme_id=programme.id, name="居家陪护", field="elderly", capacity=Capacity.HAS
    )
    relation = Relation(person_id=case.subject_id, name="标记母亲", relation="mother", added_by_id=by, added_at=now)
    consent = Consent(
        person_id=case.subject_id, case_id=case.id, status=ConsentStatus.OVERRIDDEN, signed_on=now.date(),
        age_band="adult", signer_capacity="self", signer_name="标记签署人", method="verbal", statement_version="1",
        valid_until=date(2026, 6, 30), recorded_by_id=by, recorded_at=now, override_basis="life_and_safety",
        refusal_reason="标记原因", review_due_at=now + timedelta(days=3),
    )  # fmt: skip
    referral = Referral(
        number="RF-MARK-1", kind="agency", case_id=case.id, subject_id=case.subject_id,
        sender_organisation_id=case.organisation_id, requested_by_id=by, purpose="service", priority="routine",
        request="标记请求：上门陪护", created_at=now,
    )  # fmt: skip
    glass = BreakGlass(
        case_id=case.id, user_id=cast["worker2"].id, reason="标记理由：夜班接到家属来电", opened_at=now,
        ends_at=now + timedelta(hours=24),
    )  # fmt: skip
    token = AccessToken(
        user_id=by, name="标记令牌", token_hash="-", scopes=["cases:read"], created_at=now,
        expires_at=now + timedelta(days=9),
    )  # fmt: skip
    sign_in = SignInSession(user_id=by, address="10.0.0.1", device="标记设备", created_at=now, last_seen_at=now)
    agreement = Agreement(
        station_id=case.organisation_id, agency_id=agency, starts_on=date(2026, 1, 1), scope="转介", recorded_at=now
    )
    area = Area(code="520502100", level=AreaLevel.TOWNSHIP, name="鸭池镇")
    setting = Setting(
        key="review_days", organisation_id=case.organisation_id, value=7, reason="人手不足", set_by_id=by, set_at=now
    )
    twin = Person(name="标记孪生", organisation_id=organisations["hospital"].id, created_at=now)
    session.add_all([agreement, area, setting, twin])
    session.add_all([service, relation, consent, referral, glass, token, sign_in])
    session.flush()
    task = ReferralTask(
        referral_id=referral.id, owner_id=agency, service_id=service.id, instance_id=UUID(str(found.ids["instance"])),
        consent_id=consent.id, state=ReferralState.IN_PROGRESS, sent_at=now, items=["contact", "attachments"],
        copy={
            "contact_forbidden": False,
            "parts": [{"item": "contact", "rows": [_line("姓名", "Name", NAME), _line("电话", "Telephone", PHONE)]}],
            "files": [{"id": str(found.ids["attachment"]), "name": FILE, "size": len(PDF)}],
        },
    )  # fmt: skip
    session.add(task)
    session.flush()
    enquiry = Enquiry(
        service_id=service.id, organisation_id=case.organisation_id, asked_by_id=by, asked_at=now, purpose="service"
    )
    session.add(enquiry)
    session.flush()
    session.add(
        ReferralNote(
            task_id=task.id,
            side="sender",
            kind="question",
            content={"rows": [_line("问题", "Question", "标记提问")]},
            by_id=by,
            at=now,
        )
    )
    found.ids |= {
        "service": service.id,
        "enquiry": enquiry.id,
        "programme": programme.id,
        "location": location.id,
        "relation": relation.id,
        "consent": consent.id,
        "referral": referral.id,
        "referral_task": task.id,
        "glass": glass.id,
        "token": token.id,
        "sign_in": sign_in.id,
        "agreement": agreement.id,
        "area": area.id,
        "setting": setting.id,
        "twin": twin.id,
        "membership": session.scalars(select(Membership.id).where(Membership.user_id == by)).one(),
    }


def _line(zh: str, en: str, value: str) -> dict[str, Any]:
    """A row of a frozen copy."""
    return frozen.line(Text(zh, en), value)
