"""Sets this folder up on a machine with nothing but Python, and starts what was asked for; standard library only.

Every step leaves a stamp with the hash of what it was made from, so that a step runs again only when that has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
NODE_AT_LEAST = (20, 19)  # what Vite 8 needs
BROWSER = "chromium"  # the one that tests/journeys looks for on PATH; without it they take Playwright's own
DEBIAN_PACKAGES = ("chromium", "fonts-wqy-microhei")
BUILT = (
    "web/static/dist",
    "web/frontend/node_modules",
    "workflow/engine/feel/bundle.js",
    "build",
    "carerelay.egg-info",
)
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis", "var/tests")


class SetUpFailed(Exception):
    """A step could not be done; the text says what to do about it."""


# ---- the commands --------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Set up, then become the server: web, worker and demo data in one go."""
    set_up(for_tests=False)
    os.execve(PYTHON, [str(PYTHON), "-m", "web.cli", "serve", "--worker", "--demo", *arguments], environment())


def test(arguments: list[str]) -> int:
    """Set up, then run the tests on two cores."""
    set_up(for_tests=True)
    os.execve(PYTHON, [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments], environment())


def bench(arguments: list[str]) -> int:
    """Set up, then measure speed and size on one core; the figures are printed."""
    set_up(for_tests=True)
    os.execve(PYTHON, [str(PYTHON), "-m", "pytest", "tests/bench", "-s", *arguments], environment())


def check(arguments: list[str]) -> int:
    """Set up, then look at the code without running it: format, lint, types, layers."""
    set_up(for_tests=False)
    programs = [["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy"], ["lint-imports"]]
    failed = []
    for program in programs:
        say(" ".join(program))
        if subprocess.run([str(VENV / "bin" / program[0]), *program[1:]], cwd=ROOT, env=environment()).returncode:
            failed.append(program[0])
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def setup(arguments: list[str]) -> int:
    """Set up everything, for tests too, and start nothing."""
    set_up(for_tests=True)
    return 0


def assets(arguments: list[str]) -> int:
    """Build scripts and styles again, whether or not anything changed."""
    (STAMPS / "assets").unlink(missing_ok=True)
    set_up(for_tests=False)
    return 0


def lock(arguments: list[str]) -> int:
    """Pin the newest versions that pyproject.toml allows, with hashes, for all systems and Pythons."""
    import tomllib

    tools = ROOT / "var" / "lock-tools"
    call([sys.executable, "-m", "venv", str(tools)])
    call([str(tools / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "uv"])
    compile_ = [str(tools / "bin" / "uv"), "pip", "compile", "--universal", "--python-version", "3.11"]
    compile_ += ["--generate-hashes", "--no-header", "--upgrade"]
    call([*compile_, "--extra", "dev", "pyproject.toml", "-o", "requirements.lock"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    node = ROOT / "var" / "node-requirements.in"
    node.write_text("\n".join(project["optional-dependencies"]["assets"]) + "\n")
    call([*compile_, "--no-annotate", str(node), "-o", "requirements-node.lock"])
    say("requirements.lock and requirements-node.lock are written; look at the difference before you commit it")
    return 0


def clean(arguments: list[str]) -> int:
    """Remove what was built; the data in var/ stays."""
    for name in (*BUILT, *CACHES, ".venv"):
        path = ROOT / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    say("removed what was built; the data in var/ is untouched")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run, "test": test, "bench": bench, "check": check, "setup": setup, "assets": assets, "lock": lock,
    "clean": clean,
}  # fmt: skip


# ---- the steps -----------------------------------------------------------------------------------------------------


def set_up(*, for_tests: bool) -> None:
    """All steps in order; safe to repeat, and by several processes at a time."""
    steps: list[tuple[str, Callable[[], bool]]] = [
        ("Python environment", make_environment),
        ("Python packages", install_packages),
        ("CareRelay itself", install_project),
        ("translations", compile_translations),
        ("scripts and styles", build_assets),
    ]
    if for_tests:
        steps.append(("browser for the tests", find_browser))
    with alone():
        for number, (name, step) in enumerate(steps, 1):
            label = f"[{number}/{len(steps)}] {name}"
            say(f"{label} ...")
            started = time.monotonic()
            worked = step()
            say(f"{label}: {f'done in {time.monotonic() - started:.1f} s' if worked else 'up to date'}", replace=True)


def make_environment() -> bool:
    """A virtual environment in .venv, made anew when its Python or this folder has moved."""
    if is_done("environment", [str(ROOT)]) and works([str(PYTHON), "-c", "import encodings"]):
        return False
    if works([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]) and not STAMPS.exists():
        done("environment", [str(ROOT)])  # somebody made it by hand: keep it
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    if not works([sys.executable, "-m", "venv", str(VENV)]):
        # Debian keeps the parts that put pip into an environment in another package; the machine's own pip will do.
        shutil.rmtree(VENV, ignore_errors=True)
        call([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    done("environment", [str(ROOT)])
    return True


def install_packages() -> bool:
    """The pinned packages, each with the hash that was recorded when it was chosen."""
    source = [sys.version, content("requirements.lock")]
    if is_done("packages", source):
        return False
    pip("install", "--require-hashes", "-r", "requirements.lock")
    done("packages", source)
    return True


def install_project() -> bool:
    """The command `carerelay` in the environment, pointing at this folder."""
    source = [str(ROOT), content("pyproject.toml")]
    if is_done("project", source) and (VENV / "bin" / "carerelay").exists():
        return False
    # No build isolation: the pinned setuptools builds it, instead of one fetched at this moment.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", ".")
    done("project", source)
    return True


def compile_translations() -> bool:
    """The catalogues that pages read, from the ones that people edit."""
    catalogues = sorted((ROOT / "web" / "translations").glob("*/LC_MESSAGES/*.po"))
    source = [content(str(file.relative_to(ROOT))) for file in catalogues]
    if is_done("translations", source) and all(file.with_suffix(".mo").exists() for file in catalogues):
        return False
    for file in catalogues:
        call([str(VENV / "bin" / "pybabel"), "compile", "-i", str(file), "-o", str(file.with_suffix(".mo"))])
    done("translations", source)
    return True


def build_assets() -> bool:
    """Scripts, styles and the FEEL interpreter, with Node from PATH or else from a package."""
    frontend = ROOT / "web" / "frontend"
    files = [file for file in sorted(frontend.rglob("*")) if file.is_file() and "node_modules" not in file.parts]
    source = [f"{file.relative_to(ROOT)} {content(str(file.relative_to(ROOT)))}" for file in files]
    source.append(content("web/assets.py"))
    built = (ROOT / "web/static/dist/.vite/manifest.json", ROOT / "workflow/engine/feel/bundle.js")
    if is_done("assets", source) and all(path.exists() for path in built):
        return False
    if not node_is_new_enough():
        pip("install", "--require-hashes", "-r", "requirements-node.lock")
    call([str(PYTHON), "-m", "web.assets"])
    done("assets", source)
    return True


def node_is_new_enough() -> bool:
    """Whether PATH holds a Node that Vite accepts, and npm beside it."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    numbers = version.strip().removeprefix("v").split(".")
    return len(numbers) == 3 and tuple(map(int, numbers[:2])) >= NODE_AT_LEAST


def find_browser() -> bool:
    """Chromium and a Chinese font: from Debian's packages as root, else Playwright's own download."""
    if has_browser() and has_chinese_font():
        return False
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**environment(), "DEBIAN_FRONTEND": "noninteractive"}
        if works(["apt-get", "update"], env=quiet):
            works(["apt-get", "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES], env=quiet)
    if not has_browser() and not is_done("browser", [content("requirements.lock")]):
        if not works([str(PYTHON), "-m", "playwright", "install", "chromium"]):
            raise SetUpFailed(
                "The tests need Chromium, and it could be had neither from apt-get nor from Playwright.\n"
                f"Install it (on Debian: apt-get install {' '.join(DEBIAN_PACKAGES)}) and run this again."
            )
        done("browser", [content("requirements.lock")])
    if not has_chinese_font():
        say("No Chinese font found: screenshots will show empty boxes (Debian: fonts-wqy-microhei).")
    return True


def has_browser() -> bool:
    """Whether an installed Chromium starts (Ubuntu's package of that name is only a pointer to a store)."""
    return works([BROWSER, "--version"])


def has_chinese_font() -> bool:
    """Whether the fonts of this machine include Chinese."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout.strip())


# ---- tools ---------------------------------------------------------------------------------------------------------


def content(name: str) -> str:
    """The hash of one file of the project, empty when it is missing."""
    path = ROOT / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def is_done(step: str, source: Iterable[str]) -> bool:
    """Whether this step was done from exactly this source."""
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == digest(source)


def done(step: str, source: Iterable[str]) -> None:
    """Remember what this step was made from."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(digest(source))


def digest(source: Iterable[str]) -> str:
    """One hash for many lines."""
    return hashlib.sha256("\n".join(source).encode()).hexdigest()


def environment() -> dict[str, str]:
    """Our environment without what would make the project's Python look elsewhere for modules."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def pip(*arguments: str) -> None:
    """pip for the environment: its own, or the machine's when it has none."""
    if works([str(PYTHON), "-m", "pip", "--version"]):
        call([str(PYTHON), "-m", "pip", *arguments])
    elif works([sys.executable, "-m", "pip", "--version"]):
        call([sys.executable, "-m", "pip", "--python", str(PYTHON), *arguments])
    else:
        raise SetUpFailed("pip is missing. On Debian: apt-get install python3-pip python3-venv")


def call(command: list[str]) -> None:
    """Run a command, show its latest line on a terminal, and raise SetUpFailed with all it said if it fails."""
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if sys.stdout.isatty():
                print(f"\r\033[K      {line.strip()[:90]}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if process.returncode:
        raise SetUpFailed(f"{''.join(lines[-60:])}\nThis failed: {' '.join(command)}")


def works(command: list[str], env: dict[str, str] | None = None) -> bool:
    """Whether a command can be run and ends well; what it says is not shown."""
    try:
        return not subprocess.run(command, capture_output=True, cwd=ROOT, env=env or environment()).returncode
    except OSError:
        return False


def say(text: str, *, replace: bool = False) -> None:
    """A line of progress; on a terminal it may take the place of the line before."""
    print(f"\033[A\r\033[K{text}" if replace and sys.stdout.isatty() else text, flush=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "bootstrap.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Do the command named on the command line."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file is what tells people so)
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Try: make run PYTHON=python3.12")
        return 1
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: python3 bootstrap.py {{{','.join(COMMANDS)}}} [arguments]")
        return 2
    os.chdir(ROOT)
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except SetUpFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
