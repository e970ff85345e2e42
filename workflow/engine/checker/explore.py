"""Walks through every situation a process can be in, as far as tokens tell, and notes what goes wrong on the way.

Only one node moves in each state: in BPMN nobody takes another node's token, so the order of moves on parallel
branches does not matter (a "persistent set"). The node that comes first in the drawing moves first; thus two tokens
that could meet do meet. Ends that kill other branches move when those are done. States that then cannot finish are
walked again with all moves, so that nothing is put off for ever.
"""

from dataclasses import dataclass, field

from workflow.engine.checker.net import Net, Trigger
from workflow.engine.checker.outcomes import Outcome

STATES_AT_MOST = 20_000


@dataclass(frozen=True)
class Step:
    """How a state was reached: from `before`, by `outcome` of `trigger`."""

    before: int
    trigger: Trigger
    outcome: Outcome


@dataclass
class Exploration:
    """All states reached, who moved, and the faults: stuck states, nodes met by two tokens, places marked twice."""

    net: Net
    came_by: dict[int, Step | None] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    stuck: list[int] = field(default_factory=list)
    met_twice: dict[str, int] = field(default_factory=dict)
    marked_twice: dict[tuple[int, str], tuple[int, Trigger]] = field(default_factory=dict)
    uncaught: set[str] = field(default_factory=set)
    endless: list[int] = field(default_factory=list)
    complete: bool = True


def explore(net: Net, limit: int = STATES_AT_MOST, *, every_move: bool = False) -> Exploration:
    """Explore at most `limit` states; `complete` tells whether that was enough.

    With `every_move` all nodes move in every state: the same faults, found the long way (a test compares).
    """
    found = Exploration(net)
    waiting = net.initial()
    found.came_by = dict.fromkeys(waiting)
    fully: set[int] = set()
    while True:
        _walk(found, waiting, fully, limit, every_move=every_move)
        if not found.complete:
            return found
        found.endless = _cannot_finish(found)
        put_off = [state for state in found.endless if state not in fully]
        fully.update(put_off)
        waiting = [state for state in put_off if len(_enabled(net, state)) > 1]
        if not waiting:
            return found


def _walk(found: Exploration, waiting: list[int], fully: set[int], limit: int, *, every_move: bool) -> None:
    net = found.net
    while waiting:
        state = waiting.pop()
        moving = _enabled(net, state) if every_move or state in fully else _first(net, state)
        following = found.after[state] = []
        if state and not moving:
            found.stuck.append(state)
        for trigger in moving:
            found.moved.add(trigger.node.id)
            for outcome in trigger.outcomes:
                after = _move(found, state, trigger, outcome)
                following.append(after)
                if after not in found.came_by:
                    if len(found.came_by) >= limit:
                        found.complete = False
                        return
                    found.came_by[after] = Step(state, trigger, outcome)
                    waiting.append(after)


def _enabled(net: Net, state: int) -> list[Trigger]:
    triggers = {id(trigger): trigger for place in net.marked(state) if (trigger := net.by_place.get(place))}
    return sorted((trigger for trigger in triggers.values() if trigger.enabled(state)), key=lambda each: each.rank)


def _first(net: Net, state: int) -> list[Trigger]:
    """The one that moves: places are numbered in the order of the drawing, so the lowest that can."""
    for place in net.marked(state):
        trigger = net.by_place.get(place)
        if trigger is not None and trigger.enabled(state):
            return _spare_others(_enabled(net, state)) if trigger.kills else [trigger]
    return []


def _spare_others(enabled: list[Trigger]) -> list[Trigger]:
    """The first that takes nothing away which another could still move; all, if each would."""
    for trigger in enabled:
        if not any(other is not trigger and other.needs & trigger.kills for other in enabled):
            return [trigger]
    return enabled


def _move(found: Exploration, state: int, trigger: Trigger, outcome: Outcome) -> int:
    net = found.net
    rest = state & ~trigger.consumes & ~outcome.kills
    after = rest | outcome.produces
    for place in net.marked(outcome.produces):
        if rest & place:
            found.marked_twice.setdefault((place, trigger.node.id), (state, trigger))
        met = after & net.meeting.get(place, 0)
        if met & (met - 1):
            found.met_twice.setdefault(net.consumer[place].id, after)
    if outcome.uncaught:
        found.uncaught.add(trigger.node.id)
    return after


def _cannot_finish(found: Exploration) -> list[int]:
    """The states from which neither an end nor a standstill can be reached."""
    before: dict[int, list[int]] = {}
    for state, following in found.after.items():
        for after in following:
            before.setdefault(after, []).append(state)
    good = [state for state, following in found.after.items() if not following]
    seen = set(good)
    while good:
        for state in before.get(good.pop(), ()):
            if state not in seen:
                seen.add(state)
                good.append(state)
    return [state for state in found.after if state not in seen]
