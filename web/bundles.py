"""Links to the built JavaScript, from Vite's manifest. Without a build there are no links, and pages still work."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup

MANIFEST = Path("dist") / ".vite" / "manifest.json"

Manifest = dict[str, dict[str, Any]]


def install(app: Flask) -> None:
    """Make `bundle(name)` known to the templates."""
    app.jinja_env.globals["bundle"] = bundle


def bundle(name: str) -> Markup:
    """Return the tags that load the entry of this name ("base", "viewer"); nothing when it has not been built."""
    path = Path(current_app.static_folder or "") / MANIFEST
    manifest = _read(path, path.stat().st_mtime_ns) if path.exists() else {}
    entry = next((chunk for chunk in manifest.values() if chunk.get("isEntry") and chunk.get("name") == name), None)
    if entry is None:
        return Markup()
    chunks = list(_with_imports(entry, manifest))
    styles = [sheet for chunk in chunks for sheet in chunk.get("css", [])]
    tags = [Markup('<link rel="stylesheet" href="{}">').format(_address(sheet)) for sheet in dict.fromkeys(styles)]
    tags += [Markup('<link rel="modulepreload" href="{}">').format(_address(chunk["file"])) for chunk in chunks[1:]]
    tags.append(Markup('<script type="module" src="{}"></script>').format(_address(entry["file"])))
    return Markup("\n  ").join(tags)


def _address(file: str) -> str:
    return url_for("static", filename=f"dist/{file}")


def _with_imports(entry: dict[str, Any], manifest: Manifest) -> list[dict[str, Any]]:
    """Return an entry and, each once, what it imports at once (not what it loads later)."""
    found: dict[str, dict[str, Any]] = {entry["file"]: entry}
    waiting = list(entry.get("imports", []))
    while waiting:
        chunk = manifest[waiting.pop(0)]
        if chunk["file"] not in found:
            found[chunk["file"]] = chunk
            waiting += chunk.get("imports", [])
    return list(found.values())


@cache
def _read(path: Path, _changed_at: int) -> Manifest:
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest
