"""Lists of people as somebody sends them: real .xlsx files written by openpyxl, and CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = (
    "Họ và tên",
    "Tên đăng nhập",
    "Thư điện tử",
    "Chức vụ",
    "Vai trò",
    "Đơn vị",
    "Ngày bắt đầu",
    "Ngày kết thúc",
)
PERSON = {
    "Họ và tên": "Đặng Thị Mới",
    "Tên đăng nhập": "moi",
    "Thư điện tử": "",
    "Chức vụ": "Công chức",
    "Vai trò": "commune_officer",
    "Đơn vị": "Xã Xuân Tây, Huyện Cẩm Mỹ",
    "Ngày bắt đầu": "01/01/2026",
    "Ngày kết thúc": "",
}


def person(**changes: Any) -> dict[str, Any]:
    """A row about the usual person, changed in one or several of the columns, which are named shortly here."""
    names = dict(zip(("name", "sign_in", "email", "position", "role", "unit", "first", "last"), HEADINGS, strict=True))
    return PERSON | {names[key]: value for key, value in changes.items()}


def many(count: int, unit: str = "Xã Xuân Tây", **changes: Any) -> list[dict[str, Any]]:
    """`count` different people."""
    return [person(name=f"Người Thứ {n}", sign_in=f"nguoi.{n:05}", unit=unit, **changes) for n in range(count)]


def lines(*people: Mapping[str, Any], headings: Sequence[str] = HEADINGS) -> list[list[Any]]:
    """The headings and a line for each person."""
    return [list(headings), *([one.get(name) for name in headings] for one in people)]


def xlsx(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with these sheets, each a list of lines."""
    book = Workbook()
    for number, sheet in enumerate(sheets):
        page = book.worksheets[0] if number == 0 else book.create_sheet()
        for line in sheet:
            page.append(list(line))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def people_xlsx(*people: Mapping[str, Any]) -> bytes:
    """A workbook with a row for each person."""
    return xlsx(lines(*people))


def people_csv(*people: Mapping[str, Any], delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """The same as CSV."""
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(lines(*people))
    return target.getvalue().encode(encoding)
