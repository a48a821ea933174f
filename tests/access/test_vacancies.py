"""Parts that nobody holds: by every way in which the last person goes, and by every way in which somebody comes."""

import datetime as dt
from collections.abc import Callable

import pytest

from certflow import clock
from certflow.access import vacancies
from certflow.access.vacancies import Vacancy
from certflow.catalogue import role_titles
from certflow.impartiality import conflicts
from certflow.models.base import db
from certflow.models.people import User
from certflow.people import people
from certflow.rounds import rounds
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

ROLE, DISTRICT = "education_officer", "Huyện Cẩm Mỹ"


def switched_off(person: User) -> None:
    administrator = make.person(role_titles.ADMINISTRATOR)
    people.change(person.id, actor=administrator, full_name=person.full_name, position="", active=False)


def appointment_ended(person: User) -> None:
    people.end_appointment(person.appointments[0].id, actor=make.person(role_titles.ADMINISTRATOR))


def appointment_expired(person: User) -> None:
    person.appointments[0].ends_on = clock.today() - dt.timedelta(days=1)


LEAVING = [switched_off, appointment_ended, appointment_expired]


def found() -> list[tuple[str, str, int]]:
    db.session.expire_all()
    return [(each.role, each.unit, each.waiting) for each in vacancies.vacancies()]


@pytest.mark.parametrize("leave", LEAVING)
def test_a_role_is_vacant_once_its_last_holder_is_gone(leave: Callable[[User], None]) -> None:
    dossier, officer = make.dossier(at="submitted"), make.person(ROLE, make.unit(DISTRICT))
    assert vacancies.holding(dossier, ROLE) == [officer]
    assert found() == []
    assert vacancies.left_by(officer.appointments) == [Vacancy(ROLE, make.unit(DISTRICT).id, DISTRICT, 1)]

    leave(officer)
    make.commit()

    assert vacancies.holding(dossier, ROLE) == []
    assert found() == [(ROLE, DISTRICT, 1)]


@pytest.mark.parametrize("leave", LEAVING)
def test_a_role_that_a_colleague_holds_is_not_vacant(leave: Callable[[User], None]) -> None:
    make.dossier(at="submitted")
    officer = make.person(ROLE, make.unit(DISTRICT))
    make.person(ROLE, make.unit(DISTRICT), "colleague")
    assert vacancies.left_by(officer.appointments) == []

    leave(officer)
    make.commit()

    assert found() == []


def test_whoever_is_appointed_or_named_for_the_dossier_ends_the_vacancy() -> None:
    role, administrator = "district_appraiser", make.person(role_titles.ADMINISTRATOR)
    first, second = make.dossier(at="appraising"), make.dossier(at="appraising")
    switched_off(make.person(role, make.unit(DISTRICT)))
    make.commit()
    assert found() == [(role, DISTRICT, 2)]
    substitute = make.user("substitute")
    conflicts.name(
        first.id, actor=administrator, user_id=substitute.id, role=role, starts_on=clock.today(), document="Số 1"
    )
    make.commit()

    assert found() == [(role, DISTRICT, 1)]
    assert vacancies.holding(first, role) == [substitute]
    assert vacancies.holding(second, role) == []

    people.give(substitute, role=role, unit_id=make.unit(DISTRICT).id, starts_on=clock.today())
    make.commit()
    assert found() == []


def test_what_is_finished_or_of_a_closed_round_waits_for_nobody() -> None:
    administrator = make.person(role_titles.ADMINISTRATOR)
    make.dossier(at="recognised_level_1")
    closed = make.round_(title="Đợt đã đóng")
    make.dossier(at="submitted", round_=closed)
    rounds.close(closed.id, actor=administrator)
    for role in ("education_officer", "district_appraiser", "education_head"):
        switched_off(make.person(role, make.unit(DISTRICT)))
    make.commit()

    assert found() == []


def test_the_last_holder_is_said_to_be_the_last_although_nothing_waits() -> None:
    officer = make.person(ROLE, make.unit(DISTRICT))

    assert vacancies.left_by(officer.appointments) == [Vacancy(ROLE, make.unit(DISTRICT).id, DISTRICT, 0)]
    assert vacancies.left_by(make.person(role_titles.ADMINISTRATOR).appointments) == []
