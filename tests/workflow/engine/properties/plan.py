"""Lays a block out as a diagram: nodes and arrows for the reference interpreter, and the same drawn as BPMN."""

from tests.workflow.engine.properties.blocks import (
    Block,
    Called,
    Choice,
    Cutting,
    Escalating,
    Failing,
    Guarded,
    Handler,
    Inclusive,
    Loop,
    Parallel,
    Race,
    Sequence,
    Several,
    Task,
    Wait,
)
from tests.workflow.engine.properties.canvas import Canvas

NOTHING = Sequence(())


class Plan(Canvas):
    """The layout of one process, and the variables that its conditions and its deciding tasks are about."""

    def __init__(self, block: Block = NOTHING) -> None:
        super().__init__()
        self.choices: dict[str, int] = {}
        self.decides: dict[str, str] = {}
        start, end = self._node("start", "start"), self._node("stop", "stop")
        self._chain(start, self._lay(block), end)

    @classmethod
    def of_graph(cls, kinds: list[str], targets: list[list[int]]) -> "Plan":
        """Nodes connected anyhow: node number n leads to `targets[n]`, those without targets to the end."""
        plan = cls()
        plan.arrows.clear()
        start, end = plan.nodes["start0"], plan.nodes["stop1"]
        start.outgoing.clear(), end.incoming.clear()
        names = [plan._node(kind) for kind in kinds]
        plan._flow("start0", names[0])
        for name, kind, ahead in zip(names, kinds, targets, strict=True):
            variable = plan._variable("pick", len(ahead)) if kind == "xor" and len(ahead) > 1 else ""
            for number, target in enumerate(ahead):
                plan._flow(name, names[target], (variable, number) if variable else None)
            if not ahead:
                plan._flow(name, "stop1")
        return plan

    def _variable(self, kind: str, values: int) -> str:
        name = f"{kind}_{len(self.choices)}"
        self.choices[name] = values
        return name

    def _lay(self, block: Block) -> tuple[str, ...]:
        """Draw a block; answers its first and last node (one if they are the same, none if there is nothing)."""
        match block:
            case Task(automatic=automatic):
                return (self._node("task" if automatic else "user"),)
            case Wait():
                name = self._node("catch", waits="message")
                self._lines[self._scope][-1] += f" message={name}"
                return (name,)
            case Sequence(parts=parts):
                return self._sequence(parts)
            case Choice() | Parallel() | Inclusive():
                return self._branches(block)
            case Loop(body=body):
                return self._loop(body)
            case Race(on_message=on_message, on_time=on_time):
                return self._race(on_message, on_time)
        return self._wrapped(block)

    def _branches(self, block: Choice | Parallel | Inclusive) -> tuple[str, ...]:
        match block:
            case Choice(branches=branches, has_default=has_default):
                return self._choice(branches, has_default=has_default)
            case Inclusive(branches=branches, has_default=has_default):
                return self._inclusive(branches, has_default=has_default)
        split, join = self._node("and"), self._node("or" if block.inclusive_join else "and")
        for branch in block.branches:
            self._chain(split, self._lay(branch), join)
        return split, join

    def _wrapped(self, block: Block) -> tuple[str, ...]:
        match block:
            case Several(inside=inside, count=count, sequential=sequential):
                return (self._several(inside, count, sequential=sequential),)
            case Guarded():
                return self._guarded(block)
            case Failing():
                return self._failing(block)
            case Handler():
                return (self._handled(block),)
            case Escalating():
                return self._escalating(block)
            case Cutting(short=short, long=long):
                return (self._cutting(short, long),)
            case Called(body=body):
                return (self._called(body),)
        raise AssertionError(block)

    def _sequence(self, parts: tuple[Block, ...]) -> tuple[str, ...]:
        laid = [each for part in parts if (each := self._lay(part))]
        self._chain(*laid)
        return (laid[0][0], laid[-1][-1]) if laid else ()

    def _branch(self, split: str, join: str, branch: Block, when: tuple[str, int] | None) -> str:
        laid = self._lay(branch)
        first = self._flow(split, laid[0] if laid else join, when)
        if laid:
            self._flow(laid[-1], join)
        return first

    def _choice(self, branches: tuple[Block, ...], *, has_default: bool) -> tuple[str, ...]:
        split, join = self._node("xor"), self._node("xor")
        variable = self._variable("pick", len(branches))
        for number, branch in enumerate(branches):
            is_default = has_default and number == len(branches) - 1
            first = self._branch(split, join, branch, None if is_default else (variable, number))
            if is_default:
                self._set_default(split, first)
        return split, join

    def _inclusive(self, branches: tuple[Block, ...], *, has_default: bool) -> tuple[str, ...]:
        split, join = self._node("or"), self._node("or")
        for number, branch in enumerate(branches):
            is_default = has_default and number == len(branches) - 1
            variable = "" if is_default else self._variable("take" if has_default or number else "always", 2)
            first = self._branch(split, join, branch, None if is_default else (variable, 1))
            if is_default:
                self._set_default(split, first)
        return split, join

    def _loop(self, body: Block) -> tuple[str, ...]:
        merge, decide, split = self._node("xor"), self._node("user"), self._node("xor")
        variable = self.decides[decide] = f"again_{decide}"
        self._chain(merge, self._lay(body), decide, split)
        self._flow(split, merge, (variable, 1))
        leave = self._node("task")
        self._set_default(split, self._flow(split, leave))
        return merge, leave

    def _race(self, on_message: Block, on_time: Block) -> tuple[str, ...]:
        gateway, join = self._node("either"), self._node("xor")
        message = self._node("catch", waits="message")
        self._lines[self._scope][-1] += f" message={message}"
        minutes = self._minutes()
        timer = self._node("catch", f"timer=PT{minutes}M", waits="timer", minutes=minutes)
        for event, branch in ((message, on_message), (timer, on_time)):
            self._flow(gateway, event)
            self._chain(event, self._lay(branch), join)
        return gateway, join

    def _minutes(self) -> int:
        # Spans that differ and do not add up to one another, so that hardly two timers are due at the same instant.
        return 10_000 + 37 * len(self.nodes) ** 2

    def _inside(self, words: str, body: Block, *, fail: str = "", **values: object) -> str:
        """A subprocess whose body ends normally, or (`fail`) as a person decides with an error of that code."""
        with self._within("sub", words, **values) as name:
            start, end, laid = self._node("start"), self._node("stop"), self._lay(body)
            if fail:
                decide, split = self._node("user"), self._node("xor")
                variable = self.decides[decide] = f"again_{decide}"
                bad = self._node("stop", f"error={fail}", code=fail)
                self._chain(start, laid, decide, split)
                self._flow(split, bad, (variable, 1))
                self._set_default(split, self._flow(split, end))
            else:
                self._chain(start, laid, end)
        return name

    def _several(self, inside: Block | None, count: int, *, sequential: bool) -> str:
        words = f'"each=item:{list(range(count))}" collect=all_{len(self.nodes)}'
        words += " sequential" if sequential else ""
        if inside is None:
            return self._node("user", words, count=count, sequential=sequential)
        return self._inside(words, inside, count=count, sequential=sequential)

    def _guarded(self, block: Guarded) -> tuple[str, ...]:
        host = self._node("user") if block.inside is None else self._inside("", block.inside)
        minutes = self._minutes() if block.on_time else 0
        beside = "" if block.interrupting else " beside"
        event = self._node(
            "boundary",
            f"on={host}{beside}",
            on=host,
            interrupting=block.interrupting,
            minutes=minutes,
            waits="timer" if block.on_time else "message",
        )
        self._lines[self._scope][-1] += f" timer=PT{minutes}M" if block.on_time else f" message={event}"
        if block.interrupting:
            return self._rejoin(host, event, block.side)
        self._chain(event, self._lay(block.side), self._node("stop"))
        return (host,)

    def _failing(self, block: Failing) -> tuple[str, ...]:
        code = f"E{len(self.nodes)}"
        if block.nested:
            with self._within("sub") as host:
                start, end = self._node("start"), self._node("stop")
                self._chain(start, self._inside("", block.before, fail=code), end)
        else:
            host = self._inside("", block.before, fail=code)
        event = self._node("boundary", f"on={host} error={code}", on=host, waits="error", code=code)
        return self._rejoin(host, event, block.rescue)

    def _rejoin(self, host: str, event: str, side: Block) -> tuple[str, ...]:
        join = self._node("xor")
        self._flow(host, join)
        self._chain(event, self._lay(side), join)
        return host, join

    def _handled(self, block: Handler) -> str:
        with self._within("sub") as name:
            self._chain(self._node("start"), self._lay(block.body), self._node("stop"))
            with self._within("sub", "handler", handler=True, interrupting=block.interrupting):
                start = self._node("start", waits="message", interrupting=block.interrupting)
                self._lines[self._scope][-1] += f" message={start}" + ("" if block.interrupting else " beside")
                self._chain(start, self._lay(block.reaction), self._node("stop"))
        return name

    def _escalating(self, block: Escalating) -> tuple[str, ...]:
        code = f"X{len(self.nodes)}"
        with self._within("sub") as host:
            start, decide, split, join = (self._node(kind) for kind in ("start", "user", "xor", "xor"))
            throw = self._node("throw", f"escalation={code}", code=code)
            variable = self.decides[decide] = f"again_{decide}"
            self._chain(start, self._lay(block.before), decide, split)
            self._flow(split, throw, (variable, 1))
            self._set_default(split, self._flow(split, join))
            self._chain(throw, join, self._lay(block.after), self._node("stop"))
        beside = "" if block.interrupting else " beside"
        event = self._node(
            "boundary",
            f"on={host} escalation={code}{beside}",
            on=host,
            waits="escalation",
            code=code,
            interrupting=block.interrupting,
        )
        if block.interrupting:
            return self._rejoin(host, event, block.side)
        self._chain(event, self._lay(block.side), self._node("stop"))
        return (host,)

    def _cutting(self, short: Block, long: Block) -> str:
        with self._within("sub") as name:
            split, last = self._node("and"), self._node("user")
            self._chain(self._node("start"), split)
            self._chain(split, self._lay(short), last, self._node("stop", "terminate", cuts=True))
            self._chain(split, self._lay(long), self._node("stop"))
        return name

    def _called(self, body: Block) -> str:
        with self._within("call") as name:
            self._chain(self._node("start"), self._lay(body), self._node("stop"))
        self._lines[self._scope].append(f"call {name} calls=of_{name}")
        return name
