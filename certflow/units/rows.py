"""The rows of a resolution put in order: which stored units go on, which end, and into what; with every fault."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from certflow.units.changes import Change, Fault, Known, Ref, Units
from certflow.wording import _


@dataclass(slots=True)
class Rows:
    """The rows that stand: of units that stay, of units that go and into what (`targets`, with their `sources`).

    `links` are the goings with the number of the unit; `first` is the first row about a unit.
    """

    before: dict[int, Known]
    staying: dict[int, list[Change]] = field(default_factory=dict)
    going: dict[int, Known] = field(default_factory=dict)
    targets: dict[Ref, list[Change]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[Ref, list[int]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[int, Change]] = field(default_factory=list)
    first: dict[int, Change] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(units: Units, changes: Sequence[Change], on: dt.date) -> Rows:
    """The rows of `changes` by the units they are about; those with a fault are left out of everything else."""
    rows = Rows({unit.id: unit for unit in units.before})
    finder = _Finder(units, on)
    by_unit: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        if change.unit is None:
            _aim(rows, change, None)
            continue
        found = finder.find(change.unit)
        if isinstance(found, Known):
            by_unit[found.id].append(change)
        else:
            rows.faults.append(Fault(change.row, found))
    for unit_id, of_unit in by_unit.items():
        _sort(rows, rows.before[unit_id], of_unit)
    return rows


class _Finder:
    """The units by the codes they have on the day before."""

    def __init__(self, units: Units, on: dt.date) -> None:
        self._on = on
        self._before = {Ref(unit.kind, unit.code): unit for unit in units.before}
        self._later = {Ref(unit.kind, unit.code): unit for unit in units.later}
        self._former = dict(units.former)

    def find(self, ref: Ref) -> Known | str:
        """The unit, or in words why there is none that can be changed on the day."""
        said = {"code": ref.code, "day": f"{self._on:%d/%m/%Y}"}
        found = self._before.get(ref)
        if found is not None and found.until is None:
            return found
        if found is not None:
            return _("The unit with code %(code)s ended or changed on %(day)s or later already.", **said)
        if ref in self._later:
            return _("The unit with code %(code)s came about or changed on %(day)s or later only.", **said)
        if ref.code in self._former:
            until = f"{self._former[ref.code]:%d/%m/%Y}"
            return _("The unit with code %(code)s ended on %(until)s already.", code=ref.code, until=until)
        return _("No unit of this kind has the code %(code)s before %(day)s.", **said)


def _sort(rows: Rows, unit: Known, of_unit: list[Change]) -> None:
    """Put the rows of one unit where they belong, or none of them, with the fault."""
    staying = [change for change in of_unit if change.kind == "continue"]
    going = [change for change in of_unit if change.kind != "continue"]
    if words := _contradiction(staying, going) or _nothing_new(unit, staying, going):
        rows.faults.append(Fault(of_unit[-1].row, words))
        return
    rows.first[unit.id] = of_unit[0]
    if staying:
        rows.staying[unit.id] = staying
    else:
        rows.going[unit.id] = unit
    for change in going:
        rows.links.append((unit.id, change))
        _aim(rows, change, unit.id)


def _contradiction(staying: Sequence[Change], going: Sequence[Change]) -> str:
    """Why rows about one unit cannot all be true; "" where they can."""
    wholes = [change for change in going if change.extent == "whole"]
    aims = [(change.becomes.kind, change.becomes.code) for change in going if change.becomes]
    if wholes and (staying or len(going) > 1):
        return _("This unit goes as a whole and once more.")
    if going and not wholes and not staying and len(going) == 1:
        return _("Only one part of this unit is told; where does the rest go?")
    if len(set(aims)) < len(aims):
        return _("Two parts of this unit go to the same one.")
    said = [
        (name, getattr(change.becomes, name))
        for change in staying
        for name in ("code", "name", "parent")
        if getattr(change.becomes, name, None) is not None
    ]
    if len({name for name, _value in said}) < len(set(said)):
        return _("Two rows say different things of what this unit becomes.")
    return ""


def _nothing_new(unit: Known, staying: Sequence[Change], going: Sequence[Change]) -> str:
    """A rename to the name it has: somebody has mistaken a unit for another."""
    for change in staying:
        said = change.becomes
        if said is None or (said.code is None and said.name is None):
            continue
        if said.parent is None and said.code in (None, unit.code) and said.name in (None, unit.name) and not going:
            return _("It has this name and code already.")
    return ""


def _aim(rows: Rows, change: Change, unit_id: int | None) -> None:
    if change.becomes and change.becomes.code:
        ref = Ref(change.becomes.kind, change.becomes.code)
        rows.targets[ref].append(change)
        if unit_id is not None:
            rows.sources[ref].append(unit_id)


def codes_of(changes: Iterable[Change]) -> set[str]:
    """The codes by which the rows name units of before."""
    return {change.unit.code for change in changes if change.unit}
