"""Reads XML that strangers may have written: no entities, no DOCTYPE, no network, bounded in size and depth."""

from lxml import etree

from workflow.engine.errors import EngineError
from workflow.engine.text import Text

MAX_BYTES = 5_000_000

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"
NAMESPACES = {"bpmn": BPMN, "zeebe": ZEEBE, "modeler": MODELER}


class XmlRefused(EngineError):
    """A text that is not read as XML; `rule` names the reason."""

    def __init__(self, rule: str, message: Text) -> None:
        super().__init__(message)
        self.rule = rule


def read(text: str) -> etree._Element:
    """The root element of an XML text without comments and processing instructions.

    Raises XmlRefused for a text over 5 MB, one with a DOCTYPE or entities, or one that is not well formed
    (elements nested deeper than 256 count as that: the parser's own limit stays on).
    """
    # Counted before the text is copied or parsed, since both cost memory. A character has at least one byte.
    if len(text) > MAX_BYTES or len(data := text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise XmlRefused(
            "file-too-large", Text("文件超过 5 MB,不能读取。", "The file is larger than 5 MB and is not read.")
        )
    # A doctype can only stand before the first element, and must be refused before the parser sees its entities.
    if "<!DOCTYPE" in _prolog(text) or "<!ENTITY" in _prolog(text):
        raise XmlRefused(
            "xml-doctype",
            Text(
                "文件含有 DOCTYPE 或实体声明，出于安全原因不能读取。",
                "The file contains a DOCTYPE or entity declaration and is not read, for safety.",
            ),
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise XmlRefused(
            "xml-broken",
            Text(
                f"文件不是完整的 XML（第 {line} 行附近有错）。",
                f"The file is not well-formed XML (near line {line}).",
            ),
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused(
            "xml-doctype",
            Text("文件含有 DOCTYPE,出于安全原因不能读取。", "The file contains a DOCTYPE and is not read, for safety."),
        )
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    # Asked for every element many times over: this is the quickest way.
    return str(element.tag).rpartition("}")[2]


def _prolog(text: str) -> str:
    """What stands before the first element, read generously: up to the first `<` that begins a name."""
    position = 0
    while (position := text.find("<", position)) >= 0:
        if text[position + 1 : position + 2].isalpha() or text[position + 1 : position + 2] == "_":
            return text[:position]
        if text.startswith("<!--", position):
            end = text.find("-->", position)
            if end < 0:
                return text
            position = end
        position += 1
    return text
