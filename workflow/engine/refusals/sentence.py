"""What a refusal says: two sentences and how to mend it, with places for what was found."""

from dataclasses import dataclass

from workflow.engine.findings import Severity
from workflow.engine.text import Text


@dataclass(frozen=True)
class Sentence:
    """The message and the hint of a rule; {places} in them are filled by the finding."""

    severity: Severity
    message: Text
    hint: Text

    def filled(self, places: dict[str, Text]) -> tuple[Text, Text]:
        """Message and hint with the places filled, each in its language."""
        zh = {key: text.zh for key, text in places.items()}
        en = {key: text.en or text.zh for key, text in places.items()}
        message, hint = (Text(text.zh.format(**zh), text.en.format(**en)) for text in (self.message, self.hint))
        return message, hint


def error(zh: str, en: str, hint_zh: str, hint_en: str) -> Sentence:
    """A fault that forbids running."""
    return Sentence(Severity.ERROR, Text(zh, en), Text(hint_zh, hint_en))


def warning(zh: str, en: str, hint_zh: str, hint_en: str) -> Sentence:
    """Something to look at."""
    return Sentence(Severity.WARNING, Text(zh, en), Text(hint_zh, hint_en))
