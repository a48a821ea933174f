"""The plan of a resolution for the stored units; every fault is reported and no value is guessed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from certflow.units.changes import (
    RANKS,
    Becomes,
    Change,
    Changed,
    CreatedUnit,
    Ended,
    Known,
    ResolutionPlan,
    RowFault,
    SuccessionLink,
    UnitRef,
    Units,
)
from certflow.wording import _


def plan(units: Units, changes: Sequence[Change], on: dt.date) -> ResolutionPlan:
    """The plan of `changes` on the day `on`; it is complete only if it has no faults."""
    return _ResolutionPlanner(units, _rows(units, changes, on), on).plan()


@dataclass(slots=True)
class _Rows:
    """The valid rows: units that continue (`staying`), that end (`going`), and their `targets` with `sources`.

    `links` has the id of each predecessor with its row; `first` has the first row of each unit.
    """

    before: dict[int, Known]
    staying: dict[int, list[Change]] = field(default_factory=dict)
    going: dict[int, Known] = field(default_factory=dict)
    targets: dict[UnitRef, list[Change]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[UnitRef, list[int]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[int, Change]] = field(default_factory=list)
    first: dict[int, Change] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)


def _rows(units: Units, changes: Sequence[Change], on: dt.date) -> _Rows:
    """The rows of `changes` by unit; a row with a fault is only in `faults`."""
    rows = _Rows({unit.id: unit for unit in units.before})
    finder = _Finder(units, on)
    by_unit: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        if change.unit is None:
            _aim(rows, change, None)
            continue
        version = finder.find(change.unit)
        if isinstance(version, Known):
            by_unit[version.id].append(change)
        else:
            rows.faults.append(RowFault(change.row, version))
    for unit_id, of_unit in by_unit.items():
        _sort(rows, rows.before[unit_id], of_unit)
    return rows


class _Finder:
    """Finds units by their code on the day before."""

    def __init__(self, units: Units, on: dt.date) -> None:
        self._on = on
        self._before = {UnitRef(unit.kind, unit.code): unit for unit in units.before}
        self._later = {UnitRef(unit.kind, unit.code): unit for unit in units.later}
        self._former = dict(units.former)

    def find(self, ref: UnitRef) -> Known | str:
        """The unit with this code, or a message that says why it cannot be changed on the day."""
        values = {"code": ref.code, "day": f"{self._on:%d/%m/%Y}"}
        unit = self._before.get(ref)
        if unit is not None and unit.until is None:
            return unit
        if unit is not None:
            return _("The unit with code %(code)s already ended or changed on %(day)s or later.", **values)
        if ref in self._later:
            return _("The unit with code %(code)s was created or changed on %(day)s or later.", **values)
        if ref.code in self._former:
            until = f"{self._former[ref.code]:%d/%m/%Y}"
            return _("The unit with code %(code)s already ended on %(until)s.", code=ref.code, until=until)
        return _("No unit of this kind has the code %(code)s before %(day)s.", **values)


def _sort(rows: _Rows, unit: Known, of_unit: list[Change]) -> None:
    """Sort the rows of one unit into `staying` and `going`; if they have a fault, record only the fault."""
    staying = [change for change in of_unit if change.kind == "continue"]
    going = [change for change in of_unit if change.kind != "continue"]
    if words := _contradiction(staying, going) or _nothing_new(unit, staying, going):
        rows.faults.append(RowFault(of_unit[-1].row, words))
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
    """The message if the rows of one unit contradict each other; "" otherwise."""
    wholes = [change for change in going if change.extent == "whole"]
    aims = [(change.becomes.kind, change.becomes.code) for change in going if change.becomes]
    if wholes and (staying or len(going) > 1):
        return _("This unit is moved as a whole, and then again.")
    if going and not wholes and not staying and len(going) == 1:
        return _("Only one part of this unit is named; where does the rest go?")
    if len(set(aims)) < len(aims):
        return _("Two parts of this unit go to the same unit.")
    values = [
        (name, getattr(change.becomes, name))
        for change in staying
        for name in ("code", "name", "parent")
        if getattr(change.becomes, name, None) is not None
    ]
    if len({name for name, _value in values}) < len(set(values)):
        return _("Two rows say different things about what this unit becomes.")
    return ""


def _nothing_new(unit: Known, staying: Sequence[Change], going: Sequence[Change]) -> str:
    """The message if a rename keeps the present name, which means that the row has the wrong unit; "" otherwise."""
    for change in staying:
        becomes = change.becomes
        if becomes is None or (becomes.code is None and becomes.name is None):
            continue
        if (
            becomes.parent is None
            and becomes.code in (None, unit.code)
            and becomes.name in (None, unit.name)
            and not going
        ):
            return _("The unit already has this name and code.")
    return ""


def _aim(rows: _Rows, change: Change, unit_id: int | None) -> None:
    if change.becomes and change.becomes.code:
        ref = UnitRef(change.becomes.kind, change.becomes.code)
        rows.targets[ref].append(change)
        if unit_id is not None:
            rows.sources[ref].append(unit_id)


class _ResolutionPlanner:
    """Builds the units of the day, step by step, from those of the day before."""

    def __init__(self, units: Units, rows: _Rows, on: dt.date) -> None:
        self._units, self._rows, self._on = units, rows, on
        self._faults = list(rows.faults)
        self._living = {unit.id: unit for unit in units.before}
        self._changed: dict[int, Changed] = {}
        self._made: dict[UnitRef, CreatedUnit] = {}
        self._links: list[SuccessionLink] = []
        self._heirs: dict[int, int] = {}

    def plan(self) -> ResolutionPlan:
        ended = set(self._rows.going)
        self._living = {id_: unit for id_, unit in self._living.items() if id_ not in ended}
        self._recode()
        self._make()
        self._link()
        self._place()
        self._move_along()
        self._check()
        ends = [Ended(unit, self._heirs.get(unit.id)) for unit in self._units.before if unit.id in ended]
        return ResolutionPlan(
            on=self._on,
            made=tuple(sorted(self._made.values(), key=lambda unit: (RANKS[unit.kind], -unit.id))),
            ended=tuple(ends),
            changed=tuple(self._changed.values()),
            links=tuple(self._links),
            faults=tuple(sorted(self._faults, key=lambda fault: fault.row)),
        )

    def _fault(self, row: int, words: str) -> None:
        self._faults.append(RowFault(row, words))

    def _recode(self) -> None:
        """Set new names and codes of continuing units first, because other rows refer to them by the new code."""
        for unit_id, rows in self._rows.staying.items():
            unit, now = self._living[unit_id], self._living[unit_id]
            for change in rows:
                becomes = change.becomes or Becomes(unit.kind)
                now = replace(now, code=becomes.code or now.code, name=becomes.name or now.name)
                now = replace(now, short_name=becomes.short_name or now.short_name)
            self._note(unit, now, rows[0].cites)
        self._by_ref = {UnitRef(unit.kind, unit.code): unit.id for unit in self._living.values()}

    def _note(self, unit: Known, now: Known, cites: str, *, along: bool = False) -> None:
        """Record the change of a continuing unit; called again when its parent is known."""
        renamed, recoded = unit.name != now.name, unit.code != now.code
        new = {"rename": renamed, "recode": recoded, "move": unit.parent_id != now.parent_id}
        self._living[unit.id] = now
        if what := tuple(name for name, is_new in new.items() if is_new):
            self._changed[unit.id] = Changed(unit, now, what, cites, along)

    def _make(self) -> None:
        """Create a unit for each target code that no continuing unit has."""
        for ref, rows in self._rows.targets.items():
            if self._by_ref.get(ref) in self._rows.staying:
                continue
            outcomes = [change.becomes for change in rows if change.becomes]
            name = next((outcome.name for outcome in outcomes if outcome.name), "")
            short_name = next((outcome.short_name for outcome in outcomes if outcome.short_name), name)
            if not name:
                self._fault(rows[0].row, _("Write the name of the new unit in one of its rows."))
            number = -1 - len(self._made)
            self._made[ref] = CreatedUnit(number, ref.kind, ref.code, name, short_name, None, rows[0].cites)

    def _target(self, ref: UnitRef) -> int:
        return self._made[ref].id if ref in self._made else self._by_ref[ref]

    def _link(self) -> None:
        for unit_id, change in self._rows.links:
            becomes = change.becomes
            successor = self._target(UnitRef(becomes.kind, becomes.code)) if becomes and becomes.code else None
            self._links.append(SuccessionLink(unit_id, successor, change.kind, change.extent, change.cites))
            unit = self._rows.going.get(unit_id)
            if successor and unit and becomes and change.extent == "whole" and becomes.kind == unit.kind:
                self._heirs[unit_id] = successor

    def _place(self) -> None:
        """Set the parents: by the code in the row, or the parent of the predecessors."""
        for unit_id, rows in self._rows.staying.items():
            parents = [
                (change.row, change.becomes.parent) for change in rows if change.becomes and change.becomes.parent
            ]
            for row, ref in parents:
                now = replace(self._living[unit_id], parent_id=self._parent(row, ref))
                self._note(self._rows.before[unit_id], now, rows[0].cites)
        for ref, unit in self._made.items():
            if ref.kind != "province":
                self._made[ref] = replace(unit, parent_id=self._parent_of_new(ref))

    def _parent(self, row: int, ref: UnitRef) -> int | None:
        if ref in self._made or ref in self._by_ref:
            return self._target(ref)
        words = _("No unit above has the code %(code)s on %(day)s.", code=ref.code, day=f"{self._on:%d/%m/%Y}")
        self._fault(row, words)
        return None

    def _parent_of_new(self, ref: UnitRef) -> int | None:
        rows = self._rows.targets[ref]
        for change in rows:
            if change.becomes and change.becomes.parent:
                return self._parent(change.row, change.becomes.parent)
        units = [self._rows.before[unit_id] for unit_id in self._rows.sources.get(ref, ())]
        parents = {self._heirs.get(unit.parent_id or 0, unit.parent_id) for unit in units}
        if len(parents) == 1:
            return parents.pop()
        self._fault(rows[0].row, _("Write the code of the unit above the new unit; its predecessors do not show it."))
        return None

    def _move_along(self) -> None:
        """Move the children of an ended unit to the successor that takes all of it."""
        for unit in [*self._living.values(), *self._units.later]:
            above = self._rows.going.get(unit.parent_id or 0)
            if above is None:
                continue
            row = self._rows.first[above.id]
            values = {"unit": unit.name, "code": unit.code}
            if unit.until is not None or unit.id not in self._living:
                words = _(
                    "%(unit)s (%(code)s) belongs to this unit and already ended or changed on a later day.", **values
                )
                self._fault(row.row, words)
            elif above.id in self._heirs:
                self._follow(unit, self._heirs[above.id], row.cites)
            else:
                self._fault(row.row, _("%(unit)s (%(code)s) would have no unit above it.", **values))

    def _follow(self, unit: Known, heir_id: int, cites: str) -> None:
        own = self._changed.get(unit.id)
        now = replace(unit, parent_id=heir_id)
        self._note(self._rows.before[unit.id], now, own.cites if own else cites, along=own is None)

    def _check(self) -> None:
        """Check that codes are unique, names are unique below a parent, and each parent has a higher tier."""
        rows = dict(self._touched())
        self._check_parents(rows)
        everywhere: list[Known | CreatedUnit] = [*self._living.values(), *self._made.values(), *self._units.later]
        codes: dict[str, list[int]] = defaultdict(list)
        names: dict[tuple[int | None, str, str], list[int]] = defaultdict(list)
        for unit in everywhere:
            codes[unit.code].append(unit.id)
            names[unit.parent_id, unit.kind, unit.name.casefold()].append(unit.id)
        for code, holders in codes.items():
            for row in _clashes(holders, rows):
                self._fault(row, _("The code %(code)s belongs to another unit on this day.", code=code))
        for (_parent, _kind, _name), holders in names.items():
            for row in _clashes(holders, rows):
                self._fault(row, _("Another unit below the same unit has this name on this day."))

    def _touched(self) -> Iterator[tuple[int, int]]:
        """The created and changed units, each with the number of its first row."""
        for ref, unit in self._made.items():
            yield unit.id, self._rows.targets[ref][0].row
        for unit_id, changed in self._changed.items():
            cause = changed.unit.parent_id if changed.along else unit_id
            yield unit_id, self._rows.first[cause or 0].row

    def _check_parents(self, rows: dict[int, int]) -> None:
        touched: list[Known | CreatedUnit] = [
            *self._made.values(),
            *(changed.now for changed in self._changed.values()),
        ]
        kinds = {unit.id: unit.kind for unit in self._living.values()}
        kinds |= {unit.id: unit.kind for unit in self._made.values()}
        for unit in touched:
            kind = kinds.get(unit.parent_id or 0)
            if kind is not None and RANKS.get(kind, 9) >= RANKS[unit.kind]:
                self._fault(rows[unit.id], _("The unit above must be of a higher tier."))


def _clashes(holders: Iterable[int], rows: dict[int, int]) -> list[int]:
    """The rows that give one unit the code or name of another; empty if no row concerns these units."""
    different = set(holders)
    return sorted({rows[unit_id] for unit_id in different if unit_id in rows}) if len(different) > 1 else []
