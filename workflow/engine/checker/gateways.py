"""Whether some branch can always be taken: tries the conditions on samples that stand for all values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from math import prod
from typing import Any

from workflow.engine import feel
from workflow.engine.checker import syntax
from workflow.engine.checker.context import Context
from workflow.engine.checker.dataflow import Fact, touches
from workflow.engine.checker.diagram import Diagram, Flow, Node
from workflow.engine.checker.fields import Field
from workflow.engine.checker.formulas import Formulas
from workflow.engine.checker.reads import Known
from workflow.engine.checker.report import Report, flow_name
from workflow.engine.checker.samples import mentions, samples, spoken
from workflow.engine.moment import Moment

EVALUATIONS_AT_MOST = 40_000
MOMENT = Moment(datetime(2026, 1, 15, 4, tzinfo=UTC))
Case = dict[str, Any]


def check(context: Context, formulas: Formulas, known: dict[str, Known], report: Report) -> None:
    """Report cases in which no branch can be taken, and branches that are never taken."""
    for diagram in context.diagrams.values():
        for node in diagram.nodes.values():
            flows = [diagram.flows[flow] for flow in node.outgoing]
            if any(flow.condition for flow in flows):
                _check_node(context, formulas, diagram, node, flows, known, report)


def _check_node(
    context: Context,
    formulas: Formulas,
    diagram: Diagram,
    node: Node,
    flows: list[Flow],
    known: dict[str, Known],
    report: Report,
) -> None:
    """Gateways, and other nodes whose arrows have conditions: these take all that are true, as an inclusive one."""
    bare = [flow for flow in flows if not flow.condition and flow.id != node.default]
    conditions = [(flow, flow.condition) for flow in flows if flow.condition and flow.id != node.default]
    if bare or any(formulas.of(condition) is None for _, condition in conditions) or report.blames(node.outgoing):
        return
    facts = _facts(formulas, known[diagram.id], node)
    trial = Trial.of(context, [condition for _, condition in conditions], facts)
    if trial is None:
        if node.default is None:
            report.at("gateway-unproven", diagram, node)
        return
    gap, taken = _try_all(node, trial, conditions)
    if gap is not None:
        report.at("gateway-incomplete", diagram, node, example=spoken(trial.named(gap), context.known))
    for flow, condition in conditions:
        if taken is not None and flow.id not in taken:
            report.at("condition-never", diagram, node, flow=flow_name(diagram, flow), source=condition)


def _facts(formulas: Formulas, known: Known, node: Node) -> list[Fact]:
    """The conditions that hold at a node, those apart that another branch may upset meanwhile."""
    before = known.flowing.before.get(node.id)
    if before is None or not before.facts:
        return []
    upset = known.maybe.set_beside(node)
    return sorted(
        fact
        for fact in before.facts
        if not any(touches(path, name) for path in upset for name in formulas.reads.get(fact[0], frozenset()))
    )


def _try_all(node: Node, trial: "Trial", conditions: list[tuple[Flow, str]]) -> tuple[Case | None, set[str] | None]:
    """A case in which the gateway stops, if there is one, and the branches that are ever taken (None: no case)."""
    taken: set[str] | None = None
    gap: Case | None = None
    exclusive = node.kind == "exclusiveGateway"
    for case in trial.cases():
        results = [trial.holds(condition, case) for _, condition in conditions]
        yes = [flow.id for (flow, _), result in zip(conditions, results, strict=True) if result]
        taken = (taken or set()) | set(yes[:1] if exclusive else yes)
        fails = None in results and not (exclusive and True in results[: results.index(None)])
        if gap is None and (fails or (not yes and node.default is None)):
            gap = case
    return gap, taken


@dataclass
class Trial:
    """Conditions with sample values for all they read, and the facts and rules that rule cases out."""

    own: list[str]
    values: dict[str, list[Any]]
    rules: list[Fact]
    hides: dict[str, tuple[str, ...]]
    reads: dict[str, list[str]]
    answers: dict[tuple[str, ...], bool | None] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Context, conditions: list[str], facts: list[Fact]) -> "Trial | None":
        """Samples for some conditions, or None if they ask questions that samples cannot answer."""
        values = _samples(context, conditions)
        if values is None or prod(map(len, values.values())) * len(conditions) > EVALUATIONS_AT_MOST:
            return None
        own, sources, rules = list(values), list(conditions), list[Fact]()
        hides: dict[str, tuple[str, ...]] = {}
        extra = [(source, truth) for source, truth in facts] + [
            (source, None) for path in own for source in context.known.get(path, Field(path)).hides
        ]
        for source, truth in extra:
            more = _samples(context, [*sources, source])
            if more is None or prod(map(len, more.values())) * len(conditions) > EVALUATIONS_AT_MOST:
                continue
            values = more
            sources.append(source)
            if truth is not None:
                rules.append((source, truth))
        for path in values:
            known = context.known.get(path, Field(path))
            if not known.optional and known.hides and all(source in sources for source in known.hides):
                hides[path] = known.hides
        reads = {source: list(mentions([node])) for source in sources if (node := syntax.read(source))}
        return cls(own, values, rules, hides, reads)

    def cases(self) -> Iterator[Case]:
        """All combinations of samples that can really occur."""
        paths = list(self.values)
        for combination in product(*self.values.values()):
            case = dict(zip(paths, combination, strict=True))
            if all(self.holds(source, case) in {truth, None} for source, truth in self.rules) and self._fits(case):
                yield case

    def holds(self, source: str, case: Case) -> bool | None:
        """Whether a condition is true; None if it fails on these values."""
        key = (source, *(repr(case[path]) for path in self.reads[source]))
        if key not in self.answers:
            data: dict[str, Any] = {}
            for path in self.reads[source]:
                _put(data, path, case[path])
            try:
                self.answers[key] = feel.condition(source, data, MOMENT)
            except feel.FeelError:
                self.answers[key] = None
        return self.answers[key]

    def named(self, case: Case) -> Case:
        """Only what the conditions themselves read."""
        return {path: case[path] for path in self.own}

    def _fits(self, case: Case) -> bool:
        """A field is empty just when it is hidden, if it must be filled in whenever it is shown."""
        for path, hides in self.hides.items():
            hidden = any(self.holds(source, case) is True for source in hides)
            if hidden != (case[path] is None):
                return False
        return True


def _samples(context: Context, sources: list[str]) -> dict[str, list[Any]] | None:
    nodes = [syntax.read(source) for source in sources]
    if any(node is None for node in nodes):
        return None
    values: dict[str, list[Any]] = {}
    for path, about in mentions([node for node in nodes if node is not None]).items():
        found = samples(about, context.known.get(path, Field(path)))
        if found is None:
            return None
        values[path] = found
    return values


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for part in outer:
        data = data.setdefault(part, {})
    if isinstance(data, dict):
        data[last] = value
