"""The services that people choose from when they refer: what is offered, how much room there is, whom to ask next."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Capacity, Case, Organisation, Referral, ReferralState, ReferralTask, Service, ServiceStatus
from workflow.administration import partnership
from workflow.engine import Text
from workflow.forms import Choice

SOURCE = "services"
"""Name of this source of choices in a form."""
ROOM: dict[Capacity, Text] = {
    Capacity.HAS: Text("有名额", "has room"),
    Capacity.ASSESSMENT_NEEDED: Text("需先评估", "assessment needed first"),
    Capacity.WAITING_LIST: Text("需候补", "waiting list"),
    Capacity.NONE: Text("已满", "full"),
}
"""Most room first."""
NEXT = Text("建议下一个", "suggested next")


def offered(session: Session, case_id: UUID | None) -> list[Choice]:
    """Every service that can be asked for, most room first; the one to ask after a refusal stands at the top.

    For a case only those of agencies with which its station has a running agreement.
    """
    order = list(ROOM)
    possible = (
        select(Service, Organisation)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(Service.status == ServiceStatus.ACTIVE, Organisation.is_active)
    )
    if case_id is not None:
        station = select(Case.organisation_id).where(Case.id == case_id).scalar_subquery()
        possible = possible.where(Service.organisation_id.in_(partnership.agencies(station, func.current_date())))
    found = session.execute(possible).all()
    suggested = _suggested(session, case_id)
    ranked = sorted(found, key=lambda row: (row[0].id != suggested, order.index(row[0].capacity), row[0].name))
    return [_choice(service, place, suggested=service.id == suggested) for service, place in ranked]


def listed(session: Session, field: str | None) -> list[tuple[Service, Organisation]]:
    """The active services of a field, or all, by organisation and name."""
    found = (
        select(Service, Organisation)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(Service.status == ServiceStatus.ACTIVE, Organisation.is_active)
        .order_by(Organisation.name, Service.name)
    )
    if field is not None:
        found = found.where(Service.field == field)
    return [(service, place) for service, place in session.execute(found)]


def next_candidate(session: Session, task: ReferralTask) -> Service | None:
    """The service to ask next: of the same field, with room, of an organisation this referral has not been sent to."""
    asked = session.get(Service, task.service_id) if task.service_id else None
    if asked is None:
        return None
    tried = select(ReferralTask.owner_id).where(
        ReferralTask.referral_id == task.referral_id, ReferralTask.owner_id.isnot(None)
    )
    sender = select(Referral.sender_organisation_id).where(Referral.id == task.referral_id).scalar_subquery()
    found = session.scalars(
        select(Service)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(
            Service.field == asked.field,
            Service.status == ServiceStatus.ACTIVE,
            Service.capacity != Capacity.NONE,
            Organisation.is_active,
            Service.organisation_id.not_in(tried),
            Service.organisation_id.in_(partnership.agencies(sender, func.current_date())),
        )
        .order_by(Service.name)
    )
    order = list(ROOM)
    return min(found, key=lambda service: order.index(service.capacity), default=None)


def _suggested(session: Session, case_id: UUID | None) -> UUID | None:
    """After the newest referral of the case came back without help: the next candidate."""
    newest = session.scalar(
        select(ReferralTask)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .where(Referral.case_id == case_id, ReferralTask.sent_at.isnot(None))
        .order_by(ReferralTask.sent_at.desc(), ReferralTask.id.desc())
        .limit(1)
    )
    if newest is None or newest.state not in (ReferralState.REJECTED, ReferralState.CANCELLED):
        return None
    candidate = next_candidate(session, newest)
    return candidate.id if candidate is not None else None


def _choice(service: Service, place: Organisation, *, suggested: bool) -> Choice:
    room = ROOM[service.capacity]
    label = Text(f"{service.name} · {place.name}", f"{service.name_en or service.name} · {place.name_en or place.name}")
    if suggested:
        return Choice(str(service.id), label, Text(f"{NEXT.zh}，{room.zh}", f"{NEXT.en}, {room.en}"))
    return Choice(str(service.id), label, room)
