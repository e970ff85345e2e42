"""Areas from a table (CSV): read with the number of each line, shown before anything is written, written at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, AreaLevel
from workflow import permissions
from workflow.administration import reach
from workflow.administration.areas import ORDER
from workflow.administration.editing import alone
from workflow.administration.noting import note
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import Invalid
from workflow.identity import Actor
from workflow.permissions import Permission

COLUMNS = ("code", "level", "name", "name_en", "parent_code")
LEVELS = {
    "省": "province", "市州": "prefecture", "市": "prefecture", "县": "county", "区": "county", "乡镇": "township",
    "街道": "township", "村": "village", "社区": "village", "网格": "grid",
}  # fmt: skip
MOST_LINES = 20_000
MOST_CHARACTERS = 500_000
"""What the page that shows it first can send back (web.security: two megabytes, three bytes a character)."""
_CODE = re.compile(r"[0-9A-Za-z-]{1,20}")


@dataclass(frozen=True)
class Line:
    """A line that can be imported; `what`: "added", "changed" or "same"."""

    number: int
    code: str
    level: str
    name: str
    name_en: str
    parent_code: str
    what: str


@dataclass(frozen=True)
class LineError:
    """A line that cannot, and why."""

    number: int
    message: Text


@dataclass(frozen=True)
class Preview:
    """What an import would do; nothing is written while there are errors."""

    lines: list[Line]
    errors: list[LineError]

    def count(self, what: str) -> int:
        """How many lines do this."""
        return sum(line.what == what for line in self.lines)


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or the encoding in which spreadsheets here save. Raises Invalid."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("not_a_table")


def preview(session: Session, actor: Actor, text: str) -> Preview:
    """Read a table with the columns code, level, name, name_en, parent_code. Raises Forbidden."""
    permissions.require(actor, Permission.ADMIN_ALL, reach.of(session, actor))
    if len(text) > MOST_CHARACTERS:
        return Preview([], [LineError(1, Text("内容太多，请分几次导入。", "Too much; import it in parts."))])
    known = {area.code: area for area in session.scalars(select(Area))}
    return _Reader(known).read(text)


def apply(session: Session, actor: Actor, text: str, now: datetime) -> Preview:
    """Write what the preview showed, all or nothing. Raises Forbidden; with errors nothing is written."""
    alone(session, "areas")
    shown = preview(session, actor, text)
    if shown.errors:
        return shown
    known = {area.code: area for area in session.scalars(select(Area).with_for_update())}
    for line in shown.lines:
        area = known.setdefault(line.code, Area(code=line.code))
        area.level, area.name, area.name_en = AreaLevel(line.level), line.name, line.name_en
        area.parent_id = known[line.parent_code].id if line.parent_code else None
        if line.what == "added":
            session.add(area)
            session.flush()
    session.flush()
    added, changed = shown.count("added"), shown.count("changed")
    if added or changed:
        note(session, Kind.ADMIN_AREA, actor, now, "imported", added=added, changed=changed)
    return shown


class _Reader:
    def __init__(self, known: dict[str, Area]) -> None:
        self.levels = {code: area.level.value for code, area in known.items()}
        self.known = known
        codes = {area.id: code for code, area in known.items()}
        self.parents = {code: codes.get(area.parent_id, "") if area.parent_id else "" for code, area in known.items()}
        self.lines: list[Line] = []
        self.errors: list[LineError] = []
        self.seen: set[str] = set()

    def read(self, text: str) -> Preview:
        for number, cells in _rows(text):
            if len(self.lines) + len(self.errors) >= MOST_LINES:
                self._refuse(number, f"最多 {MOST_LINES} 行。", f"{MOST_LINES} lines at most.")
                break
            self._line(number, cells)
        if not self.lines and not self.errors:
            self._refuse(1, "没有可以导入的内容。", "There is nothing to import.")
        return Preview(self.lines, self.errors)

    def _line(self, number: int, cells: list[str]) -> None:
        code, level, name, name_en, parent = [*cells, "", "", "", "", ""][:5]
        level = LEVELS.get(level, level)
        before = len(self.errors)
        if not _CODE.fullmatch(code):
            self._refuse(number, f"代码“{code[:20]}”不对。", f"The code “{code[:20]}” is not right.")
        elif code in self.seen:
            self._refuse(number, f"代码“{code}”前面已经有了。", f"The code “{code}” stands in an earlier line.")
        if level not in ORDER:
            self._refuse(number, f"没有层级“{level[:20]}”。", f"There is no level “{level[:20]}”.")
        if not name or len(name) > 60 or len(name_en) > 120:
            self._refuse(number, "名称为空或太长。", "The name is empty or too long.")
        if parent and parent not in self.levels:
            self._refuse(
                number, f"上级“{parent[:20]}”不存在，或者排在后面。",
                f"“{parent[:20]}” above it does not exist, or stands in a later line.",
            )  # fmt: skip
        elif parent and level in ORDER and ORDER.index(level) <= ORDER.index(self.levels[parent]):
            self._refuse(number, "层级要低于上级。", "The level must be below that of the area above.")
        if len(self.errors) == before:
            self.seen.add(code)
            self.levels[code] = level
            self.lines.append(
                Line(number, code, level, name, name_en, parent, self._what(code, level, name, name_en, parent))
            )

    def _what(self, code: str, level: str, name: str, name_en: str, parent: str) -> str:
        area = self.known.get(code)
        if area is None:
            return "added"
        stands = (area.level.value, area.name, area.name_en, self.parents[code])
        return "same" if stands == (level, name, name_en, parent) else "changed"

    def _refuse(self, number: int, zh: str, en: str) -> None:
        self.errors.append(LineError(number, Text(zh, en)))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with something in them; a heading is skipped, a tab separates as well as a comma."""
    first = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and cells[0].lower() not in ("code", "代码"):
                yield reader.line_num, cells
    except csv.Error:
        yield reader.line_num, []
