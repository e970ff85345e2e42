"""PDFs of the print views with WeasyPrint: our own stylesheet and font, nothing from anywhere else, one at a time.

Making a PDF is work for the processor alone, so that a second one beside it would only make both slower; whoever waits
too long, or asks for a page that is too long, is told to print from the browser instead.
"""

import atexit
import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from workflow.errors import Conflict, Invalid

STATIC = Path(__file__).parent / "static"
FONTS = STATIC / "dist" / "fonts"
SHEET = STATIC / "css" / "print.css"
OURS = "carerelay-font:"
FACES = {"regular": ("NotoSansHans-Regular.otf", 400), "bold": ("NotoSansHans-Bold.otf", 700)}
LONGEST = 150_000
"""Characters of a page as HTML: some hundred sheets of paper, ten seconds of work on an idle machine."""
LONG_TEXT, PIECE = 600, 300
"""Characters in one run of text: laying one out takes time by the square of its length, so that long ones are cut."""
MOST_LINES = 6_000
_LONG = re.compile(f"(?<=>)[^<>]{{{LONG_TEXT},}}(?=<)")
_CHARACTER = r"(?:&[#\w]{1,12};|[^<>])"
_CUT = re.compile(rf"{_CHARACTER}{{1,{PIECE}}}(?:\n|[。！？；.!?;](?!\w))|{_CHARACTER}{{1,{PIECE}}}")
PATIENCE = 30.0
"""Seconds that somebody waits for the PDFs of others."""
_one_at_a_time = Lock()


class NoFont(RuntimeError):
    """The font was not installed: a mistake of ours; the text says how to repair it."""


def pdf(page: str) -> bytes:
    """The HTML of a print view as PDF. Raises Invalid `print_too_long`, Conflict `print_busy`, NoFont."""
    if len(page) > LONGEST or page.count("\n") > MOST_LINES:
        raise Invalid("print_too_long", most=LONGEST)
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Conflict("print_busy")
    try:
        kit = _kit()
        document = kit.html(string=_LONG.sub(_in_pieces, page), base_url="paper:page", url_fetcher=kit.fetcher)
        made: bytes = document.write_pdf(
            stylesheets=[kit.sheet], font_config=kit.fonts, pdf_tags=True, presentational_hints=False
        )
        return made
    finally:
        _one_at_a_time.release()


def _in_pieces(found: re.Match[str]) -> str:
    """A long text as lines of its own, cut at the ends of sentences where there are any; nothing of it is lost."""
    return "".join(f'<span class="piece">{piece}</span>' for piece in _CUT.findall(found[0]))


class _Kit:
    """WeasyPrint with our font and stylesheet; loaded at the first PDF, it takes half a second."""

    def __init__(self) -> None:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
            """Gives out the font and refuses everything else: no network, no files."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                name = FACES.get(url.removeprefix(OURS)) if url.startswith(OURS) else None
                if name is None:
                    raise ValueError("printed pages load nothing")
                return URLFetcherResponse(url, (FONTS / name[0]).read_bytes(), {"Content-Type": "font/otf"})

        missing = [name for name, _ in FACES.values() if not (FONTS / name).is_file()]
        if missing:
            raise NoFont(f"{', '.join(missing)} is not in web/static/dist/fonts: run `make assets`")
        self.html = HTML
        self.fetcher = OnlyOurs()
        self.fonts = FontConfiguration()
        faces = "".join(
            f'@font-face {{ font-family: "CareRelay Print"; src: url("{OURS}{name}"); font-weight: {weight} }}\n'
            for name, (_, weight) in FACES.items()
        )
        text = faces + SHEET.read_text(encoding="utf-8")
        self.sheet = CSS(string=text, base_url="paper:sheet", url_fetcher=self.fetcher, font_config=self.fonts)


@cache
def _kit() -> _Kit:
    return _Kit()


atexit.register(_kit.cache_clear)  # while what removes the passing copies of the font can still run
