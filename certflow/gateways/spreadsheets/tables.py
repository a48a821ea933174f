"""One table as a spreadsheet, .xlsx or OpenDocument: cells have types, so that no text is ever taken for a formula."""

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Kind = Literal["xlsx", "ods"]
Cell = str | int | dt.date | None
MEDIA_TYPES: dict[Kind, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
WIDEST = 50
LONGEST_TITLE = 31
_UNFIT_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
# What XML 1.0 cannot hold, and what no cell needs.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with the headings in its first row; rows may be shorter than these, not longer."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def written(table: Table, kind: Kind) -> bytes:
    """The file of a table."""
    return _xlsx(table) if kind == "xlsx" else _ods(table)


def _title(table: Table) -> str:
    """A name that Excel takes for a sheet."""
    return _UNFIT_IN_TITLE.sub(" ", _plain(table.title)).strip("' ")[:LONGEST_TITLE] or "1"


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)


def _widths(table: Table) -> list[int]:
    """For each column the letters of its longest cell."""
    lines = [table.headings, *table.rows]
    return [
        min(max(len(_shown(line[n])) for line in lines if n < len(line)) + 2, WIDEST)
        for n in range(len(table.headings))
    ]


def _shown(cell: Cell) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else "" if cell is None else str(cell)


def _xlsx(table: Table) -> bytes:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_title(table))
    sheet.freeze_panes = "A2"
    for n, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.append([_xlsx_cell(sheet, text, bold=True) for text in table.headings])
    for row in table.rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _xlsx_cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = _plain(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"  # also what begins with "="
    elif isinstance(value, dt.date):
        cell.number_format = "dd/mm/yyyy"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _ods(table: Table) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        # Read first and by its place, so it is neither compressed nor behind another.
        archive.writestr(ZipInfo("mimetype", _EPOCH), MEDIA_TYPES["ods"], ZIP_STORED)
        archive.writestr(ZipInfo("META-INF/manifest.xml", _EPOCH), _MANIFEST, ZIP_DEFLATED)
        archive.writestr(ZipInfo("content.xml", _EPOCH), "".join(_content(table)), ZIP_DEFLATED)
    return target.getvalue()


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" '
    f'manifest:media-type="{MEDIA_TYPES["ods"]}"/><manifest:file-entry manifest:full-path="content.xml" '
    'manifest:media-type="text/xml"/></manifest:manifest>'
)
_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}
_CENTIMETRES = 0.21  # of a letter
_STYLES = (
    '<number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    '</number:date-style><style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="head" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style>"
)


def _content(table: Table) -> Iterator[str]:
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _SPACES.items())
    widths = _widths(table)
    yield f'{_HEAD}<office:document-content {spaces} office:version="1.3"><office:automatic-styles>{_STYLES}'
    for n, width in enumerate(widths):
        yield f'<style:style style:name="c{n}" style:family="table-column"><style:table-column-properties '
        yield f'style:column-width="{width * _CENTIMETRES:.2f}cm"/></style:style>'
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    yield f'<table:table table:name="{escape(_title(table), {chr(34): "&quot;"})}">'
    yield from (f'<table:table-column table:style-name="c{n}"/>' for n in range(len(widths)))
    yield "<table:table-header-rows>"
    yield _ods_row(table.headings, ' table:style-name="head"')
    yield "</table:table-header-rows>"
    yield from (_ods_row(row) for row in table.rows)
    yield "</table:table></office:spreadsheet></office:body></office:document-content>"


def _ods_row(cells: Sequence[Cell], style: str = "") -> str:
    return f"<table:table-row>{''.join(_ods_cell(cell, style) for cell in cells)}</table:table-row>"


def _ods_cell(cell: Cell, style: str) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    text = f"<text:p>{_paragraphs(_shown(cell))}</text:p></table:table-cell>"
    if isinstance(cell, dt.date):
        return f'<table:table-cell table:style-name="date" office:value-type="date" office:date-value="{cell}">{text}'
    if isinstance(cell, int):
        return f'<table:table-cell office:value-type="float" office:value="{cell}">{text}'
    return f'<table:table-cell{style} office:value-type="string">{text}'


def _paragraphs(text: str) -> str:
    """Every line a paragraph; blanks that XML readers would fold are written out."""
    lines = escape(_plain(text)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "</text:p><text:p>".join(re.sub(r"^ +| {2,}", _blanks, line.replace("\t", "<text:tab/>")) for line in lines)


def _blanks(run: re.Match[str]) -> str:
    return f'<text:s text:c="{len(run[0])}"/>'
