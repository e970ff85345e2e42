"""How identity is shown in lists: enough to tell people apart, not enough to know who it is (domain.md §3.2)."""

from datetime import date

from models import Person


def mask_name(person: Person) -> str:
    """The first character and stars ("李*", "欧***"); an alias names nobody and stays readable."""
    if person.name_is_alias:
        return person.name
    return person.name[:1] + "*" * max(1, min(len(person.name) - 1, 3))


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years of age on a day; None when the birth date is unknown."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
