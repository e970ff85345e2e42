"""Text patterns that cannot hang: a small part of regular expressions with a bound on the work of matching.

Accepted: characters, `.`, classes, \\d \\w \\s and their opposites, escaped signs, `? * + {m,n}` on one
character, groups with `|`, and `?` on a group. A pattern always describes the whole value.
Everything else (repeated groups, back references, look-around) is refused, because a value typed by
anybody could then stop the server for minutes.
"""

import re
from functools import lru_cache

MAX_PATTERN = 200
MAX_WORK = 300_000
"""Most ways in which one value may be tried; some ten milliseconds."""
LONGEST = 500
"""A field with a pattern holds at most this many characters, so `*` and `+` count as this."""

_CLASS = re.compile(r"\[\^?(?:\\[dDwWsS\\\]\[\^.\-/+*?(){}|$]|[^\\\[\]])+\]")
_ATOM = re.compile(r"\\[dDwWsS\\\]\[\^.\-/+*?(){}|$]|[^\\\[\](){}*+?|^$]")
_COUNT = re.compile(r"\{(\d{1,3})(?:,(\d{0,3}))?\}")


class PatternRefused(ValueError):
    """The pattern uses something outside the safe part, or is too much work."""


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def alternatives(self, depth: int = 0) -> int:
        if depth > 5:
            raise PatternRefused("groups nested too deeply")
        work = self.sequence(depth)
        while self.peek() == "|":
            self.at += 1
            work += self.sequence(depth)
        return work

    def sequence(self, depth: int) -> int:
        work = 1
        while self.peek() not in ("", "|", ")"):
            work *= self.piece(depth)
            if work > MAX_WORK:
                raise PatternRefused("too many repetitions")
        return work

    def piece(self, depth: int) -> int:
        if self.peek() == "(":
            return self.group(depth)
        match = _CLASS.match(self.source, self.at) or _ATOM.match(self.source, self.at)
        if match is None:
            raise PatternRefused(f"not supported at position {self.at + 1}")
        self.at = match.end()
        return self.repetition()

    def group(self, depth: int) -> int:
        self.at += 1
        if self.source.startswith("?", self.at):
            if not self.source.startswith("?:", self.at):
                raise PatternRefused("special groups are not supported")
            self.at += 2
        work = self.alternatives(depth + 1)
        if self.peek() != ")":
            raise PatternRefused("a bracket is not closed")
        self.at += 1
        if self.peek() == "?":
            self.at += 1
            work += 1
        if self.peek() in ("*", "+", "{", "?") and self.peek():
            raise PatternRefused("a group may not be repeated")
        return work

    def repetition(self) -> int:
        low, high = 1, 1
        count = _COUNT.match(self.source, self.at)
        if count:
            low = int(count[1])
            high = low if count[2] is None else int(count[2] or LONGEST)
            self.at = count.end()
        elif self.peek() and self.peek() in "?*+":
            low, high = {"?": (0, 1), "*": (0, LONGEST), "+": (1, LONGEST)}[self.peek()]
            self.at += 1
        if self.peek() and self.peek() in "?*+{":
            raise PatternRefused("one repetition after another")
        if high < low:
            raise PatternRefused("a repetition counts backwards")
        return high - low + 1


@lru_cache(maxsize=1_000)
def compile_pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern for `fullmatch`, or raise PatternRefused; ^ at the start and $ at the end are allowed."""
    if len(source) > MAX_PATTERN:
        raise PatternRefused(f"longer than {MAX_PATTERN} characters")
    body = source.removeprefix("^")
    if body.endswith("$") and not body.endswith("\\$"):
        body = body[:-1]
    if any(sign in body for sign in ("--", "&&", "~~", "||")):
        raise PatternRefused("set operations are not supported")
    reader = _Reader(body)
    reader.alternatives()
    if reader.at != len(body):
        raise PatternRefused("a bracket too many")
    try:
        # ASCII: \d in the browser's form editor means 0-9 only, and so it must here.
        return re.compile(body, re.ASCII)
    except (re.error, OverflowError) as error:
        raise PatternRefused(str(error)) from error
