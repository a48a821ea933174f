"""What the changes in a resolution file must say together: nothing twice, every part, one maker for a code."""

from collections import defaultdict
from dataclasses import replace

from certflow.gateways.resolutions.rows import Faults, ResolutionRow
from certflow.gateways.unit_sources.data import UnitKind
from certflow.wording import _

_Unit = tuple[UnitKind | None, str | None]
_OTHERWISE = ("rename", "recode", "move")


def compared(changes: tuple[ResolutionRow, ...], faults: Faults) -> tuple[ResolutionRow, ...]:
    """The changes with what a merge says once in each of its rows; faults are added where rows contradict."""
    _check_repeats(changes, faults)
    _check_shares(changes, faults)
    staying = {
        (change.kind, change.new_code or change.code)
        for change in changes
        if change.change in ("continue", *_OTHERWISE)
    }
    _check_makers(changes, staying, faults)
    merges = _merges(changes)
    for target, rows in merges.items():
        _check_merge(rows, target in staying, faults)
    return tuple(_filled(change, merges.get(_target(change), [])) for change in changes)


def _check_repeats(changes: tuple[ResolutionRow, ...], faults: Faults) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for change in changes:
        target = (change.new_kind, change.new_code) if change.change in ("merge", "split", "create") else ()
        key = (change.change, change.kind, change.code, *target)
        if key in seen:
            faults.add(change.row, None, _("This row repeats row %(row)s; keep one.", row=seen[key]))
        seen.setdefault(key, change.row)


def _check_shares(changes: tuple[ResolutionRow, ...], faults: Faults) -> None:
    """A unit that is merged, divided or ended does nothing else, and goes as a whole once or in parts to several.

    One that is said to go on may give away parts.
    """
    units: dict[_Unit, list[ResolutionRow]] = defaultdict(list)
    for change in changes:
        if change.change != "create":
            units[change.kind, change.code].append(change)
    for rows in units.values():
        ending = [change for change in rows if change.change in ("merge", "split", "end")]
        if any(change.change == "continue" for change in rows) and all(change.extent == "part" for change in ending):
            continue
        if ending and len(ending) < len(rows):
            faults.add(
                rows[-1].row, "code", _("A unit that is merged, divided or ended cannot have another change as well.")
            )
        wholes = [change for change in ending if change.extent == "whole"]
        if wholes and len(ending) > 1:
            faults.add(
                ending[-1].row,
                "extent",
                _("This unit is moved as a whole, and again in another row; write “part” in each row."),
            )
        if ending and not wholes and len(ending) == 1:
            faults.add(ending[0].row, "extent", _("Only one part of this unit is named; where does the rest go?"))


def _check_makers(changes: tuple[ResolutionRow, ...], staying: set[_Unit], faults: Faults) -> None:
    """A code is given by one change, except that the rows of a merge share it, also with a unit that goes on."""
    makers: dict[_Unit, list[ResolutionRow]] = defaultdict(list)
    for change in changes:
        if change.new_code:
            makers[change.new_kind, change.new_code].append(change)
    for target, rows in makers.items():
        merging = [change for change in rows if change.change == "merge"]
        others = [change for change in rows if change.change != "merge"]
        if len(rows) > 1 and others and [change.change for change in others] != ["recode"]:
            words = _("This code appears more than once; write a unit with several predecessors as a merge.")
            faults.add(rows[-1].row, "new_code", words)
        alone = len(rows) == 1 and target not in staying
        if alone and merging and merging[0].kind == merging[0].new_kind:
            words = _("A merge needs at least two rows; a single unit can only be renamed, recoded or divided.")
            faults.add(rows[0].row, "new_code", words)


def _target(change: ResolutionRow) -> _Unit:
    return (change.new_kind, change.new_code) if change.change == "merge" else (None, None)


def _merges(changes: tuple[ResolutionRow, ...]) -> dict[_Unit, list[ResolutionRow]]:
    groups: dict[_Unit, list[ResolutionRow]] = defaultdict(list)
    for change in changes:
        if change.change == "merge":
            groups[_target(change)].append(change)
    return groups


def _check_merge(rows: list[ResolutionRow], stays: bool, faults: Faults) -> None:
    names = {change.new_name for change in rows if change.new_name}
    parents = {change.parent_code for change in rows if change.parent_code}
    if not names and not stays:
        faults.add(rows[0].row, "new_name", _("Write the name of the new unit in one of its rows."))
    for column, several in (("new_name", names), ("parent_code", parents)):
        if len(several) > 1:
            faults.add(rows[-1].row, column, _("All rows of one merge must have the same value here."))


def _filled(change: ResolutionRow, merge: list[ResolutionRow]) -> ResolutionRow:
    """It is enough to write the name and the parent of a new unit in one row of its merge."""
    name = next((row.new_name for row in merge if row.new_name), change.new_name)
    parent = next((row.parent_code for row in merge if row.parent_code), change.parent_code)
    return replace(change, new_name=name, parent_code=parent)
