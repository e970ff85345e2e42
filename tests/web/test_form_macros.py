"""Forms as they are drawn: every control has a name that a screen reader says, and nothing typed becomes markup."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template_string, session
from lxml import html

from tests.workflow.forms.samples import ANSWERS, CHOICES, EVERYTHING, FILE_ONE, component, form_of, form_text
from workflow import forms
from workflow.engine import Finding, Moment, Text
from workflow.forms.reader import read

PAGE = """{% from "forms/form.html" import render_form, error_summary, entry_rows %}
<form method="post">{{ error_summary(bound) }}{{ render_form(bound) }}</form>"""
ENTRY = """{% from "forms/form.html" import entry_rows %}{{ entry_rows(rows, file_url) }}"""
EVIL = "\"><script>alert('x')</script><img src=x onerror=alert(1)>"
Draw = Callable[..., Any]


@pytest.fixture
def everything() -> forms.Form:
    """The form with every component."""
    return forms.load(EVERYTHING.read_text(encoding="utf-8"))


@pytest.fixture
def draw(app: Flask, moment: Moment) -> Draw:
    """Draw a form to a tree; `raw` is what was sent, `check` shows its errors."""

    def drawn(
        form: forms.Form, raw: dict[str, list[str]] | None = None, *, check: bool = False, language: str = "zh_CN"
    ) -> Any:
        known: dict[str, Any] = {"context": {}, "choices": CHOICES, "moment": moment}
        errors = form.submit(raw or {}, **known).errors if check else ()
        bound = form.bind(form.typed(raw) if raw is not None else {}, errors=errors, **known)
        with app.test_request_context():
            session["language"] = language
            return html.fromstring(render_template_string(PAGE, bound=bound))

    return drawn


def named(page: Any, name: str) -> list[Any]:
    """The controls with this name."""
    return page.xpath(f'.//*[@name="{name}"]')


def full() -> dict[str, list[str]]:
    """A complete answer."""
    return {name: list(values) for name, values in ANSWERS.items()}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_control_has_a_label_or_a_legend(draw: Draw, everything: forms.Form, language: str) -> None:
    page = draw(
        everything, {**full(), "flag.self_harm": ["yes"], "flag.self_harm_when": ["current"]}, language=language
    )
    controls = page.xpath('.//input[not(@type="hidden")] | .//select | .//textarea')
    assert len(controls) > 25
    for control in controls:
        label = page.xpath(f'.//label[@for="{control.get("id")}"]') if control.get("id") else []
        wrapped = control.xpath("ancestor::label")
        words = control.get("aria-label") or "".join(each.text_content() for each in [*label, *wrapped]).strip()
        assert words, html.tostring(control)
        if control.get("type") == "radio":
            assert control.xpath("ancestor::fieldset[1]/legend")


@pytest.mark.parametrize("raw", [None, {}])
def test_ids_are_unique_and_every_reference_is_there(draw: Draw, everything: forms.Form, raw: Any) -> None:
    page = draw(everything, raw, check=raw is not None)
    ids = page.xpath(".//@id")
    assert len(ids) == len(set(ids))
    for described in page.xpath(".//@aria-describedby"):
        assert set(described.split()) <= set(ids)
    assert {link.removeprefix("#") for link in page.xpath(".//a/@href")} <= set(ids)


def test_the_summary_links_to_every_wrong_field_and_the_field_says_so(draw: Draw, everything: forms.Form) -> None:
    page = draw(everything, {"pa.needs.0.need": ["字" * 41], "subject.age": ["很老"]}, check=True)
    links = page.xpath('.//*[@id="error-summary"]//a/@href')
    assert "#f-subject-age" in links
    assert "#f-pa-needs-0-need" in links
    (age,) = named(page, "subject.age")
    assert (age.get("value"), age.get("aria-invalid")) == ("很老", "true")
    (message,) = page.xpath(f'.//*[@id="{age.get("aria-describedby")}"]')
    assert message.text_content() == "“年龄”应当是数字。"
    assert len(links) == len(page.xpath('.//*[contains(@class, "f-error")]'))


def test_a_form_without_errors_has_no_summary(draw: Draw, everything: forms.Form) -> None:
    assert draw(everything, full(), check=True).xpath('.//*[@id="error-summary"]') == []


def test_sending_the_drawn_page_gives_back_what_was_typed(draw: Draw, everything: forms.Form, moment: Moment) -> None:
    page = draw(everything, full())
    sent: dict[str, list[str]] = {}
    for name, value in page.form_values():
        # lxml says "on" for a chosen radio whose value is empty, a browser sends the empty text.
        sent.setdefault(name, []).append("" if value == "on" else value.replace("\r\n", "\n"))
    known: dict[str, Any] = {"context": {}, "choices": CHOICES, "moment": moment}
    before, after = everything.submit(full(), **known), everything.submit(sent, **known)
    assert after.ok
    # HTML knows no order of ticking: answers come back in the order of the form.
    for result in (before, after):
        result.values["referral"]["reasons"].sort()
    assert after.values == before.values


def test_a_hidden_field_is_not_in_the_page(draw: Draw, everything: forms.Form) -> None:
    assert named(draw(everything, {"flag.self_harm": ["no"]}), "flag.self_harm_when") == []
    assert len(named(draw(everything, {"flag.self_harm": ["yes"]}), "flag.self_harm_when")) == 2


def test_answers_that_open_other_fields_are_marked_for_the_script(draw: Draw, everything: forms.Form) -> None:
    page = draw(everything)
    assert all(control.get("data-controls") is not None for control in named(page, "flag.self_harm"))
    assert named(page, "subject.name")[0].get("data-controls") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("referral.expected_discharge", "date"), ("contact.at", "datetime-local"), ("contact.call_at", "time")],
)
def test_dates_use_the_browsers_picker_but_keep_what_it_cannot_show(
    draw: Draw, everything: forms.Form, name: str, kind: str
) -> None:
    assert named(draw(everything, full()), name)[0].get("type") == kind
    wrong = named(draw(everything, {**full(), name: ["下周三"]}, check=True), name)[0]
    assert (wrong.get("type"), wrong.get("value")) == ("text", "下周三")


def test_numbers_bring_the_right_keyboard_and_personal_data_is_not_remembered(
    draw: Draw, everything: forms.Form
) -> None:
    page = draw(everything)
    assert named(page, "subject.age")[0].get("inputmode") == "numeric"
    assert named(page, "money.amount")[0].get("inputmode") == "decimal"
    for name in ("subject.name", "subject.mrn", "subject.age"):
        assert named(page, name)[0].get("autocomplete") == "off"


def test_required_and_sensitive_fields_say_so_in_words(draw: Draw, everything: forms.Form) -> None:
    chinese, english = draw(everything).text_content(), draw(everything, language="en").text_content()
    assert "姓名或化名 （必填）" in chinese
    assert "敏感" in chinese
    assert "Name or alias (required)" in english
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.replace("林社工", "").replace("周社工", "")), (
        english
    )


def test_a_table_has_buttons_that_work_without_script(draw: Draw, everything: forms.Form) -> None:
    raw = {**full(), "pa.needs.1.need": ["住处"]}
    page = draw(everything, raw)
    assert [button.get("value") for button in named(page, "_add")] == ["pa.needs"]
    assert [button.get("value") for button in named(page, "_remove")] == ["pa.needs.0", "pa.needs.1"]
    assert all(button.get("formnovalidate") is not None for button in named(page, "_add") + named(page, "_remove"))
    assert len({button.text_content() for button in named(page, "_remove")}) == 2


def test_a_kept_file_stays_on_the_page_with_its_name(draw: Draw, everything: forms.Form) -> None:
    box, upload = named(draw(everything, full()), "attach")
    assert (box.get("value"), box.get("checked") is not None) == (FILE_ONE, True)
    assert "转介单.pdf" in box.getparent().text_content()
    assert (upload.get("type"), upload.get("multiple") is not None, upload.get("accept")) == (
        "file",
        True,
        ".pdf,image/*",
    )


def test_hints_know_bold_words_and_lists(draw: Draw, everything: forms.Form) -> None:
    page = draw(everything)
    assert page.xpath('.//*[@class="f-text"]//strong/text()') == ["事实"]
    assert len(page.xpath('.//*[@class="f-text"]//li')) == 2


def test_hints_of_fields_know_them_too(draw: Draw) -> None:
    hint = "**请写**\n\n- 甲\n- 乙"
    page = draw(form_of(component("textfield", "a", description=hint, properties={"description_en": hint})))
    assert page.xpath('.//*[@id="f-a-hint"]//strong/text()') == ["请写"]
    assert page.xpath('.//*[@id="f-a-hint"]//li/text()') == ["甲", "乙"]


def test_an_optional_radio_can_be_unchosen_without_script(draw: Draw, everything: forms.Form) -> None:
    fresh = named(draw(everything), "priority_asked")
    assert [(radio.get("value"), radio.get("checked") is not None) for radio in fresh] == [
        ("urgent", False),
        ("routine", False),
        ("", True),
    ]
    chosen = named(draw(everything, full() | {"priority_asked": ["urgent"]}), "priority_asked")
    assert [radio.get("value") for radio in chosen if radio.get("checked") is not None] == ["urgent"]
    assert "" not in [radio.get("value") for radio in named(draw(everything), "flag.self_harm")]


def test_hint_and_error_of_tables_and_files_are_tied_to_them(draw: Draw) -> None:
    hint: dict[str, Any] = {"description": "说明", "validate": {"required": True}}
    english = {"description_en": "Note"}
    inner = component("textfield", "x")
    table = {"type": "dynamiclist", "id": "t", "path": "t", "label": "表", "components": [inner], **hint}
    table["properties"] = {"label_en": "Table", **english}
    page = draw(form_of(table, component("filepicker", "d", properties=english, **hint)), {}, check=True)
    for name, part in (("t", "f-table"), ("d", "f-files")):
        (group,) = page.xpath(f'.//fieldset[contains(@class, "{part}")]')
        tied = [page.xpath(f'.//*[@id="{each}"]')[0] for each in group.get("aria-describedby").split()]
        assert [each.get("id") for each in tied] == [f"f-{name}-hint", f"f-{name}-error"]
        assert tied[0].text_content().strip() == "说明"


def test_what_was_typed_never_becomes_markup(draw: Draw, everything: forms.Form) -> None:
    raw = {name: [EVIL] for name in ANSWERS}
    for check in (False, True):
        page = draw(everything, raw, check=check)
        assert page.xpath(".//script | .//img | .//@onerror") == []
        assert named(page, "subject.name")[0].get("value") == EVIL
        assert named(page, "referral.summary")[0].text.strip() == EVIL


def test_what_an_author_wrote_never_becomes_markup(draw: Draw) -> None:
    # The reader refuses HTML; drawing must not depend on that.
    field = component("number", "a", description=EVIL, appearance={"suffixAdorner": EVIL}, validate={"required": True})
    field["label"], field["properties"] = EVIL, {"label_en": EVIL, "description_en": EVIL, "suffix_en": EVIL}
    radio = component("radio", "b", values=[{"value": EVIL, "label": EVIL, "label_en": EVIL}])
    words = {"type": "text", "id": "t", "text": f"**{EVIL}**\n\n- {EVIL}", "properties": {"text_en": EVIL}}
    found: list[Finding] = []
    text = form_text(field, radio, words)
    definition = read(text, "", found)
    assert {finding.rule for finding in found} == {"form-markup"}
    assert definition is not None
    for language in ("zh_CN", "en"):
        page = draw(forms.Form(definition, text), {}, check=True, language=language)
        assert page.xpath(".//script | .//img | .//@onerror") == []
        assert EVIL in page.text_content()


def test_an_entry_is_read_back_in_the_readers_language(app: Flask, everything: forms.Form, moment: Moment) -> None:
    values = everything.submit(full(), context={}, choices=CHOICES, moment=moment).values
    rows = [*everything.rows(values, choices=CHOICES), forms.Row(Text("坏", "Bad"), "text", Text(EVIL, EVIL))]
    with app.test_request_context():
        session["language"] = "en"
        page = html.fromstring(render_template_string(ENTRY, rows=rows, file_url=lambda number: f"/files/{number}"))
    words = " ".join(page.text_content().split())
    for expected in ("Source Ward", "Expected discharge 12 Mar 2026", "Met at 9 Mar 2026, 09:30", "Age 34 years"):
        assert expected in words
    assert page.xpath(".//a/@href") == [f"/files/{FILE_ONE}"]
    assert page.xpath(".//td//text()[normalize-space()]")[-1].strip() == "1 Apr 2026"
    assert page.xpath(".//th/text()") == ["Need", "How much it matters", "Why it matters so much", "By when"]
    assert page.xpath(".//script | .//img") == []


@pytest.mark.parametrize(("look", "role"), [("danger", "alert"), ("warning", None), (None, None)])
def test_a_text_can_stand_out(draw: Draw, look: str | None, role: str | None) -> None:
    """A danger is also said aloud by screen readers when an answer makes it appear."""
    part: dict[str, Any] = {
        "type": "text",
        "id": "call",
        "text": "先打110",
        "properties": {"text_en": "Call 110 first"},
    }
    if look:
        part["properties"]["look"] = look
    [drawn] = draw(form_of(part)).xpath('.//div[starts-with(@class, "f-text")]')
    assert drawn.get("class").split() == ["f-text", *([f"f-text--{look}"] if look else [])]
    assert drawn.get("role") == role


def test_a_look_that_is_not_known_is_refused() -> None:
    part = {"type": "text", "id": "call", "text": "先打110", "properties": {"text_en": "Call 110", "look": "loud"}}
    assert "form-no-effect" in [finding.rule for finding in forms.check("a.form.json", form_text(part))]
