"""What a person can be found by: keyed tokens of names, their pinyin, telephone numbers and document numbers.

The database holds names sealed, so nothing in it can be compared with LIKE. Every text that somebody may type for a
person is therefore turned into a token (models.sealed) when the person is written, and what is typed is turned into
tokens too. A name gives at most MOST tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice, product

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, and_, or_

from models import Person
from models.sealed import keyring
from workflow.records.surnames import COMPOUND, GIVEN, SURNAMES

NAME, PHONE, LAST_DIGITS, ID_NUMBER, RECORD_NUMBER = "name", "phone", "phone_end", "id_number", "record_number"
MOST = 240
"""Tokens a name gives at most; the longest real ones (four-syllable Chinese, long Uyghur names) stay far below."""
LONGEST_PART = 6
"""Characters of a part of a Chinese name; what is typed longer than this is looked for part by part."""
LONGEST_WORD = 16
"""Letters of a prefix; what is typed longer than this is compared by its first letters."""
LONGEST_NAME = 24
SHORTEST_PREFIX = 2
END_OF_PHONE = 4
SHORTEST_PHONE = 7
WAYS_TO_READ = 8
"""Combinations of readings that are followed up for one name."""

_HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECES = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_BETWEEN_PARTS = re.compile("[·•・‧∙⋅]")
_UMLAUT = re.compile("(?<=[ln])[üǖǘǚǜ]")
_NUMBER = re.compile(r"[^0-9A-Z]")
_FIRST_OF_SEVERAL = re.compile(r"[,，、;；/|]|或|\bor\b")


def name_tokens(name: str, phone: str | None = None) -> list[str]:
    """The tokens to store in `Person.name_tokens`: of the name, and of the last digits of the telephone number."""
    ring = keyring()
    tokens = [ring.token(NAME, term) for term in terms(name)]
    if end := end_of_phone(phone):
        tokens.append(ring.token(LAST_DIGITS, end))
    return tokens


def write(person: Person) -> None:
    """Set all tokens of a person from what stands in the row, with the newest key."""
    ring = keyring()
    person.name_tokens = name_tokens(person.name, person.phone)
    phone, number, record = (
        plain_phone(person.phone),
        plain_number(person.id_number),
        plain_number(person.record_number),
    )
    person.phone_token = ring.token(PHONE, phone) if phone else None
    person.id_number_token = ring.token(ID_NUMBER, number) if number else None
    person.record_number_token = ring.token(RECORD_NUMBER, record) if record else None


def matches(typed: str) -> ColumnElement[bool] | None:
    """The condition for people whom this text may mean, whatever kind of text it is; None when it says too little.

    All words of a name must match; a number may be the telephone's, its last four digits, the document's or the
    record's.
    """
    ring = keyring()
    ways: list[ColumnElement[bool]] = []
    if words := asked(typed):
        ways.append(and_(*(Person.name_tokens.overlap(ring.tokens(NAME, word)) for word in words)))
    phone, number = plain_phone(typed), plain_number(typed)
    if number is not None and any(letter.isdigit() for letter in number) and not _IS_HAN.search(typed):
        ways.append(Person.id_number_token.in_(ring.tokens(ID_NUMBER, number)))
        ways.append(Person.record_number_token.in_(ring.tokens(RECORD_NUMBER, number)))
        if phone is not None and phone == number.removeprefix("86") and len(phone) >= SHORTEST_PHONE:
            ways.append(Person.phone_token.in_(ring.tokens(PHONE, phone)))
        if number.isdigit() and len(number) == END_OF_PHONE:
            ways.append(Person.name_tokens.overlap(ring.tokens(LAST_DIGITS, number)))
    return or_(*ways) if ways else None


def terms(name: str) -> list[str]:
    """Every text that this name can be found by, the most telling first, at most MOST."""
    found: dict[str, None] = {}
    plain = folded(name)[: LONGEST_NAME * 2]
    han = "".join(_IS_HAN.findall(plain))[:LONGEST_NAME]
    for part in _parts(han):
        found.setdefault(part)
    for word in _PIECES.findall(plain):
        if not _IS_HAN.match(word):
            for spelled in (word, *_without_v(word)):
                found.update(dict.fromkeys(_prefixes(spelled)))
    if not han:
        found.update(dict.fromkeys(sound[:LONGEST_WORD] for sound in sounds(name)))
    for term in _pinyin_terms(han, _starts(plain)):
        found.setdefault(term)
    return list(found)[:MOST]


def sounds(name: str) -> set[str]:
    """The ways in which the whole name may be said, in Latin letters; the order of Latin names does not matter."""
    plain = folded(name)
    han = "".join(_IS_HAN.findall(plain))[:LONGEST_NAME]
    if han:
        return {"".join(syllables) for syllables in _readings(han, one_way=len(han) > LONGEST_PART)}
    words = _PIECES.findall(plain)
    return {"".join(words), "".join(reversed(words))} - {""}


def asked(typed: str) -> list[str]:
    """The words to look for: all of them must match. Empty when none is long enough to mean anything."""
    words: list[str] = []
    # A dot inside a name (阿依古丽·买买提) parts nothing: its characters stand in one row in the tokens too.
    for piece in _PIECES.findall(_BETWEEN_PARTS.sub("", folded(typed))):
        if _IS_HAN.match(piece):
            last = max(len(piece) - LONGEST_PART, 0)
            places = sorted({*range(0, last, LONGEST_PART), last})
            words += [piece[at : at + LONGEST_PART] for at in places]
        elif len(piece) >= SHORTEST_PREFIX:
            words.append(piece[:LONGEST_WORD])
    return words


def folded(text: str) -> str:
    """The text without differences that people do not see: width, case, accents, tones; lü and nü become lv and nv."""
    lowered = _UMLAUT.sub("v", unicodedata.normalize("NFC", text).casefold())
    apart = unicodedata.normalize("NFKD", lowered)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", bare).replace("'", "").replace("\u2019", "").strip()


def plain_phone(text: str | None) -> str | None:
    """The digits of the first telephone number in a text, without the country's 86; None when there is none."""
    if not text:
        return None
    first = _FIRST_OF_SEVERAL.split(unicodedata.normalize("NFKC", text), maxsplit=1)[0]
    digits = "".join(letter for letter in first if letter in "0123456789")
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            digits = digits.removeprefix(prefix)
    return digits if len(digits) >= SHORTEST_PHONE else None


def end_of_phone(text: str | None) -> str | None:
    """The last four digits, which people remember of a number."""
    digits = plain_phone(text)
    return digits[-END_OF_PHONE:] if digits else None


def plain_number(text: str | None) -> str | None:
    """A document's or a record's number without spaces, dashes and difference of case; None when nothing is left."""
    plain = _NUMBER.sub("", unicodedata.normalize("NFKC", text or "").upper())
    return plain or None


# ---- names ---------------------------------------------------------------------------------------------------------


def surname_length(han: str) -> int:
    """How many characters of a Chinese name are the surname: two for 欧阳, 尉迟 and the like, otherwise one."""
    return 2 if len(han) > 2 and han[:2] in COMPOUND else min(len(han), 1)


def _parts(han: str) -> Iterator[str]:
    """Every contiguous part, the longest first."""
    for length in range(min(len(han), LONGEST_PART), 0, -1):
        for start in range(len(han) - length + 1):
            yield han[start : start + length]


def _prefixes(word: str) -> Iterator[str]:
    """The beginnings of a word, from the whole of it down to two letters."""
    for length in range(min(len(word), LONGEST_WORD), SHORTEST_PREFIX - 1, -1):
        yield word[:length]


def _starts(plain: str) -> set[int]:
    """Where parts of a long name begin, counted in Chinese characters: after a dot or a space."""
    starts, seen = set(), 0
    for piece in _PIECES.findall(plain):
        if _IS_HAN.match(piece):
            starts.add(seen)
            seen += len(piece)
    return starts


def _pinyin_terms(han: str, starts: Iterable[int]) -> Iterator[str]:
    """Pinyin from every syllable on (from parts of the name only when it is long), and initials."""
    long = len(han) > LONGEST_PART
    begins = sorted({*starts, surname_length(han)} if long else range(len(han)))
    for syllables in _readings(han, one_way=long):
        for start in begins:
            if start >= len(syllables):
                continue
            yield from _prefixes("".join(syllables[start:]))
        initials = "".join(syllable[0] for syllable in syllables)
        for start in (0, surname_length(han)):
            yield from _prefixes(initials[start:])


def _readings(han: str, *, one_way: bool) -> Iterator[tuple[str, ...]]:
    """The ways to read a name, the likeliest first: surnames by their own table, the rest as in phrases."""
    heard = lazy_pinyin(han, style=Style.NORMAL)
    if len(heard) != len(han):  # characters that pypinyin does not know come back joined
        heard = [lazy_pinyin(character, style=Style.NORMAL)[0] for character in han]
    usual = [folded(syllable) for syllable in heard]
    options = [[syllable] for syllable in usual]
    length = surname_length(han)
    for place in range(length, 0 if one_way else len(han)):
        options[place] += GIVEN.get(han[place], ())
    for reading in reversed(SURNAMES.get(han[:length], ())):
        for place, syllable in enumerate(reading.split()):
            options[place].insert(0, syllable)
    for place, syllables in enumerate(options):
        options[place] = [*syllables, *(other for each in syllables for other in _without_v(each))]
    ways = product(*(list(dict.fromkeys(each)) for each in options))
    yield from islice(ways, WAYS_TO_READ)


def _without_v(syllable: str) -> list[str]:
    """Other spellings of lü and nü: LYU stands in passports, lu is what is typed where ü is missing."""
    return [syllable.replace("v", "yu"), syllable.replace("v", "u")] if syllable[:2] in ("lv", "nv") else []
