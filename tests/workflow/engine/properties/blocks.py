"""Random structured processes: blocks inside blocks, as hypothesis strategies."""

from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Task:
    """Work for a person, or (`automatic`) a step that the engine passes by itself."""

    automatic: bool = False


@dataclass(frozen=True)
class Sequence:
    """One after the other; may be empty."""

    parts: tuple["Block", ...]


@dataclass(frozen=True)
class Choice:
    """One of several branches; with `has_default` the last one has no condition."""

    branches: tuple["Block", ...]
    has_default: bool


@dataclass(frozen=True)
class Parallel:
    """All branches at the same time; `inclusive_join` closes them with an inclusive gateway instead."""

    branches: tuple["Block", ...]
    inclusive_join: bool


@dataclass(frozen=True)
class Inclusive:
    """Some of the branches; with `has_default` the last one is taken if no other is."""

    branches: tuple["Block", ...]
    has_default: bool


@dataclass(frozen=True)
class Loop:
    """The body, then a person decides whether it is done once more."""

    body: "Block"


@dataclass(frozen=True)
class Race:
    """Waits for a message or a time, whichever comes first."""

    on_message: "Block"
    on_time: "Block"


@dataclass(frozen=True)
class Wait:
    """Waits for a message."""


@dataclass(frozen=True)
class Guarded:
    """A task or subprocess with an event on its edge: a message, or a time, interrupting or not, and its side path.

    The side path of an interrupting event comes back behind the step, that of another one has its own end.
    """

    inside: "Block | None"
    on_time: bool
    interrupting: bool
    side: "Block"


@dataclass(frozen=True)
class Failing:
    """A subprocess which a person may leave with an error that is caught on its edge."""

    before: "Block"
    rescue: "Block"
    nested: bool


@dataclass(frozen=True)
class Several:
    """A task (`inside` None) or subprocess for each item of a list."""

    inside: "Block | None"
    count: int
    sequential: bool


@dataclass(frozen=True)
class Handler:
    """A subprocess with an event subprocess in it that a message starts, interrupting or as often as it comes."""

    body: "Block"
    interrupting: bool
    reaction: "Block"


@dataclass(frozen=True)
class Escalating:
    """A subprocess in which a person may escalate halfway; the event on its edge interrupts it or does not."""

    before: "Block"
    after: "Block"
    interrupting: bool
    side: "Block"


@dataclass(frozen=True)
class Cutting:
    """A subprocess of two branches at the same time: one ends all of it, whatever the other is at."""

    short: "Block"
    long: "Block"


@dataclass(frozen=True)
class Called:
    """A process of its own that is called."""

    body: "Block"


Block = (
    Task
    | Sequence
    | Choice
    | Parallel
    | Inclusive
    | Loop
    | Race
    | Wait
    | Guarded
    | Failing
    | Several
    | Handler
    | Escalating
    | Cutting
    | Called
)

LEAVES: st.SearchStrategy[Block] = st.one_of(
    st.builds(Task, st.just(False)),
    st.builds(Task, st.booleans()),
    st.just(Wait()),
    st.builds(Several, st.none(), st.integers(1, 3), st.booleans()),
)


def _several(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[tuple[Block, ...]]:
    return st.lists(blocks, min_size=2, max_size=3).map(tuple)


def _simple(depth: int) -> st.SearchStrategy[Block]:
    """Blocks in which no event can be waited for twice at once, nor data be written: the inside of instances."""
    leaves = st.builds(Task, st.booleans())
    if depth == 0:
        return leaves
    inner = _simple(depth - 1)
    return st.one_of(
        leaves,
        st.builds(Sequence, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Choice, _several(inner), st.booleans()),
        st.builds(Parallel, _several(inner), st.booleans()),
        st.builds(Inclusive, _several(inner), st.booleans()),
    )


def _wrap(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    return st.one_of(
        st.builds(Sequence, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Choice, _several(inner), st.booleans()),
        st.builds(Parallel, _several(inner), st.booleans()),
        st.builds(Inclusive, _several(inner), st.booleans()),
        st.builds(Loop, inner),
        st.builds(Race, inner, inner),
        st.builds(Guarded, st.one_of(st.none(), inner), st.booleans(), st.booleans(), inner),
        st.builds(Failing, inner, inner, st.booleans()),
        st.builds(Several, _simple(2), st.integers(1, 3), st.booleans()),
        st.builds(Handler, inner, st.booleans(), inner),
        st.builds(Escalating, inner, inner, st.booleans(), inner),
        st.builds(Cutting, inner, inner),
        st.builds(Called, inner),
    )


BLOCKS: st.SearchStrategy[Block] = st.recursive(LEAVES, _wrap, max_leaves=12)
