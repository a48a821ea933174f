"""Where a unit came from and what became of it, and the published titles behind it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.catalogue.catalogue import is_sample
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Succession, Unit
from certflow.rules import inheritance
from certflow.rules.inheritance import Inherited
from certflow.units import register

MOST_TITLES = 200


@dataclass(frozen=True, slots=True)
class Former:
    """A predecessor, how many steps back it lies, and the published official titles that it has itself."""

    id: int
    name: str
    extent: str
    steps: int
    titles: tuple[Recognition, ...]


@dataclass(frozen=True, slots=True)
class Titles:
    """What a unit holds itself, officially and in practice, what its predecessors hold, and what it inherits.

    `inherited` is by criteria set: the scheme of one of the titles behind it, and what comes of them.
    """

    own: tuple[Recognition, ...]
    practice: tuple[Recognition, ...]
    former: tuple[Former, ...]
    inherited: tuple[tuple[Recognition, Inherited], ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a unit on a day, by which resolution, and what its successor has of one of its titles."""

    link: Succession
    inherited: Inherited | None

    @property
    def joined(self) -> bool:
        """Whether the successor had existed before, so that it keeps its own titles and takes over none."""
        return self.link.successor is not None and self.link.successor.starts_on != self.link.effective_on


def titles(unit: Unit, on: dt.date) -> Titles:
    """The published titles of a unit and of those it came out of, transitively, with what follows on a day."""
    day = min(on, unit.ends_on or dt.date.max)
    behind = inheritance.lineage([unit.id], day)
    found = [one for one in _published({unit.id, *behind.ids}, on) if not is_sample(one.dossier)]
    official = [one for one in found if not one.dossier.round.practice]
    own = tuple(one for one in official if one.unit_id == unit.id)
    practice = tuple(one for one in found if one.dossier.round.practice and one.unit_id == unit.id)
    back = [one for one in official if one.unit_id != unit.id]
    return Titles(own, practice, tuple(_former(unit.id, behind, back)), tuple(_inherited(unit, day, back)))


def _former(unit_id: int, behind: inheritance.UnitLineage, back: Sequence[Recognition]) -> list[Former]:
    """Everybody behind a unit, nearest first, each once."""
    found: dict[int, Former] = {}
    step, steps = [unit_id], 1
    while step:
        ahead = []
        for one in (each for id_ in step for each in behind.behind.get(id_, ())):
            if one.id not in found:
                held = tuple(title for title in back if title.unit_id == one.id)
                found[one.id] = Former(one.id, one.name, one.extent, steps, held)
                ahead.append(one.id)
        step, steps = ahead, steps + 1
    return list(found.values())


def _inherited(unit: Unit, day: dt.date, back: Sequence[Recognition]) -> list[tuple[Recognition, Inherited]]:
    by_form = {one.dossier.form: one for one in back if one.kind == "recognition"}
    found = []
    for form, one in sorted(by_form.items()):
        passed = inheritance.of_units([unit.id], day, within=unit, form=form, published=True)
        if unit.id in passed:
            found.append((one, passed[unit.id]))
    return found


def _published(of: Collection[int], on: dt.date) -> list[Recognition]:
    """The published results that units themselves had been given until a day, newest first."""
    query = (
        select(Recognition)
        .join(Dossier, Recognition.dossier_id == Dossier.id)
        .where(Recognition.unit_id.in_(of), Recognition.holder_id.is_(None), Recognition.recognised_on <= on)
        .options(
            joinedload(Recognition.decision),
            joinedload(Recognition.certificate),
            joinedload(Recognition.dossier).joinedload(Dossier.round),
        )
        .order_by(Recognition.recognised_on.desc(), Recognition.id.desc())
    )
    with seeing(EVERYTHING):  # published results are public facts
        return [one for one in db.session.scalars(query.limit(MOST_TITLES)) if one.published]


def fates(found: Recognition, day: dt.date) -> list[Fate]:
    """What became of the unit that holds a title, and what each successor has of it on a day; empty while it stands."""
    if found.holder_id is not None or found.unit.ends_on is None or found.unit.ends_on >= day:
        return []
    gone = register.links(found.unit_id)[1]
    counted = found.kind == "recognition"
    passed = _passed([one.successor for one in gone if one.successor], day, found) if counted else {}
    return [Fate(link, passed.get(link.successor_id or 0)) for link in gone]


def _passed(successors: Sequence[Unit], day: dt.date, found: Recognition) -> dict[int, Inherited]:
    """What units have of a title, asked once for all that lie in one unit."""
    about = {"form": found.dossier.form, "practice": found.dossier.round.practice, "published": True}
    together: dict[tuple[int, dt.date], list[Unit]] = {}
    for one in successors:
        together.setdefault((one.parent_id or -one.id, min(day, one.ends_on or dt.date.max)), []).append(one)
    passed: dict[int, Inherited] = {}
    for (_parent, on), some in together.items():
        passed |= inheritance.of_units([one.id for one in some], on, within=some[0], **about)  # type: ignore[arg-type]
    return passed
