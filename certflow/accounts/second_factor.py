"""The second factor: codes of half a minute from a telephone (TOTP), and recovery codes for when it is lost."""

import secrets
from dataclasses import dataclass

from pyotp import TOTP, random_base32
from pyotp.utils import strings_equal
from sqlalchemy import delete, func, select, update

from certflow import clock
from certflow.access import access
from certflow.accounts import (
    accounts,
    events,
    links,
    outbox,
    secrets_at_rest,
    sign_in_history,
    two_person_recovery,
)
from certflow.accounts.guessing import throttling
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.models.accounts import RecoveryCode, SignInStep
from certflow.models.base import db
from certflow.models.people import SecondFactor, SignInSession, User
from certflow.wording import _

ISSUER = "CertFlow"
SECONDS, DIGITS, WINDOW = 30, 6, 1
CODES, CODE_PARTS, CODE_PART = 10, 3, 4
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none is mistaken for another


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a telephone must know: as text, and as the address that its camera reads from a QR code."""

    secret: str
    address: str


def begin(user: User) -> None:
    """Make the secret of a second factor, which is not in force until `confirm`; a new one each time."""
    _refuse_second(user)
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_(None)))
    db.session.expire(user, ["second_factor"])
    db.session.add(
        SecondFactor(
            user_id=user.id, secret=secrets_at_rest.seal(random_base32(), "second factor"), made_at=clock.now()
        )
    )
    db.session.flush()
    db.session.expire(user, ["second_factor"])


def enrolment(user: User) -> Enrolment | None:
    """What to show while a second factor waits to be confirmed; None before `begin` and after `confirm`."""
    factor = user.second_factor
    secret = (
        secrets_at_rest.unseal(factor.secret, "second factor")
        if factor is not None and factor.confirmed_at is None
        else ""
    )
    if not secret:
        return None
    return Enrolment(secret, TOTP(secret).provisioning_uri(name=user.sign_in_name, issuer_name=ISSUER))


def confirm(user: User, code: str, *, token: str) -> list[str]:
    """Put the second factor in force by its first code; gives the recovery codes, which nobody can look up again.

    Ends every session but that of `token`. Raises Invalid (field "code").
    """
    links.lock(user.id)
    _refuse_second(user)
    if user.second_factor is None or not _is_next(user, code):
        raise _wrong_code()
    user.second_factor.confirmed_at = clock.now()
    accounts.end_all_sessions(user, but=token)
    events.record(user.id, "second_factor_begun", actor=user)
    return _new_codes(user)


def _refuse_second(user: User) -> None:
    db.session.expire(user, ["second_factor"])
    if user.has_second_factor:
        raise ActionNotOpen(_("You already have a second factor. Remove it first to set up another one."))


def _wrong_code() -> Invalid:
    return Invalid(fields={"code": (_("This code is not right, or it was used before. Wait for the next one."),)})


def _new_codes(user: User) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["-".join(_part() for _n in range(CODE_PARTS)) for _c in range(CODES)]
    db.session.add_all([RecoveryCode(user_id=user.id, code_hash=_fingerprint(user, code)) for code in codes])
    db.session.flush()
    return codes


def _part() -> str:
    return "".join(secrets.choice(LETTERS) for _n in range(CODE_PART))


def _fingerprint(user: User, code: str) -> str:
    """However it was typed: in small letters, with blanks for dashes or nothing."""
    return secrets_at_rest.fingerprint(f"{user.id} " + "".join(code.upper().replace("-", " ").split()))


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def finish(token: str, code: str, *, source: str, agent: str = "", browser: str = "") -> accounts.OpenedSession:
    """The second step of signing in. Raises ActionNotOpen when the first is too long ago, Invalid or TooMany.

    The count and the history must outlive the refusal: the caller commits after Invalid too.
    """
    step = living_step(token)
    if step is None:
        raise ActionNotOpen(_("The sign-in took too long. Begin again with your password."))
    user = links.lock(step.user_id)
    _require_code(user, code, source=source, agent=agent, browser=browser)
    db.session.execute(delete(SignInStep).where(SignInStep.user_id == user.id))
    return accounts.start_session(user, source=source, agent=agent, factor=True)


def show_again(user: User, code: str, *, token: str, source: str) -> None:
    """Give a code once more in the session of `token`, before an act of weight; raises as `finish` does."""
    links.lock(user.id)
    _require_in_force(user)
    _require_code(user, code, source=source, agent="", browser=f"session of {user.id}")
    own = update(SignInSession).where(SignInSession.token_hash == accounts.token_hash(token))
    db.session.execute(own.values(factor_at=clock.now()))


def living_step(token: str) -> SignInStep | None:
    """The step of `token`, unless the sign-in was finished or too long ago, or the account was switched off."""
    step = db.session.get(SignInStep, accounts.token_hash(token))
    if step is None or clock.now() - step.started_at > accounts.STEP_LASTS:
        return None
    return step if step.user.active and step.user.has_second_factor else None


def _require_code(user: User, code: str, *, source: str, agent: str, browser: str) -> None:
    """Raises Invalid (field "code") or TooMany unless this is a code of the telephone or a recovery code."""
    familiar = sign_in_history.is_familiar(user.id, source)
    guess = throttling.Guess("code", str(user.id), source, browser, familiar)
    throttling.refuse_early(guess, lock=True)
    if not (_is_next(user, code) or _is_recovery(user, code)):
        throttling.count(guess)
        sign_in_history.note(user.id, sign_in_history.WRONG_CODE, source=source, agent=agent)
        raise _wrong_code()
    throttling.forget(guess)


def _is_next(user: User, code: str) -> bool:
    """Whether the code belongs to now or the half minute before or after, and is later than the last accepted one."""
    digits, factor = "".join(code.split()), user.second_factor
    secret = secrets_at_rest.unseal(factor.secret, "second factor") if factor else ""
    if factor is None or not secret or len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return False
    now = int(clock.now().timestamp()) // SECONDS
    steps = [step for step in range(now - WINDOW, now + WINDOW + 1) if step > factor.last_step]
    right = [step for step in steps if strings_equal(digits, TOTP(secret).generate_otp(step))]
    if not right:
        return False
    accepted = update(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.last_step < right[0])
    row = db.session.execute(accepted.values(last_step=right[0]).returning(SecondFactor.user_id)).one_or_none()
    return row is not None


def _is_recovery(user: User, code: str) -> bool:
    used = update(RecoveryCode).where(
        RecoveryCode.code_hash == _fingerprint(user, code),
        RecoveryCode.user_id == user.id,
        RecoveryCode.used_at.is_(None),
    )
    if db.session.execute(used.values(used_at=clock.now()).returning(RecoveryCode.user_id)).one_or_none() is None:
        return False
    events.record(user.id, "recovery_code_used", actor=user, left=codes_left(user))
    return True


def renew_codes(user: User, code: str, *, source: str) -> list[str]:
    """Ten new recovery codes in place of the old ones, for a code; raises Invalid or TooMany as `finish` does."""
    links.lock(user.id)
    _require_in_force(user)
    _require_code(user, code, source=source, agent="", browser=f"session of {user.id}")
    events.record(user.id, "recovery_codes_renewed", actor=user)
    return _new_codes(user)


def remove(user: User, *, password: str, code: str, source: str) -> None:
    """Take one's second factor away, for the password and a code; raises Invalid or TooMany as `finish` does."""
    links.lock(user.id)
    _require_in_force(user)
    accounts.require_password(user, password, source=source)
    _require_code(user, code, source=source, agent="", browser=f"session of {user.id}")
    _forget(user)
    events.record(user.id, "second_factor_removed", actor=user)


def _require_in_force(user: User) -> None:
    if not user.has_second_factor:
        raise ActionNotOpen(_("There is no second factor."))


def reset(user: User, *, actor: User) -> None:
    """Take another person's second factor away, as an administrator, when telephone and codes are lost.

    Every session of the person ends, and who must have one begins another at the next sign-in.
    """
    access.require_administrator(actor)
    if user.id == actor.id:
        raise NotPermitted(_("Remove your own second factor on your account page, with your password and a code."))
    two_person_recovery.require_for_reset(user, actor)
    take_away(user, actor=actor)


def take_away(user: User, *, actor: User | None = None) -> None:
    """As `reset`, without an actor: for the command line, when the only administrator has lost everything."""
    links.lock(user.id)
    _require_in_force(user)
    _forget(user)
    accounts.end_all_sessions(user)
    events.record(user.id, "second_factor_reset", actor=actor)
    outbox.tell_owner(user, "second_factor_reset", actor=actor)


def _forget(user: User) -> None:
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.expire(user, ["second_factor"])
