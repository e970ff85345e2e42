"""A directory: two agencies in a tree of areas, with services of theirs."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, AreaLevel, Membership, Organisation, OrganisationKind, Role, Service, User
from workflow import identity
from workflow.identity import Actor

TREE = (
    ("52", AreaLevel.PROVINCE, "贵州省", None),
    ("5205", AreaLevel.PREFECTURE, "毕节市", "52"),
    ("520502", AreaLevel.COUNTY, "七星关区", "5205"),
    ("520521", AreaLevel.COUNTY, "大方县", "5205"),
    ("520502100", AreaLevel.TOWNSHIP, "鸭池镇", "520502"),
)


@pytest.fixture
def areas(session: Session) -> dict[str, UUID]:
    """A province with a city, two counties and a town; by code."""
    found: dict[str, UUID] = {}
    for code, level, name, above in TREE:
        area = Area(code=code, level=level, name=name, parent_id=found.get(above or ""))
        session.add(area)
        session.flush()
        found[code] = area.id
    return found


@pytest.fixture
def agencies(session: Session, people: dict[str, Actor], now: datetime) -> dict[str, Actor]:
    """Those who keep entries: coordinator and head of one agency, the coordinator of another; and a plain worker."""
    other = Organisation(kind=OrganisationKind.AGENCY, code="agency2", name="阳光社工", name_en="Sunshine")
    session.add(other)
    session.flush()
    first = people["agency"].memberships[0].organisation_id
    found = {"agency": people["agency"]}
    for username, role, place in (
        ("head", Role.AGENCY_HEAD, first), ("plain", Role.SOCIAL_WORKER, first),
        ("other", Role.AGENCY_COORDINATOR, other.id),
    ):  # fmt: skip
        user = User(username=username, name=username, password_hash="-")
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, organisation_id=place, role=role, starts_on=date(2020, 1, 1)))
        session.flush()
        actor = identity.load_actor(session, user.id, 1)
        assert actor is not None
        found[username] = actor
    return found


@pytest.fixture
def offer(session: Session, agencies: dict[str, Actor], now: datetime) -> Callable[..., Service]:
    """Put a service into the directory."""

    def add(name: str, who: str = "agency", **more: Any) -> Service:
        place = agencies[who].memberships[0].organisation_id
        given = {"field": "relief", "assured_on": now.date(), "organisation_id": place, "name": name}
        service = Service(**given | more)
        session.add(service)
        session.flush()
        return session.scalars(select(Service).where(Service.id == service.id)).one()

    return add
