"""Which patterns a form may ask for: only such as no text can make slow."""

import re

ATOM = r"(?:\[\^?(?:\\.|[^\]\\])+\]|\\[dwsDWS.\-+*?()\[\]{}|^$/\\]|[^\\\[\]()*+?{}|^$.]|\.)"
REPEAT = r"(?:[?*+]|\{\d{1,4}(?:,\d{0,4})?\})?"
GROUP = rf"\((?:\?:)?(?:{ATOM}{REPEAT})+(?:\|(?:{ATOM}{REPEAT})+)*\)\??"
SAFE = re.compile(rf"\^?(?:{ATOM}{REPEAT}|{GROUP})+\$?")
REPEATS_AT_MOST = 2


def is_safe(pattern: str) -> bool:
    """Whether a pattern is short, readable, and repeats without end at most twice, never a group."""
    if len(pattern) > 200 or not SAFE.fullmatch(pattern):
        return False
    endless = re.findall(r"(?<!\\)[*+]|\{\d+,\}", re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", pattern))
    if len(endless) > REPEATS_AT_MOST:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
