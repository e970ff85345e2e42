"""Values that stand for all values: enough samples of each variable to try every case its formulas can tell apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from workflow.engine.checker.fields import Field
from workflow.engine.checker.shapes import Among, Call, Compare, ListOf, Literal, Logic, Node, Path, Range, walk
from workflow.engine.text import Text

OTHER_TEXT = "(其他)"
MEMBERS_AT_MOST = 6
SIZE_AT_MOST = 20


@dataclass
class Mentions:
    """What formulas say about one variable: the values they mention, and whether they ask only such questions."""

    texts: set[str] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)
    dates: set[date] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    sizes: set[int] = field(default_factory=set)
    is_asked: bool = False
    simple: bool = True


def mentions(nodes: Iterable[Node]) -> dict[str, Mentions]:
    """For every variable in some formulas, what they ask about it."""
    found: dict[str, Mentions] = {}
    for node in nodes:
        _collect(node, found)
    return found


def _of(found: dict[str, Mentions], path: Path) -> Mentions:
    return found.setdefault(path.name, Mentions())


def _collect(node: Node, found: dict[str, Mentions]) -> None:
    if _counts(node, found) or _calls(node, found):
        return
    match node:
        case Literal():
            return
        case Path():
            _of(found, node).is_asked = True
        case Logic(parts=parts):
            for part in parts:
                _collect(part, found)
        case Compare(left=Path() as path, right=value) | Compare(left=value, right=Path() as path):
            _compare(node, path, value, found)
        case Among(value=Path() as path, tests=tests):
            for test in tests:
                _test(test, path, found)
        case _:
            _spoil(node, found)


def _calls(node: Node, found: dict[str, Mentions]) -> bool:
    """True for the functions whose answer samples can tell apart."""
    match node:
        case Call(function="list contains", arguments=(Path() as path, Literal(kind="text", value=value))):
            _of(found, path).members.add(str(value))
        case Call(function="is defined", arguments=(Path() as path,)):
            _of(found, path)
        case _:
            return False
    return True


def _counts(node: Node, found: dict[str, Mentions]) -> bool:
    """True for a question about the length of a list, which is then noted."""
    match node:
        case Compare(left=Call(function="count", arguments=(Path() as path,)), right=size):
            asked = walk(size)
        case Among(value=Call(function="count", arguments=(Path() as path,)), tests=tests):
            asked = [part for test in tests for part in walk(test)]
        case _:
            return False
    numbers = [part.value for part in asked if isinstance(part, Literal) and isinstance(part.value, float)]
    if not all(isinstance(part, Literal | Range) for part in asked):
        return False
    _of(found, path).sizes.update(int(number) for number in numbers)
    return True


def _compare(node: Compare, path: Path, value: Node, found: dict[str, Mentions]) -> None:
    orders_texts = node.op not in {"=", "!="} and isinstance(value, Literal) and value.kind == "text"
    if orders_texts or not _mention(_of(found, path), value):
        _spoil(node, found)


def _test(test: Node, path: Path, found: dict[str, Mentions]) -> None:
    """One test of `path in (...)`: a range, a value, or (in a table cell) any question about the input."""
    if isinstance(test, Range):
        for end in (test.low, test.high):
            if end is not None and not _mention(_of(found, path), end):
                _spoil(end, found)
    elif isinstance(test, Literal) or (isinstance(test, Call) and test.function == "date"):
        _mention(_of(found, path), test)
    else:
        _of(found, path)
        _collect(test, found)


def _mention(about: Mentions, value: Node) -> bool:
    match value:
        case Literal(kind="text", value=text):
            about.texts.add(str(text))
        case Literal(kind="number", value=float() as number):
            about.numbers.add(number)
        case Literal():
            pass
        case ListOf(items=()):
            about.members.update(())
        case Call(function="date", arguments=(Literal(kind="text", value=text),)):
            try:
                about.dates.add(date.fromisoformat(str(text)))
            except ValueError:
                about.simple = False
        case _:
            about.simple = False
            return False
    return True


def _spoil(node: Node, found: dict[str, Mentions]) -> None:
    for part in walk(node):
        if isinstance(part, Path):
            _of(found, part).simple = False


def samples(about: Mentions, known: Field) -> list[Any] | None:
    """Representative values of a variable (None among them if it may be empty), or None if they cannot be told."""
    values = _values(about, known)
    if values is None:
        return None
    return [*values, None] if known.optional or known.hides else values


def _values(about: Mentions, known: Field) -> list[Any] | None:
    kind = known.kind or _guess(about)
    if not about.simple:
        return None
    match kind:
        case "text":
            return list(known.options) if known.options else [*sorted(about.texts), OTHER_TEXT]
        case "yes_no":
            return [True, False]
        case "number":
            return list(_numbers(about.numbers, known))
        case "date":
            return sorted({day + timedelta(days=step) for day in about.dates for step in (-1, 0, 1)}) or None
        case "list":
            return _lists(sorted(about.members), about.sizes)
    return None


def _lists(members: list[str], sizes: set[int]) -> list[Any] | None:
    """Every choice of the members asked about, alone and filled up with others to the sizes asked about."""
    if len(members) > MEMBERS_AT_MOST or max(sizes, default=0) > SIZE_AT_MOST:
        return None
    found = []
    for chosen in (some for size in range(len(members) + 1) for some in combinations(members, size)):
        totals = {len(chosen), len(chosen) + 1} | {size + step for size in sizes for step in (-1, 0, 1)}
        found += [[*chosen, *[OTHER_TEXT] * (total - len(chosen))] for total in sorted(totals) if total >= len(chosen)]
    return found


def _guess(about: Mentions) -> str:
    kinds = [
        kind
        for kind, there in (
            ("text", about.texts),
            ("number", about.numbers),
            ("date", about.dates),
            ("list", about.members or about.sizes),
        )
        if there
    ]
    if not kinds and about.is_asked:
        return "yes_no"
    return kinds[0] if len(kinds) == 1 else ""


def _numbers(marks: set[float], known: Field) -> list[float | int]:
    ends = [end for end in (known.minimum, known.maximum) if end is not None]
    sorted_marks = sorted({*marks, *ends})
    found: set[float] = set(sorted_marks) or {0.0}
    found |= {mark + step for mark in sorted_marks for step in (-1.0, 1.0)}
    if not known.whole:
        found |= {(low + high) / 2 for low, high in zip(sorted_marks, sorted_marks[1:], strict=False)}
    low = known.minimum if known.minimum is not None else float("-inf")
    high = known.maximum if known.maximum is not None else float("inf")
    kept = sorted(value for value in found if low <= value <= high)
    return [int(value) if value.is_integer() else value for value in kept]


def spoken(values: Mapping[str, Any], fields: Mapping[str, Field]) -> Text:
    """An example in words: each field with its value, options by their labels."""
    zh, en = [], []
    for path, value in values.items():
        field = fields.get(path, Field(path))
        option = (field.options or {}).get(value) if isinstance(value, str) else None
        zh.append(f"“{field.title.zh}”{_value(value, option.zh if option else None, zh=True)}")
        en.append(f"“{field.title.en}” {_value(value, option.en if option else None, zh=False)}")
    return Text("、".join(zh), " and ".join(en))


def _value(value: Any, label: str | None, *, zh: bool) -> str:
    if value is None:
        return "没有填写" if zh else "is left empty"
    if value == OTHER_TEXT:
        return "是其他内容" if zh else "is something else"
    if isinstance(value, list):
        chosen = ", ".join(str(each) for each in value if each != OTHER_TEXT)
        others = sum(each == OTHER_TEXT for each in value)
        if zh:
            return f"选了 {chosen or '其他'}(共 {len(value)} 项)" if value else "没有选任何一项"
        if not value:
            return "holds nothing"
        return f"holds {chosen or 'others'}" + (f" ({len(value)} in all)" if others else "")
    if isinstance(value, bool):
        return ("为是" if value else "为否") if zh else ("is yes" if value else "is no")
    shown = f"{label}({value})" if label and label != str(value) else str(value)
    return f"为 {shown}" if zh else f"is {shown}"
