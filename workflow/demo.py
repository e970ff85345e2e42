"""Demo organisations, people and cases. Everybody in it is invented; the cases really run through the process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Instance, Organisation, ProcessVersion, Setting, Task, TaskState, User
from workflow import demo_places, identity, inbox, second_factor
from workflow.demo_places import ACCOUNTS as ACCOUNTS
from workflow.demo_texts import STORIES, Story, answers
from workflow.identity import Actor
from workflow.records import actions, referrals

PASSWORD = "carerelay-demo"
NAMESPACE = UUID("6f1d2a52-8f5e-4b8a-9d5e-2f3c1d0b7a90")
"""Start tokens are made from it, so that loading the demo twice opens nothing twice."""


def load(session: Session, now: datetime) -> None:
    """Add what is missing of the demo: organisations and accounts always, cases when the referral is published.

    Loading it again changes nothing.
    """
    demo_places.load(session, now)
    _make_second_factor_optional(session, now)
    for account in ACCOUNTS:
        if session.scalar(select(User.id).where(User.username == account.username)) is None:
            identity.add_user(
                session, None, username=account.username, password=PASSWORD, name=account.name, locale="zh_CN",
                organisation_code=account.organisation, roles=account.roles, now=now,
            )  # fmt: skip
    session.flush()
    is_published = session.scalar(
        select(ProcessVersion.id).where(ProcessVersion.process_key == referrals.PROCESS, ProcessVersion.is_current)
    )
    if is_published is not None:
        _Cast(session, now).play()


def _make_second_factor_optional(session: Session, now: datetime) -> None:
    """Let everybody try the accounts without a phone at hand; a real installation begins with the default."""
    if session.scalar(select(Setting.id).where(Setting.key == second_factor.SETTING)) is None:
        reason = "演示数据：不要求第二重验证 / demo data: no second factor needed"
        session.add(Setting(key=second_factor.SETTING, value=second_factor.NOBODY, reason=reason, set_at=now))


PRESS = "press:"


class _Cast:
    """The demo people at work: each story is told by them, one task after the other."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        users = {user.username: user for user in session.scalars(select(User))}
        known = [users[account.username] for account in ACCOUNTS]
        self.people = {user.username: identity.load_actor(session, user.id, user.session_epoch) for user in known}
        self.departments = {place.code: str(place.id) for place in session.scalars(select(Organisation))}

    def play(self) -> None:
        """Tell every story that has not been told yet."""
        for story in STORIES:
            token = uuid5(NAMESPACE, story.key)
            if self.session.scalar(select(Instance.id).where(Instance.start_token == token)) is None:
                self._tell(story, token)

    def _tell(self, story: Story, token: UUID) -> None:
        at = self.now - timedelta(hours=story.hours_ago)
        nurse = self._person(story.nurse)
        values = answers("open_referral", story.referral, at, department=self.departments[story.department])
        values["subject"]["mrn"] = f"D{token.int % 10_000_000:07d}"  # nobody shares a record number
        form = referrals.start_view(self.session, nurse, at).form
        opened = referrals.open_referral(self.session, nurse, form.to_raw(values), token, at)
        for number, step in enumerate(story.steps):
            at = min(at + timedelta(minutes=step.minutes), self.now - timedelta(minutes=len(story.steps) - number))
            self._do(opened.case_id, step.task, step.who, step.answers, at)

    def _do(self, case_id: UUID, element_id: str, who: str, given: Mapping[str, Any], at: datetime) -> None:
        person = self._person(who)
        if element_id.startswith(PRESS):
            self._press(case_id, element_id.removeprefix(PRESS), person, at)
            return
        task = self.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.element_id == element_id, Task.state == TaskState.OPEN)
        ).one()
        form = inbox.open_task(self.session, person, task.id, at).form
        values = answers(element_id, given, at, worker=str(self._person("worker").user_id))
        inbox.complete(self.session, person, task.id, form.to_raw(values), at)

    def _press(self, case_id: UUID, element_id: str, person: Actor, at: datetime) -> None:
        case = self.session.get_one(Case, case_id)
        action = next(
            each for each in actions.available(self.session, person, case, at) if each.element_id == element_id
        )
        actions.send(self.session, person, case_id, action.instance_id, element_id, action.key, at)

    def _person(self, username: str) -> Actor:
        person = self.people[username]
        assert person is not None, f"the demo account {username} cannot sign in"
        return person
