"""Where a unit came from and what became of it, and the published titles behind it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.catalogue.catalogue import is_sample
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Succession, Unit, UnitVersion
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


@dataclass(frozen=True, slots=True)
class Renaming:
    """That a unit got a new name: what it was called before, its version with the new name, by which resolution."""

    former: str
    version: UnitVersion


@dataclass(frozen=True, slots=True)
class Names:
    """What the units of a result were called when it was decided, by kind, and each new name since."""

    then: dict[str, str]
    since: tuple[Renaming, ...]


def titles(unit: Unit, on: dt.date) -> Titles:
    """The published titles of a unit and of those it came out of, transitively, with what follows on a day."""
    day = min(on, unit.ends_on or dt.date.max)
    behind = inheritance.lineage([unit.id], day)
    results = [result for result in _published({unit.id, *behind.ids}, on) if not is_sample(result.dossier)]
    official = [result for result in results if not result.dossier.round.practice]
    own = tuple(result for result in official if result.unit_id == unit.id)
    practice = tuple(result for result in results if result.dossier.round.practice and result.unit_id == unit.id)
    back = [result for result in official if result.unit_id != unit.id]
    return Titles(own, practice, tuple(_former(unit.id, behind, back)), tuple(_inherited(unit, day, back)))


def _former(unit_id: int, behind: inheritance.UnitLineage, back: Sequence[Recognition]) -> list[Former]:
    """All predecessors of a unit, nearest first, without duplicates."""
    by_unit: dict[int, Former] = {}
    step, steps = [unit_id], 1
    while step:
        ahead = []
        for unit in (each for id_ in step for each in behind.behind.get(id_, ())):
            if unit.id not in by_unit:
                of_unit = tuple(title for title in back if title.unit_id == unit.id)
                by_unit[unit.id] = Former(unit.id, unit.name, unit.extent, steps, of_unit)
                ahead.append(unit.id)
        step, steps = ahead, steps + 1
    return list(by_unit.values())


def _inherited(unit: Unit, day: dt.date, back: Sequence[Recognition]) -> list[tuple[Recognition, Inherited]]:
    by_form = {result.dossier.form: result for result in back if result.kind == "recognition"}
    inheritances = []
    for form, result in sorted(by_form.items()):
        passed = inheritance.of_units([unit.id], day, within=unit, form=form, published=True)
        if unit.id in passed:
            inheritances.append((result, passed[unit.id]))
    return inheritances


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
        return [result for result in db.session.scalars(query.limit(MOST_TITLES)) if result.published]


def names(recognition: Recognition, day: dt.date) -> Names:
    """What the unit of a result and those above it were called when it was decided, and until `day`; one query."""
    dossier = recognition.dossier
    stories = register.stories([unit.id for unit in dossier.places.values()])
    then, since = {}, []
    for kind, unit in dossier.places.items():
        versions = [version for version in stories[unit.id] if version.starts_on is None or version.starts_on <= day]
        base = register.nearest(versions, recognition.recognised_on)
        if unit.id == dossier.unit_id:
            base = next((version for version in versions if version.id == dossier.place_id), base)
        then[kind] = base.name
        for former, version in pairwise(versions[versions.index(base) :]):
            if former.name != version.name:
                since.append(Renaming(former.name, version))
    return Names(then, tuple(since))


def fates(recognition: Recognition, day: dt.date) -> list[Fate]:
    """What became of the unit that holds a title, and what each successor has of it on a day; empty while it stands."""
    if recognition.holder_id is not None or recognition.unit.ends_on is None or recognition.unit.ends_on >= day:
        return []
    links = register.links(recognition.unit_id)[1]
    counted = recognition.kind == "recognition"
    passed = _passed([link.successor for link in links if link.successor], day, recognition) if counted else {}
    return [Fate(link, passed.get(link.successor_id or 0)) for link in links]


def _passed(successors: Sequence[Unit], day: dt.date, recognition: Recognition) -> dict[int, Inherited]:
    """What each successor inherits of a title, with one query for all that lie in the same unit."""
    about = {"form": recognition.dossier.form, "practice": recognition.dossier.round.practice, "published": True}
    together: dict[tuple[int, dt.date], list[Unit]] = {}
    for successor in successors:
        together.setdefault(
            (successor.parent_id or -successor.id, min(day, successor.ends_on or dt.date.max)), []
        ).append(successor)
    passed: dict[int, Inherited] = {}
    for (_parent, on), siblings in together.items():
        passed |= inheritance.of_units([successor.id for successor in siblings], on, within=siblings[0], **about)  # type: ignore[arg-type]
    return passed
