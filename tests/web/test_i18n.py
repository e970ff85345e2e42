"""Words and times as people read them, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, session
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA, TOKEN_STRING

from web import catalogue, i18n, labels

WEB = Path(catalogue.__file__).parent
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@pytest.fixture(params=["zh_CN", "en"])
def language(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    with app.test_request_context("/"):
        session["language"] = request.param
        yield request.param


def test_an_instant_is_written_in_local_time(language: str) -> None:
    instant = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    expected = {"zh_CN": "2026年11月24日 16:30", "en": "24 Nov 2026, 16:30"}
    assert i18n.moment(instant) == expected[language]


def test_an_instant_late_in_the_evening_falls_on_the_local_day(language: str) -> None:
    instant = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    expected = {"zh_CN": "2027年1月1日", "en": "1 Jan 2027"}
    assert i18n.day(instant) == expected[language]
    assert i18n.day(date(2027, 1, 1)) == expected[language]


def test_a_short_instant_leaves_out_the_year_only_when_it_is_this_one(language: str, now: datetime) -> None:
    this_year = {"zh_CN": "3月9日 10:00", "en": "9 Mar, 10:00"}
    other_year = {"zh_CN": "2025年3月9日 10:00", "en": "9 Mar 2025, 10:00"}
    assert i18n.short_moment(now) == this_year[language]
    assert i18n.short_moment(now.replace(year=2025)) == other_year[language]


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (timedelta(days=3, hours=5), "还有 3 天", "3 days left"),
        (timedelta(days=1), "还有 1 天", "1 day left"),
        (timedelta(days=1, hours=23), "还有 2 天", "2 days left"),
        (timedelta(hours=23, minutes=59), "还有 23 小时", "23 hours left"),
        (timedelta(hours=2), "还有 2 小时", "2 hours left"),
        (timedelta(minutes=59), "还有 59 分钟", "59 minutes left"),
        (timedelta(seconds=30), "即刻到期", "Due now"),
        (timedelta(0), "即刻到期", "Due now"),
        (-timedelta(seconds=30), "刚刚到期", "Just overdue"),
        (-timedelta(minutes=1), "超期 1 分钟", "1 minute overdue"),
        (-timedelta(hours=1), "超期 1 小时", "1 hour overdue"),
        (-timedelta(days=1), "超期 1 天", "1 day overdue"),
        (-timedelta(days=12), "超期 12 天", "12 days overdue"),
    ],
)
def test_due_says_how_long(language: str, now: datetime, left: timedelta, zh: str, en: str) -> None:
    assert i18n.due(now + left) == {"zh_CN": zh, "en": en}[language]


def test_without_a_due_date_it_says_so(language: str) -> None:
    assert i18n.due(None) == {"zh_CN": "未设期限", "en": "No due date"}[language]


def test_numbers_have_separators(language: str) -> None:
    assert i18n.number(12345.5) == "12,345.5"


def test_codes_have_words_in_the_language_of_the_page(language: str) -> None:
    assert str(labels.label("level", "urgent")) == {"zh_CN": "紧急", "en": "Urgent"}[language]
    assert labels.label("level", "brand_new") == "brand_new"
    assert labels.label("level", None) == ""


def test_an_unknown_language_is_not_kept(app: Flask) -> None:
    with app.test_request_context("/"):
        assert not i18n.remember_language("fr")
        assert i18n.chosen_language() == "zh_CN"


def test_a_language_without_a_catalogue_stops_the_start() -> None:
    with pytest.raises(FileNotFoundError):
        i18n.read_catalogue("fr")


def test_every_message_has_an_english_translation() -> None:
    assert list(catalogue.missing(catalogue.read(), catalogue.collect())) == []


def test_the_catalogue_holds_no_message_that_no_page_uses() -> None:
    assert list(catalogue.unused(catalogue.read(), catalogue.collect())) == []


def test_missing_translations_are_found() -> None:
    wanted, given = catalogue.collect(), catalogue.read()
    given["待办"].string = ""
    assert list(catalogue.missing(given, wanted)) == ["待办"]


def test_translations_keep_the_values_of_their_message() -> None:
    for message in catalogue.read():
        names = set(re.findall(r"%\(\w+\)[sd]", str(message.id)))
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        for text in texts:
            assert set(re.findall(r"%\(\w+\)[sd]", text)) == names or not message.id, message.id


def _chinese_outside_messages(template: str) -> list[str]:
    """Find Chinese that no `_()` or `ngettext()` surrounds: page text, and strings inside of tags."""
    found, calls, depth = [], 0, []
    last_name = ""
    for _line, kind, value in Environment(extensions=["jinja2.ext.do"]).lex(template):
        if kind == TOKEN_DATA and CHINESE.search(value):
            found.append(value.strip())
        elif kind == "operator" and value == "(":
            depth.append(last_name in {"_", "ngettext"})
            calls += depth[-1]
        elif kind == "operator" and value == ")" and depth:
            calls -= depth.pop()
        elif kind == TOKEN_STRING and CHINESE.search(value) and not calls:
            found.append(value)
        if kind != "whitespace":
            last_name = value if kind == "name" else ""
    return found


@pytest.mark.parametrize("path", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_text_outside_of_messages(path: Path) -> None:
    assert _chinese_outside_messages(path.read_text(encoding="utf-8")) == []


def test_text_outside_of_messages_is_found() -> None:
    assert _chinese_outside_messages('<p>待办</p>{{ _("好") }}{{ label("不好") }}') == ["<p>待办</p>", '"不好"']


@pytest.mark.parametrize("path", sorted((WEB / "views").glob("*.py")), ids=lambda path: path.name)
def test_views_hold_no_text_outside_of_messages(path: Path) -> None:
    outside = re.sub(r'(gettext|ngettext|_l)\((\s*"[^"]*",?)+', "", path.read_text(encoding="utf-8"))
    assert CHINESE.findall(outside) == []
