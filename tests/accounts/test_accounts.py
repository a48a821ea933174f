"""Signing in and out: guessing is slow and tells nothing, a session dies when it should."""

import datetime as dt
import time
from statistics import median
from typing import Any

import pytest
from argon2 import PasswordHasher

from certflow import clock
from certflow.accounts import accounts
from certflow.accounts.guessing import passwords
from certflow.catalogue import role_titles
from certflow.config import SESSION_IDLE, SESSION_LONGEST
from certflow.errors import Invalid, Refusal
from certflow.models.base import db
from certflow.models.people import SignInSession, User
from certflow.people import people
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")

HOME = "192.0.2.1"


def test_the_right_password_opens_a_session_whose_token_is_not_kept() -> None:
    user = make.user("officer")

    token = accounts.sign_in("  OFFICER ", make.PASSWORD, source=HOME, agent="a" * 500).token

    session = accounts.living_session(token)
    assert session is not None
    assert session.user is user
    assert len(token) >= 43
    assert token not in repr([tuple(row) for row in db.session.execute(SignInSession.__table__.select())])


@pytest.mark.parametrize("name", ["officer", "nobody", "", "officer\n", "x" * 5000, "' or 1=1 --"])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(name: str) -> None:
    make.user("officer")

    assert type(answer(name, "wrong password")) is Invalid
    assert answer(name, "wrong password").reasons == answer("officer", "wrong password").reasons


@pytest.fixture
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in production."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher())
    monkeypatch.setattr(accounts, "_NO_ONE", accounts.hashed("nobody has this password"))


def test_an_unknown_name_takes_as_long_as_a_wrong_password(in_earnest: None) -> None:
    known = make.user("officer")
    known.password_hash = PasswordHasher().hash(make.PASSWORD)
    make.commit()

    def taken(name: str) -> float:  # the work done, which a busy machine does not stretch
        begun = time.process_time()
        answer(name, "wrong password", source=f"{name} {begun}")
        return time.process_time() - begun

    spans = [(taken("officer"), taken("nobody")) for _turn in range(3)]
    known_span, unknown_span = (median(span) for span in zip(*spans, strict=True))
    assert 0.5 < known_span / unknown_span < 2


def test_who_is_only_invited_is_answered_as_slowly_and_in_the_same_words(in_earnest: None) -> None:
    invited = people.add(sign_in_name="moi", full_name="Người Mới", position="")
    make.commit()

    begun = time.process_time()
    refused = [answer("moi", password) for password in ("", "wrong password", "nobody has this password")]
    taken = time.process_time() - begun

    assert {type(refusal) for refusal in refused} == {Invalid}
    assert invited.password_hash == ""
    assert taken > 0.01 * len(refused), "three argon2 hashes are not computed in no time"


def test_a_session_dies_at_sign_out_and_only_that_one() -> None:
    make.user("officer")
    here, there = (accounts.sign_in("officer", make.PASSWORD, source=HOME).token for _n in range(2))

    accounts.sign_out(here)

    assert accounts.living_session(here) is None
    assert accounts.living_session(there) is not None
    accounts.touch(here)
    assert accounts.living_session(here) is None


@pytest.mark.parametrize(
    ("column", "ago", "alive"),
    [
        ("seen_at", SESSION_IDLE - dt.timedelta(minutes=1), True),
        ("seen_at", SESSION_IDLE + dt.timedelta(seconds=1), False),
        ("started_at", SESSION_LONGEST - dt.timedelta(minutes=1), True),
        ("started_at", SESSION_LONGEST + dt.timedelta(seconds=1), False),
    ],
)
def test_a_session_dies_when_idle_or_open_too_long(column: str, ago: dt.timedelta, alive: bool) -> None:
    make.user("officer")
    token = accounts.sign_in("officer", make.PASSWORD, source=HOME).token
    db.session.query(SignInSession).update({column: clock.now() - ago})

    assert (accounts.living_session(token) is not None) is alive


def test_use_keeps_a_session_alive_but_not_beyond_its_age() -> None:
    make.user("officer")
    token = accounts.sign_in("officer", make.PASSWORD, source=HOME).token
    almost = clock.now() - SESSION_IDLE + dt.timedelta(minutes=1)
    db.session.query(SignInSession).update({"seen_at": almost})

    accounts.touch(token)

    session = db.session.query(SignInSession).one()
    assert clock.now() - session.seen_at < accounts.SEEN_EVERY


def test_a_new_password_ends_every_session_and_the_old_one_opens_nothing() -> None:
    user = make.user("officer")
    tokens = [accounts.sign_in("officer", make.PASSWORD, source=HOME).token for _n in range(2)]

    accounts.change_password(user, old=make.PASSWORD, new="một mật khẩu mới")

    assert [accounts.living_session(token) for token in tokens] == [None, None]
    assert type(answer("officer", make.PASSWORD)) is Invalid
    assert accounts.sign_in("officer", "một mật khẩu mới", source=HOME)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("not mine at all", "một mật khẩu mới", "old_password"),
        (make.PASSWORD, "ngắn", "password"),
        (make.PASSWORD, "d" * (passwords.LONGEST + 1), "password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(old: str, new: str, field: str) -> None:
    user = make.user("officer")
    token = accounts.sign_in("officer", make.PASSWORD, source=HOME).token

    with pytest.raises(Invalid) as refusal:
        accounts.change_password(user, old=old, new=new)

    assert list(refusal.value.fields) == [field]
    assert accounts.living_session(token) is not None


def test_an_account_that_is_switched_off_neither_opens_nor_keeps_a_session() -> None:
    user, administrator = make.user("officer"), make.person(role_titles.ADMINISTRATOR)
    token = accounts.sign_in("officer", make.PASSWORD, source=HOME).token
    off: dict[str, Any] = {"full_name": "Đã nghỉ", "position": "", "active": False}

    people.change(user.id, actor=administrator, **off)

    assert accounts.living_session(token) is None
    assert type(answer("officer", make.PASSWORD)) is Invalid
    people.change(user.id, actor=administrator, **(off | {"active": True}))
    assert accounts.living_session(token) is None, "switched on again, the old session stays dead"


def test_passwords_are_kept_as_argon2id() -> None:
    assert accounts.hashed("một mật khẩu mới").startswith("$argon2id$")
    assert all(user.password_hash.startswith("$argon2id$") for user in db.session.query(User))


@pytest.mark.parametrize("token", ["", "a", "'", "\x00", "é" * 300])
def test_a_made_up_token_opens_nothing(token: str) -> None:
    make.user("officer")

    assert accounts.living_session(token) is None
    accounts.sign_out(token)


def answer(name: str, password: str, *, source: str = HOME) -> Refusal:
    """How a sign-in is refused; kept as the page keeps it."""
    with pytest.raises(Refusal) as refusal:
        accounts.sign_in(name, password, source=source)
    make.commit()
    return refusal.value
