"""Languages of the pages: which one a reader gets, the catalogue, and dates and waiting times as people write them.

Message ids are the Chinese sentences; translations/en/LC_MESSAGES/messages.po holds the English ones. The catalogue is
read straight from the .po file when the application starts, so there is no compiled copy that could be out of date, and
a language without a catalogue stops the start.
"""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale, gettext, ngettext

from web.services import now, services
from workflow.engine import Text

DEFAULT = "zh_CN"
LANGUAGES = {"zh_CN": "中文", "en": "English"}
"""The allow-list of languages, each by its own name: a reader who is lost in the other language must find it."""

HTML_LANG = {"zh_CN": "zh-CN", "en": "en"}
"""Values of the page's `lang`; without zh-CN some fonts draw Japanese forms of the characters."""

_FOLDER = Path(__file__).parent / "translations"
_MOMENT = {"zh_CN": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
_DAY = {"zh_CN": "y年M月d日", "en": "d MMM y"}
_SHORT = {"zh_CN": "M月d日 HH:mm", "en": "d MMM, HH:mm"}


class Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """The translations of every language, read once from the .po files."""

    def __init__(self) -> None:
        super().__init__()
        self._by_language: dict[str, NullTranslations] = {DEFAULT: NullTranslations()}
        for language in LANGUAGES.keys() - {DEFAULT}:
            self._by_language[language] = read_catalogue(language)

    def get_translations(self) -> NullTranslations:
        """Return the translations for the reader of this request."""
        return self._by_language[language_of_page()]


def read_catalogue(language: str) -> Translations:
    """Read translations/<language>/LC_MESSAGES/messages.po; raises FileNotFoundError when there is none."""
    with (_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)


def install(app: Flask) -> None:
    """Give the application its languages, and the templates the filters of this module."""
    babel = Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=services_timezone(app),
        locale_selector=chosen_language,
    )
    babel.domain_instance = Catalogues()
    app.jinja_env.filters.update(
        pick=pick, moment=moment, short_moment=short_moment, day=day, due=due, number=number, file_size=file_size
    )
    app.context_processor(_page_language)


def services_timezone(app: Flask) -> str:
    """Return the time zone in which pages show instants."""
    return str(app.extensions["carerelay"].config.timezone)


def _page_language() -> dict[str, Any]:
    language = language_of_page()
    return {"language": language, "html_lang": HTML_LANG[language], "languages": LANGUAGES}


def chosen_language() -> str:
    """Return the language of this session: chosen by a click, or taken from the profile at sign-in.

    Chinese otherwise; the browser's own preference is not asked, since shared hospital computers are set up in any
    language. Never asks the database: an error page must know its language when the database is down.
    """
    if not has_request_context():
        return DEFAULT
    if request.path.startswith("/api/"):  # a program has no session; it says what it wants
        return request.accept_languages.best_match(["zh", "en"], "zh").replace("zh", DEFAULT)
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else DEFAULT


def remember_language(language: str) -> bool:
    """Keep the language for this session; false when it is not one of ours."""
    if language not in LANGUAGES:
        return False
    session["language"] = language
    return True


def language_of_page() -> str:
    """Return the language in which this page is written ("zh_CN" or "en")."""
    locale = get_locale()
    return str(locale) if locale is not None and str(locale) in LANGUAGES else DEFAULT


def pick(text: Text | str | None) -> str:
    """Return a bilingual text in the page's language; plain strings pass."""
    if text is None or isinstance(text, str):
        return text or ""
    return text.pick(language_of_page())


def moment(instant: datetime | None) -> str:
    """Write an instant in local time: 2026年11月24日 16:30, or 24 Nov 2026, 16:30."""
    return _written(instant, _MOMENT)


def short_moment(instant: datetime | None) -> str:
    """Write an instant of the current year without the year, any other one in full."""
    if instant is None:
        return ""
    this_year = _local(instant).year == _local(now()).year
    return _written(instant, _SHORT if this_year else _MOMENT)


def day(value: date | datetime | None) -> str:
    """Write a day: 2026年11月24日, or 24 Nov 2026; of an instant, the local day."""
    if value is None:
        return ""
    local = _local(value).date() if isinstance(value, datetime) else value
    return dates.format_date(local, _DAY[language_of_page()], locale=language_of_page())


def number(value: float | None) -> str:
    """Write a number with the separators of the page's language."""
    return "" if value is None else numbers.format_decimal(value, locale=language_of_page())


def file_size(size: int) -> str:
    """Write how large a file is: 340 KB, 2.1 MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def due(due_at: datetime | None) -> str:
    """Say how long is left or how long ago it was due: 还有 2 小时, 超期 1 天."""
    if due_at is None:
        return str(gettext("未设期限"))
    amount, unit = _coarse(abs(due_at - now()))
    if unit == "day":  # by the calendar, as people count: from Tuesday to Thursday it is two days
        amount = max(abs((_local(due_at).date() - _local(now()).date()).days), 1)
    late = due_at < now()
    if unit == "day":
        left, over = _days_left, _days_over
    elif unit == "hour":
        left, over = _hours_left, _hours_over
    else:
        left, over = _minutes_left, _minutes_over
    return over(amount) if late else left(amount)


def _days_left(num: int) -> str:
    return str(ngettext("还有 %(num)d 天", "还有 %(num)d 天", num))


def _days_over(num: int) -> str:
    return str(ngettext("超期 %(num)d 天", "超期 %(num)d 天", num))


def _hours_left(num: int) -> str:
    return str(ngettext("还有 %(num)d 小时", "还有 %(num)d 小时", num))


def _hours_over(num: int) -> str:
    return str(ngettext("超期 %(num)d 小时", "超期 %(num)d 小时", num))


def _minutes_left(num: int) -> str:
    return str(ngettext("还有 %(num)d 分钟", "还有 %(num)d 分钟", num) if num else gettext("即刻到期"))


def _minutes_over(num: int) -> str:
    return str(ngettext("超期 %(num)d 分钟", "超期 %(num)d 分钟", num) if num else gettext("刚刚到期"))


def _coarse(span: timedelta) -> tuple[int, str]:
    """Cut a span down to its largest whole unit: the reader decides by days and hours, not by seconds."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes >= 24 * 60:
        return minutes // (24 * 60), "day"
    return (minutes // 60, "hour") if minutes >= 60 else (minutes, "minute")


def _local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(services().config.timezone))


def _written(instant: datetime | None, patterns: dict[str, str]) -> str:
    if instant is None:
        return ""
    language = language_of_page()
    return dates.format_datetime(_local(instant), patterns[language], locale=language)
