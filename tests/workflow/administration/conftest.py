"""Administrators beside the people of the hospital: of everything, of another hospital; and forms as they are sent."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Organisation, OrganisationKind, Role, User
from workflow import identity
from workflow.administration.editing import SHOWN, Editing
from workflow.identity import Actor

Raw = dict[str, list[str]]


@pytest.fixture
def place(session: Session, people: Any) -> Callable[[str], Organisation]:
    """An organisation by its code."""
    return lambda code: session.scalars(select(Organisation).where(Organisation.code == code)).one()


@pytest.fixture
def hire(session: Session) -> Callable[..., Actor]:
    """Somebody with one role."""

    def made(username: str, role: Role, organisation_id: UUID, **days: date) -> Actor:
        user = User(username=username, name=username, password_hash="-")
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, organisation_id=organisation_id, role=role, **days))
        session.flush()
        actor = identity.load_actor(session, user.id, 1)
        assert actor is not None
        return actor

    return made


@pytest.fixture
def top(session: Session, people: Any, hire: Callable[..., Actor]) -> Actor:
    """Who administers everything."""
    bureau = Organisation(kind=OrganisationKind.AUTHORITY, code="bureau", name="卫生健康局", name_en="Bureau")
    session.add(bureau)
    session.flush()
    return hire("top", Role.ADMIN, bureau.id)


@pytest.fixture
def admin(people: Any) -> Actor:
    """Who administers the hospital."""
    found: Actor = people["admin"]
    return found


@pytest.fixture
def foreign(place: Callable[[str], Organisation], hire: Callable[..., Actor]) -> Actor:
    """Who administers another hospital."""
    return hire("foreign", Role.ADMIN, place("hospital2").id)


def sent(editing: Editing, **values: Any) -> Raw:
    """A form as a browser sends it: what stands, with these values changed, and the stamp of the page."""
    raw = editing.form.to_raw({**editing.values, **values})
    return raw | {SHOWN: [editing.stamp]}
