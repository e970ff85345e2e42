"""The part of form-js 1.23 that a form may use, and its limits."""

import re

from workflow.lists import LISTS, SOURCE

KINDS = frozenset({
    "textfield", "textarea", "number", "datetime", "select", "radio", "checkbox", "checklist", "group", "dynamiclist",
    "filepicker", "expression", "text", "separator",
})  # fmt: skip
TABLE_KINDS = frozenset({"textfield", "textarea", "number", "datetime", "select", "radio", "checkbox", "expression"})
WITHOUT_KEY = frozenset({"group", "text", "separator"})
KEY = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
SIZE_AT_MOST = 500_000
DEPTH_AT_MOST = 8
FIELDS_AT_MOST = 400

ROOT_KEYS = frozenset({"type", "id", "schemaVersion", "components", "properties", "exporter", "executionPlatform",
                       "executionPlatformVersion", "versionTag", "$schema"})  # fmt: skip
COMPONENT_KEYS = frozenset({
    "type", "id", "key", "path", "label", "dateLabel", "timeLabel", "description", "text", "subtype", "validate",
    "conditional", "values", "properties", "components", "decimalDigits", "increment", "expression", "computeOn",
    "multiple", "accept", "appearance", "layout", "showOutline", "isRepeating", "allowAddRemove", "defaultRepetitions",
    "disableCollapse", "nonCollapsedItems", "verticalAlignment", "disallowPassedDates", "timeInterval", "use24h",
    "timeSerializingFormat", "searchable", "serializeToString",
})  # fmt: skip
NEUTRAL: dict[str, tuple[object, ...]] = {
    "disallowPassedDates": (None, False),
    "increment": (None, "", 1),
    "serializeToString": (None, False),
    "isRepeating": (None, True),
    "allowAddRemove": (None, True),
    "validationType": (None, "", "custom"),
}
"""Settings that form-js checks and we do not, with the values under which they mean nothing; others are refused, since
their author would believe in a check that is never made."""

_DATES, _TEXTS = ("date", "datetime"), ("textfield", "textarea")
_CHOSEN, _LISTS = ("select", "radio", "checklist"), ("checklist", "dynamiclist", "filepicker")
PROPERTIES: dict[str, tuple[str, ...] | None] = {
    "label_en": None, "description_en": None, "class": None, "text_en": ("text",), "look": ("text",),
    "choices": _CHOSEN,
    "min_items": _LISTS, "max_items": _LISTS,
    "pattern_text": _TEXTS, "pattern_text_en": _TEXTS, "suffix_en": ("number", "expression"),
    "default": (*_TEXTS, *_DATES, "number", "select", "radio"), "not_before": _DATES, "not_after": _DATES,
}  # fmt: skip
"""Properties of our own, with the kinds of field on which they mean something (None: all)."""
VALIDATE: dict[str, tuple[str, ...] | None] = {
    "required": None, "min": ("number",), "max": ("number",), "minLength": _TEXTS, "maxLength": _TEXTS,
    "pattern": _TEXTS, "validationType": None,
}  # fmt: skip
CHOICES = re.compile(
    "people:[a-z_]+|departments|stations|agencies|organisations|areas|services|programmes|locations|cases:open"
    f"|{SOURCE}(?:{'|'.join(LISTS)})"
)
"""Sources of answers that the application looks up."""
RESERVED = frozenset({
    "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "and", "or", "not",
    "function", "instance", "of", "true", "false", "null", "this", "parent", "csrf_token",
})  # fmt: skip
"""Words that FEEL or the page needs for itself; names that begin with an underscore belong to the page, too."""
MARKUP = re.compile(r"<\s*[/!?a-zA-Z]")
