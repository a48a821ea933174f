"""Where the practice season plays: the units by name, the people by role and unit, the rounds opened for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from certflow import clock
from certflow.demo import plan
from certflow.demo.cast import PROVINCE
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.rounds import rounds


class Progress(Protocol):
    """Told what is being made and, for each piece, that it is done."""

    def begin(self, what: str, pieces: int) -> None:
        """A new kind of thing begins, of which `pieces` are made."""

    def tick(self) -> None:
        """One more is done."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The season's units by full name, its administrator, and everybody else by role and unit."""

    named: Mapping[str, Unit]
    administrator: User
    crew: Mapping[tuple[str, int], User]

    def person_for(self, role: str, unit: Unit) -> User:
        """The person in `role` at `unit`."""
        return self.crew[role, unit.id]

    def open_round(self, scheme: tuple[str, int], title: str, offsets: Mapping[str, int]) -> Round:
        """A practice round of last year, with its deadlines so many days from today."""
        opened = rounds.open_round(
            actor=self.administrator,
            scheme=scheme,
            unit_id=self.named[PROVINCE].id,
            assessed_year=clock.today().year - 1,
            title=title,
            practice=True,
        )
        own = plan.days(offsets, clock.today())
        dates = {date.deadline: (own.get(date.deadline, date.due_on), date.included) for date in opened.dates}
        return rounds.change_dates(opened.id, dates, actor=self.administrator, version=opened.version)
