"""Every scenario of the library is played twice: as it is, and saved and read back between all steps."""

from functools import cache
from pathlib import Path

import pytest

from workflow import engine
from workflow.engine import xml
from workflow.instances.versions import ROLES
from workflow.studio import scenarios
from workflow.studio.scenarios import Scenario

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"
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
    """Taken together its scenarios pass every element, so that nothing in a diagram is untried.

    The elements of a process that it calls are passed by the scenarios beside that one.
    """
    _, process = compiled(folder)
    drawn = {element.get("id") for element in xml.read((folder / f"{folder.name}.bpmn").read_text("utf-8")).iter()}
    walked = {element_id for where, scenario in ALL if where == folder for element_id in scenario.path}
    assert (set(process.steps) & drawn) - walked == set()
