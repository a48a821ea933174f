"""Spreadsheets for people to fill in or to read: .xlsx, and CSV in which no cell can act as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_ACTING = ("=", "+", "-", "@", "\t", "\r")
_HEADING = PatternFill("solid", fgColor="FFD9E8EC")
_EXAMPLE = PatternFill("solid", fgColor="FFF2F2F2")
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class SheetContent:
    """A sheet to write: a hint over everything, the headings, rows of example in grey, then the rows."""

    title: str
    hint: str
    headings: Sequence[str]
    examples: Sequence[Sequence[str]] = ()
    rows: Sequence[Sequence[str]] = ()


def workbook(sheets: Iterable[SheetContent]) -> bytes:
    """The .xlsx with these sheets; every cell is text, so that codes keep their zeros and nothing is evaluated."""
    book = Workbook()
    for number, sheet in enumerate(sheets):
        page = book.active if number == 0 else book.create_sheet()
        assert isinstance(page, Worksheet)
        _fill(page, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _fill(page: Worksheet, sheet: SheetContent) -> None:
    page.title = sheet.title
    lines = [[sheet.hint], sheet.headings, *sheet.examples, *sheet.rows]
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = page.cell(number, column)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"
            if number == 2:
                cell.font, cell.fill = Font(bold=True), _HEADING
            elif 2 < number <= 2 + len(sheet.examples):
                cell.font, cell.fill = Font(italic=True), _EXAMPLE
    columns = len(sheet.headings)
    for column in range(1, columns + 1):
        widest = max((len(line[column - 1]) for line in lines[1:] if len(line) >= column), default=0)
        letter = get_column_letter(column)
        page.column_dimensions[letter].width = min(widest + 3, _WIDEST)
        page.column_dimensions[letter].number_format = "@"
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=columns)
    page["A1"].alignment = Alignment(wrap_text=True, vertical="top")
    page.row_dimensions[1].height = 48
    page.freeze_panes = "A3"


def csv_file(lines: Iterable[Sequence[str]]) -> bytes:
    """A CSV as Excel opens it with its letters right: UTF-8 with its mark, and no cell that it would evaluate."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([_inert(text) for text in line] for line in lines)
    return target.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    """The text, marked as one when a program would evaluate it, also behind blanks and signs that nobody sees."""
    first = next((sign for sign in text if sign.isprintable() and not sign.isspace()), "")
    return f"'{text}" if text.startswith(_ACTING) or first in _ACTING else text
