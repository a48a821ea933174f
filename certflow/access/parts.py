"""The parts somebody may take today: by appointments of their own, and by delegation for those who hold one."""

import datetime as dt
from dataclasses import dataclass

from certflow import clock
from certflow.models.people import Appointment, User
from certflow.models.rules import Delegation, delegations_to
from certflow.models.units import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """A role at a unit: an appointment of one's own, or, with a `delegation`, that of the person one acts for."""

    appointment: Appointment
    delegation: Delegation | None = None

    @property
    def role(self) -> str:
        """The role's name."""
        return self.appointment.role

    @property
    def unit(self) -> Unit | None:
        """Where it is held; an administrator's is at no unit."""
        return self.appointment.unit

    @property
    def scheme(self) -> str:
        """The only scheme in which it is held; "" for every one."""
        return self.delegation.workflow if self.delegation is not None else ""

    def covers(self, scheme: str) -> bool:
        """Whether the part is held in a scheme."""
        return self.scheme in ("", scheme)


@dataclass(frozen=True, slots=True)
class Named:
    """A role in one dossier, as a substitute there; it comes with no appointment."""

    role: str
    delegation: None = None


Held = Part | Named


def own(user: User, today: dt.date | None = None) -> list[Appointment]:
    """The appointments `user` holds on `today`; none for an account that is switched off."""
    today = today or clock.today()
    if not user.active:
        return []
    return [a for a in user.appointments if a.held_on(today)]


def held(user: User, today: dt.date | None = None) -> list[Part]:
    """Every part `user` may take on `today`, their own before those held by delegation.

    What only its holder may do, such as to administer or to confirm criteria, is told by `own` instead.
    """
    today = today or clock.today()
    if not user.active:
        return []
    delegated = (d for d in delegations_to(user) if d.counts_on(today))
    return [*(Part(a) for a in own(user, today)), *(Part(d.appointment, d) for d in delegated)]
