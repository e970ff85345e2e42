"""A form that is filled in field by field: which one is next, and what the form says to each answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow.engine import Moment, Text
from workflow.forms import Choice, Component, FieldError, Form, Submitted
from workflow.forms.errors import field_error
from workflow.forms.options import ATTACHMENTS
from workflow.forms.paths import get, put
from workflow.forms.schema import ROWS_AT_MOST


class Filling:
    """One form being filled in; what was answered stays when something else is refused.

    `choices` is shared with the case: an answer to one of the `open_sources`, whose choices nobody knows, joins them.
    """

    def __init__(
        self,
        form: Form,
        *,
        context: Mapping[str, Any],
        choices: dict[str, list[Choice]],
        open_sources: frozenset[str],
        moment: Moment,
    ) -> None:
        self.form, self.context, self.choices, self.moment = form, context, choices, moment
        self.open_sources = open_sources
        self.typed: dict[str, Any] = {}
        """What was typed so far, nested, as the form takes it."""
        self._answered: set[str] = set()

    def next(self) -> Component | None:
        """The first visible field that is not answered yet, with the answer it has or its default; None at the end.

        A table comes again after each of its rows until it is answered with no further row.
        """
        bound = self.form.bind(self.typed, context=self.context, choices=self.choices, moment=self.moment)
        return next((part for part in self._asked(bound.components) if part.name not in self._answered), None)

    def takes_any(self, part: Component) -> bool:
        """Whether any text is taken for an answer, because nobody knows the choices."""
        return _source(part) in self.open_sources

    def rows(self, part: Component) -> int:
        """How many rows a table has so far."""
        return len(get(self.typed, part.field.key) or [])

    def answer(self, part: Component, value: Any) -> list[FieldError]:
        """Take an answer: a text, a list of texts, a bool, for a table whether it gets a further row.

        Gives what the form has against it; an answer that is refused is asked for again.
        """
        if part.field.is_table:
            return self._answer_table(part, further=bool(value))
        source = _source(part)
        if source in self.open_sources:
            known = {choice.value for choice in self.choices[source]}
            given = [str(each) for each in (value if isinstance(value, list) else [value]) if each]
            self.choices[source] += [Choice(each, Text(each, each)) for each in given if each not in known]
        self._put(part, value)
        return self._accept(part)

    def check(self) -> Submitted:
        """What the form makes of the answers so far."""
        return self.form.check(self.typed, context=self.context, choices=self.choices, moment=self.moment)

    def submit(self) -> Submitted:
        """As `check`; fields that are refused will be asked for again, all of them if it cannot be told which."""
        result = self.check()
        if not result.ok:
            self._answered -= {error.path for error in result.errors}
            if self.next() is None:
                self._answered.clear()
        return result

    def _asked(self, parts: Iterable[Component]) -> Iterator[Component]:
        for part in parts:
            if part.field.is_table:
                # A table without rows is drawn with an empty one, which nobody has asked for yet.
                for row in part.rows[: self.rows(part)]:
                    yield from self._asked(row)
                yield part
            elif part.name and part.field.kind != "expression":
                yield part
            yield from self._asked(part.children)

    def _answer_table(self, part: Component, *, further: bool) -> list[FieldError]:
        if not further:
            return self._accept(part)
        most = min(part.field.max_items or ROWS_AT_MOST, ROWS_AT_MOST)
        if self.rows(part) >= most:
            return [field_error(part.name, part.field.label, "too_many_rows", limit=most)]
        put(self.typed, part.field.key, [*(get(self.typed, part.field.key) or []), {}])
        return []

    def _put(self, part: Component, value: Any) -> None:
        if part.name == part.field.key:
            put(self.typed, part.name, value)
            return
        # A cell: the name is the table's path, the number of the row, and the key.
        table, _, number = part.name.removesuffix(f".{part.field.key}").rpartition(".")
        get(self.typed, table)[int(number)][part.field.key] = value

    def _accept(self, part: Component) -> list[FieldError]:
        errors = [error for error in self.check().errors if error.path == part.name]
        if not errors:
            self._answered.add(part.name)
        return errors


def _source(part: Component) -> str:
    return ATTACHMENTS if part.field.kind == "filepicker" else part.field.choices or ""
