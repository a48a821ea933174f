"""Two-person rule for recovery: the administrator who gave a password may not also remove the second factor.

So one administrator alone cannot act as a person who must have a second factor (those who decide, administrators).
Two administrators together can; the account's history and the mails to its owner still show it.
"""

import datetime as dt

from sqlalchemy import select

from certflow import clock
from certflow.accounts import accounts, events, outbox
from certflow.accounts.guessing import passwords
from certflow.errors import NotPermitted
from certflow.models.accounts import AccountEvent
from certflow.models.base import db
from certflow.models.people import User
from certflow.wording import _

REMEMBERED = dt.timedelta(days=30)
MOST_LOOKED_AT = 200


def give_password(user: User, password: str, *, actor: User) -> None:
    """Set another person's password, which they are told; raises NotPermitted or Invalid (field "password")."""
    require_for_password(user, actor)
    passwords.check(password, sign_in_name=user.sign_in_name, full_name=user.full_name)
    accounts.set_password(user, accounts.hashed(password))
    events.record(user.id, "password_given", actor=actor)
    outbox.tell_owner(user, "password_given", actor=actor)


def require_for_reset(user: User, actor: User) -> None:
    """Raises NotPermitted when `actor` lately set the person's password, saw a link or changed the address."""
    if any(_opens(event) for event in _lately(user, actor)):
        raise NotPermitted(
            _("You recently gave this person a password or a link; another administrator must reset the second factor.")
        )


def require_for_password(user: User, actor: User) -> None:
    """Raises NotPermitted when `actor` lately took the person's second factor away."""
    if any(event.what == "second_factor_reset" for event in _lately(user, actor)):
        raise NotPermitted(
            _(
                "You recently reset this person's second factor; another administrator must give the "
                "password or the link."
            )
        )


def _opens(event: AccountEvent) -> bool:
    if event.what == "changed":
        return "email" in event.facts.get("after", {})
    return event.what == "password_given" or (event.what == "link_given" and not event.facts.get("mailed_to"))


def _lately(user: User, actor: User) -> list[AccountEvent]:
    query = select(AccountEvent).where(AccountEvent.user_id == user.id, AccountEvent.actor_id == actor.id)
    query = query.where(AccountEvent.at > clock.now() - REMEMBERED).order_by(AccountEvent.id.desc())
    return list(db.session.scalars(query.limit(MOST_LOOKED_AT)))
