"""A real server with demo data, and a real browser for each person, with pictures in both languages and widths."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session, sessionmaker

from web.config import Config

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "screenshots"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = {"desktop": (1280, 900), "phone": (360, 740)}
LANGUAGES = {"zh": "中文", "en": "English"}
PASSWORD = "carerelay-demo"


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)
    """What the browser complained about: script errors, refused resources, answers of 500."""

    def go(self, path: str) -> None:
        """Open a page of the service."""
        self.page.goto(self.base + path)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in with the keyboard alone, as a hurried nurse does."""
        self.go("/login")
        self.page.locator("#username").fill(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".menu")).to_be_visible()

    def open_task(self, case_number: str, step: str) -> None:
        """Go to the inbox, claim the task if it is nobody's yet, and open it."""
        row = self._row("/inbox", case_number, step)
        if not row.count():
            row = self._row("/inbox?tab=claimable", case_number, step)
            row.get_by_role("button", name="认领").click()
        else:
            row.get_by_role("link", name=re.compile("^办理")).click()
        expect(self.page.get_by_role("heading", level=1, name=step)).to_be_visible()

    def _row(self, path: str, case_number: str, step: str) -> Any:
        self.go(path)
        return self.page.locator(".rows > li").filter(has_text=case_number).filter(has_text=step)

    def fill(self, raw: dict[str, list[str]]) -> None:
        """Fill the form of the page by field names; a field that a former answer brings up is waited for."""
        for name, values in raw.items():
            for number, value in enumerate(values):
                self._fill_one(name, value, number)

    def _fill_one(self, name: str, value: str, number: int) -> None:
        self.settle()
        fields = self.page.locator(f'#work [name="{name}"]')
        expect(fields.first).to_be_attached()
        kind = fields.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind in ("radio", "checkbox"):
            with_answer = self.page.locator(f'#work [name="{name}"][value="{value}"]')
            with_answer.check()
        elif kind == "select":
            fields.nth(number).select_option(value)
        else:
            fields.nth(number).fill(value)
            fields.nth(number).blur()
        self.settle()

    def settle(self) -> None:
        """Wait until no redraw of conditional fields is under way."""
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)

    def fill_if_asked(self, name: str, value: str | None = None) -> None:
        """Answer a choice that is shown only sometimes: with this value, or the first there is."""
        field = self.page.locator(f'#work [name="{name}"]')
        self.settle()
        if not field.count():
            return
        if field.first.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value) if value else field.select_option(index=1)
        elif value:
            self._fill_one(name, value, 0)
        else:
            field.first.check()

    def choose_by_label(self, name: str, words: str) -> None:
        """Choose an answer of a list by what it says."""
        self.settle()
        option = self.page.locator(f'#work select[name="{name}"] option').filter(has_text=words)
        value = option.first.get_attribute("value")
        self.page.locator(f'#work select[name="{name}"]').select_option(value)
        self.settle()

    def submit(self, words: str = "提交", *, refused: bool = False) -> None:
        """Press the button that sends the form, once every redraw of conditional fields is in."""
        self.settle()
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=True).click()
        complaints = self.page.locator("#error-summary a").all_inner_texts()
        assert bool(complaints) is refused, complaints

    def pictures(self, name: str, languages: tuple[str, ...] = ("en", "zh")) -> None:
        """Take the page in both languages and widths; begins and ends in Chinese, at desktop width."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for language in languages:
            if len(languages) > 1:
                with self.page.expect_navigation():
                    self.page.get_by_role("button", name=LANGUAGES[language], exact=True).click()
            for width, (across, down) in WIDTHS.items():
                self.page.set_viewport_size({"width": across, "height": down})
                root = "document.documentElement"
                overflow = self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
                assert overflow <= 0, f"{name} {language} {width}: {overflow} px wider than the screen"
                self.page.screenshot(path=PICTURES / f"{name}-{language}-{width}.png", full_page=True)
        self.page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["desktop"], strict=True)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium when it is there, else the one that Playwright brought.

    Of this module only: while Playwright is open, no other test of the same process may run an event loop.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def site(sessions: sessionmaker[Session], config: Config) -> Iterator[str]:
    """The service with its library and demo people, answering on a free port of this machine."""
    from web.app import create_app
    from web.cli import LIBRARY
    from workflow import demo, studio
    from workflow.engine import Bundle
    from workflow.transaction import transaction

    with transaction(sessions) as session:
        for folder in sorted(path for path in LIBRARY.iterdir() if path.is_dir()):
            studio.publish(session, None, Bundle.from_folder(folder))
    with transaction(sessions) as session:
        demo.load(session, datetime.now(UTC))
    server = waitress.create_server(create_app(config, sessions=sessions), host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.fixture
def person(chromium: Browser, site: str) -> Iterator[Callable[..., Person]]:
    """Seat somebody at a browser: `person("nurse")` is signed in; fails the test when a page had script errors."""
    opened: list[tuple[BrowserContext, Person]] = []

    def seat(username: str | None = None, *, answers_of_500: bool = False, **options: Any) -> Person:
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        somebody = Person(page, site)
        page.on("pageerror", lambda error: somebody.problems.append(str(error)))
        if not answers_of_500:
            page.on("response", lambda got: got.status >= 500 and somebody.problems.append(f"{got.status} {got.url}"))
        opened.append((context, somebody))
        if username:
            somebody.sign_in(username)
        return somebody

    yield seat
    for context, somebody in opened:
        context.close()
        assert somebody.problems == []
