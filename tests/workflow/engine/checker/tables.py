"""Decision tables as text, for the checker's tests."""

from xml.sax.saxutils import escape


def table(policy: str, inputs: list[tuple[str, str]], rows: list[list[str]], output: str = "string") -> str:
    """DMN of one decision `level`: inputs (formula, type), rows of cells with the answer last; row ids row1, row2..."""
    columns = "".join(
        f'<input id="i{number}" label="{escape(source)}"><inputExpression id="ie{number}" typeRef="{kind}">'
        f"<text>{escape(source)}</text></inputExpression></input>"
        for number, (source, kind) in enumerate(inputs)
    )
    body = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://carerelay.test">'
        f'<decision id="level" name="level"><decisionTable id="t" hitPolicy="{policy}">{columns}'
        f'<output id="o" name="level" typeRef="{output}"/>{body}</decisionTable></decision></definitions>'
    )


def _row(number: int, cells: list[str]) -> str:
    *inputs, answer = cells
    entries = "".join(
        f'<inputEntry id="r{number}c{index}"><text>{escape(cell)}</text></inputEntry>'
        for index, cell in enumerate(inputs)
    )
    return (
        f'<rule id="row{number}">{entries}<outputEntry id="r{number}o"><text>{escape(answer)}</text></outputEntry>'
        "</rule>"
    )
