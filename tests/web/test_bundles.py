"""The links to built JavaScript come from the manifest, and pages work when there is none."""

import json
from pathlib import Path

import pytest
from flask import Flask

from web.bundles import MANIFEST, bundle


@pytest.fixture
def static(app: Flask, tmp_path: Path) -> Path:
    app.static_folder = str(tmp_path)
    return tmp_path


def write(static: Path, manifest: dict[str, object]) -> None:
    path = static / MANIFEST
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_without_a_build_there_are_no_tags(app: Flask, static: Path) -> None:
    with app.test_request_context("/"):
        assert bundle("base") == ""


def test_an_entry_brings_its_styles_and_imports(app: Flask, static: Path) -> None:
    write(
        static,
        {
            "viewer.js": {
                "file": "viewer-1.js",
                "name": "viewer",
                "isEntry": True,
                "imports": ["_shared.js"],
                "css": ["viewer-1.css"],
            },
            "_shared.js": {"file": "shared-2.js", "name": "shared", "css": ["shared-2.css"], "imports": ["_shared.js"]},
        },
    )
    with app.test_request_context("/"):
        assert bundle("viewer").split("\n  ") == [
            '<link rel="stylesheet" href="/static/dist/viewer-1.css">',
            '<link rel="stylesheet" href="/static/dist/shared-2.css">',
            '<link rel="modulepreload" href="/static/dist/shared-2.js">',
            '<script type="module" src="/static/dist/viewer-1.js"></script>',
        ]
        assert bundle("shared") == "", "a chunk is no entry"
