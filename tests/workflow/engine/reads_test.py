"""What enters the process: only what it decides on, never what a form merely looks at while it is filled in."""

from pathlib import Path

from workflow import engine, operations
from workflow.instances.versions import ROLES

LIBRARY = Path(__file__).resolve().parents[2] / "data"


def test_what_only_a_form_looks_at_never_becomes_process_data() -> None:
    bundle = engine.Bundle.from_folder(LIBRARY / "msw_referral")
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES)
    assert "subject.minor" in process.reads
    assert not {"subject", "subject.birth_date", "subject.name", "referral.summary"} & process.reads
    given = {"subject": {"birth_date": "2015-01-01", "minor": "yes", "name": "某人"}, "referral": {"summary": "经过"}}
    assert process.select(given)["subject"] == {"minor": "yes"}
    assert "summary" not in process.select(given).get("referral", {})
