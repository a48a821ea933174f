"""People and appointments, as the administrator keeps them."""

import datetime as dt
from typing import Any

import pytest

from certflow import clock
from certflow.access import access
from certflow.accounts import accounts, directory
from certflow.catalogue import role_titles
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.models.people import Appointment, User
from certflow.people import appointing, people
from tests import make
from tests.observing import everything

pytestmark = pytest.mark.usefixtures("inside_the_application")

NEW: dict[str, Any] = {"sign_in_name": "moi", "full_name": "Đặng Thị Mới", "position": "", "password": make.PASSWORD}


def test_a_new_account_signs_in_and_may_nothing() -> None:
    made = people.create(actor=administrator(), **(NEW | {"sign_in_name": " MOI "}))

    assert made.sign_in_name == "moi"
    assert accounts.sign_in("moi", make.PASSWORD, source="192.0.2.1")
    assert access.appointments(made) == []


def test_a_name_whose_search_key_is_longer_than_itself_is_kept() -> None:
    made = people.create(actor=administrator(), **(NEW | {"full_name": "각" * 120}))
    people.change(made.id, actor=administrator(), full_name="값" * 120, position="", active=True)

    assert directory.get(made.id).full_name == "값" * 120


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sign_in_name": "ab"}, "sign_in_name"),
        ({"sign_in_name": "có dấu"}, "sign_in_name"),
        ({"sign_in_name": "-dash"}, "sign_in_name"),
        ({"sign_in_name": "a" * 121}, "sign_in_name"),
        ({"sign_in_name": "moi\nhai"}, "sign_in_name"),
        ({"sign_in_name": "taken"}, "sign_in_name"),
        ({"sign_in_name": "TAKEN"}, "sign_in_name"),
        ({"full_name": " "}, "full_name"),
        ({"email": "tam"}, "email"),
        ({"email": "tam@xa"}, "email"),
        ({"email": "tám@example.gov.vn"}, "email"),
        ({"email": "tam@example.gov.vn\nBcc: ai@example.com"}, "email"),
        ({"email": "tam@example.gov.vn, ai@example.com"}, "email"),
        ({"email": "t" * 190 + "@example.gov.vn"}, "email"),
        ({"password": "ngắn"}, "password"),
        ({"password": "d" * 201}, "password"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_its_field(changes: dict[str, str], field: str) -> None:
    make.user("taken")
    actor, before = administrator(), everything()

    with pytest.raises(Invalid) as refusal:
        people.create(actor=actor, **(NEW | changes))

    assert list(refusal.value.fields) == [field]
    assert everything() == before


def test_all_faults_of_an_account_are_said_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        people.create(actor=administrator(), sign_in_name="", full_name="", position="", password="ngắn", email="x")

    assert list(refusal.value.fields) == ["sign_in_name", "full_name", "email", "password"]


@pytest.mark.parametrize(
    ("role", "place", "first", "last", "field"),
    [
        ("king", None, 0, None, "role"),
        ("commune_officer", None, 0, None, "unit_id"),
        ("commune_officer", "Huyện Cẩm Mỹ", 0, None, "unit_id"),
        ("education_head", make.PROVINCE, 0, None, "unit_id"),
        ("administrator", make.PROVINCE, 0, None, "unit_id"),
        ("commune_officer", "Xã Xuân Tây", None, None, "starts_on"),
        ("commune_officer", "Xã Xuân Tây", 0, -1, "ends_on"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused_at_its_field(
    role: str, place: str | None, first: int | None, last: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        appoint(make.user("officer"), role, place, first, last)

    assert list(refusal.value.fields) == [field]


def test_an_appointment_gives_its_right_and_its_end_takes_it_at_once() -> None:
    officer, dossier = make.user("officer"), make.dossier(unit=make.unit())
    held = appoint(officer, "commune_chair", "Xã Xuân Tây", 0, None)
    assert access.roles_on(officer, dossier) == {"commune_chair"}

    people.end_appointment(held.id, actor=administrator())

    assert access.roles_on(officer, dossier) == frozenset()
    assert access.appointments(officer) == []


def test_an_administrator_cannot_shut_themselves_out() -> None:
    actor = administrator()
    (own,) = actor.appointments

    with pytest.raises(ActionNotOpen):
        people.end_appointment(own.id, actor=actor)
    with pytest.raises(Invalid):
        people.change(actor.id, actor=actor, full_name="Tôi", position="", active=False)
    assert access.is_administrator(actor)


@pytest.mark.parametrize("role", ["commune_officer", "education_head", "province_reviewer"])
def test_nobody_but_an_administrator_keeps_people(role: str) -> None:
    person, officer = make.person(role), make.user("officer")
    held = appoint(officer, "commune_chair", "Xã Xuân Tây", 0, None)

    for attempt in (
        lambda: people.create(actor=person, **NEW),
        lambda: people.change(officer.id, actor=person, full_name="X", position="", active=True),
        lambda: appointing.appoint(
            person.id, actor=person, role="administrator", unit_id=None, starts_on=clock.today(), ends_on=None
        ),
        lambda: people.end_appointment(held.id, actor=person),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_a_password_set_by_the_administrator_ends_every_session() -> None:
    officer = make.user("officer")
    token = accounts.sign_in("officer", make.PASSWORD, source="192.0.2.1").token
    changes: dict[str, Any] = {"full_name": "Tên mới", "position": "Phó phòng", "active": True}

    people.change(officer.id, actor=administrator(), **changes)
    assert accounts.living_session(token) is not None

    people.change(officer.id, actor=administrator(), **changes, password="mật khẩu được cấp")
    assert accounts.living_session(token) is None
    with pytest.raises(Invalid):
        people.change(officer.id, actor=administrator(), **changes, password="ngắn")


def test_people_are_found_by_name_with_or_without_marks_and_by_sign_in_name() -> None:
    wanted = people.add(**NEW)
    make.user("khac", "Nguyễn Văn Ạnh")

    for words in ("Đặng", "đặng thị", "ĐẶNG", "dang thi moi", "moi", " MOI "):
        assert [user.id for user in people.listed(words=words)] == [wanted.id], words
    assert people.listed(words="100%").total == 0


def test_a_long_list_of_people_comes_in_pages() -> None:
    for n in range(people.PAGE_SIZE + 5):
        make.user(f"user{n:03d}", f"Người {n:03d}")

    pages = [people.listed(page) for page in (1, 2)]

    assert [len(page.items) for page in pages] == [people.PAGE_SIZE, 5]
    assert {page.total for page in pages} == {people.PAGE_SIZE + 5}
    assert len({user.id for page in pages for user in page}) == people.PAGE_SIZE + 5


def test_who_does_not_exist_is_not_found() -> None:
    for attempt in (directory.get, lambda id_: people.end_appointment(id_, actor=administrator())):
        with pytest.raises(NotFound):
            attempt(10**6)
    assert directory.by_sign_in_name("nobody") is None


def administrator() -> User:
    return make.person(role_titles.ADMINISTRATOR)


def appoint(user: User, role: str, place: str | None, first: int | None, last: int | None) -> Appointment:
    """Appoint from and to days counted from today."""
    unit_id = make.unit(place).id if place else None
    days = [None if n is None else clock.today() + dt.timedelta(days=n) for n in (first, last)]
    held = people.give(user, actor=administrator(), role=role, unit_id=unit_id, starts_on=days[0], ends_on=days[1])
    make.commit()
    return held
