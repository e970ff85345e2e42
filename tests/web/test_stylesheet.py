"""What the eye needs: contrast, large type, no style or script inside of pages."""

import re
from pathlib import Path

import pytest

import web

STATIC = Path(web.__file__).parent / "static"
TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))
SHEET = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", SHEET))


def _luminance(colour: str) -> float:
    digits = COLOURS.get(colour, colour).lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_right() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "surface"),
        ("ink", "ground"),
        ("ink", "accent-soft"),
        ("ink", "warn-soft"),
        ("ink", "danger-soft"),
        ("ink", "line"),
        ("muted", "surface"),
        ("muted", "ground"),
        ("muted", "accent-soft"),
        ("accent", "surface"),
        ("accent", "ground"),
        ("accent", "accent-soft"),
        ("accent-dark", "accent-soft"),
        ("danger", "surface"),
        ("danger", "ground"),
        ("warn", "surface"),
        ("warn", "warn-soft"),
        ("surface", "accent"),
        ("surface", "accent-dark"),
        ("surface", "danger"),
    ],
)
def test_text_has_a_contrast_of_at_least_4_5(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), [("line-strong", "surface"), ("focus", "surface"), ("focus", "ground")])
def test_edges_of_fields_and_the_focus_have_a_contrast_of_at_least_3(edge: str, ground: str) -> None:
    assert contrast(edge, ground) >= 3


def test_type_starts_at_18_pixels() -> None:
    assert "html { font-size: 112.5%" in SHEET


def test_the_stylesheet_stays_small() -> None:
    assert len(SHEET.encode()) < 12_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_pages_hold_no_style_and_no_script_of_their_own(path: Path) -> None:
    """The content policy would refuse them, silently, in the reader's browser."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<[^>]*\s(style|on\w+)\s*=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/))", text)
