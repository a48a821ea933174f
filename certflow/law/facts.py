"""What the rules may know about a dossier when they decide: plain values, gathered by the services when asked for."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from certflow.law.councils import Sitting
from certflow.law.impartiality import NONE, Involvement
from certflow.law.scoring.scoring import Answers, Result, score
from certflow.law.specs.form import FormSpec


@dataclass(frozen=True, slots=True)
class Held:
    """A level that the subject holds, and the day of its decision."""

    level: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class OutsideDocument:
    """A paper from outside that an act records: its number and notation, and its date."""

    number: str = ""
    dated: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """One dossier as the guards see it, in the light of one action.

    What has to be looked up is a function, called only by the guards that need it. `level` is the level the action
    is about (0 for none), `acting_as` the roles whose part it is. `involved` is what ties the person to the dossier,
    `council` the one that appraises it, None where none is asked for. `authority` is the role that the authority rule
    in force names ("" when there is no rule), `authority_asked` the one that the action needs.
    """

    form: FormSpec
    claims: Callable[[], Answers] = dict
    findings: Callable[[], Answers] = dict
    disadvantaged: bool = False
    meeting_recorded: Callable[[], bool] = bool
    proposed_level: int | None = None
    level: int = 0
    note: str = ""
    involved: Callable[[], Involvement] = lambda: NONE
    council: Callable[[], Sitting | None] = lambda: None
    acting_as: frozenset[str] = frozenset()
    document: OutsideDocument = OutsideDocument()
    authority: Callable[[], str] = str
    authority_asked: str = ""
    held: Callable[[], tuple[Held, ...]] = tuple
    today: dt.date = dt.date.min
    upgrade_after_months: int = 0

    def claimed(self) -> Result:
        """The result of the self-assessment."""
        return score(self.form, self.claims(), disadvantaged=self.disadvantaged)

    def found(self) -> Result:
        """The result of the appraisal."""
        return score(self.form, self.findings(), disadvantaged=self.disadvantaged, part="findings")

    def took_part_otherwise(self) -> frozenset[str]:
        """The parts other than this action's in which the person acted on the dossier before."""
        return self.involved().parts - self.acting_as
