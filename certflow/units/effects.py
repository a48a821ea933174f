"""What stands at units that a resolution ends: open dossiers, people and titles, counted and never changed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from certflow import clock
from certflow.catalogue.catalogue import known
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import Appointment
from certflow.models.results import Recognition
from certflow.units.changes import Ended, Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """At one unit: dossiers about it or below it that are not decided, people with a role there, titles in force."""

    dossiers: int = 0
    people: int = 0
    titles: int = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """What stands at each ended unit, and of all together; `late` dossiers were begun on the day or after it."""

    at: Mapping[int, Standing]
    dossiers: int
    people: int
    titles: int
    late: int


def effects(plan: Plan) -> Effects:
    """What a plan's ended units have; people are those who need a new appointment at a successor."""
    ids = {one.unit.id for one in plan.ended}
    dossiers, about = _open_dossiers(plan.ended)
    people = _counted(select(Appointment.unit_id, func.count(Appointment.user_id.distinct())).where(_held()), ids)
    in_force = or_(Recognition.valid_until.is_(None), Recognition.valid_until >= clock.today())
    titles = _counted(select(Recognition.unit_id, func.count()).where(in_force), ids)
    at = {one: Standing(dossiers[one], people[one], titles[one]) for one in ids}
    return Effects(at, about, _distinct_people(ids), sum(titles.values()), _late(plan, ids))


def _held() -> ColumnElement[bool]:
    """The appointments of today and of the days to come."""
    return and_(Appointment.goes_on(clock.today()), Appointment.unit_id.is_not(None))


def _counted(query: Select[Any, int], ids: Collection[int]) -> Counter[int]:
    """Counts by unit; all units are counted, as there may be more ended ones than a statement takes."""
    column = query.selected_columns[0]
    return Counter({unit: count for unit, count in db.session.execute(query.group_by(column)) if unit in ids})


def _distinct_people(ids: Collection[int]) -> int:
    held = db.session.execute(select(Appointment.user_id, Appointment.unit_id).where(_held()).distinct())
    return len({person for person, unit in held if unit in ids})


def _open_dossiers(ended: Sequence[Ended]) -> tuple[Counter[int], int]:
    """How many undecided dossiers have each unit for their own or one above, and how many there are in all."""
    ids = {one.unit.id for one in ended}
    places = (Dossier.commune_id, Dossier.district_id, Dossier.province_id)
    query = select(Dossier.workflow, Dossier.workflow_version, Dossier.state, *places, func.count())
    found: Counter[int] = Counter()
    total = 0
    grouped = query.group_by(Dossier.workflow, Dossier.workflow_version, Dossier.state, *places)
    for name, version, state, *units, count in db.session.execute(grouped):
        spec = known().workflows.get((name, version))
        if spec is not None and spec.states[state].final:
            continue
        here = ids.intersection(units)
        found.update(dict.fromkeys(here, count))
        total += count if here else 0
    return found, total


def _late(plan: Plan, ids: Collection[int]) -> int:
    """Dossiers begun at ended units on the resolution's day or later, as it was entered in retrospect."""
    since = clock.end_of_day(plan.day_before)
    begun = db.session.execute(
        select(Dossier.unit_id, func.count()).where(Dossier.opened_at >= since).group_by(Dossier.unit_id)
    )
    return sum(count for unit, count in begun if unit in ids)
