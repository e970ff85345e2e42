"""Brings events to those who wait for them: errors and escalations outwards scope by scope, signals to all, a message
to one (engine-defects.md D9, D10, D18)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workflow.engine import values
from workflow.engine.passages import Sent
from workflow.engine.text import Text
from workflow.engine.token import Token

if TYPE_CHECKING:
    from workflow.engine.case import Case

Place = tuple[Token, int]
"""A waiting token and the number of its slot."""


class Router:
    """Finds the waiting tokens of a case."""

    def __init__(self, case: "Case") -> None:
        self._case = case

    def raise_error(self, token: Token, code: str, detail: str = "") -> None:
        """Bring an error to the nearest handler around the token; without one the case stops as an incident."""
        place = self._nearest(token, "error", code)
        if place is None:
            name = token.name
            self._case.stop(
                token.element_id,
                Text(
                    f"步骤“{name.zh}”报告错误“{code}”，但流程图中没有处理它的地方。",
                    f"The step “{name.en}” raised the error “{code}”, and nothing in the diagram handles it.",
                ),
            )
            return
        self._fire(place, {})

    def escalate(self, token: Token, code: str) -> None:
        """Bring an escalation to the nearest handler around the token; nobody has to care for one."""
        place = self._nearest(token, "escalation", code)
        if place is not None:
            self._fire(place, {})

    def signal(self, name: str, payload: Mapping[str, Any]) -> int:
        """Wake all that wait for a signal, interrupting ones first; how many there were."""
        places = [place for place in self._waiting("signal") if self._slot(place)["name"] == name]
        places.sort(key=lambda place: not _interrupts(place[0]))
        for place in places:
            if self._case.index.get(place[0].id) is place[0] and self._slot(place):
                self._fire(place, payload)
        return len(places)

    def throw_signal(self, name: str) -> None:
        """A signal out of this case: to all in it, and outwards (D18)."""
        self._case.sent.append(Sent(name))
        self.signal(name, {})

    def message(self, name: str, key: Any, payload: Mapping[str, Any]) -> bool:
        """Bring a message to the first that waits for this name and key; False if nobody does."""
        for place in self._waiting("message"):
            slot = self._slot(place)
            if slot["name"] == name and values.same(slot["key"], key):
                self._fire(place, payload)
                return True
        return False

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The element that waits and its slot, for every message waited for; of an event subprocess its start event."""
        for token, position in self._waiting("message"):
            spec = token.task_spec
            if token.is_armed:
                yield str(spec.start), self._slot((token, position))
            elif hasattr(spec, "options"):
                yield str(spec.options[position][0]), self._slot((token, position))
            else:
                yield token.element_id, self._slot((token, position))

    def _waiting(self, kind: str) -> Iterator[Place]:
        """The tokens that wait for an event of this kind, oldest first."""
        tokens = self._case.waiting.get(kind, {})
        for name in [name for name, token in tokens.items() if self._case.index.get(name) is not token]:
            del tokens[name]
        for token in sorted(tokens.values(), key=lambda token: int(token.id)):
            for position, slot in enumerate(token.internal_data.get("slots", ())):
                if slot is not None and slot["kind"] == kind:
                    yield token, position

    def _nearest(self, token: Token, kind: str, code: str | None) -> Place | None:
        """Climb from the token outwards: its own boundary events, the event subprocesses of its scope, and so on."""
        inside: Token | None = token
        while inside is not None:
            workflow = inside.workflow
            while inside is not None and inside is not workflow.task_tree:
                found = self._matching(inside.children, kind, code)
                if found is not None:
                    return found
                inside = inside.parent
            found = self._matching(workflow.armed, kind, code)
            if found is not None:
                return found
            inside = workflow.host
        return None

    def _matching(self, tokens: list[Token], kind: str, code: str | None) -> Place | None:
        """The one that waits for this very code, else one that takes every code."""
        takes_all: Place | None = None
        for token in tokens:
            for position, slot in enumerate(token.internal_data.get("slots", ())):
                if slot is None or slot["kind"] != kind:
                    continue
                if slot["code"] == code:
                    return token, position
                if slot["code"] is None:
                    takes_all = takes_all or (token, position)
        return takes_all

    @staticmethod
    def _slot(place: Place) -> dict[str, Any]:
        token, position = place
        slot: dict[str, Any] = token.internal_data["slots"][position]
        return slot

    @staticmethod
    def _fire(place: Place, payload: Mapping[str, Any]) -> None:
        token, position = place
        token.task_spec.happen(token, position, payload)


def _interrupts(token: Token) -> bool:
    spec = token.task_spec
    return bool(getattr(spec, "cancel_activity", False) or (token.is_armed and getattr(spec, "interrupting", False)))
