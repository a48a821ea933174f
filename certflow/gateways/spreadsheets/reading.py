"""Rows of plain text out of a spreadsheet that somebody sent, .xlsx or CSV, whatever its bytes are.

An .xlsx is looked at before anything parses it: `content_office` unpacks and measures it, and what could make a parser
work for long (entities, another encoding, endless elements or formulas) is refused here. Nothing is evaluated.
"""

import csv
import datetime as dt
import io
import re
import statistics
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl

from certflow.errors import Invalid
from certflow.gateways.files.office import look_into_office
from certflow.wording import _

MAX_BYTES = 2 * 1024 * 1024
LONGEST_CELL = 1000
MOST_COLUMNS = 40
MAX_UNPACKED = 20 * 1024 * 1024
MOST_MARKS, MOST_MARKS_BESIDE = 800_000, 100_000
MOST_CELLS, MOST_ROWS = 200_000, 50_000
MOST_FORMULAS = 300
LAST_ROW = 1_048_576
DELIMITERS = ",;\t"
_LOOKED_AT = 20
_WITH_CELLS = ("xl/worksheets/", "xl/sharedstrings")
_CELL, _ROW = re.compile(rb"[<:]c[\s/>]"), re.compile(rb"[<:]row[\s/>]")
_FORMULA = re.compile(rb"[<:]f[\s/>]")
_LONG_FORMULA = re.compile(rb"[<:]f[\s/>][^<]{8300}")  # Excel itself takes 8192 characters
_ENCODING = re.compile(rb"""^[^>]{0,100}?encoding\s*=\s*["']([^"'>]{1,40})["']""")
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SEPARATOR_LINE = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, without marks nobody sees; `computed` when a formula stands in it, or the fault of one."""

    text: str = ""
    computed: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row up to its last cell that holds something, by the number the spreadsheet program shows beside it."""

    number: int
    cells: tuple[Cell, ...]


_EMPTY = Cell()


def rows(content: bytes, *, most: int) -> list[SheetRow]:
    """The rows of the first sheet or of the CSV, empty ones left out; dates as 15/02/2025, long cells cut.

    Raises Invalid at the field `file` with what to do, whatever the bytes are; also for more than `most` rows.
    """
    if not content:
        raise _refused(_("The file is empty. Check that it opens on your computer, then choose it again."))
    if len(content) > MAX_BYTES:
        raise _refused(_("The file is larger than %(most)s MB.", most=MAX_BYTES // 2**20))
    if content.startswith(_OLD_EXCEL):
        raise _refused(
            _("The file is in the old Excel format or locked with a password. Save it as .xlsx without a password.")
        )
    sheet_rows: list[SheetRow] = []
    for row in _of_workbook(content) if content.startswith(b"PK") else _of_text(content):
        if len(sheet_rows) == most:
            raise too_many_rows(most)
        sheet_rows.append(row)
    return sheet_rows


def too_many_rows(most: int) -> Invalid:
    """The refusal of a list with more than `most` rows."""
    return _refused(_("The file has more than %(most)s rows. Split it into several files.", most=most))


def _refused(reason: str) -> Invalid:
    return Invalid(fields={"file": (reason,)})


def _damaged() -> Invalid:
    return _refused(
        _("The file cannot be read as a spreadsheet. Open it in Excel, save it again as .xlsx and send the new file.")
    )


def _of_workbook(content: bytes) -> Iterator[SheetRow]:
    try:
        extension, fault = look_into_office(content)
        if extension != "xlsx":
            raise _refused(fault or _("This is a text document. Send a spreadsheet: .xlsx or CSV."))
        _check_parts(content)
        with warnings.catch_warnings():  # of what the library leaves out, nothing is read here
            warnings.simplefilter("ignore")
            yield from _cells(content)
    except Invalid:
        raise
    except Exception as damage:  # the parser of hostile bytes raises a dozen kinds
        raise _damaged() from damage


def _check_parts(content: bytes) -> None:
    """Refuse what would make a parser open, expand or build more than a list of people needs."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise _too_much()
        parts = {entry.filename.lower(): archive.read(entry) for entry in archive.infolist()}
    for part in parts.values():
        if any(sign in part for sign in _ENTITIES) or part.startswith(_WIDE) or not _is_utf8(part):
            raise _damaged()
    beside = [part for name, part in parts.items() if not name.startswith(_WITH_CELLS)]
    if _count(b"<", parts.values()) > MOST_MARKS or _count(b"<", beside) > MOST_MARKS_BESIDE:
        raise _too_much()
    if _count(_CELL, parts.values()) > MOST_CELLS or _count(_ROW, parts.values()) > MOST_ROWS:
        raise _too_much()
    if _count(_FORMULA, parts.values()) > MOST_FORMULAS or any(map(_LONG_FORMULA.search, parts.values())):
        raise _refused(_("The file has too many formulas. Copy everything, paste it as values, and send the new file."))


def _count(sign: bytes | re.Pattern[bytes], parts: Iterable[bytes]) -> int:
    if isinstance(sign, bytes):
        return sum(part.count(sign) for part in parts)
    return sum(len(sign.findall(part)) for part in parts)


def _is_utf8(part: bytes) -> bool:
    declared = _ENCODING.search(part)
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"ascii")


def _too_much() -> Invalid:
    return _refused(
        _("The file holds far more than its rows need. Copy the rows into the template that can be downloaded here.")
    )


def _cells(content: bytes) -> Iterator[SheetRow]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        empty: object = None
        for number, cells in enumerate(visible[0].iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS), 1):
            if cells is empty:  # one and the same stands for every row that the sheet leaves out, up to a million
                continue
            row = _row(number, (_cell(cell.value, cell.data_type) for cell in cells))
            empty = cells if row is None else empty
            if row is not None:
                yield row
    finally:
        book.close()


def _cell(value: Any, kind: str) -> Cell:
    if value is None:
        return _EMPTY
    if kind in ("f", "e"):
        return Cell(_plain(str(value) if kind == "e" else ""), computed=True)
    return _typed(_written(value))


def _written(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)[: 2 * LONGEST_CELL]


def _of_text(content: bytes) -> Iterator[SheetRow]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(_no_utf8()) from None
    text = _SEPARATOR_LINE.sub("", text)
    if "\0" in text:
        raise _damaged()
    delimiter = max(DELIMITERS, key=lambda sign: _width(text, sign))
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            row = _row(number, map(_typed, fields[:MOST_COLUMNS]))
            if row is not None:
                yield row
    except csv.Error as fault:
        raise _damaged() from fault


def _no_utf8() -> str:
    return _(
        "This page cannot read the file: its text is not in UTF-8 (it may be in Windows-1258, "
        "VNI or TCVN3). In Excel choose “Save as”, then “Excel Workbook (.xlsx)” or “CSV UTF-8”, "
        "and send that file."
    )


def _width(text: str, delimiter: str) -> float:
    """How many fields most of the first lines have with this delimiter; hints above the headings do not count."""
    try:
        reader = csv.reader(io.StringIO(text[: 64 * 1024], newline=""), delimiter=delimiter)
        widths = [len(fields) for fields, _n in zip(reader, range(_LOOKED_AT), strict=False) if any(fields)]
    except csv.Error:
        return 0
    return statistics.median(widths) if widths else 0


def _row(number: int, cells: Iterator[Cell]) -> SheetRow | None:
    filled = list(cells)
    while filled and filled[-1] == _EMPTY:
        filled.pop()
    return SheetRow(number, tuple(filled)) if filled else None


def _typed(text: str) -> Cell:
    """A text that a spreadsheet program would take for a formula is one."""
    plain = _plain(text)
    return Cell(plain, computed=plain.startswith("="))


def _plain(text: str) -> str:
    """Composed, in one line, without signs nobody sees, cut."""
    spaced = unicodedata.normalize("NFC", " ".join(text[: 2 * LONGEST_CELL].split()))
    if not spaced.isprintable():
        spaced = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C").strip()
    return spaced[:LONGEST_CELL]
