"""The links themselves, with which a password is chosen: made, taken back, found while they work."""

import datetime as dt
import hashlib
import secrets
from typing import Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.accounts import outbox
from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.models.accounts import AccountLink
from certflow.models.base import db
from certflow.models.people import User
from certflow.wording import _, instant_in

LASTS = dt.timedelta(hours=24)
PAUSE, MOST_A_DAY = dt.timedelta(minutes=5), 6
MOST_SHOWN = 5

LinkState = Literal["open", "used", "replaced", "expired"]


def make(user: User, *, actor: User | None) -> tuple[AccountLink, str]:
    """Make a new link for a person; returns it with its address, which cannot be read later. Older links stop working.

    It is mailed when that is possible; then the address is "" here.
    """
    lock(user.id)
    revoke(user.id)
    token, now = secrets.token_urlsafe(32), clock.now()
    url = f"{equipment().settings.public_url}/links/{token}"
    link = AccountLink(
        user_id=user.id,
        kind="reset" if user.password_hash else "invitation",
        token_hash=_hashed(token),
        made_at=now,
        made_by_id=actor.id if actor else None,
        expires_at=now + LASTS,
    )
    if user.email and outbox.is_open():
        until = instant_in(user.language, link.expires_at)
        facts = {"full_name": user.full_name, "sign_in_name": user.sign_in_name, "url": url, "until": until}
        link.mail, url = outbox.put(user, link.kind, facts, useless_from=link.expires_at), ""
    db.session.add(link)
    db.session.flush()
    return link, url


def lock(user_id: int) -> User:
    """Hold a person's row until the end of the transaction, so that links are made, taken back and used one by one."""
    others_refer = {"key_share": True}  # who only writes a line about the person need not wait
    return db.session.get_one(User, user_id, with_for_update=others_refer, populate_existing=True)


def revoke(user_id: int) -> None:
    """Make every link of a person that was not used yet useless, and take back the mails that still wait with one."""
    replaced = (
        update(AccountLink)
        .where(AccountLink.user_id == user_id, AccountLink.used_at.is_(None), AccountLink.replaced_at.is_(None))
        .values(replaced_at=clock.now())
        .returning(AccountLink.mail_id)
    )
    outbox.withdraw([mail_id for mail_id in db.session.scalars(replaced).all() if mail_id is not None])


def had_enough(user: User) -> bool:
    """Whether the person was mailed so many links that were asked for without signing in that no more are sent now."""
    query = select(func.count(), func.max(AccountLink.made_at)).where(
        AccountLink.user_id == user.id, AccountLink.made_by_id.is_(None), AccountLink.made_at > clock.now() - LASTS
    )
    many, newest = db.session.execute(query).one()
    return many >= MOST_A_DAY or (newest is not None and clock.now() - newest < PAUSE)


def whose(token: str) -> User:
    """The person for whom a link still works; raises NotFound."""
    query = select(User).join(AccountLink, AccountLink.user_id == User.id).where(*_working(token), User.active)
    user = db.session.scalar(query)
    if user is None:
        raise _dead()
    return user


def use(token: str) -> None:
    """Use a link up; of two at the same moment one is refused. Raises NotFound."""
    used = update(AccountLink).where(*_working(token)).values(used_at=clock.now()).returning(AccountLink.id)
    if db.session.scalars(used).one_or_none() is None:
        raise _dead()


def _dead() -> NotFound:
    return NotFound(_("This link does not work: it was used, is older than a day, or was replaced by a newer one."))


def _working(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountLink.token_hash == _hashed(token),
        AccountLink.used_at.is_(None),
        AccountLink.replaced_at.is_(None),
        AccountLink.expires_at > clock.now(),
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def given_to(user: User) -> list[AccountLink]:
    """The newest links of a person with their mails."""
    query = select(AccountLink).where(AccountLink.user_id == user.id).options(joinedload(AccountLink.mail))
    return list(db.session.scalars(query.order_by(AccountLink.id.desc()).limit(MOST_SHOWN)))


def state_of(link: AccountLink) -> LinkState:
    """Whether a link still works, and if not, why."""
    if link.used_at is not None:
        return "used"
    if link.replaced_at is not None:
        return "replaced"
    return "open" if link.expires_at > clock.now() else "expired"
