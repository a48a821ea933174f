"""The titles that units inherit on a day from their predecessors.

Only a unit that began with a merger or division inherits: one that went on under the same identity, with others coming
into it or with a new name, code or parent, keeps its own titles as its own. A rule of the unit's present province
decides for the whole line behind it.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from certflow.catalogue import units
from certflow.catalogue.catalogue import is_sample
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.rules import InheritanceRule
from certflow.models.units import Succession, Unit
from certflow.rules import inheritance_rules
from certflow.rules.outcomes import Holding, InheritedOutcome, Title, outcome

MOST_GENERATIONS = 8


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A predecessor of a new unit, whole or in part; `name` is its last name."""

    id: int
    name: str
    extent: str


@dataclass(frozen=True, slots=True)
class UnitLineage:
    """The predecessors of units over all generations, by the id of the successor."""

    behind: Mapping[int, tuple[Predecessor, ...]]

    @property
    def ids(self) -> set[int]:
        """The ids of all predecessors."""
        return {predecessor.id for predecessors in self.behind.values() for predecessor in predecessors}

    def names(self, unit_id: int) -> str:
        """The names of the direct predecessors of a unit."""
        return ", ".join(predecessor.name for predecessor in self.behind.get(unit_id, ()))


@dataclass(frozen=True, slots=True)
class Inherited:
    """The outcome that a unit inherits under one criteria set, with the rules applied."""

    outcome: InheritedOutcome
    predecessors: str
    rules: tuple[InheritanceRule, ...]

    @property
    def title(self) -> Title | None:
        """The inherited title, or None."""
        return self.outcome.title

    @property
    def cited(self) -> str:
        """The documents of the rules, in one text."""
        return "; ".join(dict.fromkeys(rule.cited for rule in self.rules))


def lineage(of: Collection[int], day: dt.date) -> UnitLineage:
    """The predecessors of units until `day`, over all generations; one query for each generation."""
    behind: dict[int, list[Predecessor]] = {}
    ahead = set(of)
    for _generation in range(MOST_GENERATIONS):
        generation = _predecessors(ahead, day) if ahead else {}
        behind |= generation
        ahead = {predecessor.id for predecessors in generation.values() for predecessor in predecessors} - set(behind)
        if not ahead:
            break
    return UnitLineage({unit: tuple(predecessors) for unit, predecessors in behind.items()})


def _predecessors(of: Collection[int], day: dt.date) -> dict[int, list[Predecessor]]:
    before = aliased(Unit)
    query = (
        select(Succession.successor_id, before.id, before.name, Succession.extent)
        .join(Unit, Unit.id == Succession.successor_id)
        .join(before, before.id == Succession.predecessor_id)
        .where(Succession.successor_id.in_(of), Succession.effective_on <= day)
        .where(Unit.starts_on == Succession.effective_on)
        .order_by(before.sort_key, before.id)
    )
    by_unit: dict[int, list[Predecessor]] = {}
    for unit_id, id_, name, extent in db.session.execute(query):
        by_unit.setdefault(unit_id or 0, []).append(Predecessor(id_, name, extent))
    return by_unit


@dataclass(slots=True)
class _Line:
    """The titles of all units of a lineage; computes the outcome of each unit from them."""

    lineage: UnitLineage
    day: dt.date
    rules: Mapping[str, InheritanceRule]
    held: Mapping[int, list[Recognition]]
    known: dict[int, InheritedOutcome | None] = field(default_factory=dict)

    def outcome(self, unit_id: int) -> InheritedOutcome | None:
        if unit_id not in self.known:
            behind = self.lineage.behind.get(unit_id, ())
            self.known[unit_id] = outcome([self._holdings(predecessor.id) for predecessor in behind], self.day)
        return self.known[unit_id]

    def _holdings(self, unit_id: int) -> list[Holding]:
        holdings = []
        for recognition in self.held.get(unit_id, ()):
            rule = self.rules.get(recognition.dossier.workflow)
            title = Title(recognition.level, recognition.recognised_on, recognition.valid_until)
            holdings.append(Holding(title, rule.treatment if rule else "undecided"))  # type: ignore[arg-type]
        passed = self.outcome(unit_id)
        if passed is not None and passed.common is not None:
            holdings.append(Holding(passed.common, passed.treatment))
        return holdings

    def rules_behind(self, unit_id: int) -> Iterable[InheritanceRule]:
        """The rules for the schemes of the titles of all predecessors of a unit."""
        for predecessor in self.lineage.behind.get(unit_id, ()):
            names = {recognition.dossier.workflow for recognition in self.held.get(predecessor.id, ())}
            yield from (self.rules[name] for name in sorted(names & set(self.rules)))
            yield from self.rules_behind(predecessor.id)


def of_units(
    of: Collection[int],
    day: dt.date,
    *,
    within: Unit,
    form: str,
    practice: bool = False,
    published: bool = False,
) -> dict[int, Inherited]:
    """The inheritance of units `within` a province on `day` under the criteria set `form`, by unit id.

    Units whose predecessors hold nothing in force are left out. `published` leaves out decisions whose papers are not
    issued yet.
    """
    history = lineage(of, day)
    if not history.behind:
        return {}
    province = units.chain_on(within, day)["province"]
    rules = inheritance_rules.in_force(province.unit_id, day)
    line = _Line(history, day, rules, _held(history.ids, form, day, practice=practice, published=published))
    outcomes = {unit_id: line.outcome(unit_id) for unit_id in of if unit_id in history.behind}
    return {
        unit_id: Inherited(result, history.names(unit_id), tuple(dict.fromkeys(line.rules_behind(unit_id))))
        for unit_id, result in outcomes.items()
        if result is not None
    }


def _held(
    of: Collection[int], form: str, day: dt.date, *, practice: bool, published: bool
) -> dict[int, list[Recognition]]:
    """The titles of units until a day, by unit id."""
    query = (
        select(Recognition)
        .join(Dossier, Recognition.dossier_id == Dossier.id)
        .join(Round, Dossier.round_id == Round.id)
        .where(Recognition.unit_id.in_(of), Recognition.kind == "recognition", Recognition.holder_id.is_(None))
        .where(Dossier.form == form, Round.practice.is_(practice), Recognition.recognised_on <= day)
        .where(or_(Recognition.revoked_on.is_(None), Recognition.revoked_on > day))
        .options(contains_eager(Recognition.dossier))
    )
    if published:
        query = query.options(joinedload(Recognition.decision), joinedload(Recognition.certificate))
    by_unit: dict[int, list[Recognition]] = {}
    with seeing(EVERYTHING):  # what units hold is the same whoever asks
        recognitions = db.session.scalars(query).all()
    for recognition in recognitions:
        if not is_sample(recognition.dossier) and (recognition.published or not published):
            by_unit.setdefault(recognition.unit_id, []).append(recognition)
    return by_unit


def of_dossier(dossier: Dossier, day: dt.date) -> Title | None:
    """The title that the dossier's unit inherits under its criteria set; None for a dossier about a holder.

    A unit without a first day existed before the records began and has no predecessor, so there is no query.
    """
    if dossier.holder_id is not None or dossier.unit.starts_on is None:
        return None
    on = min(day, dossier.unit.ends_on or dt.date.max)
    about = {"form": dossier.form, "practice": dossier.round.practice}
    inherited = of_units([dossier.unit_id], on, within=dossier.unit, **about)  # type: ignore[arg-type]
    return inherited[dossier.unit_id].title if inherited else None
