"""Numbers as people write and read them: all figures, no exponent, and a comma only between thousands."""

import re
from decimal import Decimal, InvalidOperation

WRITTEN = re.compile(r"[+-]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)?(?:\.\d*)?")
LARGEST = 10**12


def figures(number: float) -> str:
    """A number with all its figures: 123456.78, never 1.2e+05."""
    return format(Decimal(str(number)).normalize() + 0, "f")


def parse(typed: object) -> Decimal:
    """The number that was typed. Raises ValueError for anything else.

    A comma is only a sign between thousands: "1,5" is refused, because nobody can say whether it means 1.5 or 15.
    """
    text = figures(typed) if isinstance(typed, int | float) and not isinstance(typed, bool) else str(typed).strip()
    if not WRITTEN.fullmatch(text):
        raise ValueError(text)
    try:
        number = Decimal(text.replace("，", "").replace(",", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number
