"""Reads the JSON text of a form and refuses what readers disagree about: keys given twice, NaN, endless nesting."""

import json
from typing import Any

from workflow.forms.vocabulary import SIZE_AT_MOST


class NoDocument(ValueError):
    """The text is no JSON document that everybody reads alike; the rule and the sentence in both languages."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.rule, self.zh, self.en = rule, zh, en


def parse(text: str) -> dict[str, Any]:
    """The root object of a form. Raises NoDocument."""
    if len(text) > SIZE_AT_MOST:
        raise NoDocument("form-too-large", "表单文件太大。", "The form file is too large.")
    try:
        root = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except NoDocument:
        raise
    except (ValueError, RecursionError):
        raise NoDocument(
            "form-not-json", "表单文件不是完整的 JSON。", "The form file is not well-formed JSON."
        ) from None
    if not isinstance(root, dict) or root.get("type") != "default" or not isinstance(root.get("components"), list):
        raise NoDocument("form-not-a-form", "这不是表单文件。", "This is not a form file.")
    return root


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NoDocument(
                "form-setting-twice",
                f"设置“{key}”在同一处写了两次。",
                f"The setting “{key}” is given twice in one place.",
            )
        found[key] = value
    return found


def _constant(name: str) -> Any:
    raise NoDocument("form-limit", f"“{name}”不是数字。", f"“{name}” is not a number.")
