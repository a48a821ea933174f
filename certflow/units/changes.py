"""Plain values for planning a resolution: its rows, the stored units, and the resulting plan.

A new unit has a negative id until it is stored; every other id belongs to a stored unit.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

ChangeKind = Literal["continue", "merge", "split", "tier_removed", "tier_changed", "create"]
Extent = Literal["whole", "part"]

RANKS = {"province": 0, "district": 1, "commune": 2}


class UnitRef(NamedTuple):
    """A unit by its kind and the code it has on a day."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Becomes:
    """The values of a unit after the change; None keeps the value of the unit, or of the predecessors of a new unit."""

    kind: str
    code: str | None = None
    name: str | None = None
    short_name: str | None = None
    parent: UnitRef | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a resolution: the change of `unit`, as it was on the day before; None for a unit without predecessor.

    "continue" keeps the unit, with another name, code or parent, or unchanged while it takes in others. `cites` is
    the number of the document if it differs from the one in the head of the file.
    """

    row: int
    kind: ChangeKind
    unit: UnitRef | None
    becomes: Becomes | None = None
    extent: Extent = "whole"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One stored version of a unit, valid from `since` to `until`, both included; None means no limit."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """The stored versions around a day: those of the day before (`before`) and those that begin later (`later`).

    `former` has pairs of a code and the last day of the ended unit with this code.
    """

    before: tuple[Known, ...]
    later: tuple[Known, ...] = ()
    former: tuple[tuple[str, dt.date], ...] = ()


class SuccessionLink(NamedTuple):
    """A succession from one unit to another, in whole or in part; no successor if the tier was removed."""

    predecessor_id: int
    successor_id: int | None
    kind: ChangeKind
    extent: Extent
    cites: str


@dataclass(frozen=True, slots=True)
class CreatedUnit:
    """A unit that the resolution creates; `id` is negative."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None
    cites: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A unit whose last day is the day before; `heir_id` is the successor of the same kind that takes all of it."""

    unit: Known
    heir_id: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A unit that continues as `now`; `what` lists rename, recode, move. `along`: it only moves with its parent."""

    unit: Known
    now: Known
    what: tuple[str, ...]
    cites: str
    along: bool = False


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault in a row; `words` is the message in the reader's language."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class ResolutionPlan:
    """All effects of a resolution on its day `on`; it can be applied only if `faults` is empty."""

    on: dt.date
    made: tuple[CreatedUnit, ...]
    ended: tuple[Ended, ...]
    changed: tuple[Changed, ...]
    links: tuple[SuccessionLink, ...]
    faults: tuple[RowFault, ...]

    @property
    def day_before(self) -> dt.date:
        """The last day of the units that end."""
        return self.on - dt.timedelta(days=1)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the plan's effects; it changes when the stored units change."""
        effects = (self.on, self.made, self.ended, self.changed, self.links)
        return hashlib.sha256(repr(effects).encode()).hexdigest()
