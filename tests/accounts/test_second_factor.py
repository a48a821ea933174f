"""The second factor: begun, asked for, each code once, taken away only by those who may."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from pyotp import TOTP

from certflow import clock
from certflow.accounts import accounts, second_factor
from certflow.catalogue import role_titles
from certflow.config import Settings
from certflow.errors import ActionNotOpen, Invalid, NotPermitted, TooMany
from certflow.models.accounts import AccountEvent, SignInEntry, SignInStep
from certflow.models.base import db
from certflow.models.people import SecondFactor, User
from certflow.people import people
from tests import make
from tests.observing import everything
from tests.racing import at_once, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")

HOME = "192.0.2.1"


@pytest.fixture(autouse=True)
def _no_half_minute_ends_meanwhile(inside_the_application: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands, so that a code that is right when it is made is right when it is read."""
    standing = clock.now()
    monkeypatch.setattr(clock, "now", lambda: standing)


def enrolled(name: str = "head") -> tuple[User, str, list[str]]:
    """A person with a second factor, its secret and the recovery codes; the first code is used up."""
    user = make.user(name)
    second_factor.begin(user)
    waiting = second_factor.enrolment(user)
    assert waiting is not None
    codes = second_factor.confirm(user, code_of(waiting.secret, -1), token="")
    make.commit()
    return user, waiting.secret, codes


def code_of(secret: str, steps: int = 0) -> str:
    """The code of now, or of so many half minutes from now."""
    return TOTP(secret).at(clock.now() + dt.timedelta(seconds=30 * steps))


def step_of(user: User) -> str:
    opened = accounts.sign_in(user.sign_in_name, make.PASSWORD, source=HOME)
    make.commit()
    assert not opened.complete
    return opened.token


def refused(user: User, code: str) -> Exception:
    """How a wrong code is refused, kept as the page keeps it."""
    with pytest.raises((Invalid, TooMany)) as refusal:
        second_factor.finish(step_of(user), code, source=HOME)
    make.commit()
    return refusal.value


def test_signing_in_takes_password_and_code() -> None:
    user, secret, _codes = enrolled()
    token = step_of(user)

    assert accounts.living_session(token) is None, "the first step opens nothing"
    opened = second_factor.finish(token, code_of(secret), source=HOME)

    assert opened.complete
    session = accounts.living_session(opened.token)
    assert session is not None
    assert session.user is user
    with pytest.raises(ActionNotOpen):
        second_factor.finish(token, code_of(secret, 1), source=HOME)


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_half_minute_early_or_late_but_not_before_the_last(steps: int, taken: bool) -> None:
    user, secret, _codes = enrolled()  # which used the code of the half minute before
    token = step_of(user)
    if taken:
        assert second_factor.finish(token, code_of(secret, steps), source=HOME).complete
        return
    with pytest.raises(Invalid):
        second_factor.finish(token, code_of(secret, steps), source=HOME)


def test_a_code_is_taken_once() -> None:
    user, secret, _codes = enrolled()
    code = code_of(secret)
    second_factor.finish(step_of(user), code, source=HOME)

    assert type(refused(user, code)) is Invalid


def test_of_one_code_sent_many_times_at_once_one_is_taken(app: Flask) -> None:
    user, secret, _codes = enrolled()
    tokens, code = [step_of(user) for _n in range(4)], code_of(secret)

    answers = at_once(app, [partial(finished, token, code) for token in tokens])

    assert len(refusals(answers)) == 3


def finished(token: str, code: str) -> bool:
    return second_factor.finish(token, code, source=HOME).complete


def test_a_recovery_code_stands_in_once_however_it_is_typed() -> None:
    user, _secret, codes = enrolled()
    assert len(set(codes)) == second_factor.CODES
    assert all(re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", code) for code in codes)

    typed = [codes[0], codes[1].lower(), codes[2].replace("-", " "), codes[3].replace("-", "")]
    for code in typed:
        assert second_factor.finish(step_of(user), code, source=HOME).complete

    assert [type(refused(user, code)) for code in typed] == [Invalid] * 4
    assert second_factor.codes_left(user) == second_factor.CODES - 4


def test_somebody_elses_codes_open_nothing() -> None:
    user, _secret, _codes = enrolled()
    _other, secret, codes = enrolled("other")

    assert {type(refused(user, code)) for code in (code_of(secret), codes[0])} == {Invalid}


@pytest.mark.parametrize("code", ["", "0", "000000", "١٢٣٤٥٦", "12 34 56", "x" * 5000, "\x00", "' or 1=1"])
def test_what_is_no_code_is_refused(code: str) -> None:
    user, _secret, _codes = enrolled()

    assert type(refused(user, code)) is Invalid


def test_neither_secret_nor_codes_can_be_read_in_the_database() -> None:
    _user, secret, codes = enrolled()
    kept = repr(everything())

    assert secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_guessing_codes_waits_longer_and_longer_and_is_on_record() -> None:
    user, secret, _codes = enrolled()
    for _turn in range(5):
        assert type(refused(user, "000000")) is Invalid

    assert type(refused(user, code_of(secret))) is TooMany, "the right code waits now as well"
    failures = sa.select(sa.func.count()).where(SignInEntry.user_id == user.id, SignInEntry.what == "wrong_code")
    assert db.session.scalar(failures) == 5


def test_the_first_step_is_good_for_ten_minutes_and_dies_with_a_new_password() -> None:
    user, secret, _codes = enrolled()
    late, cut = step_of(user), step_of(user)
    old = clock.now() - accounts.STEP_LASTS - dt.timedelta(seconds=1)
    db.session.execute(
        sa.update(SignInStep).where(SignInStep.token_hash == accounts.token_hash(late)).values(started_at=old)
    )
    with pytest.raises(ActionNotOpen):
        second_factor.finish(late, code_of(secret), source=HOME)

    accounts.change_password(user, old=make.PASSWORD, new="một mật khẩu mới")

    with pytest.raises(ActionNotOpen):
        second_factor.finish(cut, code_of(secret), source=HOME)


def test_confirming_ends_the_other_sessions_and_needs_the_right_code() -> None:
    user = make.user("head")
    here, there = (accounts.sign_in("head", make.PASSWORD, source=HOME).token for _n in range(2))
    second_factor.begin(user)
    with pytest.raises(Invalid):
        second_factor.confirm(user, "000000", token=here)
    waiting = second_factor.enrolment(user)
    assert waiting is not None
    assert waiting.address.startswith("otpauth://totp/CertFlow:head?secret=")
    second_factor.confirm(user, code_of(waiting.secret), token=here)

    assert user.has_second_factor
    assert second_factor.enrolment(user) is None, "the secret is shown no more"
    assert accounts.living_session(here) is not None
    assert accounts.living_session(there) is None
    with pytest.raises(ActionNotOpen):
        second_factor.begin(user)


def test_removing_it_takes_the_password_and_a_code() -> None:
    user, secret, codes = enrolled()
    for password, code in (("wrong password", codes[0]), (make.PASSWORD, "000000")):
        with pytest.raises(Invalid):
            second_factor.remove(user, password=password, code=code, source=HOME)
        assert user.has_second_factor

    second_factor.remove(user, password=make.PASSWORD, code=code_of(secret), source=HOME)

    assert not user.has_second_factor
    assert accounts.sign_in("head", make.PASSWORD, source=HOME).complete


def test_new_recovery_codes_replace_the_old_ones() -> None:
    user, secret, codes = enrolled()
    new = second_factor.renew_codes(user, code_of(secret), source=HOME)

    assert not set(new) & set(codes)
    assert type(refused(user, codes[0])) is Invalid
    assert second_factor.finish(step_of(user), new[0], source=HOME).complete


def test_an_administrator_resets_anothers_and_never_the_own() -> None:
    user, _secret, _codes = enrolled()
    administrator = make.person(role_titles.ADMINISTRATOR)
    token = second_factor.finish(step_of(user), _codes[0], source=HOME).token
    with pytest.raises(NotPermitted):
        second_factor.reset(user, actor=user)
    with pytest.raises(NotPermitted):
        second_factor.reset(administrator, actor=administrator)
    with pytest.raises(NotPermitted):
        second_factor.reset(user, actor=make.person("commune_officer"))

    second_factor.reset(user, actor=administrator)

    assert not user.has_second_factor
    assert accounts.living_session(token) is None
    line = db.session.scalars(sa.select(AccountEvent).order_by(AccountEvent.id.desc())).first()
    assert line is not None
    assert (line.what, line.user_id, line.actor_id) == ("second_factor_reset", user.id, administrator.id)


def test_another_secret_key_opens_no_second_factor() -> None:
    user, _secret, codes = enrolled()
    db.session.execute(sa.update(SecondFactor).values(secret="sealed by another key"))

    assert type(refused(user, "123456")) is Invalid
    assert second_factor.finish(step_of(user), codes[0], source=HOME).complete


class TestObligatory:
    """Where the setting asks those who decide."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, second_factor="deciders")

    @pytest.mark.parametrize(
        ("role", "obliged"),
        [
            (role_titles.ADMINISTRATOR, True),
            ("education_head", True),
            ("commune_officer", False),
            ("commune_chair", True),  # some scheme lets this role rate
            ("district_appraiser", False),
            ("province_reviewer", False),
        ],
    )
    def test_those_who_decide_or_administer_must_have_one(self, role: str, obliged: bool) -> None:
        user = make.person(role)

        assert accounts.is_obligatory(user) is obliged
        assert accounts.must_enrol(user) is obliged

    def test_it_is_asked_for_from_the_first_to_the_last_day_of_the_appointment(self) -> None:
        user = make.user("head")
        held = people.give(user, role=role_titles.ADMINISTRATOR, unit_id=None, starts_on=clock.today())
        days: dict[int, Callable[[], bool]] = {n: partial(accounts.must_enrol, user) for n in (0, 1)}
        assert days[0]()

        held.starts_on = clock.today() + dt.timedelta(days=1)

        assert not days[1]()


def test_nobody_is_asked_where_the_setting_is_off() -> None:
    assert not accounts.is_obligatory(make.person(role_titles.ADMINISTRATOR))
