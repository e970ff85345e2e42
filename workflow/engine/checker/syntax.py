"""Reads the shape of a FEEL expression, as far as the checker wants to understand it: who is compared with what.

Only the real interpreter says what is valid; this reader takes the everyday part of the language and answers
None for the rest, which is then simply not judged.
"""

import re

from workflow.engine.checker.shapes import (
    INPUT,
    Among,
    Arithmetic,
    Call,
    Compare,
    ListOf,
    Literal,
    Logic,
    Node,
    Other,
    Path,
    Range,
)
from workflow.engine.expressions import MAX_LENGTH

_TOKEN = re.compile(
    r'\s*(?:(?P<number>\d+(?:\.(?!\.)\d*)?)|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\W\d]\w*|\?)'
    r"|(?P<sign>\.\.|<=|>=|!=|\*\*|[-+*/=<>()\[\]{},.:])|(?P<bad>\S))"
)
_STOP = frozenset({"and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"})
_BLOCK = frozenset({"if", "for", "some", "every", "function"})


class _Unread(Exception):
    """Something outside the part of the language that is read here."""


def read(source: str) -> Node | None:
    """The shape of an expression, or None if it uses what this reader does not know."""
    try:
        reader = _Reader(source)
        node = reader.either()
        return node if reader.at_end else None
    except (_Unread, RecursionError):
        return None


def read_cell(source: str) -> Node | None:
    """The shape of a decision table's input cell, as a question about INPUT; None if it is not known."""
    if source.strip() in {"", "-"}:
        return Literal("yes_no", True)
    try:
        reader = _Reader(source)
        if reader.peek() == "not" and reader.peek(1) == "(":
            reader.take(), reader.take()
            node: Node = Logic("not", (Among(INPUT, reader.tests(")")),))
        else:
            node = Among(INPUT, reader.tests(None))
        return node if reader.at_end else None
    except (_Unread, RecursionError):
        return None


class _Reader:
    def __init__(self, source: str) -> None:
        if len(source) > MAX_LENGTH:
            raise _Unread
        self.tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(source.rstrip()):
            kind = match.lastgroup or "bad"
            if kind == "bad":
                raise _Unread
            self.tokens.append((kind, match[kind]))
        self.position = 0

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        if index >= len(self.tokens) or self.tokens[index][0] == "text":
            return ""
        return self.tokens[index][1]

    def take(self) -> str:
        if self.at_end:
            raise _Unread
        self.position += 1
        return self.tokens[self.position - 1][1]

    def expect(self, *signs: str) -> str:
        if self.peek() not in signs:
            raise _Unread
        return self.take()

    def either(self) -> Node:
        if self.peek() == "if":
            self.take()
            condition = self.either()
            self.expect("then")
            then = self.either()
            self.expect("else")
            return Other((condition, then, self.either()))
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))

    def both(self) -> Node:
        parts = [self.comparison()]
        while self.peek() == "and":
            self.take()
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def comparison(self) -> Node:
        left = self.sum()
        sign = self.peek()
        if sign in {"=", "!=", "<", "<=", ">", ">="}:
            self.take()
            return Compare(sign, left, self.sum())
        if sign == "between":
            self.take()
            low = self.sum()
            self.expect("and")
            return Among(left, (Range(low, self.sum()),))
        if sign == "in":
            self.take()
            if self.peek() == "(":
                self.take()
                return Among(left, self.tests(")"))
            return Among(left, (self.test(),))
        return left

    def tests(self, end: str | None) -> tuple[Node, ...]:
        found = [self.test()]
        while self.peek() == ",":
            self.take()
            found.append(self.test())
        if end:
            self.expect(end)
        return tuple(found)

    def test(self) -> Node:
        sign = self.peek()
        if sign in {"<", "<="}:
            self.take()
            return Range(None, self.sum())
        if sign in {">", ">="}:
            self.take()
            return Range(self.sum(), None)
        if sign in {"=", "!="}:
            raise _Unread
        if sign in {"(", "[", "]"} and self._is_range():
            self.take()
            low = self.sum()
            self.expect("..")
            high = self.sum()
            self.expect(")", "]", "[")
            return Range(low, high)
        return self.either()

    def _is_range(self) -> bool:
        depth = 0
        for kind, text in self.tokens[self.position :]:
            if kind == "text":
                continue
            if text == ".." and depth == 1:
                return True
            depth += (text in "([") - (text in ")]") if text in {"(", "[", ")", "]"} else 0
            if depth == 0 and text in {")", "]"}:
                return False
        return False

    def sum(self) -> Node:
        parts, signs = [self.single()], list[str]()
        while self.peek() in {"+", "-", "*", "/", "**"}:
            signs.append(self.take())
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Arithmetic(tuple(parts), tuple(signs))

    def single(self) -> Node:
        if self.at_end:
            raise _Unread
        if self.peek() == "-":
            self.take()
            inner = self.single()
            if isinstance(inner, Literal) and isinstance(inner.value, float):
                return Literal("number", -inner.value)
            return Other((inner,))
        node = self._atom()
        while self.peek() in {".", "["}:
            if self.take() == "[":
                raise _Unread
            self.take()
            node = Other((node,))
        return node

    def _atom(self) -> Node:
        kind, text = self.tokens[self.position]
        if kind == "text":
            self.take()
            return Literal("text", re.sub(r"\\(.)", r"\1", text))
        if kind == "number":
            self.take()
            return Literal("number", float(text))
        if text == "(":
            self.take()
            node = self.either()
            self.expect(")")
            return node
        if text == "[":
            self.take()
            items = () if self.peek() == "]" else self._list()
            self.expect("]")
            return ListOf(items)
        if kind == "word" and text not in _STOP and text not in _BLOCK:
            return self._word()
        raise _Unread

    def _word(self) -> Node:
        words = [self.take()]
        if words[0] in {"true", "false"} and self.peek() != "(":
            return Literal("yes_no", words[0] == "true")
        if words[0] == "null":
            return Literal("null", None)
        ahead = self.position
        while ahead < len(self.tokens) and self.tokens[ahead][0] == "word" and self.tokens[ahead][1] not in {"in"}:
            ahead += 1
        if ahead < len(self.tokens) and self.tokens[ahead] == ("sign", "("):
            words += [self.take() for _ in range(ahead - self.position)]
            return self._call(" ".join(words))
        while (
            self.peek() == "."
            and self.tokens[self.position + 1 : self.position + 2]
            and self.tokens[self.position + 1][0] == "word"
        ):
            self.take()
            words.append(self.take())
        return Path(".".join(words))

    def _call(self, function: str) -> Node:
        self.expect("(")
        arguments = () if self.peek() == ")" else self._list()
        self.expect(")")
        if function == "not" and len(arguments) == 1:
            return Logic("not", arguments)
        return Call(function, arguments)

    def _list(self) -> tuple[Node, ...]:
        items = [self.either()]
        while self.peek() == ",":
            self.take()
            items.append(self.either())
        return tuple(items)
