"""A text in Chinese and English, as every name and message of the service is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One sentence or name in both languages; English may be empty in a drawing that is not finished."""

    zh: str
    en: str

    def pick(self, language: str) -> str:
        """The Chinese text for any `zh` locale, else the English one, falling back to Chinese if there is none."""
        return self.zh if language.lower().startswith("zh") else self.en or self.zh
