"""Rows out of spreadsheets: what officers send, and what somebody sends who means harm."""

import datetime as dt
import io
import random
import re
import time
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.errors import Invalid
from certflow.gateways.spreadsheets import reading
from certflow.gateways.spreadsheets.reading import Cell, rows
from certflow.gateways.spreadsheets.writing import SheetContent, csv_file, workbook
from tests import lists
from tests.gateways import samples
from tests.properties import examples

MEGABYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"
BOOK = lists.people_xlsx(*lists.many(20))
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" '
    b't="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
OUTSIDE = BOMB.replace(b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')


def _texts(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells if cell.text] for row in rows(content, most=100)]


def _reason(content: bytes, most: int = 100) -> str:
    with pytest.raises(Invalid) as refused:
        rows(content, most=most)
    (reason,) = refused.value.fields["file"]
    return reason


def _with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed and packed anew."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
    return target.getvalue()


def _with_rows(rows_: bytes) -> bytes:
    """The workbook with other rows in its sheet."""
    return _with_part(BOOK, SHEET, lambda old: re.sub(b"<row.*</row>", lambda _all: rows_, old, flags=re.DOTALL))


def test_what_stands_in_a_workbook_comes_as_people_read_it() -> None:
    sheet: list[list[Any]] = [
        ["  Họ\u00a0và \n tên ", "Ngày"],
        [None, None],
        ["Nguye\u0302\u0303n Va\u0306n A\u200b", dt.date(2026, 2, 15), 6121, 6121.0, 1.5, True],
        ["b", dt.datetime(2026, 2, 15), dt.datetime(2026, 2, 15, 8, 30), "06121", "1/2/2026", 10**20],
    ]

    found = rows(lists.xlsx(sheet, [["another sheet"]]), most=100)

    assert [row.number for row in found] == [1, 3, 4]
    assert [cell.text for cell in found[0].cells] == ["Họ và tên", "Ngày"]
    assert [cell.text for cell in found[1].cells] == ["Nguyễn Văn A", "15/02/2026", "6121", "6121", "1.5", "True"]
    assert [cell.text for cell in found[2].cells][:5] == ["b", "15/02/2026", "2026-02-15 08:30:00", "06121", "1/2/2026"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_comes_as_a_workbook_does(delimiter: str, encoding: str) -> None:
    people = [lists.person(name='Lê "Bé" Ba', position="một; hai, ba\nbốn"), *lists.many(3)]

    assert _texts(lists.people_csv(*people, delimiter=delimiter, encoding=encoding)) == _texts(
        lists.people_xlsx(*people)
    )


def test_hints_above_the_headings_and_the_line_of_excel_do_not_hide_the_delimiter() -> None:
    hint = "Ghi chú: một, hai, ba, bốn, năm, sáu, bảy, tám, chín, mười\n"
    told = hint.encode() + lists.people_csv(*lists.many(3), delimiter=";", encoding="utf-8")

    assert _texts(told)[1:] == _texts(lists.people_xlsx(*lists.many(3)))
    assert _texts(b"sep=;\r\n" + lists.people_csv(lists.PERSON, delimiter=";", encoding="utf-8"))[0][0] == "Họ và tên"


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16", "cp1252", "latin-1"])
def test_another_encoding_is_refused_with_what_to_do(encoding: str) -> None:
    told = _reason("Họ và tên;Tên đăng nhập\nĐặng;moi\n".encode(encoding, "replace"))

    assert "Windows-1258" in told
    assert "UTF-8" in told


def test_formulas_are_told_and_never_evaluated() -> None:
    sheet = [["=1+1", '=HYPERLINK("http://x")', "#N/A", "- not a formula", "a=b"]]

    (row,) = rows(lists.xlsx(sheet), most=9)
    (line,) = rows(b"=1+1;b", most=9)

    assert [cell.computed for cell in row.cells] == [True, True, True, False, False]
    assert [cell.computed for cell in line.cells] == [True, False]


@pytest.mark.parametrize(
    "content",
    [
        samples.pdf(),
        samples.picture("png"),
        samples.docx(),
        samples.xlsx(),
        samples.xlsx({"xl/vbaProject.bin": b"x"}),
        samples.office("word/document.xml", "wordprocessingml.document.main+xml"),
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        BOOK[:-40],
        BOOK + b"more",
        b"a;b\0c",
        samples.overlapping(),
    ],
)
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    assert _reason(content)


def test_a_file_that_is_too_large_is_refused_before_anything_looks_into_it() -> None:
    begun = time.process_time()

    for content in (bytes(10 * MEGABYTE), b"PK\x03\x04" + bytes(10 * MEGABYTE), b"a," * (5 * MEGABYTE)):
        assert "2 MB" in _reason(content)

    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "part",
    [
        BOMB,
        OUTSIDE,
        BOMB.replace(b"<!DOCTYPE", b"<!-- x --><!DOCTYPE"),
        BOMB.decode().encode("utf-16"),
        BOMB.decode().encode("utf-16-be"),
        b'<?xml version="1.0" encoding="cp037"?>' + BOMB.decode()[21:].encode("cp037"),
        b"not xml at all",
        b"<worksheet",
        b"",
    ],
)
@pytest.mark.parametrize("name", [SHEET, "xl/styles.xml", "xl/workbook.xml"])
def test_parts_that_play_tricks_are_refused_before_they_are_parsed(part: bytes, name: str) -> None:
    assert "cannot be read as a spreadsheet" in _reason(_with_part(BOOK, name, lambda _old: part))


def _numbered(piece: bytes, count: int) -> bytes:
    """Pieces that do not pack well, so that the ratio alone gives nothing away."""
    numbers = random.Random(1)
    return b"".join(piece % numbers.randrange(10**6) for _n in range(count))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (SHEET, b'<row r="1">' + b"<c/>" * 400_000 + b"</row>"),
        (SHEET, b'<row r="1">' + _numbered(b'<c r="A%d"/>', 201_000) + b"</row>"),
        (SHEET, _numbered(b'<row r="%d"/>', 51_000)),
        (SHEET, b"<row><c>" + _numbered(b"<v>%d</v>", 401_000) + b"</c></row>"),
        (SHEET, b'<row><c r="A1" t="inlineStr"><is><t>' + b"a" * 30_000_000 + b"</t></is></c></row>"),
        ("xl/styles.xml", _numbered(b'<xf numFmtId="%d"/>', 101_000)),
    ],
    ids=["packed", "cells", "rows", "marks", "one long cell", "styles"],
)
def test_what_unpacks_to_far_more_than_a_list_is_refused_at_once(name: str, part: bytes) -> None:
    bomb = _with_rows(part) if name == SHEET else _with_part(BOOK, name, lambda old: old + part)
    begun = time.process_time()

    assert len(bomb) < reading.MAX_BYTES
    assert "far more" in _reason(bomb)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(("length", "copies"), [(2000, 1001), (100_000, 2)], ids=["many", "long"])
def test_formulas_that_would_be_copied_over_and_over_are_refused(length: int, copies: int) -> None:
    shared = b'<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A9999">' + b"A1+" * length + b"1</f></c></row>"
    others = b"".join(b'<row><c r="A%d"><f t="shared" si="0"/></c></row>' % n for n in range(2, copies))
    begun = time.process_time()

    assert "Copy everything, paste it as values, and send the new file" in _reason(_with_rows(shared + others))
    assert time.process_time() - begun < 2


def test_rows_far_away_neither_take_for_ever_nor_are_left_out_silently() -> None:
    far = _with_part(
        BOOK, SHEET, lambda old: old.replace(b'<row r="21"', b'<row r="1048576"').replace(b'"A21"', b'"A1048576"')
    )
    farther = _with_part(BOOK, SHEET, lambda old: old.replace(b'<row r="21"', b'<row r="99999999999999"'))

    assert rows(far, most=100)[-1].number == 1_048_576
    assert len(rows(farther, most=100)) == 20
    assert "more than 20 rows" in _reason(BOOK, most=20)


def test_a_hidden_first_sheet_is_not_taken_for_the_list() -> None:
    book = openpyxl.load_workbook(io.BytesIO(lists.xlsx([["hidden"]], [["shown"]])))
    book.worksheets[0].sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)

    assert _texts(target.getvalue()) == [["shown"]]


@given(st.binary(max_size=2000))
@examples(150)
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    _rows_or_refused(content)


@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=8))
@examples(120)
def test_a_damaged_workbook_is_rows_or_refused(place: int, damage: bytes) -> None:
    _rows_or_refused(BOOK[:place] + damage + BOOK[place + len(damage) :])


@given(st.sampled_from([SHEET, "xl/styles.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]), st.data())
@examples(120)
def test_a_workbook_packed_anew_after_damage_is_rows_or_refused(name: str, data: st.DataObject) -> None:
    def damaged(old: bytes) -> bytes:
        place = data.draw(st.integers(0, len(old)))
        return old[:place] + data.draw(st.binary(max_size=6)) + old[place + data.draw(st.integers(0, 12)) :]

    _rows_or_refused(_with_part(BOOK, name, damaged))


@given(st.lists(st.lists(st.text(max_size=30), max_size=5), max_size=8))
def test_what_is_written_as_csv_is_read_again_and_acts_as_no_formula(table: list[list[str]]) -> None:
    written = csv_file(table)

    for row in _rows_or_refused(written):
        assert not any(cell.computed for cell in row.cells)


def _rows_or_refused(content: bytes) -> list[reading.SheetRow]:
    try:
        found = rows(content, most=100)
    except Invalid:
        return []
    assert all(cell.text.isprintable() and len(cell.text) <= 1000 for row in found for cell in row.cells)
    return found


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", " =", "\u200b="])
def test_no_cell_of_a_written_csv_acts(sign: str) -> None:
    assert csv_file([[f"{sign}1+1", "a"]]).decode("utf-8-sig").lstrip('"').startswith("'")


def test_a_written_workbook_holds_texts_alone() -> None:
    made = workbook(
        [SheetContent("List", "hint", ["a", "b"], examples=[["=1+1", "01"]]), SheetContent("More", "hint", ["a"])]
    )

    assert rows(made, most=9)[2].cells[:2] == (Cell("=1+1", computed=True), Cell("01"))
    kinds = [cell.data_type for cell in openpyxl.load_workbook(io.BytesIO(made)).worksheets[0][3]]
    assert kinds == ["s", "s"]
