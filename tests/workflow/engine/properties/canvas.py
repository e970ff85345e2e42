"""Nodes and arrows, kept twice: for the reference interpreter, and as lines of a drawing for the engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.workflow.engine.checker.drawing import bundle, draw
from workflow.engine.bundle import Bundle


@dataclass
class Node:
    """A node as the reference interpreter needs it; `minutes` and `code` belong to its event."""

    id: str
    kind: str
    scope: str
    waits: str = ""
    minutes: int = 0
    code: str = ""
    on: str = ""
    interrupting: bool = True
    count: int = 0
    sequential: bool = False
    handler: bool = False
    cuts: bool = False
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    default: str = ""


@dataclass
class Arrow:
    """A sequence flow; `when` is the name of a variable and the value it must have, None if always."""

    id: str
    source: str
    target: str
    when: tuple[str, int] | None = None


class Canvas:
    """`nodes` and `arrows` of all scopes of a process; "" is the process itself."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.arrows: dict[str, Arrow] = {}
        self._lines: dict[str, list[str]] = {"": []}
        self._scope = ""

    def bundle(self, change: Callable[[str], str] = str, forms: dict[str, dict[str, object]] | None = None) -> Bundle:
        """The process and those it calls as files; `change` may rewrite the lines of each drawing before."""
        called = {
            f"of_{node.id}__bpmn": draw(change(self._text(node.id)), process=f"of_{node.id}")
            for node in self.nodes.values()
            if node.kind == "call"
        }
        return bundle(change(self._text("")), forms=forms, **called)  # type: ignore[arg-type]

    def _node(self, kind: str, words: str = "", **values: object) -> str:
        name = f"{kind}{len(self.nodes)}"
        self.nodes[name] = Node(name, kind, self._scope, **values)  # type: ignore[arg-type]
        self._lines[self._scope].append(f"{kind} {name} {words if words != kind else ''}".rstrip())
        return name

    def _flow(self, source: str, target: str, when: tuple[str, int] | None = None) -> str:
        name = f"{source}_{target}"
        while name in self.arrows:
            name += "x"
        self.arrows[name] = Arrow(name, source, target, when)
        self.nodes[source].outgoing.append(name)
        self.nodes[target].incoming.append(name)
        return name

    def _chain(self, *parts: str | tuple[str, ...]) -> None:
        """Connect nodes and laid-out blocks (first and last node; nothing) in a row."""
        ends = [(part,) if isinstance(part, str) else part for part in parts if part]
        for one, other in zip(ends, ends[1:], strict=False):
            self._flow(one[-1], other[0])

    def _set_default(self, split: str, flow: str) -> None:
        self.nodes[split].default = flow
        lines = self._lines[self.nodes[split].scope]
        kind = self.nodes[split].kind
        lines[lines.index(f"{kind} {split}")] = f"{kind} {split} default={flow}"

    @contextmanager
    def _within(self, kind: str, words: str = "", **values: object) -> Iterator[str]:
        """What is drawn meanwhile goes into a subprocess (or, of kind call, into a process of its own)."""
        name = f"{kind}{len(self.nodes)}"
        self.nodes[name] = Node(name, kind, self._scope, **values)  # type: ignore[arg-type]
        outer, self._scope = self._scope, name
        self._lines[name] = []
        yield name
        self._scope = outer
        if kind == "sub":
            self._lines[outer] += [f"sub {name} {words}".rstrip(), *self._lines[name], *self._drawn(name), "end sub"]

    def _text(self, scope: str) -> str:
        return "\n".join([*self._lines[scope], *self._drawn(scope)])

    def _drawn(self, scope: str) -> list[str]:
        return [
            f"{arrow.source} -> {arrow.target}" + (f" : {arrow.when[0]} = {arrow.when[1]}" if arrow.when else "")
            for arrow in self.arrows.values()
            if self.nodes[arrow.source].scope == scope
        ]
