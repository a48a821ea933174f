"""Several accounts of one person: administrators say so, and all of them count as one where nobody judges their own."""

from sqlalchemy import or_, select, update

from certflow.access import access
from certflow.accounts import directory
from certflow.errors import ActionNotOpen, Invalid
from certflow.models.base import db
from certflow.models.people import User
from certflow.wording import _


def link(user_id: int, sign_in_name: str, *, actor: User) -> User:
    """Say that an account is a further one of the person who has another, or ("") that it is nobody else's.

    All accounts of a person count as one where nobody may decide on their own.
    """
    access.require_administrator(actor)
    user, first = directory.get(user_id), directory.by_sign_in_name(sign_in_name.strip().lower())
    if user.person_id == actor.person_id:
        raise ActionNotOpen(_("This is your own account; another administrator must do it."))
    if sign_in_name.strip() and first is None:
        raise Invalid(fields={"sign_in_name": (_("Nobody has this sign-in name."),)})
    if first is not None and first.id == user.id:
        raise Invalid(fields={"sign_in_name": (_("Name the person's other account, not this one."),)})
    user.same_person_as_id = first.person_id if first is not None and first.person_id != user.id else None
    if user.same_person_as_id is not None:
        own = update(User).where(User.same_person_as_id == user.id).values(same_person_as_id=user.same_person_as_id)
        db.session.execute(own)
    db.session.flush()
    return user


def accounts_of(user: User) -> list[User]:
    """The other accounts of the same person."""
    same = or_(User.id == user.person_id, User.same_person_as_id == user.person_id)
    return list(db.session.scalars(select(User).where(same, User.id != user.id).order_by(User.sign_in_name)))
