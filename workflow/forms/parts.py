"""Reads the parts of a field (words, formulas, answers, limits); each complaint is a finding in both languages."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from workflow.engine import Finding, Severity, Text, feel
from workflow.forms.definition import Option
from workflow.forms.figures import LARGEST
from workflow.forms.patterns import PatternRefused, compile_pattern
from workflow.forms.vocabulary import CHOICES, MARKUP, NEUTRAL

WHOLE_AT_MOST = 100_000


class Parts:
    """Where complaints go, and the readers of parts; `name` is the id of the field that a part belongs to."""

    def __init__(self, file: str, found: list[Finding]) -> None:
        self.file, self.found = file, found

    def refuse(self, name: str | None, rule: str, zh: str, en: str, severity: Severity = Severity.ERROR) -> None:
        """Add a finding."""
        self.found.append(Finding(self.file, name, severity, rule, Text(zh, en)))

    def known(self, part: Mapping[str, Any], allowed: Collection[str], name: str | None) -> None:
        """Refuse settings that we do not know, and those that would promise a check that is never made."""
        for setting in sorted(set(part) - set(allowed)):
            self.refuse(
                name, "form-unsupported", f"不支持设置“{setting}”。", f"The setting “{setting}” is not supported."
            )
        for setting, neutral in NEUTRAL.items():
            if setting in part and part[setting] not in neutral:
                self._without_effect(setting, name)

    def suited(
        self, part: Mapping[str, Any], allowed: Mapping[str, tuple[str, ...] | None], kind: str, name: str
    ) -> None:
        """The same, and refuse settings that mean nothing on a field of this kind."""
        self.known(part, allowed, name)
        for setting, kinds in allowed.items():
            if kinds is not None and kind not in kinds and part.get(setting) not in (None, ""):
                self._without_effect(setting, name)

    def _without_effect(self, setting: str, name: str | None) -> None:
        self.refuse(
            name, "form-no-effect", f"设置“{setting}”在这里不起作用。", f"The setting “{setting}” has no effect here."
        )

    def text(self, zh: Any, en: Any, name: str | None) -> Text | None:
        """Words in both languages; None when there are none. Plain text: no formulas, no HTML."""
        if zh in (None, ""):
            return None
        text = Text(str(zh), str(en or ""))
        if text.zh.lstrip().startswith("="):
            self.refuse(name, "form-computed-text", "文字里不能写公式。", "A label or text cannot be a formula.")
        if MARKUP.search(text.zh) or MARKUP.search(text.en):
            self.refuse(name, "form-markup", "文字里不能有 HTML。", "A label or text cannot contain HTML.")
        if not text.en.strip():
            start = text.zh[:20]
            self.refuse(name, "form-english", f"“{start}”没有英文。", f"“{start}” has no English.", Severity.WARNING)
        return text

    def formula(self, text: Any, name: str, *, needed: bool = False) -> str | None:
        """FEEL without its sign; None when there is none and none is needed."""
        if text in (None, "") and not needed:
            return None
        if not isinstance(text, str) or not text.startswith("="):
            self.refuse(name, "form-formula", "公式要以“=”开头。", "A formula starts with “=”.")
            return None
        try:
            feel.check(text[1:].strip())
        except feel.FeelError as error:
            self.refuse(name, f"feel-{error.kind}", error.message.zh, error.message.en)
        return text[1:].strip()

    def options(self, values: Any, choices: str | None, name: str) -> tuple[Option, ...]:
        """The fixed answers; there are none when the answers are looked up."""
        given = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
        labels = [self.text(value.get("label"), value.get("label_en"), name) or Text("", "") for value in given]
        options = tuple(Option(_answer(value.get("value")), label) for value, label in zip(given, labels, strict=True))
        if not options and choices is None:
            self.refuse(name, "form-options", "没有可选的答案。", "There are no answers to choose from.")
        distinct = len({option.value for option in options}) == len(options)
        if not distinct or not all(option.value and option.label.zh for option in options):
            self.refuse(
                name, "form-options", "选项的值或名称为空，或者两个选项的值相同。",
                "An answer has no value or label, or two have the same value.",
            )  # fmt: skip
        return options

    def choices(self, source: Any, name: str) -> str | None:
        """The source of answers that are looked up."""
        if source is None:
            return None
        if not CHOICES.fullmatch(str(source)):
            self.refuse(name, "form-choices", f"没有选项来源“{source}”。", f"There is no source of answers “{source}”.")
        return str(source)

    def pattern(self, pattern: Any, name: str) -> str | None:
        """A text pattern that cannot hang."""
        if pattern in (None, ""):
            return None
        try:
            compile_pattern(str(pattern))
        except PatternRefused:
            self.refuse(
                name, "form-pattern", "这种格式要求太复杂，不能使用。", "This pattern is too complex to be used."
            )
        return str(pattern)

    def number(self, value: Any, name: str) -> float | None:
        """A limit."""
        if value in (None, ""):
            return None
        try:
            number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or abs(number) > LARGEST:
            self._no_limit(value, name)
            return None
        return number

    def whole(self, value: Any, name: str, most: int = WHOLE_AT_MOST) -> int | None:
        """A limit that counts something."""
        number = self.number(value, name)
        if number is not None and (number != int(number) or not 0 <= number <= most):
            self._no_limit(value, name)
            return None
        return None if number is None else int(number)

    def limits(self, low: float | None, high: float | None, name: str) -> None:
        """Refuse a lower limit above the upper one."""
        if low is not None and high is not None and low > high:
            self.refuse(name, "form-limit", "下限大于上限。", "The lower limit is above the upper one.")

    def word(self, value: Any, allowed: Collection[str] | None, name: str) -> str | None:
        """One of a few words; None allows every text."""
        if value is None:
            return None
        if allowed is not None and value not in allowed:
            self.refuse(name, "form-no-effect", f"不认识“{value}”。", f"“{value}” is not known here.")
        return str(value)

    def _no_limit(self, value: Any, name: str) -> None:
        shown = str(value)[:20] if isinstance(value, str | float) else "…"
        self.refuse(
            name, "form-limit", f"“{shown}”不能作为限制；请写普通数字。",
            f"“{shown}” is no limit; write an ordinary number.",
        )  # fmt: skip


def _answer(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
