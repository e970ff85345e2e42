"""Consent: who may sign at which age, what it allows to share, until when; refusals in both languages."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import ConsentStatus, Event, Person
from tests.workflow.agency import Desk
from tests.workflow.conftest import People
from workflow.records import consents
from workflow.records.consents import Given, age_band

TODAY = date(2026, 3, 9)


@pytest.fixture
def desk(session: Session, people: People, answers: Any, now: datetime) -> Desk:
    """A case that has been assessed."""
    return Desk(session, people, answers(people), now)


def given(**changed: Any) -> Given:
    """An ordinary consent."""
    return Given(
        **{"status": ConsentStatus.GRANTED, "signed_on": TODAY, "valid_until": date(2026, 6, 30), "service": True}
        | changed
    )


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2018, 3, 10), "under_8"), (date(2018, 3, 9), "8_13"), (date(2012, 3, 10), "8_13"),
        (date(2012, 3, 9), "14_17"), (date(2008, 3, 10), "14_17"), (date(2008, 3, 9), "adult"), (None, "unknown"),
    ],
)  # fmt: skip
def test_the_age_band_changes_on_the_birthday(born: date | None, band: str) -> None:
    assert age_band(born, TODAY) == band


@pytest.mark.parametrize(
    ("born", "changed", "words"),
    [
        (date(1960, 1, 1), {}, None),
        (date(1960, 1, 1), {"signer_capacity": "actual_caregiver", "signer_name": "李"}, "cannot sign"),
        (date(1960, 1, 1), {"signer_capacity": "proxy"}, "name of the person who signed"),
        (date(1960, 1, 1), {"signed_on": TODAY + timedelta(days=1)}, "future"),
        (date(1960, 1, 1), {"valid_until": date(2027, 3, 10)}, "365 days"),
        (date(1960, 1, 1), {"valid_until": date(2027, 3, 9)}, None),
        (date(1960, 1, 1), {"valid_until": date(2026, 3, 8)}, "365 days"),
        (date(2020, 1, 1), {}, "cannot sign"),
        (date(2020, 1, 1), {"signer_capacity": "legal_guardian", "signer_name": "李"}, None),
        (date(2016, 1, 1), {"signer_capacity": "legal_guardian", "signer_name": "李"}, "own wish"),
        (date(2016, 1, 1), {"signer_capacity": "legal_guardian", "signer_name": "李", "child_assent": "agrees"}, None),
        (
            date(2020, 1, 1), {"signer_capacity": "actual_caregiver", "signer_name": "李"}, "child director",
        ),
        (
            date(2020, 1, 1),
            {"signer_capacity": "actual_caregiver", "signer_name": "李", "countersigned_by": "杨"},
            None,
        ),
        (date(2010, 1, 1), {}, None),
        (date(2010, 1, 1), {"signer_capacity": "proxy", "signer_name": "李"}, "cannot sign"),
        (date(1960, 1, 1), {"status": ConsentStatus.REFUSED}, "why consent was refused"),
        (date(2020, 1, 1), {"status": ConsentStatus.REFUSED, "refusal_reason": "不愿意"}, None),
        (date(1960, 1, 1), {"status": ConsentStatus.OVERRIDDEN}, "legal basis"),
    ],
)  # fmt: skip
def test_who_may_sign_and_for_how_long(born: date, changed: dict[str, Any], words: str | None) -> None:
    refused = consents.refusal(given(**changed), Person(birth_date=born), TODAY, 365)
    assert (refused is None) == (words is None)
    if refused is not None and words is not None:
        assert words in refused.en
        assert refused.zh


def test_a_child_that_turned_eight_after_signing_was_asked_as_on_that_day(desk: Desk) -> None:
    desk.person.birth_date = date(2018, 3, 5)
    consent = desk.agree(
        "first", signed_on=date(2026, 3, 4), signer_capacity="legal_guardian", signer_name="李父", child_assent=None
    )
    assert consent.age_band == "under_8"


def test_what_was_ticked_may_be_shared_and_nothing_else(desk: Desk) -> None:
    desk.agree("first", items=("contact", "plan"), until=date(2026, 4, 30))
    first, second = (desk.services[name].organisation_id for name in ("first", "second"))

    def may(item: str, place: Any = first, purpose: str = "service", day: date = TODAY) -> bool:
        return consents.may_share(desk.session, desk.person.id, place, item, purpose, day)

    assert may("contact")
    assert may("plan")
    assert not may("assessment_summary")
    assert not may("contact", second)
    assert not may("contact", purpose="assessment")
    assert may("contact", day=date(2026, 4, 30))
    assert not may("contact", day=date(2026, 5, 1))
    assert not may("contact", day=TODAY - timedelta(days=1))


def test_a_refusal_shares_nothing_and_takes_nothing_from_what_stands(desk: Desk) -> None:
    desk.agree("first")
    desk.agree("second", status=ConsentStatus.REFUSED, refusal_reason="不想再告诉别人。")
    first, second = (desk.services[name].organisation_id for name in ("first", "second"))
    assert consents.may_share(desk.session, desk.person.id, first, "contact", "service", TODAY)
    assert not consents.may_share(desk.session, desk.person.id, second, "contact", "service", TODAY)
    assert consents.state_of(desk.session, desk.person.id, TODAY).code == "refused"


def test_the_state_of_a_person(desk: Desk) -> None:
    assert consents.state_of(desk.session, desk.person.id, TODAY).code == "none"
    consent = desk.agree("first")
    assert consents.state_of(desk.session, desk.person.id, TODAY).code == "granted"
    assert consents.state_of(desk.session, desk.person.id, TODAY - timedelta(days=1)).code == "none"
    assert consents.state_of(desk.session, desk.person.id, date(2026, 7, 1)).code == "expired"
    consent.withdrawn_at = desk.now
    assert consents.state_of(desk.session, desk.person.id, TODAY).code == "withdrawn"


def test_names_and_reasons_are_sealed_and_never_in_an_event(desk: Desk) -> None:
    desk.agree("first", signer_capacity="proxy", signer_name="独特的名字", withheld="不要告诉舅舅")
    for event in desk.session.query(Event):
        assert "独特" not in str(event.details)
        assert "舅舅" not in str(event.details)
    stored = desk.session.connection().exec_driver_sql("SELECT signer_name, withheld FROM consent").one()
    assert "独特" not in stored[0]
    assert "舅舅" not in stored[1]


def test_an_override_is_to_be_reviewed_after_three_working_days(desk: Desk) -> None:
    consent = desk.agree("first", status=ConsentStatus.OVERRIDDEN, override_basis="life_and_safety")
    assert consent.review_due_at == desk.now + timedelta(days=3)
