"""The preview of a resolution: its units by name and code, and the counts at the units that end.

Open dossiers, people and titles at units that end are only counted; a resolution does not change them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from certflow import clock
from certflow.catalogue import catalogue
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import Appointment
from certflow.models.results import Recognition
from certflow.models.units import Resolution, Unit
from certflow.units import resolutions, store
from certflow.units.changes import Changed, Extent, ResolutionPlan
from certflow.units.resolutions import Decree


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """At one unit: open dossiers about it or about units below it, people with a role there, titles in force."""

    dossiers: int = 0
    people: int = 0
    titles: int = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """The counts at each ended unit, and in all; `late` counts dossiers begun on the resolution's day or later."""

    at: Mapping[int, UnitCounts]
    dossiers: int
    people: int
    titles: int
    late: int


@dataclass(frozen=True, slots=True)
class Share:
    """The other unit of a succession, and whether the succession is whole or partial."""

    name: str
    extent: Extent


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A new unit with its parent and its predecessors."""

    code: str
    name: str
    parent: str
    made_of: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class EndedUnit:
    """A unit that ends, with its successors and its counts."""

    code: str
    name: str
    goes_to: tuple[Share, ...]
    at: UnitCounts


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """A unit that continues: each change with the old and the new value; `along`: it only moves with its parent."""

    code: str
    name: str
    pairs: tuple[tuple[str, str, str], ...]
    along: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """All effects of a resolution. `done` is its record if it is applied; `early`: its day is still to come."""

    decree: Decree
    plan: ResolutionPlan
    made: tuple[NewUnit, ...]
    ended: tuple[EndedUnit, ...]
    changed: tuple[ChangedUnit, ...]
    effects: Effects
    done: Resolution | None
    early: bool

    @property
    def open(self) -> bool:
        """Whether the resolution can be applied now."""
        return self.done is None and not self.early and not self.plan.faults


def of(decree: Decree) -> Preview:
    """The preview of the resolution for the units stored now; the database is not changed."""
    plan = resolutions.plan(decree)
    names, effects = _names(plan), _effects(plan)
    goes_to: dict[int, list[Share]] = defaultdict(list)
    made_of: dict[int, list[Share]] = defaultdict(list)
    for link in plan.links:
        if link.successor_id:
            made_of[link.successor_id].append(Share(names[link.predecessor_id], link.extent))
            goes_to[link.predecessor_id].append(Share(names[link.successor_id], link.extent))
    return Preview(
        decree,
        plan,
        tuple(NewUnit(m.code, m.name, names.get(m.parent_id or 0, ""), tuple(made_of[m.id])) for m in plan.made),
        tuple(
            EndedUnit(e.unit.code, e.unit.name, tuple(goes_to[e.unit.id]), effects.at[e.unit.id]) for e in plan.ended
        ),
        tuple(ChangedUnit(c.unit.code, c.unit.name, tuple(_pairs(c, names)), c.along) for c in plan.changed),
        effects,
        resolutions.done_before(decree),
        decree.effective_on > clock.today(),
    )


def _pairs(change: Changed, names: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    """Each change of a unit with the old and the new value."""
    if "rename" in change.what:
        yield "rename", change.unit.name, change.now.name
    if "recode" in change.what:
        yield "recode", change.unit.code, change.now.code
    if "move" in change.what:
        yield "move", names.get(change.unit.parent_id or 0, ""), names.get(change.now.parent_id or 0, "")


def _names(plan: ResolutionPlan) -> dict[int, str]:
    """The names of all units of the plan by id: new units with their new name, others with their old name."""
    names = {unit.id: unit.name for unit in plan.made}
    names |= {end.unit.id: end.unit.name for end in plan.ended}
    names |= {change.unit.id: change.unit.name for change in plan.changed}
    parents = [unit.parent_id for unit in plan.made]
    parents += [parent for change in plan.changed for parent in (change.unit.parent_id, change.now.parent_id)]
    linked = [link.successor_id for link in plan.links] + [link.predecessor_id for link in plan.links]
    return names | _stored_names(id_ for id_ in (*parents, *linked) if id_ and id_ > 0 and id_ not in names)


def _stored_names(ids: Iterable[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for portion in store.portions(sorted(set(ids))):
        names |= dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(portion))).all())
    return names


def _effects(plan: ResolutionPlan) -> Effects:
    """The counts at the ended units; `people` counts those who need a new appointment at a successor."""
    ids = {end.unit.id for end in plan.ended}
    dossiers, total = _open_dossiers(ids)
    people = _counted(select(Appointment.unit_id, func.count(Appointment.user_id.distinct())).where(_held()), ids)
    in_force = or_(Recognition.valid_until.is_(None), Recognition.valid_until >= clock.today())
    titles = _counted(select(Recognition.unit_id, func.count()).where(in_force), ids)
    at = {id_: UnitCounts(dossiers[id_], people[id_], titles[id_]) for id_ in ids}
    return Effects(at, total, _distinct_people(ids), sum(titles.values()), _late(plan, ids))


def _held() -> ColumnElement[bool]:
    """The condition for appointments at a unit that are valid today or later."""
    return and_(Appointment.goes_on(clock.today()), Appointment.unit_id.is_not(None))


def _counted(query: Select[Any, int], ids: Collection[int]) -> Counter[int]:
    """Counts by unit. The query counts every unit, because `ids` can exceed the parameters of one statement."""
    column = query.selected_columns[0]
    return Counter({unit: count for unit, count in db.session.execute(query.group_by(column)) if unit in ids})


def _distinct_people(ids: Collection[int]) -> int:
    rows = db.session.execute(select(Appointment.user_id, Appointment.unit_id).where(_held()).distinct())
    return len({person for person, unit in rows if unit in ids})


def _open_dossiers(ids: set[int]) -> tuple[Counter[int], int]:
    """The number of open dossiers for each unit with the units below it, and the total."""
    places = (Dossier.commune_id, Dossier.district_id, Dossier.province_id)
    query = select(Dossier.workflow, Dossier.workflow_version, Dossier.state, *places, func.count())
    counts: Counter[int] = Counter()
    total = 0
    grouped = query.group_by(Dossier.workflow, Dossier.workflow_version, Dossier.state, *places)
    for name, version, state, *units, count in db.session.execute(grouped):
        spec = catalogue.known().workflows.get((name, version))
        if spec is not None and spec.states[state].final:
            continue
        here = ids.intersection(units)
        counts.update(dict.fromkeys(here, count))
        total += count if here else 0
    return counts, total


def _late(plan: ResolutionPlan, ids: Collection[int]) -> int:
    """The number of dossiers opened at ended units on the resolution's day or later (it can be entered late)."""
    since = clock.end_of_day(plan.day_before)
    query = select(Dossier.unit_id, func.count()).where(Dossier.opened_at >= since).group_by(Dossier.unit_id)
    return sum(count for unit, count in db.session.execute(query) if unit in ids)
