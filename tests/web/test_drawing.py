"""The diagram speaks the reader's language."""

from pathlib import Path

from lxml import etree

from web.drawing import BPMN, in_language

DIAGRAM = (Path(__file__).parents[1] / "data" / "msw_referral" / "msw_referral.bpmn").read_text(encoding="utf-8")


def names(xml: str) -> dict[str, str]:
    """The names of all steps by element id."""
    root = etree.fromstring(xml.encode())
    return {str(element.get("id")): element.get("name", "") for element in root.iter(f"{BPMN}userTask")}


def test_the_chinese_drawing_is_the_stored_one() -> None:
    assert in_language(DIAGRAM, "zh_CN") == DIAGRAM


def test_the_english_drawing_has_english_names() -> None:
    english = names(in_language(DIAGRAM, "en"))
    assert english["open_referral"] == "Open a referral"
    assert all(name.isascii() and name for name in english.values()), english
    assert english.keys() == names(DIAGRAM).keys()


def test_what_has_no_english_name_keeps_its_own() -> None:
    plain = f'<definitions xmlns="{BPMN[1:-1]}"><process id="p"><task id="a" name="名字"/></process></definitions>'
    assert 'name="名字"' in in_language(plain, "en")
