"""No administrator becomes somebody else alone."""

import datetime as dt

import pytest
from pyotp import TOTP

from certflow import clock
from certflow.accounts import directory, invitations, second_factor
from certflow.catalogue import role_titles
from certflow.errors import NotPermitted
from certflow.models.people import User
from certflow.people import people
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

NEW = "bốn quả mận xanh"


def administrators() -> tuple[User, User]:
    return make.person(role_titles.ADMINISTRATOR), make.person(role_titles.ADMINISTRATOR, name="administrator.second")


def head_with_a_second_factor() -> User:
    who = make.person("education_head")
    second_factor.begin(who)
    waiting = second_factor.enrolment(who)
    assert waiting is not None
    second_factor.confirm(who, TOTP(waiting.secret).at(clock.now() - dt.timedelta(seconds=5)), token="")
    make.commit()
    return directory.get(who.id)


def password_set(who: User, actor: User) -> None:
    people.change(who.id, actor=actor, full_name=who.full_name, position=who.position, active=True, password=NEW)
    make.commit()


def test_who_set_the_password_does_not_take_the_second_factor_away() -> None:
    head, (first, second) = head_with_a_second_factor(), administrators()
    password_set(head, first)

    with pytest.raises(NotPermitted):
        second_factor.reset(directory.get(head.id), actor=first)
    second_factor.reset(directory.get(head.id), actor=second)


def test_who_saw_a_link_does_not_take_the_second_factor_away() -> None:
    head, (first, _second) = head_with_a_second_factor(), administrators()
    assert not invitations.invite(head, actor=first).mailed_to
    make.commit()

    with pytest.raises(NotPermitted):
        second_factor.reset(directory.get(head.id), actor=first)


def test_who_took_the_second_factor_away_gives_neither_password_nor_link() -> None:
    head, (first, second) = head_with_a_second_factor(), administrators()
    second_factor.reset(head, actor=first)
    make.commit()

    with pytest.raises(NotPermitted):
        password_set(directory.get(head.id), first)
    with pytest.raises(NotPermitted):
        invitations.invite(directory.get(head.id), actor=first)
    password_set(directory.get(head.id), second)
