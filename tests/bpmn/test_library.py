"""Every process of the library: it compiles, nothing is found against it, and its forms speak both languages."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from workflow import engine, forms, instances, operations
from workflow.engine import xml
from workflow.instances.versions import ROLES
from workflow.records import timeline

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"
PROCESSES = sorted(path.parent for path in LIBRARY.glob("*/*.bpmn"))
FORMS = sorted(LIBRARY.glob("*/*.form.json"))
STATION_ONLY = {"first_contact", "assess", "make_plan", "record_intervention", "evaluate_closure", "approve_item"}


def process_id(path: Path) -> str:
    """Names a test after the folder or file it looks at."""
    return path.name.removesuffix(".form.json")


def components(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All components of a form, those in groups and tables too."""
    for component in part.get("components", ()):
        yield component
        yield from components(component)


def test_library_is_not_empty() -> None:
    assert PROCESSES
    assert FORMS


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_nothing_is_found(folder: Path) -> None:
    found = instances.check(engine.Bundle.from_folder(folder))
    assert [f"{each.file} {each.element_id} {each.rule}: {each.message.en}" for each in found] == []


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_folder_file_and_process_have_one_name(folder: Path) -> None:
    bundle = engine.Bundle.from_folder(folder)
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES)
    assert process.process_id == folder.name
    assert (folder / f"{folder.name}.bpmn").is_file()
    assert (folder / "README.md").is_file()


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_named_in_both_languages(folder: Path) -> None:
    bundle = engine.Bundle.from_folder(folder)
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES)
    unnamed = [
        step.element_id
        for step in process.steps.values()
        if bool(step.name.zh) != bool(step.name.en) or (step.kind.endswith("Task") and not step.name.zh)
    ]
    assert unnamed == []
    # What lies in a subprocess stands in the lane of that.
    inside = {
        node.get("id")
        for text in bundle.named(".bpmn").values()
        for part in xml.read(text).iter(f"{{{xml.BPMN}}}subProcess")
        for node in part.iter()
        if node is not part
    }
    outside = [step for step in process.steps.values() if step.element_id not in inside]
    assert all(step.lane and step.lane.zh and step.lane.en for step in outside)


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_every_flow_and_step_is_drawn(folder: Path) -> None:
    for text in engine.Bundle.from_folder(folder).named(".bpmn").values():
        root = xml.read(text)
        drawn = {element.get("bpmnElement") for element in root.iter() if element.get("bpmnElement")}
        kinds = ("Task", "Event", "Gateway", "sequenceFlow", "lane", "participant")
        wanted = {
            element.get("id")
            for element in root.iter()
            if str(element.tag).startswith(f"{{{xml.BPMN}}}") and xml.local(element).endswith(kinds)
        }
        assert wanted
        assert wanted - drawn == set()


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_labelled_flows_have_both_languages(folder: Path) -> None:
    for text in engine.Bundle.from_folder(folder).named(".bpmn").values():
        for element in xml.read(text).iter(f"{{{xml.BPMN}}}sequenceFlow", f"{{{xml.BPMN}}}participant"):
            english = [
                each.get("value")
                for each in element.iter(f"{{{xml.ZEEBE}}}property")
                if each.get("name") == "carerelay:name_en"
            ]
            assert bool(element.get("name")) == bool(english and english[0]), element.get("id")


@pytest.mark.parametrize("file", FORMS, ids=process_id)
def test_form_is_accepted(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert forms.check(file.name, text) == []
    form = forms.load(text)
    assert form.id == file.name.removesuffix(".form.json")
    assert form.title is not None
    assert form.title.zh
    assert form.title.en


@pytest.mark.parametrize("file", FORMS, ids=process_id)
def test_form_speaks_both_languages(file: Path) -> None:
    silent = []
    for component in components(json.loads(file.read_text(encoding="utf-8"))):
        english = component.get("properties", {})
        for zh, en in (("label", "label_en"), ("description", "description_en"), ("text", "text_en")):
            needed = zh == "label" and component["type"] not in {"text", "separator"}
            if bool(component.get(zh)) != bool(english.get(en)) or (needed and not component.get(zh)):
                silent.append(f"{component['id']}: {zh}")
        silent += [
            f"{component['id']}: {option['value']}"
            for option in component.get("values", ())
            if not option.get("label") or not option.get("label_en")
        ]
    assert silent == []


@pytest.mark.parametrize("file", FORMS, ids=process_id)
def test_every_field_has_an_information_class(file: Path) -> None:
    """domain.md §3.2: a value without a class would count as operational (P0) by accident."""
    content = json.loads(file.read_text(encoding="utf-8"))
    free_text = {"textfield", "textarea", "filepicker", "datetime", "dynamiclist"}

    def unclassed(part: Mapping[str, Any], inherited: str | None) -> list[str]:
        found = []
        for component in part.get("components", ()):
            own = component.get("properties", {}).get("class", inherited)
            if component["type"] in free_text and own not in {"P0", "P1", "P2", "P3", "P4"}:
                found.append(component["id"])
            found += unclassed(component, own)
        return found

    assert unclassed(content, None) == []


def test_ward_never_reads_the_social_work_narrative() -> None:
    """domain.md §4.1.8: the ward reads its own referral and the feedback, never contact, assessment or evaluation."""
    bundle = engine.Bundle.from_folder(LIBRARY / "msw_referral")
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES)
    shared = {
        step.element_id
        for step in process.steps.values()
        if step.kind == "userTask" and "ward" in step.properties.get("carerelay:shared_with", "").split(",")
    }
    assert shared == {"accept_referral", "write_feedback", "answer_withdrawal"}
    assert not shared & STATION_ONLY


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_no_narrative_in_process_data(folder: Path) -> None:
    """architecture.md §1.4: into the process go only codes, numbers, dates and ids, never what was written."""
    bundle = engine.Bundle.from_folder(folder)
    process = engine.compile(bundle, operations=operations.NAMES, roles=ROLES)
    for file in folder.glob("*.form.json"):
        keys = [
            component["key"]
            for component in components(json.loads(file.read_text(encoding="utf-8")))
            if component["type"] in {"textfield", "textarea", "filepicker"} and "key" in component
        ]
        carried = [key for key in keys if process.select(nested(key, "x")) and "." in key]
        assert carried == [], file.name


def nested(path: str, value: str) -> dict[str, Any]:
    """{"a": {"b": value}} for "a.b"."""
    name, _, rest = path.partition(".")
    return {name: nested(rest, value) if rest else value}


@pytest.mark.parametrize("folder", PROCESSES, ids=process_id)
def test_every_notice_has_words_of_its_own(folder: Path) -> None:
    told = set()
    for text in engine.Bundle.from_folder(folder).named(".bpmn").values():
        for element in xml.read(text).iter(f"{{{xml.ZEEBE}}}input"):
            if element.get("target") == "about":
                told |= set(re.findall('"(\\w+)"', str(element.get("source"))))
    assert told - set(timeline.NOTICES) == set()
