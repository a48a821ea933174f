"""The open sessions of a person: seen, and ended one by one or all at once."""

from sqlalchemy import select

from certflow import clock
from certflow.access import access
from certflow.accounts import accounts, events
from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.people import SignInSession, User
from certflow.wording import _

MOST_LISTED = 50


def listed(user: User) -> list[SignInSession]:
    """The sessions of a person in which requests would be answered now, those used last first."""
    now = clock.now()
    query = select(SignInSession).where(
        SignInSession.user_id == user.id,
        SignInSession.ended_at.is_(None),
        SignInSession.seen_at >= now - equipment().settings.session_idle,
        SignInSession.started_at >= now - equipment().settings.session_longest,
    )
    return list(db.session.scalars(query.order_by(SignInSession.seen_at.desc()).limit(MOST_LISTED)))


def end(user: User, handle: str) -> None:
    """End one of a person's own open sessions by its handle; raises NotFound for any other."""
    meant = next((candidate for candidate in listed(user) if candidate.handle == handle), None)
    if meant is None:
        raise NotFound(_("There is no such session, or it has ended."))
    meant.ended_at = clock.now()
    db.session.flush()


def end_others(user: User, token: str) -> None:
    """End all of a person's own sessions but that of `token`."""
    accounts.end_all_sessions(user, but=token)
    events.record(user.id, "other_sessions_ended", actor=user)


def end_all(user: User, *, actor: User) -> None:
    """End all sessions of a person, as an administrator; the account stays as it is."""
    access.require_administrator(actor)
    accounts.end_all_sessions(user)
    events.record(user.id, "sessions_ended", actor=actor)
