"""Reads a DMN file into decisions; what is not supported is refused by name, never skipped."""

from graphlib import CycleError, TopologicalSorter

from lxml import etree

from workflow.engine import xml
from workflow.engine.dmn.model import (
    AGGREGATIONS,
    HIT_POLICIES,
    TYPES,
    Cell,
    Decision,
    DmnError,
    Input,
    Output,
    Row,
    Table,
)
from workflow.engine.findings import Finding, Severity
from workflow.engine.text import Text

DMN = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
FEEL_LANGUAGES = {
    "",
    "feel",
    "https://www.omg.org/spec/DMN/20191111/FEEL/",
    "https://www.omg.org/spec/DMN/20211108/FEEL/",
}
IGNORED = {"description", "extensionElements", "variable", "informationRequirement", "authorityRequirement", "question",
           "allowedAnswers"}  # fmt: skip
REFUSED = {
    "businessKnowledgeModel": Text("函数模型", "a business knowledge model"),
    "decisionService": Text("决策服务", "a decision service"),
    "import": Text("引入其他文件", "an import of another file"),
    "itemDefinition": Text("自定义类型", "a type definition"),
}


def read_decisions(text: str, found: list[Finding] | None = None, file: str = "") -> dict[str, Decision]:
    """The decisions of a file by id.

    With `found`, every complaint is added to it as a finding and the readable rest is returned; without, the first one
    is raised as DmnError.
    """
    return _Reader(found, file).read(xml.read(text))


class _Reader:
    def __init__(self, found: list[Finding] | None, file: str) -> None:
        self.found, self.file = found, file

    def read(self, root: etree._Element) -> dict[str, Decision]:
        if etree.QName(root).namespace not in DMN or xml.local(root) != "definitions":
            self.refuse(
                root,
                "dmn-not-dmn",
                Text("这不是 DMN 1.3 及以上的决策文件。", "This is not a DMN file of version 1.3 or later."),
            )
            return {}
        for kind, name in REFUSED.items():
            for element in _all(root, kind):
                self.refuse(
                    element,
                    "dmn-unsupported",
                    Text(f"不支持{name.zh}。", f"{name.en[0].upper()}{name.en[1:]} is not supported."),
                )
        decisions: dict[str, Decision] = {}
        for element in _all(root, "decision"):
            decision = self._decision(element)
            if decision.element_id in decisions:
                self.refuse(element, "dmn-duplicate", Text("决策编号重复。", "Two decisions have the same id."))
            decisions[decision.element_id] = decision
        if not decisions:
            self.refuse(root, "dmn-empty", Text("文件里没有决策。", "The file holds no decision."))
        self._requirements(root, decisions)
        return decisions

    def refuse(self, element: etree._Element, rule: str, message: Text) -> None:
        identifier = next((str(e.get("id")) for e in [element, *element.iterancestors()] if e.get("id")), None)
        if self.found is None:
            raise DmnError(message, identifier)
        self.found.append(Finding(self.file, identifier, Severity.ERROR, rule, message))

    def _decision(self, element: etree._Element) -> Decision:
        identifier, name = str(element.get("id") or ""), str(element.get("name") or "")
        variable = next(
            (str(v.get("name")) for v in _children(element, "variable") if v.get("name")), name or identifier
        )
        requires = tuple(
            str(need.get("href", "")).removeprefix("#") for part in _children(element, "informationRequirement")
            for need in _children(part, "requiredDecision")
        )  # fmt: skip
        bodies = [child for child in element if xml.local(child) not in IGNORED]
        table = source = None
        kind = "Any"
        for body in bodies:
            if xml.local(body) == "decisionTable" and table is None:
                table = self._table(body)
            elif xml.local(body) == "literalExpression" and source is None:
                source = self._source(body)
                kind = next((self._kind(v) for v in _children(element, "variable")), "Any")
            else:
                self.refuse(
                    body,
                    "dmn-unsupported",
                    Text(
                        f"不支持这种决策内容：{xml.local(body)}。",
                        f"This kind of decision is not supported: {xml.local(body)}.",
                    ),
                )
        if table is None and not source:
            self.refuse(element, "dmn-empty", Text(f"决策“{name}”没有内容。", f"The decision “{name}” is empty."))
        return Decision(identifier, name, variable, requires, table, source, kind)

    def _table(self, element: etree._Element) -> Table:
        policy = str(element.get("hitPolicy") or "UNIQUE")
        aggregation = element.get("aggregation")
        if policy not in HIT_POLICIES or (
            aggregation is not None and (aggregation not in AGGREGATIONS or policy != "COLLECT")
        ):
            self.refuse(element, "dmn-hit-policy", Text("不认识的命中方式。", "The hit policy is not known."))
        inputs = tuple(self._input(column) for column in _children(element, "input"))
        outputs = tuple(self._output(column) for column in _children(element, "output"))
        rows = tuple(self._row(rule, len(inputs), len(outputs)) for rule in _children(element, "rule"))
        if policy in {"PRIORITY", "OUTPUT ORDER"} and not all(output.values for output in outputs):
            self.refuse(
                element,
                "dmn-no-priorities",
                Text(
                    "按优先级取结果的表，要先列出结果的可选值。",
                    "A table that decides by priority needs the list of output values.",
                ),
            )
        if aggregation and len(outputs) != 1:
            self.refuse(
                element, "dmn-aggregation", Text("汇总只能用于一列结果。", "Only one output column can be summed up.")
            )
        if not outputs or not rows:
            self.refuse(
                element, "dmn-empty", Text("决策表没有结果列或没有规则。", "The table has no output column or no rule.")
            )
        if len(outputs) > 1 and len({output.name for output in outputs}) != len(outputs):
            self.refuse(
                element,
                "dmn-output-names",
                Text("每个结果列要有自己的名称。", "Every output column needs a name of its own."),
            )
        return Table(policy, str(aggregation) if aggregation else None, inputs, outputs, rows)

    def _input(self, column: etree._Element) -> Input:
        expression = next(iter(_children(column, "inputExpression")), None)
        source = self._source(expression) if expression is not None else ""
        if not source:
            self.refuse(
                column,
                "dmn-empty-input",
                Text("条件列没有写取什么值。", "An input column does not say which value it asks for."),
            )
        kind = self._kind(expression) if expression is not None else "Any"
        return Input(str(column.get("id") or ""), str(column.get("label") or ""), source, kind)

    def _output(self, column: etree._Element) -> Output:
        values = tuple(
            part.strip()
            for listed in _children(column, "outputValues")
            for part in _split(self._source(listed))
            if part.strip()
        )
        return Output(
            str(column.get("id") or ""),
            str(column.get("name") or column.get("label") or ""),
            self._kind(column),
            values,
        )

    def _row(self, rule: etree._Element, inputs: int, outputs: int) -> Row:
        asked = tuple(self._cell(cell) for cell in _children(rule, "inputEntry"))
        given = tuple(self._cell(cell) for cell in _children(rule, "outputEntry"))
        if len(asked) != inputs or len(given) != outputs:
            self.refuse(
                rule,
                "dmn-row",
                Text("规则的格数与列数不一致。", "A rule has more or fewer cells than there are columns."),
            )
        for cell, element in zip(given, _children(rule, "outputEntry"), strict=True):
            if not cell.source:
                self.refuse(element, "dmn-empty-output", Text("结果格是空的。", "A result cell is empty."))
        return Row(str(rule.get("id") or ""), asked, given)

    def _cell(self, element: etree._Element) -> Cell:
        return Cell(str(element.get("id") or ""), self._source(element))

    def _source(self, element: etree._Element) -> str:
        if str(element.get("expressionLanguage") or "").lower() not in {known.lower() for known in FEEL_LANGUAGES}:
            self.refuse(element, "dmn-language", Text("只支持 FEEL 表达式。", "Only FEEL expressions are supported."))
        return "".join(str(text.text or "") for text in _children(element, "text")).strip()

    def _kind(self, element: etree._Element) -> str:
        kind = str(element.get("typeRef") or "Any").rpartition(":")[2]
        if kind.lower() == "any":
            return "Any"
        if kind not in TYPES:
            self.refuse(element, "dmn-type", Text(f"不认识的类型“{kind}”。", f"The type “{kind}” is not known."))
            return "Any"
        return kind

    def _requirements(self, root: etree._Element, decisions: dict[str, Decision]) -> None:
        """Refuse a decision that needs one that is not there, or, round a circle, itself."""
        for decision in decisions.values():
            for need in decision.requires:
                if need not in decisions:
                    self.refuse(
                        root,
                        "dmn-missing",
                        Text(f"找不到需要的决策“{need}”。", f"The needed decision “{need}” is not there."),
                    )
        order = TopologicalSorter(
            {key: [need for need in decision.requires if need in decisions] for key, decision in decisions.items()}
        )
        try:
            order.prepare()
        except CycleError:
            self.refuse(
                root, "dmn-circle", Text("决策互相需要，成了一个圈。", "The decisions need each other in a circle.")
            )


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and xml.local(child) == name]


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return _children(root, name)


def _split(text: str) -> list[str]:
    """Split a list of FEEL texts at the commas outside quotation marks."""
    parts, quoted = [""], False
    for letter in text:
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
