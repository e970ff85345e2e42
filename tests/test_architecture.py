"""The rules of the map that can be checked by reading the code: layers, commits, eval, docstrings, sizes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("models", "workflow", "web")
TOP_FOLDERS = ("bpmn", "models", "workflow", "web", "tests")
LONGEST_README = 30
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50


def sources(*folders: str) -> list[Path]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [file for file in files if "node_modules" not in file.parts]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


MODULES = sources(*OURS)


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every called name with its line: `eval`, or the attribute of `session.commit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield function.id, node.lineno
            elif isinstance(function, ast.Attribute):
                yield f".{function.attr}", node.lineno


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Every imported module by its full name; `from workflow import forms` counts as workflow.forms."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only: they can be searched"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_arrows_point_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_engine_imports_nothing_else_of_ours() -> None:
    found = [
        f"{name(file)} {module}"
        for file in sources("workflow/engine")
        for module in imported_modules(ast.parse(file.read_text(encoding="utf-8")))
        if module.split(".")[0] in OURS and module.split(".")[:2] != ["workflow", "engine"]
    ]
    assert found == []


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_a_module_says_its_job_and_keeps_to_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "a module starts with one sentence that says what lives here"
    assert len(text.splitlines()) <= LONGEST_MODULE, "a module this long probably does two jobs"


def test_only_the_transaction_commits() -> None:
    found = [
        f"{name(file)}:{line}"
        for file in MODULES
        if name(file) != "workflow/transaction.py"
        for called, line in calls(ast.parse(file.read_text(encoding="utf-8")))
        if called == ".commit"
    ]
    assert found == []


def test_no_python_is_made_from_text() -> None:
    forbidden = {"eval", "exec", "compile", "__import__"}
    found = [
        f"{name(file)}:{line} {called}"
        for file in MODULES
        for called, line in calls(ast.parse(file.read_text(encoding="utf-8")))
        if called in forbidden and not _is_defined_here(called, file)
    ]
    assert found == []


def _is_defined_here(called: str, file: Path) -> bool:
    """Whether the name is the module's own function, such as the compiler's `compile`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return called in imported | {function.name for function in functions(tree)}


def test_functions_stay_short() -> None:
    found = [
        f"{name(file)}:{function.lineno} {function.name}: {length} lines"
        for file in MODULES
        if "versions" not in file.parts
        for function in functions(ast.parse(file.read_text(encoding="utf-8")))
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert found == []


@pytest.mark.parametrize("folder", TOP_FOLDERS)
def test_each_top_folder_is_explained_on_one_screen(folder: str) -> None:
    lines = (ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert 3 < len(lines) <= LONGEST_README


def test_tests_are_no_packages() -> None:
    """A tests/web/__init__.py would be imported in place of our package `web`."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_set_up_needs_nothing_but_python() -> None:
    imported = imported_modules(ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8")))
    assert {module.split(".")[0] for module in imported} <= sys.stdlib_module_names
