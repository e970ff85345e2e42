"""Set-up repeats a step only when what it is made from has changed, and says what to do when it cannot."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up script, at work in an empty folder."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", ROOT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMPS", tmp_path / ".venv" / "stamps")
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    return module


def test_a_step_is_done_until_its_source_changes(bootstrap: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1")
    assert not bootstrap.is_done("packages", [bootstrap.content("requirements.lock")])

    bootstrap.done("packages", [bootstrap.content("requirements.lock")])
    assert bootstrap.is_done("packages", [bootstrap.content("requirements.lock")])

    lock.write_text("a==2")
    assert not bootstrap.is_done("packages", [bootstrap.content("requirements.lock")])


def test_packages_are_installed_with_hashes_and_once(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: asked.append(arguments))
    assert bootstrap.install_packages()
    assert not bootstrap.install_packages()
    assert asked == [("install", "--require-hashes", "-r", "requirements.lock")]


def test_assets_are_built_again_when_a_source_changes_or_a_result_is_missing(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "web" / "frontend" / "page.js"
    foreign = tmp_path / "web" / "frontend" / "node_modules" / "x.js"
    results = [tmp_path / "web/static/dist/.vite/manifest.json", tmp_path / "workflow/engine/feel/bundle.js"]
    for file in (source, foreign, *results):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1")
    built: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "call", built.append)
    monkeypatch.setattr(bootstrap, "node_is_new_enough", lambda: True)

    assert bootstrap.build_assets()
    assert not bootstrap.build_assets()
    foreign.write_text("2")
    assert not bootstrap.build_assets()
    source.write_text("2")
    assert bootstrap.build_assets()
    results[1].unlink()
    assert bootstrap.build_assets()
    assert built == [[sys.executable, "-m", "web.assets"]] * 3


@pytest.mark.parametrize(
    ("version", "enough"),
    [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v24.1.0", True), ("nonsense", False)],
)
def test_an_old_node_is_not_used(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, enough: bool
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.node_is_new_enough() is enough


def test_no_node_is_no_error(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.node_is_new_enough() is False


def test_a_failed_step_tells_what_was_said(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.SetUpFailed, match="the reason"):
        bootstrap.call([sys.executable, "-c", "import sys; sys.exit('the reason')"])


def test_a_browser_that_cannot_be_had_is_a_clear_message(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "missing")
    with pytest.raises(bootstrap.SetUpFailed, match="chromium"):
        bootstrap.find_browser()


def test_python_modules_of_elsewhere_stay_out(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert "PYTHONPATH" not in bootstrap.environment()


def test_the_makefile_offers_every_command(bootstrap: ModuleType) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"bootstrap.py {command}" in makefile for command in bootstrap.COMMANDS)
