"""Print views and PDFs: who gets them, what stands on them, the font inside, hostile text, and how long it takes."""

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Reading
from tests.web import planted as planting
from web import printing
from workflow.errors import Conflict, Invalid

Send = Callable[..., Any]
Open = Callable[[str], Any]


@pytest.fixture
def case(send: Send, session: Session) -> Case:
    assert send().status_code == 200
    return session.scalars(select(Case)).one()


@pytest.fixture
def assessed(case: Case, as_person: Open, find_task: Any, answers: dict[str, Any]) -> Case:
    """A case with a contact and an assessment."""
    for element, who in (("accept_referral", "coordinator"), ("first_contact", "worker"), ("assess", "worker")):
        task = find_task(element)
        person = as_person(who)
        person.get(f"/tasks/{task.id}")
        assert person.post(f"/tasks/{task.id}/complete", answers[element]).status_code == 200
    return case


def read(answer: Any) -> PdfReader:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(answer.data))


def text_of(reader: PdfReader) -> str:
    """All text without the spaces that layout puts in."""
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def fonts_of(reader: PdfReader) -> set[tuple[str, bool]]:
    """Name of each font, and whether it lies in the file."""
    found = set()
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            for inner in font.get_object().get("/DescendantFonts", [font]):
                about = inner.get_object()["/FontDescriptor"].get_object()
                embedded = any(name in about for name in ("/FontFile", "/FontFile2", "/FontFile3"))
                found.add((str(inner.get_object()["/BaseFont"]), embedded))
    return found


@pytest.mark.parametrize("who", ["agency", "outsider", "worker2", "admin"])
def test_nobody_prints_a_case_that_they_may_not_read(case: Case, as_person: Open, session: Session, who: str) -> None:
    person = as_person(who)
    for address in ("referral", "referral.pdf", "assessment"):
        assert person.get(f"/cases/{case.id}/print/{address}").status_code in (403, 404)
    assert session.scalars(select(Reading).where(Reading.what == "print")).all() == []


def test_what_is_not_there_or_not_theirs_is_not_found(assessed: Case, as_person: Open) -> None:
    coordinator, nurse = as_person("coordinator"), as_person("nurse")
    for document in ("plan", "nonsense", "00000000-0000-0000-0000-000000000000", "..%2F..%2Fetc"):
        assert coordinator.get(f"/cases/{assessed.id}/print/{document}").status_code == 404
    assert coordinator.get(f"/cases/{assessed.id}/print/assessment").status_code == 200
    assert nurse.get(f"/cases/{assessed.id}/print/assessment").status_code == 404, "the ward reads no assessment"


def test_the_page_and_the_pdf_say_the_same_and_both_are_recorded(case: Case, as_person: Open, session: Session) -> None:
    worker = as_person("coordinator")
    page = worker.get(f"/cases/{case.id}/print/referral")
    for words in (
        "转介单",
        case.number,
        "王小明",
        "术后需卧床六周",
        "机密",
        "陈协调 打印于",
        "毕节同心医院",
        "医务社工站",
    ):
        assert words in page.text
    reader = read(worker.get(f"/cases/{case.id}/print/referral.pdf"))
    text = text_of(reader)
    for words in ("转介单", case.number, "王小明", "术后需卧床六周", "机密", "陈协调打印于", "转介人", "1/"):
        assert words in text
    readings = session.scalars(select(Reading).where(Reading.what == "print")).all()
    assert [(reading.highest, reading.purpose) for reading in readings] == [("P3", "work")] * 2
    assert len(session.scalars(select(Reading).where(Reading.what == "entry")).all()) >= 2


def test_the_pdf_brings_its_own_chinese_font(case: Case, as_person: Open) -> None:
    reader = read(as_person("nurse").get(f"/cases/{case.id}/print/referral.pdf"))
    fonts = fonts_of(reader)
    assert fonts
    assert all(embedded for _, embedded in fonts)
    assert all("CareRelay-Print" in name for name, _ in fonts), fonts
    size = reader.pages[0].mediabox
    assert (round(float(size.width)), round(float(size.height))) == (595, 842), "A4"


def test_in_english_the_words_around_it_are_english(case: Case, as_person: Open) -> None:
    coordinator = as_person("coordinator")
    coordinator.switch("en")
    answer = coordinator.get(f"/cases/{case.id}/print/referral.pdf")
    text = text_of(read(answer))
    for words in ("Referral", "Confidential", "printedby陈协调", "9Mar2026", "BijieTongxinHospital"):
        assert words in text
    assert "王小明" not in answer.headers["Content-Disposition"]
    assert case.number in answer.headers["Content-Disposition"]


def test_each_entry_has_a_page_and_the_case_page_leads_there(assessed: Case, as_person: Open) -> None:
    worker = as_person("worker")
    page = worker.get(f"/cases/{assessed.id}").text
    assert f"/cases/{assessed.id}/print/assessment" in page
    text = text_of(read(worker.get(f"/cases/{assessed.id}/print/assessment.pdf")))
    assert "只有社工能看的预估摘要" in text
    assert "督导" in text


def test_markup_in_answers_stays_text(send: Send, as_person: Open, session: Session) -> None:
    hostile = "<img src='file:///etc/passwd'><script>alert(1)</script> &amp; {{ 7*7 }}"
    send(**{"referral.summary": hostile + " 术后需卧床六周，独居，担心费用。"})
    case = session.scalars(select(Case)).one()
    coordinator = as_person("coordinator")
    assert "<script>alert" not in coordinator.get(f"/cases/{case.id}/print/referral").text
    reader = read(coordinator.get(f"/cases/{case.id}/print/referral.pdf"))
    assert "<script>alert(1)</script>" in text_of(reader)
    assert "{{7*7}}" in text_of(reader)
    assert all(not page.images for page in reader.pages)


def body(inner: str) -> str:
    read = f'<dl class="f-read"><div><dt>内容</dt><dd>{inner}</dd></div></dl>'
    return f'<html lang="zh-CN"><body><h1>评估</h1>{read}</body></html>'


@pytest.mark.parametrize(
    "inner",
    [
        "<img src='file:///etc/passwd'>", "<img src='http://127.0.0.1:9/x.png'>",
        "<link rel='stylesheet' href='http://127.0.0.1:9/x.css'>", "<img src='carerelay-font:../../cli.py'>",
        "<object data='file:///etc/passwd'></object>", "<style>@import 'file:///etc/passwd'</style>",
        "<a rel='attachment' href='file:///etc/passwd'>x</a>", "<svg><image href='file:///etc/passwd'/></svg>",
    ],
)  # fmt: skip
def test_a_pdf_loads_nothing(inner: str, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """Even if markup of somebody got into the page."""
    import socket
    import urllib.request

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    made = printing.pdf(body(inner))
    assert b"root:" not in made
    reader = PdfReader(io.BytesIO(made))
    assert not reader.attachments
    assert "内容" in text_of(reader)


@pytest.mark.parametrize(
    "text",
    ["术后需卧床六周，独居，担心费用。" * 6_250, "a" * 100_000, "😀שלום 堃䶮 &lt;b&gt;" * 5_000, "第一行\n" * 5_000],
)
def test_a_hundred_thousand_characters_are_printed_in_bearable_time(text: str) -> None:
    """Without cutting long texts it took minutes: laying out a line looked at all that follows."""
    import resource

    printing.pdf(body("先装载字体"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    reader = PdfReader(io.BytesIO(printing.pdf(body(f'<span class="f-long">{text}</span>'))))
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024, "kilobytes"
    assert len(reader.pages) > 10


def test_nothing_of_a_long_text_is_lost() -> None:
    text = "第一句很短。第二句也很短！" * 100
    assert text_of(PdfReader(io.BytesIO(printing.pdf(body(text))))).count("第一句很短。第二句也很短！") == 100


def test_a_page_beyond_the_limit_is_refused_before_any_work() -> None:
    started = time.monotonic()
    with pytest.raises(Invalid) as refused:
        printing.pdf("x" * (printing.LONGEST + 1))
    assert refused.value.code == "print_too_long"
    assert time.monotonic() - started < 1


def test_one_at_a_time_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PATIENCE", 0.01)
    with printing._one_at_a_time, pytest.raises(Conflict) as refused:
        printing.pdf(body("x"))
    assert refused.value.code == "print_busy"
    assert printing.pdf(body("x")).startswith(b"%PDF")


def test_a_missing_font_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(printing, "FONTS", tmp_path)
    with pytest.raises(printing.NoFont, match="make assets"):
        printing._Kit()


def test_rare_characters_of_names_are_in_the_font() -> None:
    reader = PdfReader(io.BytesIO(printing.pdf(body("堃喆珺燊彧䶮𬱟㛃"))))
    assert "堃喆珺燊彧䶮𬱟㛃" in text_of(reader)
    assert all("CareRelay-Print" in name for name, _ in fonts_of(reader))


def test_the_time_on_paper_is_local(case: Case, as_person: Open, now: datetime) -> None:
    assert now == datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
    assert "2026年3月9日 10:00" in as_person("coordinator").get(f"/cases/{case.id}/print/referral").text


@pytest.fixture
def planted(
    session: Session, cast: Any, organisations: Any, send: Send, config: Any, now: datetime
) -> planting.Planted:
    return planting.plant(session, cast, organisations, send, config, now)


def test_an_agency_prints_its_letter_and_nothing_else(
    planted: planting.Planted, as_person: Open, session: Session
) -> None:
    agency = as_person("agency")
    address = f"/agency-referrals/{planted.ids['referral_task']}/print"
    page = agency.get(address).text
    text = text_of(read(agency.get(f"{address}.pdf")))
    for words in ("转介函", "RF-MARK-1", "居家陪护", planting.NAME, planting.PHONE, "标记请求", planting.FILE, "机密"):
        assert words in page
        assert words in text
    case = session.get_one(Case, planted.ids["case"])
    assert case.number not in page, "an agency never learns more than what was sent"
    assert planting.SUMMARY not in page
    assert agency.get(f"/cases/{case.id}/print/referral").status_code in (403, 404)
    assert as_person("supervisor").get(address).status_code == 200
    for who in ("nurse", "outsider", "admin"):
        assert as_person(who).get(address).status_code in (403, 404)
    readings = session.scalars(select(Reading).where(Reading.what == "print", Reading.user_id.isnot(None))).all()
    assert len(readings) == 3


def test_a_refused_pdf_says_how_to_print_instead(case: Case, as_person: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator = as_person("coordinator")
    monkeypatch.setattr(printing, "LONGEST", 10)
    page = coordinator.get(f"/cases/{case.id}/print/referral.pdf")
    assert page.status_code == 413
    assert "用浏览器的打印功能" in page.text
    monkeypatch.undo()
    monkeypatch.setattr(printing, "PATIENCE", 0.01)
    with printing._one_at_a_time:
        assert coordinator.get(f"/cases/{case.id}/print/referral.pdf").status_code == 503
