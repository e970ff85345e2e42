"""Accounts: found, added with a password that counts once, corrected, closed and opened again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from models import Membership, User
from workflow import permissions, second_factor
from workflow.administration import first_password, holding, memberships, reach, returning
from workflow.administration.editing import Editing, Raw, Refused, alone, form
from workflow.administration.noting import note
from workflow.administration.reach import Reach
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.forms import FieldError
from workflow.identity import Actor
from workflow.permissions import Permission

PAGE = 50


@dataclass(frozen=True)
class AccountRow:
    """An account with the roles that the reader may know of."""

    user_id: UUID
    username: str
    name: str
    locale: str
    is_active: bool
    must_change_password: bool
    has_second_factor: bool
    roles: list[holding.Held] = field(default_factory=list)


@dataclass(frozen=True)
class Sought:
    """What to look for among accounts; empty: everything."""

    text: str = ""
    organisation_id: UUID | None = None
    role: str = ""
    state: str = ""
    """"active", "closed" or ""."""


@dataclass(frozen=True)
class Found:
    """A page of accounts; `more` continues it."""

    rows: list[AccountRow]
    more: str | None
    total: int


@dataclass(frozen=True)
class AccountPage:
    """One account; `may_change` is False for one's own and for people who also work outside of one's reach."""

    row: AccountRow
    day: date
    is_own: bool
    works_elsewhere: bool
    may_change: bool
    held: returning.Held


def search(session: Session, actor: Actor, sought: Sought, now: datetime, after: str | None = None) -> Found:
    """Accounts by user name, as far as one administers them. Raises Forbidden."""
    mine = _reach(session, actor)
    conditions = _conditions(mine, sought, local_day(now))
    total = session.scalar(select(func.count(User.id)).where(*conditions)) or 0
    statement = select(User).where(*conditions)
    if after:
        statement = statement.where(func.lower(User.username) > after.lower())
    users = session.scalars(statement.order_by(func.lower(User.username)).limit(PAGE + 1)).all()
    shown = users[:PAGE]
    more = shown[-1].username if len(users) > PAGE else None
    return Found(_rows(session, mine, list(shown)), more, total)


def every(session: Session, actor: Actor, sought: Sought, now: datetime) -> list[AccountRow]:
    """All of them at once, for printing and for export. Raises Forbidden."""
    mine = _reach(session, actor)
    statement = select(User).where(*_conditions(mine, sought, local_day(now))).order_by(func.lower(User.username))
    return _rows(session, mine, list(session.scalars(statement)))


def show(session: Session, actor: Actor, user_id: UUID, now: datetime) -> AccountPage:
    """One account. Raises NotFound."""
    user, sought = _load(session, actor, user_id)
    row = _rows(session, sought.reach, [user])[0]
    is_own, elsewhere = user.id == actor.user_id, not reach.administers(actor, sought)
    held = returning.held(session, user.id)
    return AccountPage(row, local_day(now), is_own, elsewhere, not is_own and not elsewhere, held)


def adding(session: Session, actor: Actor) -> Editing:
    """The form for a new account with its first role. Raises Forbidden."""
    return Editing(form("account_add"), choices=memberships.choices(session, _reach(session, actor)), is_new=True)


def add(session: Session, actor: Actor, raw: Raw, now: datetime) -> tuple[User, str]:
    """Add an account; gives it with the password for the first sign-in. Raises Forbidden, NotFound, InvalidForm."""
    editing = adding(session, actor)
    sent = editing.read(raw, now)
    errors = memberships.errors(session, actor, editing, sent.values, None, now)
    values = editing.accept(sent, [_taken(session, editing, sent.values, None), *errors])
    user = User(username=values["username"], name=values["name"], locale=values["locale"], password_hash="")
    password = first_password.give(user, now)
    session.add(user)
    session.flush()
    organisation_id = UUID(values["organisation"])
    note(session, Kind.ADMIN_ACCOUNT, actor, now, "added", [organisation_id], user_id=str(user.id))
    memberships.write(session, actor, user, values, now)
    return user, password


def changing(session: Session, actor: Actor, user_id: UUID) -> Editing:
    """The form with what stands. Raises NotFound, Forbidden."""
    user = _changeable(session, actor, user_id)
    values = {"username": user.username, "name": user.name, "locale": user.locale}
    return Editing(form("account"), values, about=Text(user.name, user.name))


def change(session: Session, actor: Actor, user_id: UUID, raw: Raw, now: datetime) -> None:
    """Correct name, user name or language. Raises NotFound, Forbidden, InvalidForm."""
    user = _changeable(session, actor, user_id, lock=True)
    editing = changing(session, actor, user_id)
    sent = editing.read(raw, now)
    values = editing.accept(sent, [_taken(session, editing, sent.values, user)])
    fields = editing.changed(values)
    user.username, user.name, user.locale = values["username"], values["name"], values["locale"]
    if fields:
        _note(session, actor, now, "changed", user, fields=fields)


def reset_password(session: Session, actor: Actor, user_id: UUID, now: datetime) -> tuple[User, str]:
    """Give a new password for the next sign-in and end all sessions. Raises NotFound, Forbidden, Refused."""
    user = _changeable(session, actor, user_id, lock=True)
    password = first_password.give(user, now)
    _note(session, actor, now, "password_reset", user)
    return user, password


def reset_second_factor(session: Session, actor: Actor, user_id: UUID, now: datetime) -> None:
    """Forget the phone of somebody who lost it, and sign them out. Raises NotFound, Forbidden, Refused."""
    user = _changeable(session, actor, user_id, lock=True)
    if user.totp_confirmed_at is not None:
        second_factor.reset(session, user, actor, now)
        _note(session, actor, now, "second_factor_reset", user)


def close(session: Session, actor: Actor, user_id: UUID, now: datetime) -> int:
    """Let somebody sign in no more; their open tasks go back to their colleagues: how many. Never oneself.

    Raises NotFound, Forbidden, Refused.
    """
    user = _changeable(session, actor, user_id, lock=True)
    was_open, user.is_active = user.is_active, False
    user.session_epoch += was_open
    freed = returning.give_back(session, actor, user.id, now)
    if was_open or freed:
        _note(session, actor, now, "closed", user, tasks=freed)
    return freed


def reopen(session: Session, actor: Actor, user_id: UUID, now: datetime) -> None:
    """Let somebody sign in again, with the roles they still hold. Raises NotFound, Forbidden."""
    user = _changeable(session, actor, user_id, lock=True)
    if not user.is_active:
        user.is_active = True
        _note(session, actor, now, "reopened", user)


# ---- the parts -----------------------------------------------------------------------------------------------------


def _reach(session: Session, actor: Actor) -> Reach:
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    return reach.of(session, actor)


def _load(session: Session, actor: Actor, user_id: UUID, *, lock: bool = False) -> tuple[User, reach.Sought]:
    user = session.get(User, user_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if user is None:
        raise NotFound("user_not_found")
    sought = memberships.sought(session, actor, user.id)
    if not reach.sees(actor, sought):
        raise NotFound("user_not_found")
    return user, sought


def _changeable(session: Session, actor: Actor, user_id: UUID, *, lock: bool = False) -> User:
    """Somebody who only works where one administers, never oneself. Raises NotFound, Forbidden, Refused."""
    user, sought = _load(session, actor, user_id, lock=lock)
    permissions.require(actor, Permission.ORGANISATION_ADMINISTER, sought)
    if user.id == actor.user_id:
        raise Refused("自己的账号由另一位管理员修改。", "Another administrator changes your own account.")
    return user


def _conditions(mine: Reach, sought: Sought, day: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    roles: list[ColumnElement[bool]] = []
    if not mine.everything:
        roles.append(mine.condition(Membership.organisation_id))
    if sought.organisation_id is not None:
        roles.append(Membership.organisation_id == sought.organisation_id)
    if sought.role:
        roles += [Membership.role == sought.role, holding.on(day)]
    if roles:
        found.append(User.id.in_(_users(and_(*roles))))
    if sought.state in ("active", "closed"):
        found.append(User.is_active.is_(sought.state == "active"))
    if text := sought.text.strip():
        pattern = f"%{_literal(text)}%"
        found.append(or_(User.username.ilike(pattern, escape="\\"), User.name.ilike(pattern, escape="\\")))
    return found or [true()]


def _users(condition: ColumnElement[bool]) -> Select[UUID]:
    return select(Membership.user_id).where(condition)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _rows(session: Session, mine: Reach, users: list[User]) -> list[AccountRow]:
    held: dict[UUID, list[holding.Held]] = {}
    ids = [user.id for user in users]
    for each in holding.find(session, Membership.user_id.in_(ids), mine.condition(Membership.organisation_id)):
        held.setdefault(each.user_id, []).append(each)
    return [
        AccountRow(
            user.id, user.username, user.name, user.locale, user.is_active, user.must_change_password,
            user.totp_confirmed_at is not None, held.get(user.id, []),
        )
        for user in users
    ]  # fmt: skip


def _taken(session: Session, editing: Editing, values: dict[str, object], own: User | None) -> FieldError | None:
    username = str(values.get("username") or "")
    alone(session, f"username:{username.lower()}")
    taken = session.scalar(select(User.id).where(func.lower(User.username) == username.lower()))
    if taken is None or (own is not None and taken == own.id):
        return None
    return editing.error("username", "这个用户名已经有人用了。", "This user name is taken.")


def _note(session: Session, actor: Actor, now: datetime, what: str, user: User, **more: object) -> None:
    places = session.scalars(select(Membership.organisation_id).where(Membership.user_id == user.id))
    note(session, Kind.ADMIN_ACCOUNT, actor, now, what, places, user_id=str(user.id), **more)
