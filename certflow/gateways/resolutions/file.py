"""A resolution on administrative units as a table that an administrator writes in a spreadsheet.

The file is CSV in UTF-8 (in Excel: "CSV UTF-8"), with commas, semicolons or tabs, at most 2 MB and 5,000 rows. Names
of columns and words may be Vietnamese or English, with or without marks and capitals. First come the head rows, a
name and its value each:

    số / number                 30/2026/QH16
    tên / title                 Nghị quyết thành lập thành phố Đồng Nai
    cơ quan ban hành / issued by  Quốc hội
    ngày ban hành / dated       24/04/2026 or 2026-04-24
    ngày hiệu lực / effective on  30/04/2026
    nguồn / source              where this was read (may be empty)

A row "ghi chú / note" is not read. Then one row names the columns, and every further row is one change:

    thay đổi / change           what happens, see below
    mã / code, loại / kind      the unit before; kind: tỉnh, huyện, xã (or province, district, commune)
    mã mới / new code, tên mới / new name, loại mới / new kind    the unit after; the name in full ("Phường Trị An")
    mã cha / parent code        the code of the unit above it afterwards
    phạm vi / extent            toàn bộ, một phần (whole, part)
    căn cứ / cites              the document or clause where it is not the number in the head

    giữ nguyên / continue       the same unit goes on while others, or parts of them, are merged into its code
    đổi tên / rename            the same unit has a new name, label included: a commune that becomes a ward
    đổi mã / recode             the same unit has a new code
    chuyển / move               the same unit lies in another parent
    nhập / merge                one row for each unit that goes, in whole or in part, into the new unit of `new code`
    chia / split                one row for each new unit that has a part of the unit of `code`
    thành lập / create          a unit that comes from no other
    giải thể / end              a unit without successor

What a spreadsheet does to codes (06115 as 6115, ="06115", 6115.0) is undone by the kind. A file is taken as a whole
or refused with all its faults at once.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date

from certflow.errors import Invalid
from certflow.gateways.resolutions.checks import compared
from certflow.gateways.resolutions.rows import MOST_ROWS, MOST_SHOWN, Faults, ResolutionRow, changes, columns
from certflow.gateways.resolutions.words import COLUMNS, HEAD, NOTE, as_date, shown
from certflow.wording import _

MOST_BYTES = 2 * 1024 * 1024
MOST_CHARACTERS = 1_000
MOST_CELLS = 100
_SEPARATORS = ";,\t"

_Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class ResolutionFile:
    """One resolution and its changes in the order of the file; what units it is about is for the caller to check."""

    number: str
    title: str
    issued_by: str
    dated: date
    effective_on: date
    source: str
    changes: tuple[ResolutionRow, ...]


def read_resolution(content: bytes) -> ResolutionFile:
    """The resolution in a file as the module describes it; raises Invalid with every fault, by row and column."""
    faults = Faults()
    above, table = _divided(_rows(_text(content)))
    head = _head(above, faults)
    rows = changes(table[1:], columns(table[0], faults), faults) if table else ()
    if not table:
        faults.add(None, None, _("No row holds the column names; they must include “change” and “code”."))
    faults.refuse()
    rows = compared(rows, faults)
    faults.refuse()
    texts, days = head.texts, head.days
    return ResolutionFile(
        number=texts["number"],
        title=texts["title"],
        issued_by=texts["issued_by"],
        dated=days["dated"],
        effective_on=days["effective_on"],
        source=texts["source"],
        changes=rows,
    )


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Invalid(_("The file is larger than 2 MB."))
    marked_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if marked_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("The file is not in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.")) from None


def _rows(text: str) -> list[_Row]:
    """The rows that are not empty, each with the number that a spreadsheet shows beside it."""
    lines = text.splitlines(keepends=True)
    if lines and lines[0].lower().startswith("sep="):
        lines[0] = "\n"
    separator = _separator(lines[:200])
    rows: list[_Row] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator), 1):
            plain = [_cell(cell) for cell in cells[:MOST_CELLS]]
            if any(cells[MOST_CELLS:]):
                raise Invalid(_("Row %(row)s has more than %(most)s cells.", row=number, most=MOST_CELLS))
            if any(plain):
                rows.append((number, plain))
            if len(rows) > MOST_ROWS or number > 10 * MOST_ROWS:
                raise Invalid(_("The file has more than %(most)s rows.", most=MOST_ROWS))
    except csv.Error:
        raise Invalid(_("The file is not a table: a quotation mark is left open or a cell is far too long.")) from None
    long = [number for number, cells in rows if any(len(cell) > MOST_CHARACTERS for cell in cells)]
    if long:
        words = _("Row %(row)s: a cell has more than %(most)s characters.", row=long[0], most=MOST_CHARACTERS)
        raise Invalid(words)
    return rows


def _separator(lines: list[str]) -> str:
    """That by which some row names the columns, or else the most frequent."""
    for mark in _SEPARATORS:
        if any(_names(line.split(mark, MOST_CELLS)) for line in lines):
            return mark
    return max(_SEPARATORS, key=lambda mark: sum(line.count(mark) for line in lines))


def _cell(text: str) -> str:
    """A cell without the blanks and the marks by which spreadsheets keep a number as text."""
    plain = " ".join(text.replace("\0", " ").split())
    if plain.startswith('="') and plain.endswith('"') and len(plain) > 2:
        plain = plain[2:-1].strip()
    return plain.removeprefix("'")


def _divided(rows: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """The head rows, and the table from its row of column names on; no table where there is no such row."""
    for place, (_number, cells) in enumerate(rows):
        if _names(cells):
            return rows[:place], rows[place:]
    return rows, []


class _Head:
    """What the head says: texts and days by their names."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {"source": ""}
        self.days: dict[str, date] = {}
        self.seen: set[str] = set()


def _names(cells: list[str]) -> bool:
    """Whether this is the row that names the columns."""
    return {"change", "code"} <= {COLUMNS.find(cell.strip().strip('"')) for cell in cells}


def _head(rows: list[_Row], faults: Faults) -> _Head:
    head = _Head()
    for number, cells in rows:
        name = HEAD.find(cells[0])
        value = next((cell for cell in cells[1:] if cell), "")
        if name is None:
            names = ", ".join(shown(key) for key in HEAD.meanings)
            words = _(
                "“%(name)s” is not known here; the head of the file has: %(known)s.",
                name=cells[0][:MOST_SHOWN],
                known=names,
            )
            faults.add(number, None, words)
        elif name != NOTE:
            _take(head, name, value, number, faults)
    _complete(head, faults)
    return head


def _take(head: _Head, name: str, value: str, number: int, faults: Faults) -> None:
    if name in head.seen:
        faults.add(number, name, _("This is entered twice; keep one."))
    head.seen.add(name)
    if name not in ("dated", "effective_on"):
        head.texts[name] = value
    elif day := as_date(value):
        head.days[name] = day
    else:
        faults.add(number, name, _("Write the day as day/month/year, as in 30/04/2026."))


def _complete(head: _Head, faults: Faults) -> None:
    for name in ("number", "title", "issued_by", "dated", "effective_on"):
        if name not in head.seen or head.texts.get(name) == "":
            faults.add(None, name, _("Add this row to the head of the file, above the changes."))
    if len(head.days) == 2 and head.days["effective_on"] < head.days["dated"]:
        faults.add(None, "effective_on", _("A resolution does not take effect before the day on which it was passed."))
