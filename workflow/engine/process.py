"""A process version, compiled: immutable, shared by all its runs, cached by the hash of its files."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from workflow.engine import dmn, reads, refusals, xml
from workflow.engine.bundle import Bundle
from workflow.engine.errors import BundleRefused
from workflow.engine.findings import Finding, Severity
from workflow.engine.parser import extensions
from workflow.engine.parser.reader import Reader
from workflow.engine.specs.activities import Human
from workflow.engine.specs.loops import Wrapper
from workflow.engine.specs.node import Node
from workflow.engine.specs.scope import ScopeSpec
from workflow.engine.text import Text

CACHED_VERSIONS = 256


@dataclass(frozen=True)
class Step:
    """One node of the diagram, as lists and pages need it; `kind` is its BPMN name."""

    element_id: str
    kind: str
    name: Text
    role: str | None = None
    """The role of a user task where it is fixed in the diagram."""
    form_key: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    lane: Text | None = None


@dataclass(frozen=True)
class Process:
    """A compiled process version."""

    process_id: str
    name: Text
    content_hash: str
    steps: Mapping[str, Step]
    """Every node of every process in the bundle by element id."""
    reads: frozenset[str]
    """Dotted paths that some formula of this version reads, e.g. "referral.reasons"."""
    first_task: Step | None
    """The user task directly behind the start event, where the process is opened with a form."""
    scopes: Mapping[str, ScopeSpec] = field(repr=False)
    words: frozenset[str] = field(repr=False)
    """Every word in the files of this version."""

    def select(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of the values of a form only what some formula reads: the rest stays in the entry (architecture.md §1.4)."""
        return reads.select(values, self.reads)

    def own_words(self, path: tuple[str, ...]) -> str:
        """A path of names, dotted, up to the first name that is no word of this version's files."""
        return ".".join(takewhile(lambda name: name in self.words, path))

    @property
    def main(self) -> ScopeSpec:
        """The scope of the process itself."""
        return self.scopes[self.process_id]


def compile(bundle: Bundle, *, operations: Collection[str], roles: Collection[str], published: bool = False) -> Process:
    """The process of a bundle. Raises BundleRefused if the check finds an error; warnings do not hinder.

    `published`: a version that passed the check once is not checked again. Cases run on it for years: a rule that
    was added since, or a role that was given up, must not strand them.
    """
    if not published:
        findings = _checked(bundle.content_hash, frozenset(operations), frozenset(roles), _Held(bundle))
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise BundleRefused(findings)
    return _compiled(bundle.content_hash, frozenset(roles), _Held(bundle))


class _Held:
    """Hands the bundle past the cache, whose key is the content hash alone."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=CACHED_VERSIONS)
def _checked(content_hash: str, operations: frozenset[str], roles: frozenset[str], held: _Held) -> tuple[Finding, ...]:
    return tuple(refusals.check(held.bundle, operations=operations, roles=roles))


@lru_cache(maxsize=CACHED_VERSIONS)
def _compiled(content_hash: str, roles: frozenset[str], held: _Held) -> Process:
    bundle = held.bundle
    roots = {name: xml.read(text) for name, text in bundle.named(".bpmn").items()}
    reader = Reader(roles, _decisions(bundle))
    for file, root in roots.items():
        reader.add(root, file)
    scopes = reader.scopes()
    process_id = refusals.main_process(roots)
    lanes = {
        (reference.text or "").strip(): extensions.title(lane)
        for root in roots.values()
        for lane in root.iter(f"{{{xml.BPMN}}}lane")
        for reference in lane.iterfind(f"{{{xml.BPMN}}}flowNodeRef")
    }
    steps = {step.element_id: step for scope in scopes.values() for step in _steps(scope, lanes)}
    return Process(
        process_id,
        scopes[process_id].title,
        content_hash,
        MappingProxyType(steps),
        reads.of_bundle(bundle),
        _first_task(scopes[process_id], steps),
        MappingProxyType(scopes),
        frozenset(word for text in bundle.files.values() for word in re.findall(r"\w+", text)),
    )


def _decisions(bundle: Bundle) -> dict[str, dmn.Decisions]:
    """Decision id -> the decisions of its file."""
    found = {}
    for text in bundle.named(".dmn").values():
        decisions = dmn.read(text)
        for identifier in refusals.decision_ids(text):
            found[identifier] = decisions
    return found


def _steps(scope: ScopeSpec, lanes: Mapping[str, Text]) -> list[Step]:
    nodes = [spec for spec in scope.task_specs.values() if isinstance(spec, Node) and not isinstance(spec, Wrapper)]
    return [_step(node, lanes) for node in nodes]


def _step(node: Node, lanes: Mapping[str, Text]) -> Step:
    role, form_key = None, None
    if isinstance(node, Human):
        role = node.role.text if node.role is not None and node.role.constant else None
        form_key = node.form_key
    identifier = str(node.bpmn_id)
    return Step(
        identifier,
        node.kind,
        node.title,
        role,
        form_key,
        MappingProxyType(dict(node.properties)),
        lanes.get(identifier),
    )


def _first_task(scope: ScopeSpec, steps: Mapping[str, Step]) -> Step | None:
    for name in scope.starts:
        start = scope.task_specs[name]
        targets = [scope.task_specs[flow.target] for flow in start.flows] if start.kind == "startEvent" else [start]
        for target in targets:
            if target.kind == "userTask":
                return steps[str(target.bpmn_id)]
    return None
