"""A process folder together with the folders of the processes it calls."""

from pathlib import Path

import pytest

from tests.workflow.engine.build import element, end, process, start
from workflow.engine import Bundle, BundleRefused


def calling(identifier: str, *called: str) -> str:
    """A process that calls others, one after the other."""
    steps = [element("callActivity", f"call_{name}", f'<zeebe:calledElement processId="{name}" />') for name in called]
    flows = " > ".join(["s", *(f"call_{name}" for name in called), "e"])
    return process(identifier, start("s"), *steps, end("e"), flows=flows)


def put(folder: Path, **texts: str) -> Path:
    """A process folder with its diagram and forms."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_called_processes_come_along_however_deep_and_once(tmp_path: Path) -> None:
    put(tmp_path / "approval", approval__bpmn=calling("approval", "notice"), decide__form__json="{}")
    put(tmp_path / "notice", notice__bpmn=calling("notice", "approval"))
    put(tmp_path / "stranger", stranger__bpmn=calling("stranger"))
    folder = put(tmp_path / "main", main__bpmn=calling("main", "approval", "notice", "nowhere"))
    assert sorted(Bundle.from_folder(folder).files) == ["approval.bpmn", "decide.form.json", "main.bpmn", "notice.bpmn"]


def test_two_files_of_one_name_are_refused_unless_they_are_the_same(tmp_path: Path) -> None:
    put(tmp_path / "approval", approval__bpmn=calling("approval"), decide__form__json="{}")
    folder = put(tmp_path / "main", main__bpmn=calling("main", "approval"), decide__form__json="{}")
    assert len(Bundle.from_folder(folder).files) == 3
    (folder / "decide.form.json").write_text('{"id": "other"}', encoding="utf-8")
    with pytest.raises(BundleRefused, match=r"decide.form.json") as caught:
        Bundle.from_folder(folder)
    assert [finding.rule for finding in caught.value.findings] == ["file-twice"]


def test_a_changed_called_process_is_another_version_of_its_caller(tmp_path: Path) -> None:
    called = put(tmp_path / "approval", approval__bpmn=calling("approval"))
    folder = put(tmp_path / "main", main__bpmn=calling("main", "approval"))
    before = Bundle.from_folder(folder).content_hash
    put(called, approval__bpmn=calling("approval", "main"))
    assert Bundle.from_folder(folder).content_hash != before
