"""Whether every formula finds what it reads: set for sure, only on some ways, or never."""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from difflib import get_close_matches

from workflow.engine.checker.catching import within
from workflow.engine.checker.context import Context
from workflow.engine.checker.dataflow import DataFlow, Flowing, touches
from workflow.engine.checker.diagram import Diagram, Mapping, Node
from workflow.engine.checker.fields import Field
from workflow.engine.checker.formulas import Formulas, Names
from workflow.engine.checker.graph import Graph
from workflow.engine.checker.maybe import ANYTHING, Maybe
from workflow.engine.checker.report import Report, name_of
from workflow.engine.text import Text


@dataclass(frozen=True)
class Known:
    """What is sure where in a process, and what else may have been set."""

    flowing: Flowing
    maybe: Maybe


def check(context: Context, formulas: Formulas, report: Report) -> dict[str, Known]:
    """Report reads of what is not there, callers before the processes they call; answer what is known where."""
    known: dict[str, Known] = {}
    given: dict[str, tuple[frozenset[str], dict[str, Field]]] = {}
    gains = _gains(context, formulas)
    for diagram in _callers_first(context):
        entry, maybe_entry = given.get(diagram.id, (context.variables, {}))
        maybe_entry = {**{path: Field(path) for path in diagram.given}, **maybe_entry}
        graph = Graph(diagram)
        flowing = DataFlow(context, diagram, graph, formulas.reads, gains).run(entry)
        maybe = Maybe(context, diagram, graph)
        known[diagram.id] = Known(flowing, maybe)
        _Process(context, diagram, formulas, report, flowing, maybe, maybe_entry).check()
        for node in diagram.nodes.values():
            if node.kind == "callActivity" and node.calls in context.diagrams and node.id in flowing.before:
                _hand_over(context, node, flowing, {**maybe_entry, **maybe.before(node)}, given)
    return known


def _gains(context: Context, formulas: Formulas) -> dict[str, frozenset[str]]:
    """What a process surely sets, whatever it is called with."""
    gains: dict[str, frozenset[str]] = {}
    for diagram in reversed(_callers_first(context)):
        flowing = DataFlow(context, diagram, Graph(diagram), formulas.reads, gains).run(frozenset())
        gains[diagram.id] = flowing.at_end.paths
    return gains


def _callers_first(context: Context) -> list[Diagram]:
    order: list[Diagram] = []
    waiting = dict(context.diagrams)
    while waiting:
        called = {
            node.calls for diagram in waiting.values() for node in diagram.nodes.values() if node.calls != diagram.id
        }
        free = [diagram for diagram in waiting.values() if diagram.id not in called] or [next(iter(waiting.values()))]
        for diagram in free:
            order.append(waiting.pop(diagram.id))
    return order


def _hand_over(
    context: Context,
    node: Node,
    flowing: Flowing,
    maybe: dict[str, Field],
    given: dict[str, tuple[frozenset[str], dict[str, Field]]],
) -> None:
    sure = frozenset(each.path for each in context.locals_of(node)) | context.variables
    if node.shares_all_in:
        sure |= flowing.before[node.id].paths
    before, maybe_before = given.get(node.calls or "", (sure, {}))
    given[node.calls or ""] = (before & sure, {**maybe_before, **(maybe if node.shares_all_in else {})})


# Steps whose output mappings read what an operation, a message or a called process answered.
FINDINGS_AT_MOST = 100
RESULTS_UNKNOWN = frozenset({"serviceTask", "sendTask", "callActivity"})


class _Process:
    def __init__(
        self,
        context: Context,
        diagram: Diagram,
        formulas: Formulas,
        report: Report,
        flowing: Flowing,
        maybe: Maybe,
        maybe_entry: dict[str, Field],
    ) -> None:
        self.context, self.diagram, self.formulas, self.report = context, diagram, formulas, report
        self.flowing, self.maybe, self.maybe_entry = flowing, maybe, maybe_entry
        self.told = 0

    def check(self) -> None:
        for node in self.diagram.nodes.values():
            if node.id not in self.flowing.before:
                continue
            sure = self.flowing.before[node.id].paths
            inside = frozenset(each.path for each in self.context.locals_of(node))
            self._step(node, sure, inside)
            if node.kind == "businessRuleTask":
                for names in self._decision_reads(node.decision or "", set()):
                    self._demand(names, sure | inside, node)
            self._conditions(node)
            self._form(node, sure | inside)

    def _step(self, node: Node, sure: frozenset[str], inside: frozenset[str]) -> None:
        before_inputs = sure | (inside - {line.target for line in node.inputs})
        for each in node.expressions:
            if each.role in {"inputCollection", "correlationKey"}:
                self._demand(self.formulas.of(each.source), sure, node)
            elif each.role == "condition":
                # What a conditional event reads may well come later: it waits for that.
                names = self.formulas.of(each.source)
                self._demand(names and Names(optional=names.required | names.optional), sure | inside, node)
            elif each.role not in {"input", "output"} and not each.after:
                self._demand(self.formulas.of(each.source), sure | inside, node)
        # Mappings are worked out in their order, so that each may use the ones above it.
        self._mappings(node, node.inputs, before_inputs)
        if node.kind in RESULTS_UNKNOWN or node.event("message") is not None:
            return
        done = (
            sure
            | inside
            | {
                each.path
                for part in within(self.diagram, node)
                for each in self.context.raw_results(part) + self.context.sets(part)
            }
        )
        self._mappings(node, node.outputs, done)
        for each in node.expressions:
            if each.after and each.role != "output":
                self._demand(self.formulas.of(each.source), done, node)

    def _mappings(self, node: Node, lines: list[Mapping], known: frozenset[str]) -> None:
        for line in lines:
            if line.source.startswith("="):
                self._demand(self.formulas.of(line.source.removeprefix("=").strip()), known, node)
            known |= {line.target}

    def _conditions(self, node: Node) -> None:
        for flow_id in node.outgoing:
            flow = self.diagram.flows[flow_id]
            if flow.condition and flow_id in self.flowing.along:
                at = (self.diagram.file, flow.id, name_of(node))
                paths = self.flowing.along[flow_id].paths
                self._demand(self.formulas.of(flow.condition), paths, node, after=True, at=at)

    def _form(self, node: Node, sure: frozenset[str]) -> None:
        form = self.context.forms.get(node.form or "")
        if form is None:
            return
        for key, source, row in form.formulas:
            names = self.formulas.of(source)
            if names is None:
                continue
            step = Text(f"表单字段“{key}”", f"the field “{key}”")
            self._demand(
                Names(required=frozenset(name for name in names.required if name.split(".")[0] not in row)),
                sure | form.fields.keys(),
                node,
                at=(form.file, key, step),
            )

    def _decision_reads(self, decision_id: str, seen: set[str]) -> Iterator[Names]:
        decision = self.context.decisions.get(decision_id)
        if decision is None or decision_id in seen:
            return
        seen.add(decision_id)
        results = {decision.variable} | {
            name
            for each in decision.requires
            if each in self.context.decisions
            for name in (each, self.context.decisions[each].variable)
        }
        for source in [column.source for column in decision.inputs] + [decision.formula or ""]:
            names = self.formulas.of(source) if source else None
            if names:
                yield Names(frozenset(name for name in names.required if name.split(".")[0] not in results))
        for required in decision.requires:
            yield from self._decision_reads(required, seen)

    def _before(self, node: Node) -> dict[str, Field]:
        """What may have been set when a node reads: an event subprocess reads when the scope around it is entered."""
        around = self.diagram.nodes.get(node.scope)
        if (
            node.kind == "startEvent"
            and around is not None
            and around.triggered_by_event
            and not node.event("conditional")
        ):
            outside = self.diagram.nodes.get(around.scope)
            return self.maybe.before(outside) if outside else {}
        return self.maybe.before(node)

    def _demand(
        self,
        names: Names | None,
        sure: Set[str],
        node: Node,
        *,
        after: bool = False,
        at: tuple[str, str, Text] | None = None,
    ) -> None:
        if names is None:
            return
        file, element, step = at or (self.diagram.file, node.id, name_of(node))
        missing = [name for name in sorted(names.required) if not _finds(name, sure, self.context.known)]
        doubtful = [name for name in sorted(names.optional) if not _finds(name, sure, self.context.known)]
        guarded = {name for name in missing if any(touches(each, name) for each in names.optional)}
        if not (missing or doubtful) or self.told >= FINDINGS_AT_MOST:
            return
        self.told += 1
        before = {**self.maybe_entry, **self._before(node)}
        if after:
            before.update((each.path, each) for each in self.context.sets(node))
        everywhere = self.maybe.everywhere()
        for name in missing + doubtful:
            close = get_close_matches(name, [path for path in {*before, *sure} if path != ANYTHING], 1, 0.8)
            if _finds(name, before, before) or (ANYTHING in before and not close):
                if name in missing and name not in guarded:
                    self.report.add("field-perhaps-missing", file, element, step=step, field=name)
            elif name in missing or not _finds(name, everywhere, everywhere):
                similar = Text(f"(是不是“{close[0]}”?)", f" (is it “{close[0]}”?)") if close else Text("", "")
                self.report.add("field-unknown", file, element, step=step, field=name, similar=similar)


def _finds(name: str, paths: Collection[str], fields: dict[str, Field]) -> bool:
    """True if a path is set, or a part of it is read, or it is a part of something whose parts are not known."""
    if name in paths or any(path.startswith(name + ".") for path in paths):
        return True
    parts = name.split(".")
    wholes = (".".join(parts[:size]) for size in range(1, len(parts)))
    return any(whole in paths and (whole not in fields or fields[whole].is_open) for whole in wholes)
