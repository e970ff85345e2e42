"""Every scenario of the library is played twice: as it is, and saved and read back between all steps."""

from functools import cache
from pathlib import Path

import pytest

from workflow import engine
from workflow.studio import scenarios
from workflow.studio.scenarios import Scenario

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"
ROLES = frozenset(
    {"hospital_referrer", "ward_lead", "msw_coordinator", "medical_social_worker", "supervisor", "agency_coordinator"}
)
ALL = [
    (path.parent, scenario)
    for path in sorted(LIBRARY.glob("*/*.bpmn"))
    for scenario in scenarios.read_folder(path.parent)
]
IDS = [f"{folder.name}-{scenario.file.removesuffix('.yaml')}" for folder, scenario in ALL]


@cache
def compiled(folder: Path) -> tuple[engine.Bundle, engine.Process]:
    """The bundle of a folder and its process, compiled once for all its scenarios."""
    bundle = engine.Bundle.from_folder(folder)
    return bundle, engine.compile(bundle, operations=scenarios.operations_of(bundle), roles=ROLES)


@pytest.mark.parametrize("reload", [False, True], ids=["straight", "reloaded"])
@pytest.mark.parametrize(("folder", "scenario"), ALL, ids=IDS)
def test_scenario(folder: Path, scenario: Scenario, reload: bool) -> None:
    played = scenarios.play(scenario, *compiled(folder), reload=reload)
    assert [difference.en for difference in played.differences] == []


@pytest.mark.parametrize("folder", sorted({folder for folder, _ in ALL}), ids=lambda folder: folder.name)
def test_every_way_of_the_diagram_is_walked(folder: Path) -> None:
    """Taken together the scenarios pass every element, so that nothing in a diagram is untried."""
    _, process = compiled(folder)
    walked = {element_id for where, scenario in ALL if where == folder for element_id in scenario.path}
    assert set(process.steps) - walked == set()
