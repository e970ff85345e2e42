"""A small interpreter of BPMN's token rules, written from the standard for the tests and from nothing of the engine.

Every token waits on an arrow, in a work (a task, subprocess or event that is under way), or nowhere. Nothing is
clever: no pruning, no snapshots, every question is answered by looking at everything.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.workflow.engine.properties.canvas import Node
from tests.workflow.engine.properties.plan import Plan


@dataclass(eq=False)
class Scope:
    """One activation of the process or of a subprocess: tokens waiting on arrows into joins, and works."""

    of: str
    owner: "Work | None" = None
    waiting: Counter[str] = field(default_factory=Counter)
    works: list["Work"] = field(default_factory=list)
    alive: bool = True
    disarmed: bool = False


@dataclass(eq=False, repr=False)
class Work:
    """Something under way since `began`; of several instances `wrapper` is the whole and `children` the parts."""

    node: Node
    scope: Scope
    began: datetime
    serial: int
    inner: Scope | None = None
    wrapper: "Work | None" = None
    children: list["Work"] = field(default_factory=list)
    left: int = 0
    fired: set[str] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"{self.node.id}#{self.serial}"

    def end(self) -> None:
        """Everything inside is over."""
        for child in self.children:
            child.end()
        if self.inner:
            self.inner.alive = False
            for work in self.inner.works:
                work.end()


class Reference:
    """A case of a plan. `trace` counts what was passed since it was last taken."""

    def __init__(self, plan: Plan, variables: dict[str, int], now: datetime) -> None:
        self.plan, self.variables, self.now = plan, dict(variables), now
        self.trace: Counter[str] = Counter()
        self.completed = False
        self._serial = 0
        self._flying: deque[tuple[Scope, str]] = deque()
        self.root = Scope("")
        self._begin(self.root)
        self._run()

    # -- what the outside may ask and do ----------------------------------------------------------------------------

    def open_tasks(self) -> list[Work]:
        """Tasks that wait for a person, oldest first."""
        return [work for work in self._all_works() if work.node.kind == "user" and not work.children and not work.left]

    @property
    def is_stuck(self) -> bool:
        """True if nothing can happen any more, yet tokens wait at joins."""
        return not self.completed and not self._all_works()

    def take_trace(self) -> Counter[str]:
        """What was passed since the last call."""
        taken, self.trace = self.trace, Counter()
        return taken

    def complete(self, work: Work, values: dict[str, int]) -> None:
        """A person is done."""
        self.variables.update(values)
        self._done(work)
        self._run()

    def messages(self) -> list[str]:
        """The messages that something waits for."""
        return sorted({name for name, _ in self._waiting_for_message()})

    def receive(self, message: str) -> None:
        """Bring a message to the oldest that waits for it."""
        _, (action, argument) = next(each for each in self._waiting_for_message() if each[0] == message)
        action(argument, self.plan.nodes[message])  # type: ignore[operator]
        self._run()

    def due(self) -> list[datetime]:
        """The instants at which timers are due, earliest first."""
        return sorted(instant for instant, _, _ in self._timers())

    def wake(self, now: datetime) -> None:
        """Time has come: the one timer that is due fires."""
        self.now = now
        for instant, work, node in self._timers():
            if instant <= now:
                if node.on:
                    self._fire_boundary(work, node)
                else:
                    self._choose_event(work, node)
                self._run()
                return

    # -- what waits -------------------------------------------------------------------------------------------------

    def _scopes(self) -> Iterator[Scope]:
        found = [self.root]
        for scope in found:
            yield scope
            for work in scope.works:
                found += [each.inner for each in (work, *work.children) if each.inner]

    def _all_works(self) -> list[Work]:
        works = [each for scope in self._scopes() for work in scope.works for each in (work, *work.children)]
        return sorted(works, key=lambda work: work.serial)

    def _boundaries(self, work: Work) -> list[Node]:
        if work.wrapper:
            return []
        return [node for node in self.plan.nodes.values() if node.on == work.node.id and node.id not in work.fired]

    def _options(self, work: Work) -> list[Node]:
        if work.node.kind != "either":
            return []
        return [self.plan.nodes[self.plan.arrows[arrow].target] for arrow in work.node.outgoing]

    def _waiting_for_message(self) -> Iterator[tuple[str, tuple[object, object]]]:
        for work in self._all_works():
            if work.node.kind == "catch" and work.node.waits == "message":
                yield work.node.id, (lambda work, _: self._done(work), work)
            for node in self._boundaries(work):
                if node.waits == "message":
                    yield node.id, (self._fire_boundary, work)
            for node in self._options(work):
                if node.waits == "message":
                    yield node.id, (self._choose_event, work)
        for scope in self._scopes():
            for handler in self._handlers(scope):
                start = self._start_of(handler.id)
                yield start.id, (self._fire_handler, scope)

    def _timers(self) -> list[tuple[datetime, Work, Node]]:
        return sorted(
            (
                (work.began + timedelta(minutes=node.minutes), work, node)
                for work in self._all_works()
                for node in (*self._boundaries(work), *self._options(work))
                if node.waits == "timer"
            ),
            key=lambda each: each[0],
        )

    def _handlers(self, scope: Scope) -> list[Node]:
        if scope.disarmed:
            return []
        return [node for node in self.plan.nodes.values() if node.handler and node.scope == scope.of]

    def _start_of(self, scope: str) -> Node:
        return next(node for node in self.plan.nodes.values() if node.scope == scope and node.kind == "start")

    # -- tokens -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self.completed:
            if self._flying:
                scope, arrow = self._flying.popleft()
                if scope.alive:
                    self._arrive(scope, arrow)
            elif not self._open_inclusive_join():
                return

    def _begin(self, scope: Scope) -> None:
        self._pass(scope, self._start_of(scope.of))

    def _arrive(self, scope: Scope, arrow: str) -> None:
        node = self.plan.nodes[self.plan.arrows[arrow].target]
        if node.kind in {"and", "or"} and len(node.incoming) > 1:
            scope.waiting[arrow] += 1
            if node.kind == "and" and all(scope.waiting[each] for each in node.incoming):
                self._merge(scope, node)
        elif node.kind in {"user", "sub", "call", "either"} or (node.kind == "catch" and node.waits):
            self._start_work(scope, node)
        else:
            self._pass(scope, node)

    def _merge(self, scope: Scope, node: Node) -> None:
        for arrow in node.incoming:
            if scope.waiting[arrow]:
                scope.waiting[arrow] -= 1
        self._pass(scope, node)

    def _pass(self, scope: Scope, node: Node) -> None:
        """A token goes through a node."""
        self.trace[node.id] += 1
        if node.code and node.kind == "stop":
            self._throw(scope, node.code)
            return
        if node.kind == "throw" and self._escalate(scope, node.code):
            return
        if node.cuts:
            self._clear(scope)
        self._flying.extend((scope, arrow) for arrow in self._taken(node))
        self._review(scope)

    def _taken(self, node: Node) -> list[str]:
        if node.kind not in {"xor", "or"} or len(node.outgoing) < 2:
            return node.outgoing
        true = [arrow for arrow in node.outgoing if arrow != node.default and self._holds(arrow)]
        if node.kind == "xor":
            true = true[:1]
        assert true or node.default
        return true or [node.default]

    def _holds(self, arrow: str) -> bool:
        when = self.plan.arrows[arrow].when
        return when is None or self.variables[when[0]] == when[1]

    def _review(self, scope: Scope) -> None:
        """A scope in which nothing moves or waits is over."""
        busy = scope.works or +scope.waiting or any(each is scope for each, _ in self._flying)
        if scope.alive and not busy:
            scope.alive = False
            if scope.owner is None:
                self.completed = True
            else:
                self._done(scope.owner)

    def _open_inclusive_join(self) -> bool:
        for scope in self._scopes():
            for node in self.plan.nodes.values():
                is_join = node.kind == "or" and len(node.incoming) > 1 and node.scope == scope.of
                if is_join and self._may_open(scope, node):
                    self._merge(scope, node)
                    return True
        return False

    def _may_open(self, scope: Scope, join: Node) -> bool:
        filled = {arrow for arrow in join.incoming if scope.waiting[arrow]}
        if not filled:
            return False
        elsewhere = [work.node.id for work in scope.works]
        elsewhere += [self.plan.arrows[arrow].target for arrow in +scope.waiting if arrow not in join.incoming]
        for node in elsewhere:
            ahead = self._ahead(node, join.id)
            if ahead & (set(join.incoming) - filled) and not ahead & filled:
                return False
        return True

    def _ahead(self, node_id: str, join: str) -> set[str]:
        """The arrows that a token at a node can come to without passing the join."""
        found: set[str] = set()
        waiting = [node_id]
        while waiting:
            node = self.plan.nodes[waiting.pop()]
            if node.id == join:
                continue
            events = [each for each in self.plan.nodes.values() if each.on == node.id]
            for arrow in [arrow for each in (node, *events) for arrow in each.outgoing]:
                if arrow not in found:
                    found.add(arrow)
                    waiting.append(self.plan.arrows[arrow].target)
        return found

    # -- works ------------------------------------------------------------------------------------------------------

    def _new(self, node: Node, scope: Scope, wrapper: Work | None = None) -> Work:
        self._serial += 1
        return Work(node, scope, self.now, self._serial, wrapper=wrapper)

    def _start_work(self, scope: Scope, node: Node) -> None:
        work = self._new(node, scope)
        scope.works.append(work)
        if node.count:
            work.left = node.count
            for _ in range(1 if node.sequential else node.count):
                self._start_instance(work)
        else:
            self._open_inside(work)

    def _start_instance(self, wrapper: Work) -> None:
        child = self._new(wrapper.node, wrapper.scope, wrapper)
        wrapper.children.append(child)
        self._open_inside(child)

    def _open_inside(self, work: Work) -> None:
        if work.node.kind in {"sub", "call"}:
            work.inner = Scope(work.node.id, work)
            self._begin(work.inner)

    def _done(self, work: Work) -> None:
        """A work or one instance of it is done."""
        self.trace[work.node.id] += 1
        wrapper = work.wrapper
        if wrapper:
            wrapper.children.remove(work)
            wrapper.left -= 1
            if wrapper.left:
                if wrapper.node.sequential:
                    self._start_instance(wrapper)
                return
            work = wrapper
        work.scope.works.remove(work)
        self._flying.extend((work.scope, arrow) for arrow in self._taken(work.node))
        self._review(work.scope)

    def _fire_boundary(self, work: Work, event: Node) -> None:
        self.trace[event.id] += 1
        if event.interrupting:
            work.end()
            work.scope.works.remove(work)
        elif event.waits == "timer":
            work.fired.add(event.id)
        self._flying.extend((work.scope, arrow) for arrow in event.outgoing)

    def _choose_event(self, work: Work, event: Node) -> None:
        self.trace[work.node.id] += 1
        work.scope.works.remove(work)
        self._pass(work.scope, event)

    def _fire_handler(self, scope: Scope, start: Node) -> None:
        handler = self.plan.nodes[start.scope]
        if handler.interrupting:
            self._clear(scope)
            scope.disarmed = True
        work = self._new(handler, scope)
        scope.works.append(work)
        self._open_inside(work)

    def _clear(self, scope: Scope) -> None:
        """Everything in a scope is over, but the scope is not."""
        for work in scope.works:
            work.end()
        scope.works.clear()
        scope.waiting.clear()
        self._flying = deque(each for each in self._flying if each[0] is not scope)

    def _escalate(self, scope: Scope, code: str) -> bool:
        """An escalation goes outwards until somebody catches it; True if that ends the thrower."""
        while scope.owner:
            work = scope.owner.wrapper or scope.owner
            for event in self._boundaries(work):
                if event.code == code and event.waits == "escalation":
                    self._fire_boundary(work, event)
                    return event.interrupting
            scope = work.scope
        return False

    def _throw(self, scope: Scope, code: str) -> None:
        while scope.owner:
            work = scope.owner.wrapper or scope.owner
            work.end()
            work.scope.works.remove(work)
            for event in self._boundaries(work):
                if event.code == code:
                    self.trace[event.id] += 1
                    self._flying.extend((work.scope, arrow) for arrow in event.outgoing)
                    return
            scope = work.scope
        raise AssertionError(f"the error {code} is caught by nobody")
