"""Guessing is slow for whoever guesses, and nobody else waits for it."""

import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.accounts import accounts
from certflow.accounts.guessing import sources, throttling
from certflow.catalogue import role_titles
from certflow.errors import Invalid, Refusal, TooMany
from certflow.models.accounts import SignInCount, SignInEntry
from certflow.models.base import db
from certflow.models.people import User
from tests import make
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("inside_the_application")

OFFICE, ELSEWHERE, BROWSER = "192.0.2.1", "198.51.100.7", "a browser of the office"
FREE = throttling.AT_ADDRESS.free
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def officer() -> User:
    return make.user("officer")


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.timedelta]:
    """A clock that can be put forward: `passing["by"]` is how far."""
    ahead = {"by": dt.timedelta(0)}
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + ahead["by"])
    return ahead


def wrong(name: str = "officer", source: str = OFFICE, browser: str = "") -> Refusal:
    """How a wrong guess is refused; kept as the page keeps it."""
    with pytest.raises(Refusal) as refusal:
        accounts.sign_in(name, "wrong password", source=source, browser=browser)
    make.commit()
    return refusal.value


def guessed(times: int, name: str = "officer", source: str = OFFICE) -> None:
    """Wrong guesses counted without the work of comparing passwords."""
    for _turn in range(times):
        throttling.count(throttling.Guess("password", name, source))
    make.commit()


def signs_in(source: str = OFFICE, browser: str = "") -> bool:
    try:
        opened = accounts.sign_in("officer", make.PASSWORD, source=source, browser=browser)
    except TooMany:
        make.commit()
        return False
    make.commit()
    return opened.complete


def test_the_first_wrong_guesses_are_free_and_the_next_ones_wait_longer_each_time(
    officer: User, passing: dict[str, dt.timedelta]
) -> None:
    for _turn in range(FREE):
        assert type(wrong()) is Invalid
    waits = []
    for _turn in range(6):
        refusal = wrong()
        assert isinstance(refusal, TooMany)
        assert refusal.until is not None
        waits.append((refusal.until - clock.now()).total_seconds())
        passing["by"] += refusal.until - clock.now() + dt.timedelta(seconds=1)
        assert type(wrong()) is Invalid

    assert waits == pytest.approx([30, 60, 120, 240, 480, 900], abs=3)


@on_one_database
def test_even_the_right_password_waits_and_a_refused_guess_makes_nothing_longer(
    officer: User, passing: dict[str, dt.timedelta]
) -> None:
    guessed(FREE)
    untils = {getattr(wrong(), "until", None) for _turn in range(4)}
    assert len(untils) == 1
    assert not signs_in()

    passing["by"] += dt.timedelta(seconds=31)

    assert signs_in()


@on_one_database
def test_the_refusal_names_the_moment_and_is_the_same_for_a_name_that_nobody_has(officer: User) -> None:
    for name in ("officer", "nobody"):
        guessed(FREE, name)
    told = {name: wrong(name) for name in ("officer", "nobody")}

    assert {type(refusal) for refusal in told.values()} == {TooMany}
    until = getattr(told["nobody"], "until", None)
    assert until is not None
    shown = (until + dt.timedelta(seconds=1)).astimezone(clock.ZONE)
    assert f"{shown:%H:%M:%S}" in told["nobody"].reasons[0]


@on_one_database
def test_on_deadline_day_somebody_elses_guesses_from_the_same_address_do_not_keep_the_officer_out(
    officer: User, passing: dict[str, dt.timedelta]
) -> None:
    assert signs_in(browser=BROWSER)
    for _hour in range(8):
        guessed(30)
        for n in range(40):
            guessed(1, f"colleague{n}")

        assert not signs_in(), "the guesses themselves are slowed"
        assert signs_in(browser=BROWSER)
        passing["by"] += dt.timedelta(hours=1)


def test_one_guess_at_each_of_many_names_is_slowed_and_told(officer: User, passing: dict[str, dt.timedelta]) -> None:
    answered, begun = 0, passing["by"]
    for n in range(300):
        refusal = wrong(f"colleague{n}")
        answered += type(refusal) is Invalid
        passing["by"] += dt.timedelta(seconds=1)

    assert sources.MANY <= answered < 2 * sources.MANY, "300 names in five minutes"
    assert passing["by"] - begun < dt.timedelta(minutes=6)
    [run] = sources.told()
    assert (run.source, run.names, run.minutes) == (OFFICE, answered, 5)
    assert signs_in(browser=BROWSER)
    assert signs_in(source=ELSEWHERE)
    assert not signs_in()
    passing["by"] += throttling.MANY_NAMES.longest + dt.timedelta(seconds=1)
    assert signs_in()


@on_one_database
def test_administrators_see_from_where_many_names_are_guessed_at(client: FlaskClient) -> None:
    administrator = make.person(role_titles.ADMINISTRATOR)
    for n in range(sources.MANY):
        guessed(1, f"colleague{n}", source=ELSEWHERE)
    make.sign_in(client, administrator)

    page = client.get("/").get_data(as_text=True)

    assert f"{ELSEWHERE}: {sources.MANY} " in page


@on_one_database
def test_the_owner_at_a_new_computer_gets_in_within_a_minute_while_others_guess_on(
    officer: User, passing: dict[str, dt.timedelta]
) -> None:
    for n in range(200):
        guessed(1, source=f"203.0.113.{n}")
    refusal = wrong(source=ELSEWHERE)
    assert isinstance(refusal, TooMany)
    for n in range(50):
        passing["by"] += dt.timedelta(seconds=0.62)
        guessed(1, source=f"203.0.113.{n}")

    assert signs_in(source=ELSEWHERE)
    assert type(wrong(source="198.51.100.8")) is TooMany, "every stranger waits first"


@on_one_database
def test_a_busy_address_gives_each_account_fewer_free_guesses(officer: User) -> None:
    for n in range(throttling.BUSY_FROM):
        guessed(1, f"colleague{n}")
    guessed(throttling.AT_BUSY_ADDRESS.free)

    assert throttling.AT_BUSY_ADDRESS.free < FREE
    assert not signs_in()
    assert signs_in(source=ELSEWHERE)


@on_one_database
def test_guesses_from_many_addresses_are_slowed_and_the_owner_at_the_office_does_not_notice(officer: User) -> None:
    assert signs_in()
    for n in range(throttling.EVERYWHERE.free):
        guessed(1, source=f"203.0.113.{n}")

    assert not signs_in(source=ELSEWHERE), "a stranger waits wherever they come from"
    assert signs_in(), "an address from which the account was opened lately"
    assert signs_in(source=ELSEWHERE, browser=BROWSER), "a browser that is known, wherever it is"


@on_one_database
def test_nobody_is_locked_out_for_longer_than_the_longest_wait(officer: User, passing: dict[str, dt.timedelta]) -> None:
    for n in range(500):
        guessed(1, source=f"203.0.113.{n % 250}")
    guessed(500)

    passing["by"] += throttling.AT_ADDRESS.longest + dt.timedelta(seconds=1)

    assert signs_in()


@on_one_database
def test_a_known_browser_has_a_count_of_its_own_which_waits_as_well(officer: User) -> None:
    for _turn in range(FREE):
        assert type(wrong(browser=BROWSER)) is Invalid

    assert not signs_in(browser=BROWSER)
    assert signs_in()


@on_one_database
def test_signing_in_forgets_ones_own_slips_and_nobody_elses(officer: User) -> None:
    guessed(FREE - 1)
    guessed(FREE, source=ELSEWHERE)
    guessed(FREE, "other")
    assert signs_in()

    guessed(FREE - 1)
    assert signs_in()
    assert not signs_in(source=ELSEWHERE)
    assert type(wrong("other")) is TooMany


@on_one_database
def test_slips_are_forgiven_as_time_passes(officer: User, passing: dict[str, dt.timedelta]) -> None:
    guessed(FREE)
    passing["by"] += throttling.AT_ADDRESS.forgiven_every * (FREE - 1)
    guessed(FREE - 2)

    assert signs_in()


@on_one_database
def test_the_addresses_of_one_household_are_one(officer: User) -> None:
    for n in range(FREE):
        guessed(1, source=f"2001:db8:0:1::{n}")

    assert not signs_in(source="2001:db8:0:1:ffff::9")
    assert signs_in(source="2001:db8:0:2::9")


def test_of_many_guesses_at_once_no_more_are_answered_than_one_after_the_other(app: Flask, officer: User) -> None:
    guess = partial(accounts.sign_in, "officer", "wrong password", source=OFFICE)
    answered: list[type] = []

    def kept() -> None:
        try:
            guess()
        except Refusal as refusal:
            answered.append(type(refusal))

    at_once(app, [kept] * (FREE + 5))

    assert sorted(answered, key=str) == [Invalid] * FREE + [TooMany] * 5


@on_one_database
def test_what_was_typed_is_kept_nowhere_but_in_the_history_of_the_person(officer: User) -> None:
    wrong("my secret password typed as a name")
    wrong()

    kept = repr([tuple(row) for row in db.session.execute(sa.select(SignInCount.__table__))])
    assert "secret" not in kept
    assert "officer" not in kept
    assert [line.what for line in db.session.scalars(sa.select(SignInEntry))] == ["wrong_password"]


@on_one_database
def test_counts_that_no_longer_matter_are_thrown_away(officer: User, passing: dict[str, dt.timedelta]) -> None:
    for n in range(50):
        guessed(1, f"name{n}")
    passing["by"] += throttling.KEPT + dt.timedelta(minutes=1)
    guessed(1)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInCount)) == 3
