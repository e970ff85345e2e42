"""What a person is told about an answer: one sentence in both languages, naming the field."""

from dataclasses import dataclass

from workflow.engine import Text

SENTENCES = {
    "required": ("请填写“{label}”。", "Fill in “{label}”."),
    "required_choice": ("请选择“{label}”。", "Choose an answer for “{label}”."),
    "required_tick": ("请勾选“{label}”。", "Tick “{label}”."),
    "required_rows": ("“{label}”至少填写一行。", "Fill in at least one row of “{label}”."),
    "required_file": ("请上传“{label}”。", "Upload a file for “{label}”."),
    "too_long": (
        "“{label}”最多 {limit} 个字，现在是 {given} 个字。",
        "“{label}” can have {limit} characters at most; it has {given}.",
    ),
    "too_short": ("“{label}”至少 {limit} 个字。", "“{label}” needs at least {limit} characters."),
    "not_a_number": ("“{label}”应当是数字。", "“{label}” must be a number."),
    "not_whole": ("“{label}”应当是整数。", "“{label}” must be a whole number."),
    "decimals": ("“{label}”最多 {limit} 位小数。", "“{label}” can have {limit} decimal places at most."),
    "too_small": ("“{label}”不能小于 {limit}。", "“{label}” cannot be less than {limit}."),
    "too_large": ("“{label}”不能大于 {limit}。", "“{label}” cannot be more than {limit}."),
    "not_a_date": ("“{label}”应当是日期，例如 2026-03-09。", "“{label}” must be a date such as 2026-03-09."),
    "not_a_time": ("“{label}”应当是时刻，例如 14:30。", "“{label}” must be a time such as 14:30."),
    "not_a_moment": (
        "“{label}”应当是日期和时刻，例如 2026-03-09 14:30。",
        "“{label}” must be a date and time such as 2026-03-09 14:30.",
    ),
    "placeholder_date": (
        "“{label}”不能是 1900 年 1 月 1 日；不知道请留空。",
        "“{label}” cannot be 1 January 1900; leave it empty if unknown.",
    ),
    "too_late": ("“{label}”不能晚于今天。", "“{label}” cannot be after today."),
    "too_early": ("“{label}”不能早于今天。", "“{label}” cannot be before today."),
    "not_an_option": (
        "“{label}”的选项已不可用，请重新选择。",
        "The answer to “{label}” is not available; choose again.",
    ),
    "too_many": ("“{label}”最多选 {limit} 项。", "Choose {limit} answers at most for “{label}”."),
    "too_few": ("“{label}”至少选 {limit} 项。", "Choose at least {limit} answers for “{label}”."),
    "too_many_rows": ("“{label}”最多 {limit} 行。", "“{label}” can have {limit} rows at most."),
    "too_few_rows": ("“{label}”至少 {limit} 行。", "“{label}” needs at least {limit} rows."),
    "pattern": ("“{label}”的格式不对。", "“{label}” does not have the right form."),
    "pattern_named": ("“{label}”的格式不对：{wanted}", "“{label}” does not have the right form: {wanted}"),
    "not_computed": (
        "“{label}”算不出来，请检查相关各项。",
        "“{label}” cannot be computed; check the fields it depends on.",
    ),
    "bad_text": ("“{label}”里有不能保存的字符。", "“{label}” contains a character that cannot be stored."),
}  # fmt: skip


ROW = ("“{table}”第 {row} 行：", "“{table}”, row {row}: ")
Place = tuple[Text, int]
"""The label of a table and the number of a row, from 0."""


@dataclass(frozen=True)
class FieldError:
    """Something to mend: the field's path (in a table: `path.row.key`), its label, a code and the sentence."""

    path: str
    label: Text
    code: str
    message: Text


def field_error(path: str, label: Text, code: str, row: Place | None = None, **values: object) -> FieldError:
    """The error of a code; the table and the `row` are named for a field in one."""
    zh, en = SENTENCES[code]
    named = {
        key: (value.zh, value.pick("en")) if isinstance(value, Text) else (value, value)
        for key, value in values.items()
    }
    message = Text(
        zh.format(label=label.zh, **{key: pair[0] for key, pair in named.items()}),
        en.format(label=label.pick("en"), **{key: pair[1] for key, pair in named.items()}),
    )
    if row is not None:
        table, number = row
        before_zh, before_en = ROW
        message = Text(
            before_zh.format(table=table.zh, row=number + 1) + message.zh,
            before_en.format(table=table.pick("en"), row=number + 1) + message.en,
        )
    return FieldError(path, label, code, message)
