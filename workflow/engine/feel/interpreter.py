"""One QuickJS context a thread, with limits of time and memory; a context that reached one is thrown away."""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any, cast

import quickjs

from workflow.engine.feel.errors import FeelError

BUNDLE = Path(__file__).with_name("bundle.js")
SECONDS = 0.25
BYTES = 64 * 1024 * 1024
CACHED = 2_000
"""Expressions a context keeps compiled, 7 kB each; then a new context is made (feel-zeebe.md §1.2)."""

_local = threading.local()


class _Context:
    """A context with the bundle loaded, and the expressions that it has seen."""

    def __init__(self) -> None:
        self.js = quickjs.Context()
        self.js.set_memory_limit(BYTES)
        self.js.eval(_bundle())
        self.js.set_time_limit(SECONDS)
        self.functions = {name: self.js.eval(f"FEEL.{name}") for name in ("evaluate", "test", "names", "functions")}
        self.seen: set[str] = set()


@cache
def _bundle() -> str:
    try:
        return BUNDLE.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RuntimeError("The FEEL interpreter is not built: run `python -m web.assets`") from error


def call(function: str, source: str, *arguments: Any) -> str:
    """Call a function of the bundle on an expression; answers its coded text without the leading mark.

    The answer is "t", "f" or "n" for true, false and null, or "v" with JSON. Raises FeelError.
    """
    context = _context(source)
    try:
        answer = cast(str, context.functions[function](source, *arguments))
    except (quickjs.JSException, MemoryError) as error:
        # Out of time, memory or stack; during parsing it can surface as a meaningless TypeError.
        _local.context = None
        raise FeelError.of("limit") from error
    if answer.startswith("!"):
        kind, values = json.loads(answer[1:])
        raise FeelError.of(kind, values)
    return answer


@cache
def builtin_functions() -> frozenset[str]:
    """The names of all functions an expression may call."""
    return frozenset(json.loads(_context("").functions["functions"]()))


def _context(source: str) -> _Context:
    context: _Context | None = getattr(_local, "context", None)
    if context is None or len(context.seen) >= CACHED:
        context = _local.context = _Context()
    context.seen.add(source)
    return context
