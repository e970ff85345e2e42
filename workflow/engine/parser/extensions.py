"""What the `zeebe:` elements of one BPMN element say (feel-zeebe.md §5)."""

from dataclasses import dataclass, field

from lxml import etree

from workflow.engine.expressions import Formula, Mapped
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, NAMESPACES, ZEEBE

NAME_EN = "carerelay:name_en"


@dataclass
class Extensions:
    """The extension attributes of one element; what is absent is None or empty."""

    properties: dict[str, str] = field(default_factory=dict)
    inputs: list[Mapped] = field(default_factory=list)
    outputs: list[Mapped] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    """zeebe element name -> its attributes, for the elements that can stand only once."""

    def get(self, element: str, attribute: str) -> str | None:
        """An attribute of a zeebe element, None if either is absent or it is blank."""
        value = self.attributes.get(element, {}).get(attribute, "").strip()
        return value or None

    def formula(self, element: str, attribute: str, *, always: bool = False) -> Formula | None:
        """An attribute read as a formula."""
        return Formula.read(self.get(element, attribute), always=always)

    def flag(self, element: str, attribute: str) -> bool:
        """An attribute read as yes or no; absent means yes, as in Camunda 8."""
        return self.get(element, attribute) != "false"


def read(element: etree._Element) -> Extensions:
    """The extensions that stand directly on an element."""
    found = Extensions()
    for entry in element.iterfind(f"{{{BPMN}}}extensionElements/*"):
        name = etree.QName(entry)
        if name.namespace != ZEEBE:
            continue
        if name.localname == "properties":
            found.properties = {p.get("name", ""): p.get("value", "") for p in entry.iterfind(f"{{{ZEEBE}}}property")}
        elif name.localname == "taskHeaders":
            found.headers = {h.get("key", ""): h.get("value", "") for h in entry.iterfind(f"{{{ZEEBE}}}header")}
        elif name.localname == "ioMapping":
            found.inputs = [_mapped(line) for line in entry.iterfind(f"{{{ZEEBE}}}input")]
            found.outputs = [_mapped(line) for line in entry.iterfind(f"{{{ZEEBE}}}output")]
        else:
            found.attributes[name.localname] = {str(key): str(value) for key, value in entry.attrib.items()}
    return found


def title(element: etree._Element) -> Text:
    """The name of an element: Chinese from `name`, English from the property `carerelay:name_en`."""
    english = element.xpath(
        "bpmn:extensionElements/zeebe:properties/zeebe:property[@name=$name]/@value",
        namespaces=NAMESPACES,
        name=NAME_EN,
    )
    first = english[0] if isinstance(english, list) and english else ""
    return Text((element.get("name") or "").strip(), str(first).strip())


def _mapped(line: etree._Element) -> Mapped:
    source = Formula.read(line.get("source")) or Formula("", constant=True)
    return Mapped(source, line.get("target", "").strip())
