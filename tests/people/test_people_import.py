"""People from a list: looked at, made whole or not at all, and never twice."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.accounts import accounts, directory
from certflow.catalogue import role_titles
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.people import Appointment, PeopleImport, User
from certflow.people import columns, importing
from tests import lists, make
from tests.browsing import counted
from tests.lists import PERSON, person
from tests.observing import everything
from tests.people.listing import administrator, create, make_it, plan, send
from tests.racing import at_once, in_session, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ACCOUNTS = sa.select(sa.func.count()).select_from(User)
APPOINTMENTS = sa.select(sa.func.count()).select_from(Appointment)


def test_a_list_makes_accounts_with_their_roles_that_nobody_can_sign_in_to_yet() -> None:
    rows = [person(), person(role="Công chức Văn hóa - Xã hội xã", sign_in="HAI", name="Lê Hai", last="31/12/2026")]
    rows.append(person(role="culture_head", position=""))

    made = create(lists.people_xlsx(*rows))

    assert (len(made.made), made.appointments) == (2, 3)
    new, second = directory.by_sign_in_name("moi"), directory.by_sign_in_name("hai")
    assert new
    assert second
    assert (new.full_name, new.position, new.search_key) == ("Đặng Thị Mới", "Công chức", "dang thi moi")
    assert {(a.role, a.unit and a.unit.name) for a in new.appointments} == {
        ("commune_officer", "Xã Xuân Tây"),
        ("culture_head", "Xã Xuân Tây"),
    }
    assert second.appointments[0].ends_on == dt.date(2026, 12, 31)
    for password in ("", "x", make.PASSWORD):
        with pytest.raises(Invalid):
            accounts.sign_in("moi", password, source="192.0.2.1")
    assert [user.sign_in_name for user in importing.to_hand_links(made)[0]] == ["hai", "moi"]


def test_everything_wrong_in_a_row_is_told_at_once_and_nothing_is_made() -> None:
    make.units()
    wrong = person(name="", sign_in="x", email="x", role="x", first="x", last="x")
    sent = send(lists.people_xlsx(person(), wrong))
    before = everything()

    with pytest.raises(ActionBlocked):
        make_it(sent)

    db.session.rollback()
    assert everything() == before
    assert [fault.column for fault in importing.look_at(sent).faults] == [
        "full_name",
        "sign_in_name",
        "email",
        "role",
        "starts_on",
        "ends_on",
    ]


def test_who_has_an_account_only_gets_the_role_and_only_under_the_same_name() -> None:
    make.units()
    make.user("moi", "Đặng Thị  MỚI")
    hashed = directory.by_sign_in_name("moi")
    assert hashed
    kept = hashed.password_hash

    made = create(lists.people_xlsx(person(position="Ai biết")))

    assert (made.made, made.appointments) == ([], 1)
    known = directory.by_sign_in_name("moi")
    assert known
    assert (known.position, known.password_hash) == ("", kept)
    (fault,) = plan(lists.people_xlsx(person(name="Đặng Thị Mơi", role="culture_head"))).faults
    assert "Đặng Thị MỚI" in " ".join(fault.reason.split())


def test_a_list_sent_twice_makes_nothing_twice() -> None:
    make.units()
    content = lists.people_xlsx(*lists.many(5), person(role="culture_head"))
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


def test_what_changed_since_the_list_was_looked_at_is_told_and_nothing_is_made() -> None:
    make.units()
    sent = send(lists.people_xlsx(person(), person(sign_in="hai")))
    seen = importing.look_at(sent).fingerprint
    make.user("hai", "Đặng Thị Mới")
    before = db.session.scalar(ACCOUNTS)

    for sha256, fingerprint in ((sent.sha256, seen), ("0" * 64, importing.look_at(sent).fingerprint), ("", "")):
        with pytest.raises(Stale):
            importing.create(sent.id, actor=administrator(), sha256=sha256, fingerprint=fingerprint)
        db.session.rollback()

    assert db.session.scalar(ACCOUNTS) == before
    assert make_it(sent).appointments == 2


def test_of_two_administrators_at_once_one_makes_the_list_and_the_other_is_told(app: Flask) -> None:
    make.units()
    known = lists.people_xlsx(person(role="culture_head"))
    create(lists.people_xlsx(person()))
    for content in (lists.people_xlsx(*lists.many(30)), known):
        acts = [_creating(content, make.person(role_titles.ADMINISTRATOR, name=name)) for name in ("admin1", "admin2")]

        answers = at_once(app, acts)

        assert len(refusals(answers)) == 1
        assert isinstance(refusals(answers)[0], Stale)
    assert db.session.scalar(sa.select(sa.func.count()).where(User.sign_in_name.like("nguoi.%"))) == 30
    assert db.session.scalar(sa.select(sa.func.count()).where(Appointment.role == "culture_head")) == 1


def _creating(content: bytes, actor: User) -> Any:
    sent = importing.send(content, "list.xlsx", actor=actor)
    make.commit()
    seen = {"sha256": sent.sha256, "fingerprint": importing.look_at(sent).fingerprint}
    number = sent.id
    return in_session(actor.id, lambda person: importing.create(number, actor=person, **seen).appointments)


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
        lists.people_csv(*lists.many(columns.MOST_ROWS + 1)),
    ):
        with pytest.raises(Invalid) as refused:
            importing.send(content, "x.xlsx", actor=actor)
        assert list(refused.value.fields) == ["file"]
        db.session.rollback()
    assert everything() == before


def test_only_administrators_see_and_make_a_list() -> None:
    make.units()
    sent = send(lists.people_xlsx(PERSON))
    seen = {"sha256": sent.sha256, "fingerprint": importing.look_at(sent).fingerprint}
    other, officer = make.person(role_titles.ADMINISTRATOR, name="other"), make.person("province_reviewer")

    for attempt in (
        lambda: importing.find(sent.id, officer),
        lambda: importing.create(sent.id, actor=officer, **seen),
        lambda: importing.give_up(sent.id, actor=officer),
        lambda: importing.send(b"x", "x", actor=officer),
    ):
        with pytest.raises(NotPermitted):
            attempt()
        db.session.rollback()
    with pytest.raises(NotFound):
        importing.find(sent.id + 1, other)
    assert importing.find(sent.id, other) is sent


def test_a_list_is_let_go_once_it_is_made_given_up_or_old() -> None:
    make.units()
    made, given_up, old = (send(lists.people_xlsx(person(sign_in=name))) for name in ("mot", "hai", "bon"))
    keys = [sent.storage_key or "" for sent in (made, given_up, old)]
    make_it(made)
    importing.give_up(given_up.id, actor=administrator())
    old.sent_at = clock.now() - dt.timedelta(days=2)
    make.commit()

    fresh = send(lists.people_xlsx(person()))

    assert [equipment().storage.exists(key) for key in [*keys, fresh.storage_key or ""]] == [False, False, False, True]
    for sent in (given_up, old):
        with pytest.raises(ActionNotOpen):
            importing.look_at(db.session.get_one(PeopleImport, sent.id))
