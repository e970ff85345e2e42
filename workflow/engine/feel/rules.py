"""What an expression must not contain, found before a version is published (feel-zeebe.md §1.3, §6)."""

import re

from workflow.engine.feel.errors import FeelError
from workflow.engine.feel.interpreter import builtin_functions
from workflow.engine.feel.naming import MAX_LENGTH, names

FOREIGN = re.compile(r"\$\{[^}]*\}?|#\{[^}]*\}?|\w+\(\)\.\w+\(")
ZONE = re.compile(r"@\s*([A-Za-z]+/[A-Za-z_/]+)")
OPERATORS = re.compile(r"`([^`]*[-+*/.][^`]*)`")
LARGE = re.compile(r"(?<![\w.])\d{16,}(?![\w.])")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
EXACT = 2**53


def check(source: str, unary: bool = False) -> None:
    """Refuse an expression that cannot be read, calls what is not there, or uses what is known to mislead.

    Raises FeelError.
    """
    if len(source) > MAX_LENGTH:
        raise FeelError.of("length")
    without_text = STRING.sub('""', source)
    if found := FOREIGN.search(without_text):
        raise FeelError.of("foreign", [found[0]])
    if found := ZONE.search(source):
        raise FeelError.of("zone", [found[1]])
    if found := OPERATORS.search(without_text):
        raise FeelError.of("operator", [found[1]])
    if any(int(number) > EXACT for number in LARGE.findall(without_text)):
        raise FeelError.of("large")
    if unknown := sorted(names(source, unary).functions - builtin_functions()):
        raise FeelError.of("function", [unknown[0]])
