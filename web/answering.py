"""Asks at the terminal for the answers of one form, field by field; a refusal is shown beside its field."""

from typing import Any

import click

from web.telling import both, plain
from workflow.forms import Component, FieldError, Submitted
from workflow.forms.raw import storable
from workflow.studio.filling import Filling

_KINDS = {
    "textfield": "文字 / text",
    "textarea": "文字 / text",
    "number": "数字 / number",
    "date": "日期 / date, 2026-03-09",
    "time": "时刻 / time, 14:30",
    "datetime": "日期和时刻 / date and time, 2026-03-09T14:30",
    "select": "单选 / choose one",
    "radio": "单选 / choose one",
    "checkbox": "是否 / yes or no, y/n",
    "checklist": "多选 / choose several, 1,2",
    "filepicker": "文件名 / names of files, a.pdf,b.pdf",
    "dynamiclist": "再加一行？ / add a row? y/n",
}
_SEVERAL = frozenset({"checklist", "filepicker"})
_YES, _NO = {"y", "yes", "true", "1", "是"}, {"n", "no", "false", "0", "否"}
EMPTY = "-"
"""Typed to leave a field empty that has a default or an earlier answer."""


def fill_in(filling: Filling) -> Submitted:
    """Ask for all fields until the form takes them. Raises Abort when the input ends."""
    click.echo(
        f"  回车用方括号里的值，{EMPTY} 留空，* 必填 / Enter takes the value in brackets, {EMPTY} none, * required"
    )
    while True:
        while (part := filling.next()) is not None:
            _ask(filling, part)
        result = filling.submit()
        if result.ok:
            return result
        _refuse(result.errors)


def read_line(text: str, default: str) -> str:
    """One line from the person, without blanks at its ends. Raises Abort when the input ends or is no text."""
    shown = f"{text} [{plain(default)}]" if default else text
    try:
        typed = str(click.prompt(shown, default=default, show_default=False))
    except UnicodeDecodeError as error:
        raise click.Abort from error
    return plain(storable(typed)).strip()


def _ask(filling: Filling, part: Component) -> None:
    """Ask for one field until the form has nothing against the answer."""
    default = _default(filling, part)
    mark = " *" if part.field.required else ""
    question = f"  {both(part.field.label) or plain(part.name)}{mark} ({_KINDS[part.field.kind]})"
    if part.field.hint:
        click.echo(f"    {both(part.field.hint)}")
    for number, option in enumerate(part.options, start=1):
        click.echo(f"    {number}  {both(option.label)}")
    if filling.takes_any(part) and part.field.kind != "filepicker":
        click.echo("    没有给出选项，写什么都行 / no choices are given: any text is taken")
    while True:
        typed = read_line(question, default)
        value = _read(part, "" if typed == EMPTY else typed)
        if value is None:
            click.echo("    ✗ 请回答 y 或 n。/ Answer y or n.")
            continue
        errors = filling.answer(part, value)
        if not errors:
            return
        _refuse(errors)


def _default(filling: Filling, part: Component) -> str:
    """What Enter means: the answer so far or the field's default, as it is typed."""
    if part.field.is_table:
        return "y" if part.field.required and not filling.rows(part) else "n"
    if part.field.kind == "checkbox":
        return "y" if part.value else "n"
    given = part.value if isinstance(part.value, list) else [part.value] if part.value else []
    return ",".join(_as_typed(part, value) for value in given)


def _as_typed(part: Component, value: str) -> str:
    """A chosen value by the number of its option, since values are codes that nobody reads."""
    return next((str(number) for number, each in enumerate(part.options, start=1) if each.value == value), str(value))


def _read(part: Component, typed: str) -> Any:
    """What was typed as the form takes it; None when a yes or no is neither."""
    if part.field.is_table or part.field.kind == "checkbox":
        return True if typed.lower() in _YES else False if typed.lower() in _NO or not typed else None
    if part.field.kind in _SEVERAL:
        pieces = typed.replace("，", ",").replace("、", ",").split(",")
        return [_chosen(part, piece.strip()) for piece in pieces if piece.strip()]
    return _chosen(part, typed)


def _chosen(part: Component, typed: str) -> str:
    """The value of the option with this number, label or value; anything else as it is, for the form to judge."""
    for number, option in enumerate(part.options, start=1):
        if typed == str(number):
            return option.value
    known = {each: option.value for option in part.options for each in (option.label.zh, option.label.en, option.value)}
    return known.get(typed, typed)


def _refuse(errors: list[FieldError]) -> None:
    for error in errors:
        click.echo(f"    ✗ {both(error.message)}")
