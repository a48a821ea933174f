"""Signing in and out: argon2 passwords, server-side sessions that die at sign-out, throttled guessing."""

import datetime as dt
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.errors import Invalid, TooMany
from certflow.models.base import begin_writing, db
from certflow.models.people import Appointment, SignInAttempt, SignInSession, User
from certflow.models.places import Unit
from certflow.wording import _, _n

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
SESSION_IDLE = dt.timedelta(hours=12)
SESSION_LONGEST = dt.timedelta(days=7)
SEEN_EVERY = dt.timedelta(minutes=5)
WINDOW = dt.timedelta(minutes=15)
MOST_FOR_ACCOUNT, MOST_FOR_SOURCE = 10, 50

_hasher = PasswordHasher()
_NO_ONE = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def sign_in(sign_in_name: str, password: str, *, source: str, agent: str = "") -> str:
    """Sign a person in and give the session token; raises Invalid or TooMany, alike for unknown and wrong.

    Failed attempts are counted for the account together with its source, and for the source as a whole, so that
    guessing is slowed while somebody else's guesses cannot lock an officer out. The count must outlive the refusal:
    whoever calls this commits after Invalid too.
    """
    account, source = sign_in_name.strip().lower()[:120], source[:64]
    _refuse_guessing(account, source)
    user = db.session.scalar(select(User).where(User.sign_in_name == account))
    right = _matches(user, password)  # takes its time, for unknown names too, and must not hold up those who write
    begin_writing()
    if user is None or not right:
        db.session.add(SignInAttempt(account=account, source=source, at=clock.now()))
        raise Invalid(_("The sign-in name or the password is not right. Check both and try again."))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.account == account, SignInAttempt.source == source))
    return _start_session(user, agent)


def _matches(user: User | None, password: str) -> bool:
    """Whether the password is this active person's; takes as long when there is no such person."""
    try:
        _hasher.verify(user.password_hash if user else _NO_ONE, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.active


def _refuse_guessing(account: str, source: str) -> None:
    since = clock.now() - WINDOW
    recent = select(func.count()).where(SignInAttempt.source == source, SignInAttempt.at > since)
    tried = db.session.scalar(recent.where(SignInAttempt.account == account)) or 0
    if tried >= MOST_FOR_ACCOUNT or (db.session.scalar(recent) or 0) >= MOST_FOR_SOURCE:
        raise TooMany(
            _n(
                "Too many wrong attempts. Try again in %(num)s minute.",
                "Too many wrong attempts. Try again in %(num)s minutes.",
                int(WINDOW.total_seconds() // 60),
            )
        )


def _start_session(user: User, agent: str) -> str:
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignInSession(token_hash=_token_hash(token), user_id=user.id, started_at=now, seen_at=now, agent=agent[:200])
    )
    db.session.flush()
    return token


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# Every request asks this; building it costs more than running it, and a second query for the few appointments as well.
_LIVING = (
    select(SignInSession)
    .where(SignInSession.token_hash == bindparam("token_hash"), SignInSession.ended_at.is_(None))
    .options(
        joinedload(SignInSession.user)
        .joinedload(User.appointments)
        .joinedload(Appointment.unit)
        .joinedload(Unit.parent)
        .joinedload(Unit.parent)
    )
)


def living_session(token: str) -> SignInSession | None:
    """The session of `token` with its person and appointments; None when it has ended or was idle or open too long."""
    session = db.session.scalars(_LIVING, {"token_hash": _token_hash(token)}).unique().one_or_none()
    now = clock.now()
    if session is None or not session.user.active:
        return None
    if now - session.seen_at > SESSION_IDLE or now - session.started_at > SESSION_LONGEST:
        return None
    return session


def touch(token: str) -> None:
    """Note that a session is in use, at most every few minutes."""
    now = clock.now()
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == _token_hash(token), SignInSession.seen_at < now - SEEN_EVERY)
        .values(seen_at=now)
    )


def sign_out(token: str) -> None:
    """End the session of `token`; it never works again."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == _token_hash(token), SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_sessions(user: User) -> None:
    """End every session of a person, as after a password change."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.user_id == user.id, SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def check_password(password: str) -> None:
    """Raises Invalid (field "password") when a new password is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = _(
            "Choose a password of %(least)s to %(most)s characters.",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
        raise Invalid(fields={"password": (message,)})


def change_password(user: User, *, old: str, new: str) -> None:
    """Change one's own password; ends every session of the person."""
    if not _matches(user, old):
        raise Invalid(fields={"old_password": (_("This is not your present password."),)})
    check_password(new)
    user.password_hash = hashed(new)
    end_all_sessions(user)
    db.session.flush()
