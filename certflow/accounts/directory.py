"""People found by their number or sign-in name."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.wording import _


def get(user_id: int) -> User:
    """A person with appointments; raises NotFound."""
    at = joinedload(Appointment.unit), joinedload(Appointment.organisation)
    query = select(User).where(User.id == user_id)
    user = db.session.scalar(query.options(selectinload(User.appointments).options(*at)))
    if user is None:
        raise NotFound(_("There is no such person."))
    return user


def by_sign_in_name(name: str) -> User | None:
    """The person with this sign-in name."""
    query = select(User).where(User.sign_in_name == name)
    return db.session.scalar(query.options(joinedload(User.appointments).joinedload(Appointment.unit)))
