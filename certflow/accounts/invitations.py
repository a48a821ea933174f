"""Inviting people and helping those who forgot their password: by a link, single use, for one day.

A person who knows a link can choose the password. So the link goes by mail whenever that is possible. When an
administrator is shown a link to hand over instead, this is recorded with the administrator's name.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select

from certflow.access import access
from certflow.accounts import accounts, events, links, outbox, sign_in_history, two_person_recovery
from certflow.accounts.guessing import passwords, throttling
from certflow.errors import ActionNotOpen
from certflow.models.base import begin_writing, db
from certflow.models.people import User
from certflow.wording import _

MOST_OF_ADDRESS = 5


@dataclass(frozen=True, slots=True)
class Given:
    """A link that was made: the address it was mailed to, or else the link itself, to be handed over; never both."""

    mailed_to: str
    url: str


def invite(user: User, *, actor: User) -> Given:
    """Give a person a new link, to begin or after a forgotten password; older ones are dead. Raises ActionNotOpen."""
    access.require_administrator(actor)
    two_person_recovery.require_for_password(user, actor)
    return give(user, actor=actor)


def give(user: User, *, actor: User | None = None) -> Given:
    """As `invite`, without an actor: for the command line, whose user owns the database."""
    if not user.active:
        raise ActionNotOpen(_("The account is switched off. Switch it on first."))
    link, url = links.make(user, actor=actor)
    mailed_to = "" if link.mail is None else user.email
    events.record(user.id, "link_given", actor=actor, mailed_to=mailed_to)
    return Given(mailed_to, url)


def request_reset(identity: str, *, source: str) -> None:
    """Mail links to the accounts with this sign-in name or address; the answer is the same when there is none.

    Raises TooMany when this source asks too often for one name. The number of mails to one person is limited, so that
    a stranger cannot flood them; the newest link that was sent stays valid.
    """
    identity = identity.strip().lower()[:200]
    asking = throttling.Guess("link", identity, source, familiar=True)
    begin_writing()
    throttling.refuse_early(asking, lock=True)
    throttling.count(asking)
    if not identity or not outbox.is_open():
        return
    meant = select(User.id).where(
        or_(User.sign_in_name == identity, User.email == identity), User.active, User.email != ""
    )
    for user_id in db.session.scalars(meant.order_by(User.id).limit(MOST_OF_ADDRESS)).all():
        user = links.lock(user_id)
        if not links.had_enough(user):
            links.make(user, actor=None)
            events.record(user.id, "link_asked_for", actor=user, source=source[:64])


def redeem(token: str, password: str, *, source: str = "", agent: str = "") -> User:
    """Choose a password by a link, once; ends every session. Raises NotFound, or Invalid (field "password")."""
    person = links.whose(token)
    passwords.check(password, sign_in_name=person.sign_in_name, full_name=person.full_name)
    person_id = person.id
    hashed = accounts.hashed(password)  # takes its time, and must not hold up those who write
    begin_writing()
    user = links.lock(person_id)
    links.use(token)
    accounts.set_password(user, hashed)
    sign_in_history.note(user.id, sign_in_history.NEW_PASSWORD, source=source, agent=agent)
    events.record(user.id, "link_redeemed", actor=user)
    return user
