import csv
import datetime as dt
import io
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.errors import Invalid
from certflow.gateways.resolutions.file import MOST_BYTES, read_resolution
from certflow.gateways.resolutions.rows import MOST_ROWS, ResolutionRow
from certflow.gateways.resolutions.words import CHANGES, COLUMNS, HEAD
from certflow.gateways.unit_sources.data import current_units

HEAD_ROWS = """\
number;9/NQ-UBTVQH17
title;On communes; a test
issued by;Standing Committee
dated;01/02/2027
effective on;2027-03-01
"""
NAMES = "change;code;kind;new code;new name;new kind;parent code;extent;cites\n"


def _read(*rows: str, head: str = HEAD_ROWS) -> tuple[ResolutionRow, ...]:
    return read_resolution((head + NAMES + "\n".join(rows)).encode()).changes


def _refused(*rows: str, head: str = HEAD_ROWS) -> tuple[str, ...]:
    with pytest.raises(Invalid) as refusal:
        _read(*rows, head=head)
    return refusal.value.reasons


def _told(changes: tuple[ResolutionRow, ...]) -> list[tuple[object, ...]]:
    return [(c.change, c.code, c.new_code, c.new_name, c.parent_code, c.extent) for c in changes]


def test_the_shipped_resolution_makes_a_city_of_dong_nai_with_62_communes_and_33_wards() -> None:
    file = resources.files("certflow.demo") / "dong_nai_city.csv"
    resolution = read_resolution(file.read_bytes())
    units = {unit.code: unit for unit in current_units("75")}
    wards = [change for change in resolution.changes if change.kind == "commune"]

    assert (resolution.number, resolution.dated) == ("237/NQ-UBTVQH16", dt.date(2026, 4, 14))
    assert resolution.effective_on == dt.date(2026, 4, 30)
    assert "MIT" in resolution.source
    assert resolution.changes[0] == ResolutionRow(
        resolution.changes[0].row, "rename", "75", "province", None, "Thành phố Đồng Nai", "province", None,
        "whole", "30/2026/QH16",
    )  # fmt: skip
    assert {change.change for change in resolution.changes} == {"rename"}
    assert len({change.code for change in wards}) == len(wards) == 10
    assert all(units[change.code or ""].name == f"Xã {(change.new_name or '')[7:]}" for change in wards)
    labels = [unit.kind_label for unit in units.values() if unit.kind == "commune"]
    assert (labels.count("Xã") - 10, labels.count("Phường") + 10) == (62, 33)


def test_every_change_can_be_written() -> None:
    changes = _read(
        "rename;26170;commune;;Phường Trị An",
        "recode;06121;commune;06115",
        "move;25000;commune;;;;68",
        "merge;00001;commune;90001;Xã Mới;;01;whole",
        "merge;00002;commune;90001;;;;part",
        "split;00002;commune;90002;Xã Khác",
        "create;;;90003;Đặc khu Xa;commune;56",
        "end;00009;commune;;;;;;Điều 2",
    )

    assert _told(changes) == [
        ("rename", "26170", None, "Phường Trị An", None, "whole"),
        ("recode", "06121", "06115", None, None, "whole"),
        ("move", "25000", None, None, "68", "whole"),
        ("merge", "00001", "90001", "Xã Mới", "01", "whole"),
        ("merge", "00002", "90001", "Xã Mới", "01", "part"),
        ("split", "00002", "90002", "Xã Khác", None, "part"),
        ("create", None, "90003", "Đặc khu Xa", "56", "whole"),
        ("end", "00009", None, None, None, "whole"),
    ]
    assert [change.row for change in changes] == list(range(7, 15))
    assert [change.cites for change in changes][-1] == "Điều 2"
    assert [change.new_kind for change in changes] == ["commune"] * 7 + [None]


def test_a_province_may_be_merged_and_an_island_district_become_a_special_zone_with_its_communes() -> None:
    changes = _read(
        "nhập;70;tỉnh;75;Tỉnh Đồng Nai",
        "nhập;75;tỉnh;75",
        "NHAP;755;huyện;26732;Đặc khu Côn Đảo;đặc khu;79",
        "Sáp nhập;26733;xã;26732;;;79",
    )

    assert {change.new_kind for change in changes[2:]} == {"commune"}
    assert [change.kind for change in changes] == ["province", "province", "district", "commune"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_what_spreadsheets_write_is_read(separator: str, encoding: str, end: str) -> None:
    text = io.StringIO()
    rows: list[list[str]] = [
        ["Số", "9/NQ", "", ""],
        ["TÊN", "Về xã, phường; thị trấn", "", ""],
        ["Cơ quan ban hành:", "Ủy ban", "", ""],
        ["Ngày ban hành", "1/2/2027", "", ""],
        ["ngay_hieu_luc", "2027-03-01 00:00:00", "", ""],
        ["", "", "", ""],
        ["Thay đổi", "Mã", "Loại", "Tên mới"],
        ["Đổi  tên", "6115", "Xã", "xã  Tân\u00a0Văn"],
        ["đổi tên", "6118.0", "xã", "Phường B"],
        ["đổi tên", '="06121"', "xã", "Phường C"],
        ["đổi tên", "'06124", "xã", "Phường D"],
        ["", "", "", ""],
    ]
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)

    resolution = read_resolution(text.getvalue().encode(encoding))

    assert resolution.title == "Về xã, phường; thị trấn"
    assert (resolution.dated, resolution.effective_on) == (dt.date(2027, 2, 1), dt.date(2027, 3, 1))
    assert [change.code for change in resolution.changes] == ["06115", "06118", "06121", "06124"]
    assert resolution.changes[0].new_name == "Xã Tân Văn"
    assert resolution.changes[0].row == 8


def test_a_line_that_names_the_separator_is_passed_over() -> None:
    assert len(read_resolution(("sep=;\r\n" + HEAD_ROWS + NAMES + "end;1;commune").encode()).changes) == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("abolish;1;commune", "Row 7, “change”: Write one of: đổi tên (rename), "),
        ("rename;1;village;;Xã A", "Row 7, “kind”: Write one of: tỉnh (province), "),
        ("rename;1;commune", "Row 7, “new name”: This cell must be filled for this change."),
        ("rename;;commune;;Xã A", "Row 7, “code”: This cell must be filled for this change."),
        ("rename;123456;commune;;Xã A", "Row 7, “code”: A unit of this kind has a code of 5 digits."),
        ("rename;6,115;commune;;Xã A", "Row 7, “code”: A unit of this kind has a code of 5 digits."),
        ("rename;00000;commune;;Xã A", "Row 7, “code”: A unit of this kind has a code of 5 digits."),
        ("rename;1;commune;;Huyện A", "Row 7, “new name”: Write the full name with the kind of unit, for example"),
        ("rename;1;commune;2;Xã A", "Row 7, “new code”: This change does not use this cell; leave it empty"),
        ("rename;1;commune;;Xã A;tỉnh", "Row 7, “new name”: Write the full name"),
        ("rename;1;commune;;Xã A;;;một phần", "Row 7, “extent”: This change applies to the whole unit."),
        ("split;1;commune;2;Xã A;;;whole", "Row 7, “extent”: Each row of a split is one part."),
        ("split;1;commune;2;Xã A;;;half", "Row 7, “extent”: Write one of: toàn bộ (whole), một phần (part)."),
        ("create;;;2;Xã A;commune", "Row 7, “parent code”: This cell must be filled for this change."),
        ("create;;;2;Tỉnh A;province;01", "Row 7, “parent code”: A province has no unit above it here"),
        ("move;1;commune;;;;hà nội", "Row 7, “parent code”: Write the code of the province, two digits."),
        ("end;1;commune;;;;;;;beyond", "Row 7: A cell of this row has no column name above it."),
        ("merge;1;commune;2;Xã A", "Row 7, “new code”: A merge needs at least two rows"),
        ("split;1;commune;2;Xã A", "Row 7, “extent”: Only one part of this unit is named"),
    ],
)
def test_a_fault_in_a_row_is_named_by_row_and_column_with_what_to_do(row: str, fault: str) -> None:
    assert _refused(row)[0].startswith(fault)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (("end;1;commune", "end;1;commune"), "Row 8: This row repeats row 7; keep one."),
        (("rename;1;commune;;Xã A", "end;1;commune"), "Row 8, “code”: A unit that is merged, divided or ended"),
        (
            ("merge;1;commune;9;Xã A", "merge;2;commune;9", "merge;1;commune;8;Xã B", "merge;3;commune;8"),
            "Row 9, “extent”: This unit is moved as a whole, and again in another row",
        ),
        (("recode;1;commune;9", "recode;2;commune;9"), "Row 8, “new code”: This code appears more than once"),
        (("merge;1;commune;9", "merge;2;commune;9"), "Row 7, “new name”: Write the name of the new unit"),
        (("merge;1;commune;9;Xã A", "merge;2;commune;9;Xã B"), "Row 8, “new name”: All rows of one merge"),
        (
            ("merge;1;commune;9;Xã A;;01", "merge;2;commune;9;;;04"),
            "Row 8, “parent code”: All rows of one merge must have the same value here.",
        ),
    ],
)
def test_rows_that_contradict_one_another_are_refused(rows: tuple[str, ...], fault: str) -> None:
    (reason, *_more) = _refused(*rows)

    assert reason.startswith(fault)


def test_all_faults_are_said_at_once_and_the_hundredth_is_followed_by_a_count() -> None:
    assert len(_refused("rename;x;commune;;A", "end;;", "fly;1;commune")) == 5

    reasons = _refused(*["fly;1;commune"] * 130)
    assert (len(reasons), reasons[-1]) == (101, "30 more faults.")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("number;9/NQ-UBTVQH17\n", "", "“number”: Add this row to the head"),
        ("number;9/NQ-UBTVQH17", "number;", "“number”: Add this row to the head"),
        ("01/02/2027", "02/13/2027", "Row 4, “dated”: Write the day as day/month/year"),
        ("01/02/2027", "01/02/2028", "“effective on”: A resolution does not take effect before"),
        ("title;", "heading;", "Row 2: “heading” is not known here; the head of the file has: number, title,"),
        ("title;", "number;", "Row 2, “number”: This is entered twice; keep one."),
    ],
)
def test_a_fault_in_the_head_is_named(old: str, new: str, fault: str) -> None:
    assert _refused("end;1;commune", head=HEAD_ROWS.replace(old, new))[0].startswith(fault)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "“number”: Add this row"),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 2 MB."),
        ("số;Đồng".encode("cp1258", "replace"), "The file is not in UTF-8."),
        ((HEAD_ROWS + NAMES + "end;1;commune\n" * (MOST_ROWS + 1)).encode(), "The file has more than 5000 rows."),
        ((HEAD_ROWS + NAMES + "end;1;" + "c" * 1_001).encode(), "Row 7: a cell has more than 1000 characters."),
        ((HEAD_ROWS + NAMES + "end;1" + ";x" * 100).encode(), "Row 7 has more than 100 cells."),
        (b'number;"' + b"x" * 200_000, "The file is not a table"),
        (b"number\tx\nheading\ty\n", "Row 2: “heading” is not known here"),
        (b"y" * 900 + b";1", f"Row 1: “{'y' * 60}” is not known here"),
        ((HEAD_ROWS + NAMES).encode(), "The file has no changes."),
        ((HEAD_ROWS + "change;code;code\nend;1").encode(), "Row 6, “code”: This column appears twice"),
        ((HEAD_ROWS + "change;code;colour\nend;1").encode(), "Row 6: “colour” is not a column; the columns are:"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(content: bytes, fault: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_resolution(content)

    assert refusal.value.reasons[0].startswith(fault)


_cells = st.one_of(
    st.sampled_from(
        [*CHANGES.spelled, *COLUMNS.spelled, *HEAD.spelled, "xã", "Xã A", "75", "00001", "1.0", "30/04/2026"]
    ),
    st.text(max_size=12),
)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes) -> None:
    _taken_or_refused(content)


@given(st.lists(st.lists(_cells, max_size=9), max_size=12), st.sampled_from(";,\t"))
def test_no_table_raises_anything_but_a_refusal(rows: list[list[str]], separator: str) -> None:
    table = "\n".join(separator.join(row) for row in rows)

    _taken_or_refused(
        (HEAD_ROWS.replace(";", separator) + NAMES.replace(";", separator) + table).encode("utf-8", "replace")
    )
    _taken_or_refused(table.encode("utf-8", "replace"))


def _taken_or_refused(content: bytes) -> None:
    reasons: tuple[str, ...] = ()
    try:
        reasons = ("taken",) if read_resolution(content).changes else ()
    except Invalid as refusal:
        reasons = refusal.reasons
    assert 0 < len(reasons) <= 101
