"""Records in the history of a case which fields two steps have changed at the same time; never the values."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.audit import Kind
from workflow.engine import Run, Text
from workflow.forms import Form
from workflow.instances.versions import Compiled
from workflow.operations import Scene

UNNAMED = Text("其他内容", "other content")


def record(scene: Scene, compiled: Compiled, run: Run) -> dict[str, list[Text]]:
    """One event for each pair of steps; the names of the fields by the element that wrote later."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for found in run.take_conflicts():
        pairs.setdefault((found.element_id, found.earlier_id), []).append(found.path)
    told: dict[str, list[Text]] = {}
    for (later, earlier), paths in pairs.items():
        names = list(dict.fromkeys(_name(compiled, (later, earlier), path) for path in paths))
        told.setdefault(later, []).extend(names)
        scene.record(
            Kind.CASE_CONFLICT,
            element=later,
            earlier=earlier,
            paths=paths,
            zh=[name.zh for name in names],
            en=[name.en or name.zh for name in names],
            by_people=all(_is_for_people(compiled, element_id) for element_id in (later, earlier)),
        )
    return told


def _name(compiled: Compiled, steps: tuple[str, ...], path: str) -> Text:
    """What the field is called in a form, that of one of the two steps first; else its path."""
    for form in _forms(compiled, steps):
        for field in form.fields:
            if field.key == path and field.label.zh:
                return field.label
    return Text(path, path) if path else UNNAMED


def _forms(compiled: Compiled, steps: tuple[str, ...]) -> Iterator[Form]:
    for element_id in steps:
        step = compiled.process.steps.get(element_id)
        form = compiled.forms.get(str(step.form_key)) if step is not None else None
        if form is not None:
            yield form
    yield from compiled.forms.values()


def _is_for_people(compiled: Compiled, element_id: str) -> bool:
    step = compiled.process.steps.get(element_id)
    return step is not None and step.kind == "userTask"
