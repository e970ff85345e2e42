"""Operations on consent: what the rule on who must agree needs to know, and recording a consent or an override."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from models import ConsentStatus, Entry, Person, Role
from workflow import settings
from workflow.engine import Text
from workflow.operations.scene import Refused, Scene
from workflow.records import consents, outgoing, sharing
from workflow.records.consents import Given, Share

SIGNED, OVERRIDDEN = "sign_consent", "decide_override"
"""The steps whose forms are read here."""


def consent_facts(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """`band`: the age band of the person today; a date of birth never becomes process data."""
    person = scene.session.get_one(Person, scene.case.subject_id)
    return {"band": consents.age_band(person.birth_date, outgoing.local_day(scene.now))}


def record_consent(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Record what the form of the step `sign_consent` says; gives `id` and `status`. Refuses what cannot hold."""
    return _record(scene, _entry(scene, SIGNED), "consent", None)


def record_override(scene: Scene, inputs: dict[str, Any]) -> dict[str, Any]:
    """Record the supervisor's decision to share without consent; gives `id` and `status`."""
    entry = _entry(scene, OVERRIDDEN)
    if scene.find(entry.submitted_by_id, Role.SUPERVISOR, scene.case.organisation_id) is None:
        raise Refused(
            Text("只有本站督导可以越权共享。", "Only the supervisor of the station can share without consent.")
        )
    return _record(scene, entry, "override", ConsentStatus.OVERRIDDEN)


def _record(scene: Scene, entry: Entry, prefix: str, status: ConsentStatus | None) -> dict[str, Any]:
    values = entry.values.get(prefix) or {}
    today = outgoing.local_day(scene.now)
    longest = settings.value(scene.session, "consent_days", scene.case.organisation_id)
    given = _given(values, status or ConsentStatus(values["decision"]), today)
    person = scene.session.get_one(Person, scene.case.subject_id)
    if (refused := consents.refusal(given, person, today, longest)) is not None:
        raise Refused(refused)
    scene.session.flush()  # the entry gets its id
    consent = consents.record(
        scene.session, scene.case, given, entry_id=entry.id, actor_id=entry.submitted_by_id, now=scene.now
    )
    return {"id": str(consent.id), "status": consent.status.value}


def _given(values: Mapping[str, Any], status: ConsentStatus, today: date) -> Given:
    signed_on = _day(values.get("signed_on")) or today
    return Given(
        status=status,
        signed_on=signed_on,
        valid_until=_day(values.get("valid_until")) or signed_on,
        signer_capacity=values.get("signer_type") or consents.SELF,
        signer_name=values.get("signer_name"),
        countersigned_by=_second_signature(values),
        child_assent=values.get("child_assent"),
        method=values.get("method") or "none",
        service=values.get("scope_service") == "yes",
        photo=values.get("photo") == "yes",
        publicity=values.get("publicity") == "yes",
        statistics=values.get("statistics") == "yes",
        withheld=values.get("withhold"),
        refusal_reason=values.get("refusal_reason"),
        shares=_shares(values.get("shares") or ()),
        override_basis=values.get("basis"),
        contact_forbidden=_answer(values.get("contact_forbidden")),
        safe_contact=values.get("safe_contact"),
    )


def _second_signature(values: Mapping[str, Any]) -> str | None:
    """Who signed besides: for a caregiver somebody official, for a young person the guardian."""
    if values.get("countersigner_name"):
        return f"{values.get('countersigner_role')} {values['countersigner_name']}"
    if values.get("guardian_agrees") == "yes":
        return f"{consents.GUARDIAN} {values.get('guardian_name')}"
    return None


def _shares(table: Sequence[Mapping[str, Any]]) -> tuple[Share, ...]:
    return tuple(
        Share(
            UUID(str(row["organisation"])),
            tuple(item for item in sharing.ITEMS if row.get(item)),
            str(row["purpose"]),
            date.fromisoformat(str(row["until"])),
        )
        for row in table
    )


def _entry(scene: Scene, element_id: str) -> Entry:
    entry = scene.latest_entry(element_id)
    if entry is None:
        raise Refused(Text("没有找到要登记的表单。", "The form to be recorded was not found."))
    return entry


def _answer(value: Any) -> bool | None:
    return None if value is None else value == "yes"


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None
