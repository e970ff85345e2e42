"""What of a case can be printed, and a printed page as its reader may see it: rows and placeholders as on screen.

Every printing is recorded as a reading of its own ("print"), with the entries on the paper and their highest class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Organisation
from workflow import audit, permissions
from workflow.engine import Text
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import entries, referral_pages, sight, summary
from workflow.records.entries import EntryView
from workflow.records.referral_pages import ReferralPage
from workflow.records.summary import CaseSummary

PERSON = Text("服务对象或监护人", "Person or guardian")
WORKER, SUPERVISOR = Text("社工", "Social worker"), Text("督导", "Supervisor")
WRITER = Text("填写人", "Written by")
SENDER, RECEIVER = Text("转出单位（盖章）", "Sent by (stamp)"), Text("接收单位（盖章）", "Received by (stamp)")
WARD = Text("科室", "Ward")


@dataclass(frozen=True)
class Paper:
    """A kind of printed page: its heading, the steps whose newest entries stand on it, who signs."""

    title: Text
    steps: tuple[str, ...]
    signers: tuple[Text, ...]


PAPERS: Mapping[str, Paper] = {
    "referral": Paper(Text("转介单", "Referral"), ("open_referral",), (Text("转介人", "Referred by"), WORKER)),
    "assessment": Paper(Text("心理社会评估", "Psychosocial assessment"), ("assess",), (WORKER, SUPERVISOR)),
    "plan": Paper(Text("服务计划", "Service plan"), ("make_plan",), (PERSON, WORKER, SUPERVISOR)),
    "discharge": Paper(Text("出院准备计划", "Discharge plan"), ("prepare_discharge",), (PERSON, WORKER)),
    "feedback": Paper(Text("转介反馈", "Feedback to the ward"), ("write_feedback",), (WORKER, WARD)),
    "consent": Paper(
        Text("知情同意书", "Consent form"), ("sign_consent", "confirm_caregiver"),
        (PERSON, WORKER, Text("见证人", "Witness")),
    ),
    "report": Paper(
        Text("强制报告书面记录", "Written note of a mandatory report"), ("write_report_note",), (SUPERVISOR,)
    ),
}  # fmt: skip
ORDINARY = (WRITER, SUPERVISOR)
"""Who signs a page of any other entry."""


@dataclass(frozen=True)
class PrintPage:
    """A printed page of a case file."""

    document: str
    title: Text
    hospital: Text
    summary: CaseSummary
    entries: list[EntryView]
    signers: tuple[Text, ...]
    printed_by: str
    printed_at: datetime
    glass_until: datetime | None


@dataclass(frozen=True)
class Letter:
    """A referral letter to an agency: what was handed over, and nothing of the case file beside it."""

    page: ReferralPage
    title: Text
    signers: tuple[Text, ...]
    printed_by: str
    printed_at: datetime


def offered(views: Sequence[EntryView]) -> list[tuple[str, Text]]:
    """The papers for which there is an entry among those that somebody may read."""
    steps = {view.element_id for view in views}
    return [(name, paper.title) for name, paper in PAPERS.items() if steps.intersection(paper.steps)]


def open_print(session: Session, actor: Actor, case_id: UUID, document: str, now: datetime) -> PrintPage:
    """A page of a case file to print: one of PAPERS, or the id of an entry. Raises NotFound, also when it is empty."""
    row = summary.load(session, case_id)
    case: Case = row[0]
    seen = sight.of(session, case, now)
    permissions.require(actor, Permission.CASE_READ, seen)
    reader = sight.reader(actor, seen)
    assert reader is not None  # asked above

    paper, chosen = _chosen(document, entries.readable(session, actor, case, seen))
    audit.looked(
        session, actor.user_id, case_id, "print", now, entries=entries.shown(chosen), highest="P1",
        purpose=reader.purpose,
    )  # fmt: skip
    return PrintPage(
        document,
        paper.title,
        _hospital(session, case),
        summary.make(row, now, masked=False),
        chosen,
        paper.signers,
        actor.name,
        now,
        reader.until,
    )


def open_letter(session: Session, actor: Actor, task_id: UUID, now: datetime) -> Letter:
    """The letter of a referral to an agency, for either side as far as it reads the referral. Raises NotFound."""
    page = referral_pages.open_page(session, actor, task_id, now)
    audit.looked(session, actor.user_id, page.case_id, "print", now, highest="P2")
    title = Text("转介函", "Referral letter")
    return Letter(page, title, (SENDER, RECEIVER), actor.name, now)


def _chosen(document: str, views: Sequence[EntryView]) -> tuple[Paper, list[EntryView]]:
    """What stands on the page; the views come newest first."""
    paper = PAPERS.get(document)
    if paper is None:
        found = [view for view in views if str(view.entry_id) == document]
        if not found:
            raise NotFound("nothing_to_print")
        return Paper(found[0].title, (), ORDINARY), found
    chosen = []
    for step in paper.steps:
        chosen += [view for view in views if view.element_id == step][:1]
    if not chosen:
        raise NotFound("nothing_to_print")
    return paper, chosen


def _hospital(session: Session, case: Case) -> Text:
    """The hospital of the station, else the station itself."""
    station = session.get_one(Organisation, case.organisation_id)
    above = select(Organisation).where(Organisation.id == station.parent_id)
    place = session.scalar(above) if station.parent_id else station
    assert place is not None  # a foreign key
    return Text(place.name, place.name_en or place.name)
