"""A plan for units told in names and numbers, for the pages and the command line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from certflow import clock
from certflow.models.base import db
from certflow.models.units import Resolution, Unit
from certflow.units import entering, resolutions
from certflow.units.changes import Changed, Extent, Plan
from certflow.units.effects import Effects, Standing, effects
from certflow.units.resolutions import Decree


@dataclass(frozen=True, slots=True)
class Share:
    """Another unit and how much of one went into it or came from it."""

    name: str
    extent: Extent


@dataclass(frozen=True, slots=True)
class ToldMade:
    """A unit that comes about: under what, and of what."""

    code: str
    name: str
    parent: str
    made_of: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class ToldEnded:
    """A unit that ends, into what it goes, and what stands there."""

    code: str
    name: str
    goes_to: tuple[Share, ...]
    at: Standing


@dataclass(frozen=True, slots=True)
class ToldChanged:
    """A unit that goes on: what is new of it, before and after; `along`: it only moves with its parent."""

    code: str
    name: str
    pairs: tuple[tuple[str, str, str], ...]
    along: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a resolution would do. `done` is its record when it has been applied; `early` before its day."""

    decree: Decree
    plan: Plan
    made: tuple[ToldMade, ...]
    ended: tuple[ToldEnded, ...]
    changed: tuple[ToldChanged, ...]
    effects: Effects
    done: Resolution | None
    early: bool

    @property
    def open(self) -> bool:
        """Whether it can be applied now."""
        return self.done is None and not self.early and not self.plan.faults


def tell(decree: Decree) -> Told:
    """What the resolution would do with the units as they are now; nothing is changed."""
    plan = resolutions.plan(decree)
    names, found = _names(plan), effects(plan)
    goes_to: dict[int, list[Share]] = defaultdict(list)
    made_of: dict[int, list[Share]] = defaultdict(list)
    for link in plan.links:
        if link.successor_id:
            made_of[link.successor_id].append(Share(names[link.predecessor_id], link.extent))
            goes_to[link.predecessor_id].append(Share(names[link.successor_id], link.extent))
    return Told(
        decree,
        plan,
        tuple(ToldMade(m.code, m.name, names.get(m.parent_id or 0, ""), tuple(made_of[m.id])) for m in plan.made),
        tuple(ToldEnded(e.unit.code, e.unit.name, tuple(goes_to[e.unit.id]), found.at[e.unit.id]) for e in plan.ended),
        tuple(ToldChanged(c.unit.code, c.unit.name, tuple(_pairs(c, names)), c.along) for c in plan.changed),
        found,
        resolutions.done_before(decree),
        decree.effective_on > clock.today(),
    )


def _pairs(one: Changed, names: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    """What is new, what it was and what it is."""
    if "rename" in one.what:
        yield "rename", one.unit.name, one.now.name
    if "recode" in one.what:
        yield "recode", one.unit.code, one.now.code
    if "move" in one.what:
        yield "move", names.get(one.unit.parent_id or 0, ""), names.get(one.now.parent_id or 0, "")


def _names(plan: Plan) -> dict[int, str]:
    """The names of all units that the plan is about: of the new ones as they will be, of others as they were."""
    names = {one.id: one.name for one in plan.made}
    names |= {one.unit.id: one.unit.name for one in plan.ended}
    names |= {one.unit.id: one.unit.name for one in plan.changed}
    parents = [one.parent_id for one in plan.made]
    parents += [parent for one in plan.changed for parent in (one.unit.parent_id, one.now.parent_id)]
    linked = [link.successor_id for link in plan.links] + [link.predecessor_id for link in plan.links]
    return names | _stored_names(one for one in (*parents, *linked) if one and one > 0 and one not in names)


def _stored_names(ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in entering.portions(sorted(set(ids))):
        found |= dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(some))).all())
    return found
