"""Tables as spreadsheets: what is text stays text, whatever it begins with, in both formats."""

import datetime as dt
import io
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from certflow.gateways.spreadsheets import tables
from certflow.gateways.spreadsheets.tables import Cell, Table, written

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ACTING = ("=1+1", "+84 251", "-2", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "0912345678", "'quoted")
DAY = dt.date(2026, 2, 15)


def table(*rows: list[Cell]) -> Table:
    return Table("Hồ sơ", ["Đơn vị", "Ngày", "Số"], rows)


def xlsx(content: bytes) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def ods(content: bytes) -> list[list[tuple[str | None, str]]]:
    """Type and text of every cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    return [
        [(cell.get(f"{OFFICE}value-type"), "\n".join(map(_read, cell.findall(f"{TEXT}p")))) for cell in row]
        for row in root.iter(f"{TABLE}table-row")
    ]


def _read(paragraph: ElementTree.Element) -> str:
    written_out = paragraph.text or ""
    for piece in paragraph:
        blanks = int(piece.get(f"{TEXT}c", "1"))
        written_out += ("\t" if piece.tag == f"{TEXT}tab" else " " * blanks) + (piece.tail or "")
    return written_out


@pytest.mark.parametrize("text", ACTING)
def test_no_text_becomes_a_formula_or_a_number(text: str) -> None:
    sheet = load_workbook(io.BytesIO(written(table([text, None, None]), "xlsx"))).worksheets[0]
    cell = sheet["A2"]

    assert (cell.data_type, cell.value) == ("s", text)
    assert ods(written(table([text, None, None]), "ods"))[1][0] == ("string", text)


def test_days_and_numbers_keep_their_types() -> None:
    rows: list[Cell] = ["Xã Xuân Tây", DAY, -4]

    assert xlsx(written(table(rows), "xlsx"))[1] == ["Xã Xuân Tây", dt.datetime(2026, 2, 15), -4]
    assert ods(written(table(rows), "ods"))[1] == [("string", "Xã Xuân Tây"), ("date", "15/02/2026"), ("float", "-4")]


def test_an_ods_begins_with_its_type_uncompressed() -> None:
    content = written(table(), "ods")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]

    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert content[30:].startswith(b"mimetype" + tables.MEDIA_TYPES["ods"].encode())
    assert content == written(table(), "ods")


@given(st.text(max_size=60))
def test_whatever_is_in_a_cell_the_file_can_be_read(text: str) -> None:
    shown = ods(written(table([text, None, None]), "ods"))[1][0][1]
    lines = "".join(sign for sign in text if sign.isprintable() or sign == " ")

    assert "".join(sign for sign in shown if sign.isprintable() or sign == " ") == lines
    assert len(xlsx(written(Table(text, ["A"], [[text]]), "xlsx"))) == 2
