"""Keeps the English catalogue complete: `python -m web.catalogue` lists every message that lacks a translation.

Run it after changing words on a page, then fill in the empty `msgstr` lines; the tests refuse an incomplete catalogue.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent
ENGLISH = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
_METHODS = [
    *((pattern, "python") for pattern in ("views/**.py", "api/**.py", "*.py")),
    ("templates/**.html", "jinja2.ext:babel_extract"),
]
_HEADER = r"""# English words of the pages, by their Chinese ones; python -m web.catalogue keeps the list complete.
msgid ""
msgstr ""
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

"""
_KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def collect() -> Catalog:
    """Return every message that the views, the modules of `web/` and the templates use, without translations."""
    found = _empty()
    options = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
    for name, _line, message, comments, context in extract_from_dir(
        WEB, _METHODS, options, keywords=_KEYWORDS, comment_tags=()
    ):
        # The file is enough to find a message; line numbers would change the catalogue with every edit.
        found.add(message, locations=[(f"web/{name}", 0)], auto_comments=comments, context=context)
    return found


def read() -> Catalog:
    """Return the English catalogue as it is in the file; an empty one when there is none yet."""
    if not ENGLISH.exists():
        return _empty()
    with ENGLISH.open("rb") as source:
        return read_po(source, locale="en")


def _empty() -> Catalog:
    return Catalog(locale="en", project="CareRelay", fuzzy=False)


def missing(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    """Name every message of `wanted` that has no complete translation in `catalogue`."""
    for message in wanted:
        found = catalogue.get(message.id, message.context)
        if message.id and (found is None or found.fuzzy or not _complete(found)):
            yield str(message.id)


def unused(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    """Name every message of `catalogue` that no page uses any more."""
    return (str(message.id) for message in catalogue if message.id and wanted.get(message.id, message.context) is None)


def _complete(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def main() -> int:
    """Rewrite the catalogue with the messages in use, keep their translations, and print those that lack one."""
    catalogue, wanted = read(), collect()
    for message in wanted:
        found = catalogue.get(message.id, message.context) if message.id else None
        if found is not None:
            message.string = found.string
    with ENGLISH.open("wb") as target:
        target.write(_HEADER.encode())  # written here: Babel's own header carries dates and empty names
        write_po(target, wanted, width=120, sort_output=True, omit_header=True, include_lineno=False)
    lacking = list(missing(wanted, wanted))
    print("\n".join(lacking) or "complete")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
