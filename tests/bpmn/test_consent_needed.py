"""Decision D10, who has to agree: every age band, and what comes first (domain.md §3.3)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from workflow.engine import Moment, dmn
from workflow.records import consents

TABLE = Path(__file__).resolve().parents[2] / "bpmn" / "consent" / "consent_needed.dmn"
MOMENT = Moment(now=datetime(2026, 3, 9, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("band", "emergency", "lacks_capacity", "who", "assent"),
    [
        ("under_8", False, False, "guardian", False),
        ("8_13", False, False, "guardian", True),
        ("14_17", False, False, "own_and_guardian", True),
        ("adult", False, False, "own", False),
        ("adult", False, True, "proxy", False),
        ("unknown", False, False, "own_or_guardian", False),
        ("8_13", False, True, "guardian", True),
        ("adult", True, False, "none", False),
        ("under_8", True, True, "none", False),
    ],
)
def test_who_has_to_agree(band: str, emergency: bool, lacks_capacity: bool, who: str, assent: bool) -> None:
    given = {"band": band, "emergency": emergency, "lacks_capacity": lacks_capacity}
    decided = dmn.read(TABLE.read_text(encoding="utf-8")).decide("consent_needed", given, MOMENT)
    assert decided.value == {"who": who, "assent": assent}


def test_every_band_has_somebody_who_may_sign() -> None:
    assert set(consents.SIGNERS) == {"under_8", "8_13", "14_17", "adult", "unknown"}
    assert all(consents.SIGNERS.values())
