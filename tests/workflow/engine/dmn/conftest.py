"""Decision files as dmn-js writes them, drawn from rows of cells."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from workflow.engine.moment import Moment

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@pytest.fixture
def moment() -> Moment:
    """9 in the morning of 30 September 2026 in Shanghai."""
    return Moment(datetime(2026, 9, 30, 1, 0, tzinfo=UTC))


def file(*decisions: str, namespace: str = NAMESPACE) -> str:
    """A DMN file of these decisions."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{namespace}" id="defs" name="d" '
        f'namespace="n">{"".join(decisions)}</definitions>'
    )


def text(source: str) -> str:
    """A FEEL text as an element."""
    return f"<text>{escape(source)}</text>"


def table(
    rows: Sequence[Sequence[str]],
    inputs: Sequence[str] = ("x:number",),
    outputs: Sequence[str] = ("y:string",),
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    needs: Sequence[str] = (),
    values: Sequence[str] = (),
    id: str = "d",
) -> str:
    """A decision that is a table; columns are "source:type" and "name:type", a row is its cells."""
    columns = "".join(
        f'<input id="in{n}" label="{escape(source)}">'
        f'<inputExpression id="ask{n}" typeRef="{kind}">{text(source)}</inputExpression></input>'
        for n, (source, _, kind) in enumerate(column.partition(":") for column in inputs)
    )
    results = "".join(
        f'<output id="out{n}" name="{name}" typeRef="{kind}">'
        + (f'<outputValues id="v{n}">{text(values[n])}</outputValues>' if n < len(values) else "")
        + "</output>"
        for n, (name, _, kind) in enumerate(column.partition(":") for column in outputs)
    )
    rules = "".join(
        f'<rule id="r{n}">'
        + "".join(f'<inputEntry id="r{n}i{m}">{text(cell)}</inputEntry>' for m, cell in enumerate(row[: len(inputs)]))
        + "".join(f'<outputEntry id="r{n}o{m}">{text(cell)}</outputEntry>' for m, cell in enumerate(row[len(inputs) :]))
        + "</rule>"
        for n, row in enumerate(rows, 1)
    )
    collect = f' aggregation="{aggregation}"' if aggregation else ""
    return _decision(
        id, needs, f'<decisionTable id="t" hitPolicy="{policy}"{collect}>{columns}{results}{rules}</decisionTable>'
    )


def formula(source: str, *, id: str = "d", kind: str = "Any", needs: Sequence[str] = ()) -> str:
    """A decision that is one formula."""
    return _decision(
        id,
        needs,
        f'<variable name="{id}" typeRef="{kind}"/><literalExpression id="l">{text(source)}</literalExpression>',
    )


def _decision(id: str, needs: Sequence[str], body: str) -> str:
    required = "".join(
        f'<informationRequirement id="q"><requiredDecision href="#{need}"/></informationRequirement>' for need in needs
    )
    return f'<decision id="{id}" name="{id}">{required}{body}</decision>'
