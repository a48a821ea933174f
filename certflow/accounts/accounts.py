"""Signing in and out: argon2 passwords, a second factor where there is one, sessions that die at sign-out."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.accounts import events, links, sign_in_history
from certflow.accounts.guessing import passwords, throttling
from certflow.audit import chain
from certflow.catalogue import role_titles
from certflow.errors import Invalid
from certflow.gateways.installation import equipment
from certflow.models.accounts import SignInStep
from certflow.models.base import begin_writing, db
from certflow.models.impartiality import COUNCIL_SEATS, SUBSTITUTIONS, Council, CouncilMember
from certflow.models.people import Appointment, SignInSession, User
from certflow.models.rules import DELEGATIONS, Delegation
from certflow.models.units import Unit
from certflow.wording import _

SEEN_EVERY = dt.timedelta(minutes=5)
FACTOR_FRESH = dt.timedelta(minutes=10)
STEP_LASTS = dt.timedelta(minutes=10)

_UNIT = joinedload(Appointment.unit).joinedload(Unit.parent).joinedload(Unit.parent)
_DELEGATED = joinedload(Delegation.appointment).options(_UNIT, joinedload(Appointment.user))
PARTS = (
    joinedload(User.appointments).options(_UNIT, joinedload(Appointment.organisation)),
    joinedload(DELEGATIONS).options(_DELEGATED),
    joinedload(SUBSTITUTIONS),
    joinedload(COUNCIL_SEATS).joinedload(CouncilMember.council).joinedload(Council.unit),
)

_hasher = PasswordHasher()
_NO_ONE = _hasher.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What a sign-in gave: the token of a session, or while it is not `complete`, of the step to the second factor."""

    token: str
    user_id: int
    complete: bool


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def sign_in(sign_in_name: str, password: str, *, source: str, agent: str = "", browser: str = "") -> OpenedSession:
    """Sign a person in by the password; raises Invalid or TooMany, alike for unknown and wrong.

    `browser` names one in which this account was opened before: see `throttling` for what makes a guess wait. The
    count and the history must outlive the refusal: the caller commits after Invalid too.
    """
    account, source = sign_in_name.strip().lower()[:120], source[:64]
    user = db.session.scalar(select(User).where(User.sign_in_name == account))
    familiar = user is not None and sign_in_history.is_familiar(user.id, source)
    guess = throttling.Guess("password", account, source, browser, familiar)
    throttling.refuse_early(guess)
    right = _matches(user, password)  # takes its time, for unknown names too, and must not hold up those who write
    checked = user.password_hash if user else ""
    begin_writing()
    throttling.refuse_early(guess, lock=True)
    if user is None or not right or user.password_hash != checked:
        throttling.count(guess)
        if user is not None:
            sign_in_history.note(user.id, sign_in_history.WRONG_PASSWORD, source=source, agent=agent)
        else:
            chain.note(chain.SIGN_IN_REFUSED, name=account)
        raise Invalid(_("The sign-in name or the password is not right. Check both and try again."))
    throttling.forget(guess)
    return _start_step(user) if user.has_second_factor else start_session(user, source=source, agent=agent)


def _matches(user: User | None, password: str) -> bool:
    """Whether the password is this active person's; a missing person or password takes the same time."""
    password_hash = user.password_hash if user else ""
    try:
        _hasher.verify(password_hash or _NO_ONE, password[: passwords.LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.active and bool(password_hash)


def _start_step(user: User) -> OpenedSession:
    token, now = secrets.token_urlsafe(32), clock.now()
    old = delete(SignInStep).where(SignInStep.user_id == user.id, SignInStep.started_at < now - STEP_LASTS)
    db.session.execute(old)
    db.session.add(SignInStep(token_hash=token_hash(token), user_id=user.id, started_at=now))
    db.session.flush()
    return OpenedSession(token, user.id, complete=False)


def start_session(user: User, *, source: str, agent: str, factor: bool = False) -> OpenedSession:
    """Open a session for a person who has shown everything that is asked of them, a `factor` among it or not."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session.add(
        SignInSession(
            token_hash=token_hash(token),
            user_id=user.id,
            started_at=now,
            seen_at=now,
            factor_at=now if factor else None,
            agent=agent[:200],
            source=source[:64],
        )
    )
    sign_in_history.note(user.id, sign_in_history.SIGNED_IN, source=source, agent=agent)
    db.session.flush()
    return OpenedSession(token, user.id, complete=True)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


# Every request asks this; building it costs more than running it, and a second query for the few appointments as well.
_LIVING = (
    select(SignInSession)
    .where(SignInSession.token_hash == bindparam("token_hash"), SignInSession.ended_at.is_(None))
    .options(joinedload(SignInSession.user).options(joinedload(User.second_factor), *PARTS))
)


def living_session(token: str) -> SignInSession | None:
    """The session of `token` with its person, second factor and parts; None when it has ended.

    Those that were idle or open too long have ended too.
    """
    session = db.session.scalars(_LIVING, {"token_hash": token_hash(token)}).unique().one_or_none()
    now = clock.now()
    if session is None or not session.user.active:
        return None
    settings = equipment().settings
    if now - session.seen_at > settings.session_idle or now - session.started_at > settings.session_longest:
        return None
    return session


def factor_is_fresh(session: SignInSession) -> bool:
    """Whether a code was given in this session so lately that none is asked for again before an act of weight."""
    return session.factor_at is not None and clock.now() - session.factor_at < FACTOR_FRESH


def is_obligatory(user: User) -> bool:
    """Whether this person must sign in with a second factor: those who decide today, where the setting asks for it."""
    if equipment().settings.second_factor == "off":
        return False
    asked = role_titles.deciding_roles() | {role_titles.ADMINISTRATOR}
    return any(appointment.role in asked for appointment in access.appointments(user))


def must_enrol(user: User) -> bool:
    """Whether this person can do nothing before having a second factor."""
    return not user.has_second_factor and is_obligatory(user)


def touch(token: str) -> None:
    """Note that a session is in use, at most every few minutes."""
    now = clock.now()
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash(token), SignInSession.seen_at < now - SEEN_EVERY)
        .values(seen_at=now)
    )


def sign_out(token: str) -> None:
    """End the session of `token`; it never works again."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash(token), SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_sessions(user: User, *, but: str = "") -> None:
    """End every session of a person but that of the token `but`, and every sign-in on its way."""
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.user_id == user.id,
            SignInSession.ended_at.is_(None),
            SignInSession.token_hash != (token_hash(but) if but else ""),
        )
        .values(ended_at=clock.now())
    )
    db.session.execute(delete(SignInStep).where(SignInStep.user_id == user.id))


def set_password(user: User, hashed: str) -> None:
    """Give a person a new password by its hash: every session ends and every link that was not used is dead."""
    user.password_hash = hashed
    end_all_sessions(user)
    links.revoke(user.id)
    db.session.flush()


def require_password(user: User, password: str, *, source: str, field: str = "password") -> None:
    """Raises Invalid at `field`, or TooMany, unless this is the password of the person, who is signed in.

    Whoever found an open session could guess here, so wrong guesses are counted: commit after Invalid too.
    """
    guess = throttling.Guess("password", user.sign_in_name, source, browser=f"session of {user.id}")
    throttling.refuse_early(guess, lock=True)
    if not _matches(user, password):
        throttling.count(guess)
        raise Invalid(fields={field: (_("This is not your current password."),)})
    throttling.forget(guess)


def change_password(user: User, *, old: str, new: str, source: str = "") -> None:
    """Change one's own password; ends every session of the person. Raises as `require_password` does."""
    require_password(user, old, source=source, field="old_password")
    passwords.check(new, sign_in_name=user.sign_in_name, full_name=user.full_name)
    set_password(user, hashed(new))
    events.record(user.id, "password_changed", actor=user)
