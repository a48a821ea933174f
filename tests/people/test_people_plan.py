"""What a list of people comes to, row by row."""

import datetime as dt
import io

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from certflow import clock
from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.errors import Invalid
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.people import columns, importing, people
from tests import lists, make
from tests.lists import person
from tests.people.listing import administrator, create, plan

pytestmark = pytest.mark.usefixtures("inside_the_application")

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE
def test_headings_come_in_any_order_and_in_english_and_others_are_told() -> None:
    english = ["Remark", "Last day", "First day (dd/mm/yyyy)", "Unit *", "Role", "Sign-in name", "Full name"]
    line = ["x", "", dt.date(2026, 1, 1), "26000", "Commune culture and society officer", "moi", "Đặng Thị Mới"]
    make.units()

    found = plan(lists.xlsx([["A hint above"], [], english, line]))

    assert found.unknown == ("Remark",)
    assert [(step.outcome, step.line.role, step.line.unit_name, step.line.starts_on) for step in found.steps] == [
        ("new", "commune_officer", "Xã Xuân Tây", dt.date(2026, 1, 1))
    ]


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": ""}, "full_name", "full name"),
    ({"name": "…"}, "full_name", "full name"),
    ({"name": "A" * 121}, "full_name", "120"),
    ({"sign_in": "có dấu"}, "sign_in_name", "a-z"),
    ({"sign_in": ""}, "sign_in_name", "a-z"),
    ({"email": "a@b"}, "email", "e-mail"),
    ({"email": "a@b.vn, c@d.vn"}, "email", "e-mail"),
    ({"position": "=1+1"}, "position", "formula"),
    ({"position": "x" * 121}, "position", "120"),
    ({"role": ""}, "role", "no such role"),
    ({"role": "vua"}, "role", "no such role"),
    ({"role": "Chủ tịch Ủy ban nhân dân tỉnh"}, "role", "province_chair, province_committee_chair"),
    ({"unit": ""}, "unit", "a commune"),
    ({"unit": "99999"}, "unit", "no commune"),
    ({"unit": "Huyện Cẩm Mỹ"}, "unit", "no commune"),
    ({"unit": "Xã Xuân Tây, Huyện Xuân Lộc"}, "unit", "no commune"),
    ({"role": "administrator"}, "unit", "leave this empty"),
    ({"unit": "=A1"}, "unit", "formula"),
    ({"first": ""}, "starts_on", "first day"),
    ({"first": "2026-01-01"}, "starts_on", "not a date"),
    ({"first": "31/02/2026"}, "starts_on", "not a date"),
    ({"last": "mai"}, "ends_on", "not a date"),
    ({"last": "31/12/2025"}, "ends_on", "before the first day"),
]


@ON_ONE
def test_what_is_wrong_in_a_row_is_told_at_its_column() -> None:
    make.units()
    wrong = [person(**({"sign_in": f"number{n}"} | changes)) for n, (changes, _column, _told) in enumerate(WRONG)]

    with force_locale("en"):
        found = plan(lists.people_xlsx(person(), *wrong))

    assert [fault.column for fault in found.faults] == [column for _changes, column, _told in WRONG]
    assert [fault.row for fault in found.faults] == list(range(3, len(WRONG) + 3))
    for fault, (changes, _column, told) in zip(found.faults, WRONG, strict=True):
        assert told in fault.reason, changes
    assert found.count("new") == 1


@ON_ONE
def test_a_unit_of_which_there_are_several_is_told_with_their_codes() -> None:
    units = make.units()
    twin = units["Xã Suối Cát"]
    twin.name, twin.short_name, twin.search_key = "Xã Xuân Tây", "Xuân Tây", "xa xuan tay"
    make.commit()

    (fault,) = plan(lists.people_xlsx(person(unit="Xuân Tây"))).faults

    assert fault.column == "unit"
    assert units["Xã Suối Cát"].code in fault.reason
    assert "xã Xuân Tây, huyện Cẩm Mỹ, tỉnh Đồng Nai" in fault.reason
    for words in ("xa xuan tay, cam my", "Xã Xuân Tây, Tỉnh Đồng Nai, ", "26000"):
        found = plan(lists.people_xlsx(person(unit=words)))
        assert (len(found.steps) == 1) == ("Tỉnh" not in words), words


@ON_ONE
def test_zeros_that_a_spreadsheet_took_off_a_code_are_put_back() -> None:
    units = make.units()
    units["Xã Xuân Tây"].code, units["Tỉnh Đồng Nai"].code = "06121", "02"
    make.commit()

    found = plan(lists.people_xlsx(person(unit=6121), person(role="province_reviewer", unit="2")))

    assert [step.line.unit_name for step in found.steps] == ["Xã Xuân Tây", "Tỉnh Đồng Nai"]


@ON_ONE
def test_rows_of_one_list_that_disagree_or_repeat_each_other_are_told() -> None:
    make.units()
    rows = [
        person(email="moi@example.vn"),
        person(name="Ai Khác", role="commune_chair"),
        person(role="commune_chair", email="khac@example.vn"),
        person(role="commune_chair", position="Chủ tịch"),
        person(),
        person(first="01/06/2026"),
    ]

    found = plan(lists.people_xlsx(*rows))

    assert [(fault.row, fault.column) for fault in found.faults] == [
        (3, "full_name"),
        (4, "email"),
        (5, "position"),
        (6, "role"),
        (7, "role"),
    ]


def test_an_account_that_is_switched_off_and_days_that_overlap_are_told() -> None:
    make.units()
    create(lists.people_xlsx(person(), person(sign_in="off", name="Off")))
    off = directory.by_sign_in_name("off")
    assert off
    people.change(off.id, actor=administrator(), full_name="Off", position="", active=False)

    found = plan(lists.people_xlsx(person(first="01/03/2026"), person(sign_in="off", name="Off", role="commune_chair")))

    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "starts_on"), (3, "sign_in_name")]
    assert "01/01/2026" in found.faults[0].reason


def test_an_appointment_that_was_ended_does_not_come_back_by_the_same_list() -> None:
    make.units()
    content = lists.people_xlsx(person())
    create(content)
    held = db.session.scalars(sa.select(Appointment).join(User).where(User.sign_in_name == "moi")).one()
    people.end_appointment(held.id, actor=administrator())
    make.commit()

    assert [step.outcome for step in plan(content).steps] == ["there"]
    later = clock.today() + dt.timedelta(days=30)
    assert [step.outcome for step in plan(lists.people_xlsx(person(first=later))).steps] == ["known"]


@ON_ONE
def test_the_faults_as_a_file_act_as_no_formula() -> None:
    make.units()
    found = plan(lists.people_csv(person(name="@SUM(A1)", sign_in="-x", unit='"=cmd"')))

    written = importing.faults_csv(found).decode("utf-8-sig")

    assert "'-x" in written
    assert written.count("\n") == len(found.faults) + 1
    assert not any(cell.startswith(("=", "@", "-", "+")) for line in written.splitlines() for cell in line.split(","))


@pytest.mark.parametrize("template", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["vi", "en"])
@ON_ONE
def test_the_template_can_be_filled_in_and_its_example_makes_nobody(template: str, language: str, app: Flask) -> None:
    make.units()
    with app.test_request_context(), force_locale(language):
        content = columns.template_xlsx() if template == "xlsx" else columns.template_csv()
        with pytest.raises(Invalid):
            columns.read(content)
        if template == "csv":
            content += "Lê Tám,tam,,,administrator,,01/01/2026,\n".encode()
        else:
            book = openpyxl.load_workbook(io.BytesIO(content))
            book.worksheets[0].append(["Lê Tám", "tam", None, None, "administrator", None, dt.date(2026, 1, 1)])
            roles = {str(row[1].value) for row in book.worksheets[1].iter_rows(min_row=3)}
            assert roles == set(role_titles.roles())
            target = io.BytesIO()
            book.save(target)
            content = target.getvalue()
        found = plan(content)

    assert [step.line.sign_in_name for step in found.steps] == ["tam"]
    assert (found.examples, found.faults) == (1, ())
