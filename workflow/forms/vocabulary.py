"""The part of form-js 1.23 that a form may use, and its limits."""

import re

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
    "conditional", "values", "properties", "components", "decimalDigits", "increment", "expression", "computeOn", "multiple",
    "accept", "appearance", "layout", "showOutline", "isRepeating", "allowAddRemove", "defaultRepetitions",
    "disableCollapse", "nonCollapsedItems", "verticalAlignment", "disallowPassedDates", "timeInterval", "use24h",
    "timeSerializingFormat", "searchable", "serializeToString",
})  # fmt: skip
PROPERTIES = frozenset({
    "label_en", "description_en", "text_en", "class", "choices", "min_items", "max_items", "pattern_text", "pattern_text_en",
    "suffix_en", "default", "not_before", "not_after",
})  # fmt: skip
VALIDATE = frozenset({"required", "min", "max", "minLength", "maxLength", "pattern", "validationType"})
