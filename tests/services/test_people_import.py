"""People from a list: checked row by row, made whole or not at all, and never twice."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from certflow import clock
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.models.people_import import PeopleImport
from certflow.services import access, accounts, people, people_columns, people_import, people_plan
from certflow.services.equipment import equipment
from tests import lists, make
from tests.lists import PERSON, person
from tests.services.observing import everything
from tests.services.racing import at_once, in_session, refusals
from tests.web.browsing import counted

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACCOUNTS = sa.select(sa.func.count()).select_from(User)
APPOINTMENTS = sa.select(sa.func.count()).select_from(Appointment)


def test_a_list_makes_accounts_with_their_roles_that_nobody_can_sign_in_to_yet() -> None:
    rows = [person(), person(role="Công chức Văn hóa - Xã hội xã", sign_in="HAI", name="Lê Hai", last="31/12/2026")]
    rows.append(person(role="commune_chair", position=""))

    made = create(lists.people_xlsx(*rows))

    assert (len(made.made), made.appointments) == (2, 3)
    new, second = people.by_sign_in_name("moi"), people.by_sign_in_name("hai")
    assert new
    assert second
    assert (new.full_name, new.position, new.search_key) == ("Đặng Thị Mới", "Công chức", "dang thi moi")
    assert {(a.role, a.unit and a.unit.name) for a in new.appointments} == {
        ("commune_officer", "Xã Xuân Tây"),
        ("commune_chair", "Xã Xuân Tây"),
    }
    assert second.appointments[0].ends_on == dt.date(2026, 12, 31)
    for password in ("", "x", make.PASSWORD):
        with pytest.raises(Invalid):
            accounts.sign_in("moi", password, source="192.0.2.1")
    assert [user.sign_in_name for user in people_import.to_hand_links(made)[0]] == ["moi", "hai"]


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
    ({"first": "2026-01-01"}, "starts_on", "no date"),
    ({"first": "31/02/2026"}, "starts_on", "no date"),
    ({"last": "mai"}, "ends_on", "no date"),
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


def test_everything_wrong_in_a_row_is_told_at_once_and_nothing_is_made() -> None:
    make.units()
    wrong = person(name="", sign_in="x", email="x", role="x", first="x", last="x")
    sent = send(lists.people_xlsx(person(), wrong))
    before = everything()

    with pytest.raises(ActionBlocked):
        make_it(sent)

    db.session.rollback()
    assert everything() == before
    assert [fault.column for fault in people_import.look_at(sent).faults] == [
        "full_name",
        "sign_in_name",
        "email",
        "role",
        "starts_on",
        "ends_on",
    ]


@ON_ONE
def test_a_unit_of_which_there_are_several_is_told_with_their_codes() -> None:
    units = make.units()
    twin = units["Xã Suối Cát"]
    twin.name, twin.short_name, twin.search_key = "Xã Xuân Tây", "Xuân Tây", "xa xuan tay"
    make.commit()

    (fault,) = plan(lists.people_xlsx(person(unit="Xuân Tây"))).faults

    assert fault.column == "unit"
    assert units["Xã Suối Cát"].code in fault.reason
    assert "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai" in fault.reason
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


def test_who_has_an_account_only_gets_the_role_and_only_under_the_same_name() -> None:
    make.units()
    make.user("moi", "Đặng Thị  MỚI")
    hashed = people.by_sign_in_name("moi")
    assert hashed
    kept = hashed.password_hash

    made = create(lists.people_xlsx(person(position="Ai biết")))

    assert (made.made, made.appointments) == ([], 1)
    known = people.by_sign_in_name("moi")
    assert known
    assert (known.position, known.password_hash) == ("", kept)
    (fault,) = plan(lists.people_xlsx(person(name="Đặng Thị Mơi", role="commune_chair"))).faults
    assert "Đặng Thị MỚI" in " ".join(fault.reason.split())


def test_an_account_that_is_switched_off_and_days_that_overlap_are_told() -> None:
    make.units()
    create(lists.people_xlsx(person(), person(sign_in="off", name="Off")))
    off = people.by_sign_in_name("off")
    assert off
    people.change(off.id, actor=administrator(), full_name="Off", position="", active=False)

    found = plan(lists.people_xlsx(person(first="01/03/2026"), person(sign_in="off", name="Off", role="commune_chair")))

    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "starts_on"), (3, "sign_in_name")]
    assert "01/01/2026" in found.faults[0].reason


def test_a_list_sent_twice_makes_nothing_twice() -> None:
    make.units()
    content = lists.people_xlsx(*lists.many(5), person(role="commune_chair"))
    sent = send(content)
    make_it(sent)
    before = (db.session.scalar(ACCOUNTS), db.session.scalar(APPOINTMENTS))

    with pytest.raises(ActionNotOpen):
        make_it(sent)
    db.session.rollback()
    found = plan(content)
    again = create(content)

    assert found.count("there") == 6 == len(found.steps)
    assert (again.made, again.appointments) == ([], 0)
    assert (db.session.scalar(ACCOUNTS), db.session.scalar(APPOINTMENTS)) == before


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


def test_what_changed_since_the_list_was_looked_at_is_told_and_nothing_is_made() -> None:
    make.units()
    sent = send(lists.people_xlsx(person(), person(sign_in="hai")))
    seen = people_import.look_at(sent).fingerprint
    make.user("hai", "Đặng Thị Mới")
    before = db.session.scalar(ACCOUNTS)

    for sha256, fingerprint in ((sent.sha256, seen), ("0" * 64, people_import.look_at(sent).fingerprint), ("", "")):
        with pytest.raises(Stale):
            people_import.create(sent.id, actor=administrator(), sha256=sha256, fingerprint=fingerprint)
        db.session.rollback()

    assert db.session.scalar(ACCOUNTS) == before
    assert make_it(sent).appointments == 2


def test_of_two_administrators_at_once_one_makes_the_list_and_the_other_is_told(app: Flask) -> None:
    make.units()
    known = lists.people_xlsx(person(role="commune_chair"))
    create(lists.people_xlsx(person()))
    for content in (lists.people_xlsx(*lists.many(30)), known):
        acts = [_creating(content, make.person(access.ADMINISTRATOR, name=name)) for name in ("admin1", "admin2")]

        answers = at_once(app, acts)

        assert len(refusals(answers)) == 1
        assert isinstance(refusals(answers)[0], Stale)
    assert db.session.scalar(sa.select(sa.func.count()).where(User.sign_in_name.like("nguoi.%"))) == 30
    assert db.session.scalar(sa.select(sa.func.count()).where(Appointment.role == "commune_chair")) == 1


def _creating(content: bytes, actor: User) -> Any:
    sent = people_import.send(content, "list.xlsx", actor=actor)
    make.commit()
    seen = {"sha256": sent.sha256, "fingerprint": people_import.look_at(sent).fingerprint}
    number = sent.id
    return in_session(actor.id, lambda person: people_import.create(number, actor=person, **seen).appointments)


def test_a_long_list_needs_no_query_per_row(app: Flask) -> None:
    make.units()
    numbers = []
    for count in (2, 300):
        sent = send(
            lists.people_xlsx(*[row | {"Tên đăng nhập": f"n{count}.{n}"} for n, row in enumerate(lists.many(count))])
        )
        with counted(app) as statements:
            make_it(sent)
        numbers.append(len(statements))

    assert numbers[0] == numbers[1] <= 30


@ON_ONE
def test_a_list_that_is_no_list_is_refused_before_it_is_kept() -> None:
    actor, before = administrator(), everything()

    for content in (
        b"%PDF-1.7",
        b"a;b\n1;2",
        lists.people_xlsx(),
        lists.xlsx([["Họ và tên", "Vai trò"], ["a", "b"]]),
        lists.xlsx([[*lists.HEADINGS, "Full name"], ["a"]]),
        lists.people_csv(*lists.many(people_plan.MOST_ROWS + 1)),
    ):
        with pytest.raises(Invalid) as refused:
            people_import.send(content, "x.xlsx", actor=actor)
        assert list(refused.value.fields) == ["file"]
        db.session.rollback()
    assert everything() == before


def test_only_the_administrator_who_sent_a_list_sees_and_makes_it() -> None:
    make.units()
    sent = send(lists.people_xlsx(PERSON))
    seen = {"sha256": sent.sha256, "fingerprint": people_import.look_at(sent).fingerprint}
    other, officer = make.person(access.ADMINISTRATOR, name="other"), make.person("province_reviewer")

    for actor, refusal in ((other, NotFound), (officer, NotPermitted)):
        for attempt in (
            lambda actor=actor: people_import.find(sent.id, actor),
            lambda actor=actor: people_import.create(sent.id, actor=actor, **seen),
            lambda actor=actor: people_import.give_up(sent.id, actor=actor),
        ):
            with pytest.raises(refusal):
                attempt()
            db.session.rollback()
    with pytest.raises(NotPermitted):
        people_import.send(b"x", "x", actor=officer)


def test_a_list_is_let_go_once_it_is_made_given_up_or_old() -> None:
    make.units()
    made, given_up, old = (send(lists.people_xlsx(person(sign_in=name))) for name in ("mot", "hai", "bon"))
    keys = [sent.storage_key or "" for sent in (made, given_up, old)]
    make_it(made)
    people_import.give_up(given_up.id, actor=administrator())
    old.sent_at = clock.now() - dt.timedelta(days=2)
    make.commit()

    fresh = send(lists.people_xlsx(person()))

    assert [equipment().storage.exists(key) for key in [*keys, fresh.storage_key or ""]] == [False, False, False, True]
    for sent in (given_up, old):
        with pytest.raises(ActionNotOpen):
            people_import.look_at(db.session.get_one(PeopleImport, sent.id))


@ON_ONE
def test_the_faults_as_a_file_act_as_no_formula() -> None:
    make.units()
    found = plan(lists.people_csv(person(name="@SUM(A1)", sign_in="-x", unit='"=cmd"')))

    written = people_import.faults_csv(found).decode("utf-8-sig")

    assert "'-x" in written
    assert written.count("\n") == len(found.faults) + 1
    assert not any(cell.startswith(("=", "@", "-", "+")) for line in written.splitlines() for cell in line.split(","))


@pytest.mark.parametrize("template", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["vi", "en"])
@ON_ONE
def test_the_template_can_be_filled_in_and_its_example_makes_nobody(template: str, language: str, app: Flask) -> None:
    make.units()
    with app.test_request_context(), force_locale(language):
        content = people_columns.template_xlsx() if template == "xlsx" else people_columns.template_csv()
        with pytest.raises(Invalid):
            people_plan.read(content)
        if template == "csv":
            content += "Lê Tám,tam,,,administrator,,01/01/2026,\n".encode()
        else:
            book = openpyxl.load_workbook(io.BytesIO(content))
            book.worksheets[0].append(["Lê Tám", "tam", None, None, "administrator", None, dt.date(2026, 1, 1)])
            roles = {str(row[1].value) for row in book.worksheets[1].iter_rows(min_row=3)}
            assert roles == set(people.roles())
            target = io.BytesIO()
            book.save(target)
            content = target.getvalue()
        found = plan(content)

    assert [step.line.sign_in_name for step in found.steps] == ["tam"]
    assert (found.examples, found.faults) == (1, ())


def administrator() -> User:
    return make.person(access.ADMINISTRATOR)


def plan(content: bytes) -> people_plan.Plan:
    return people_plan.plan(people_plan.read(content))


def send(content: bytes) -> PeopleImport:
    sent = people_import.send(content, "Danh sách.xlsx", actor=administrator())
    make.commit()
    return sent


def make_it(sent: PeopleImport) -> PeopleImport:
    fingerprint = people_import.look_at(sent).fingerprint if sent.storage_key else ""
    made = people_import.create(sent.id, actor=administrator(), sha256=sent.sha256, fingerprint=fingerprint)
    make.commit()
    return made


def create(content: bytes) -> PeopleImport:
    make.units()
    return make_it(send(content))
