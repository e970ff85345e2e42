"""What kind of file an upload is, by its content alone; what is not on the list is refused, whatever its name."""

from __future__ import annotations

import io
import warnings
import zipfile

import filetype
from PIL import Image, ImageFile

PLAIN = "text/plain"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
ALLOWED = frozenset({PDF, *IMAGES, WORD, EXCEL, PLAIN})
MOST_PIXELS = 60_000_000
"""Of an image; a photo of a modern telephone has 50 million at most."""
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 5_000
"""Of an Office file: more than that is no document but a bomb for whoever opens it."""
LONGEST_SIDE = 2_000
"""Pixels of a preview."""
# A photo that was cut off on its way is shown as far as it goes; WeasyPrint sets the same for the whole process.
ImageFile.LOAD_TRUNCATED_IMAGES = True
_OFFICE = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}


def media_type(content: bytes) -> str | None:
    """The type by content, None for everything that is not on the list."""
    guess = filetype.guess(content)
    if guess is None:
        return _text_type(content)
    if guess.extension in ("zip", "docx", "xlsx"):
        return _office_type(content)
    kind = str(guess.mime)
    if kind in IMAGES and not _is_image(content, kind):
        return None
    return kind if kind in ALLOWED else None


def preview(content: bytes, kind: str) -> tuple[bytes, str] | None:
    """What may be shown in a page for a file, with its type; None for a kind that is only downloaded.

    Images are drawn anew, smaller: nothing that was hidden behind or beside the picture (a script, the place where it
    was taken) survives. A PDF stays as it is, a text too.
    """
    if kind in IMAGES:
        return _drawn_anew(content, kind)
    return (content, kind) if kind in (PDF, PLAIN) else None


def _text_type(content: bytes) -> str | None:
    """Text is what decodes as text and holds no control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    # A page or a script of a browser is text too, but nothing that a form needs.
    looks_like_markup = text.lstrip()[:1] == "<"
    return None if looks_like_markup or any(ord(c) < 32 and c not in "\t\r\n\f" for c in text) else PLAIN


def _office_type(content: bytes) -> str | None:
    """Tell Word and Excel files from other archives by what they must contain; no macros, nothing that explodes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError):
        return None
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_image(content: bytes, kind: str) -> bool:
    """Whether its head can be read as such an image of a bearable size; it is not unpacked for that."""
    try:
        with _image(content, kind) as image:
            return 0 < image.width * image.height <= MOST_PIXELS
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _drawn_anew(content: bytes, kind: str) -> tuple[bytes, str] | None:
    try:
        with _image(content, kind) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            turned = image.getexif().get(0x0112, 1)
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            plain = image.convert("RGBA" if clear else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    for wanted, turn in _TURNS.items():
        if turned == wanted:
            plain = plain.transpose(turn)
    answer = io.BytesIO()
    fresh = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    fresh.save(answer, "PNG" if clear else "JPEG", quality=85)
    return answer.getvalue(), "image/png" if clear else "image/jpeg"


_TURNS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}
"""How a telephone says that a photo lies on its side (EXIF orientation), and what puts it upright."""


def _image(content: bytes, kind: str) -> Image.Image:
    """Open as this format and no other. Raises OSError and its kin."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(content), formats=[IMAGES[kind]])
