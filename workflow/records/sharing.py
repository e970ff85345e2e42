"""The only place that hands content of a case to another organisation: item by item, and never more than was agreed to.

What is handed over is a frozen copy. It is made here, from the person and the case's entries, for exactly the items
that were chosen and that a consent, or an override, covers (domain.md §3.3, §4.1.7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Entry, Instance, Organisation, Person, ProcessVersion
from workflow.engine import Text
from workflow.forms import Form
from workflow.forms.paths import get, put
from workflow.records import choices, consents, frozen, masking
from workflow.records.classes import ORDINARY
from workflow.records.frozen import Plain

ITEMS: Mapping[str, Text] = {
    "contact": Text("姓名和联系方式", "Name and contact"),
    "assessment_summary": Text("评估摘要", "Assessment summary"),
    "plan": Text("服务计划", "Service plan"),
    "discharge_plan": Text("出院安排", "Discharge plan"),
    "attachments": Text("附件", "Attachments"),
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    "assessment_summary": ("pa.summary", "pa.strengths", "pa.needs_ranked"),
    "plan": ("plan.goals", "plan.interventions", "plan.review_date"),
    "discharge_plan": ("dc.destination", "dc.caregiver", "dc.needs", "dc.risks", "dc.links", "dc.followup_plan"),
}
"""The fields behind each item; the first one tells which entry it is."""
SEX = {"female": Text("女", "female"), "male": Text("男", "male"), "unknown": Text("未知", "unknown")}
FLAGS = {
    "domestic_violence": Text("家庭暴力", "domestic violence"),
    "aggressive": Text("可能有攻击行为", "may be aggressive"),
    "stalking": Text("被跟踪或骚扰", "stalked or harassed"),
    "infection": Text("需要防护", "protection against infection needed"),
}
"""What whoever visits or calls has to know; suspected abuse and self-harm are restricted (P3) and never go along."""
NOT_AGREED = Text("对方机构", "the organisation itself")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to hand over, and to whom."""

    organisation_id: UUID
    purpose: str
    items: tuple[str, ...]
    until: date | None


def beyond(session: Session, person_id: UUID, wanted: Wanted, day: date) -> list[str]:
    """The items that nothing allows to share; `consents.REQUEST` when not even the need itself may be told."""
    covered = consents.allowed(session, person_id, wanted.organisation_id, wanted.purpose, day)
    return [item for item in (consents.REQUEST, *wanted.items) if item not in covered]


def basis(session: Session, person_id: UUID, wanted: Wanted, day: date) -> UUID | None:
    """The consent that allows to tell this organisation of the need."""
    covered = consents.allowed(session, person_id, wanted.organisation_id, wanted.purpose, day)
    return covered.get(consents.REQUEST)


def refusal(session: Session, person_id: UUID, wanted: Wanted, day: date) -> Text | None:
    """Why this must not be handed over, in words; None when it may."""
    if wanted.until is not None and wanted.until < day:
        return Text("共享期限已过。", "The time for sharing is over.")
    missing = beyond(session, person_id, wanted, day)
    if not missing:
        return None
    place = session.get_one(Organisation, wanted.organisation_id)
    zh = "、".join(_item(each).zh for each in missing)
    en = ", ".join(_item(each).en for each in missing)
    return Text(
        f"本人没有同意向“{place.name}”共享：{zh}。没有发出任何内容。",
        f"There is no consent to share with {place.name_en or place.name}: {en}. Nothing was sent.",
    )


def copy(session: Session, case: Case, wanted: Wanted, files: Sequence[Mapping[str, Any]], day: date) -> dict[str, Any]:
    """The frozen copy for exactly the items wanted; `refusal` was asked in this very transaction.

    {"contact_forbidden": bool, "parts": [{"item", "rows"}], "files": [{"id", "name", "size"}]}
    """
    person = session.get_one(Person, case.subject_id)
    parts = []
    for item in ITEMS:
        if item in wanted.items and item != "attachments":
            rows = _contact(person, day) if item == "contact" else excerpt(session, case, FIELDS[item])
            parts.append({"item": item, "rows": rows})
    shared = files if "attachments" in wanted.items else ()
    return {
        "contact_forbidden": person.contact_forbidden,
        "parts": parts,
        "files": [{"id": str(each["id"]), "name": str(each["name"]), "size": each.get("size")} for each in shared],
    }


def excerpt(session: Session, case: Case, keys: Collection[str]) -> list[Plain]:
    """The rows of these fields from the newest entry that answers the first of them; restricted ones never."""
    first = next(iter(keys))
    return next(
        (
            written(session, entry, lambda key: key in keys)
            for entry in session.scalars(
                select(Entry).where(Entry.case_id == case.id).order_by(Entry.submitted_at.desc(), Entry.id.desc())
            )
            if get(entry.values, first) not in (None, "", [])
        ),
        [],
    )


def written(session: Session, entry: Entry, chosen: Callable[[str], bool]) -> list[Plain]:
    """The rows of an entry whose fields are chosen by key, in the words of its form, up to class P2."""
    form = _form_of(session, entry)
    values = form.from_json(entry.values)
    kept: dict[str, Any] = {}
    for field in form.fields:
        if chosen(field.key) and (value := get(values, field.key)) is not None:
            put(kept, field.key, value)
    names = choices.of_entries(session, [(form, kept)])
    return frozen.plain(form.rows(kept, visible_classes=ORDINARY, choices=names))


def _form_of(session: Session, entry: Entry) -> Form:
    from workflow.instances import versions  # knows the operations, and these know this module

    version_id, content_hash = session.execute(
        select(ProcessVersion.id, ProcessVersion.content_hash)
        .join(Instance, Instance.version_id == ProcessVersion.id)
        .where(Instance.id == entry.instance_id)
    ).one()
    return versions.compiled(session, version_id, content_hash).forms[entry.form_key]


def _contact(person: Person, day: date) -> list[Plain]:
    """Who the person is and how to reach them; dangers come first, so that nobody calls before reading them."""
    age = masking.age_on(person.birth_date, day)
    flags = [FLAGS[flag] for flag in person.safety_flags if flag in FLAGS]
    told: list[tuple[Text, Text | str | None]] = [
        (
            Text("安全提示", "Safety"),
            Text("、".join(each.zh for each in flags), ", ".join(each.en for each in flags)) if flags else None,
        ),
        (Text("安全联系方式", "Safe way of contact"), person.safe_contact),
        (Text("姓名", "Name"), person.name),
        (Text("性别", "Sex"), SEX.get(person.sex or "")),
        (Text("年龄", "Age"), str(age) if age is not None else None),
        (Text("电话", "Telephone"), None if person.contact_forbidden else person.phone),
        (Text("住址", "Address"), None if person.contact_forbidden else person.address),
    ]
    return [frozen.line(label, value) for label, value in told if value]


def _item(code: str) -> Text:
    return NOT_AGREED if code == consents.REQUEST else ITEMS.get(code, Text(code, code))
