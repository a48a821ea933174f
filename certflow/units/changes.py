"""What a resolution says of units, what is known of them before, and what comes of the two: plain values.

A unit that comes about has a number below zero until it is stored; all other numbers are those of stored units.
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
    """What a unit is afterwards; None leaves it as it was, or for a new unit as its predecessors were."""

    kind: str
    code: str | None = None
    name: str | None = None
    short_name: str | None = None
    parent: UnitRef | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One row: what becomes of the unit that was `unit` on the day before; a unit made from nothing has none.

    "continue" is the same unit with another name, code or parent, or unchanged where others come into it. `cites` is
    the number of the document, where it is not the one in the head of the file.
    """

    row: int
    kind: ChangeKind
    unit: UnitRef | None
    becomes: Becomes | None = None
    extent: Extent = "whole"
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One stored version of a unit: what it was from `since` to `until`; without them since ever, until now."""

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
    """What is stored around a day: the versions of the day before, those that begin later, and codes of former units.

    `former` are the last days of the units that had a code and are gone, by code.
    """

    before: tuple[Known, ...]
    later: tuple[Known, ...] = ()
    former: tuple[tuple[str, dt.date], ...] = ()


class SuccessionLink(NamedTuple):
    """That a unit went into another one, in whole or in part; into none where its tier was removed."""

    predecessor_id: int
    successor_id: int | None
    kind: ChangeKind
    extent: Extent
    cites: str


@dataclass(frozen=True, slots=True)
class CreatedUnit:
    """A unit that comes about; `id` is below zero."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None
    cites: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A unit whose last day is the day before; `heir_id` is the unit of its kind into which it goes whole."""

    unit: Known
    heir_id: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A unit that goes on as `now`; `what` of it is new: rename, recode, move. `along`: it moves with its parent."""

    unit: Known
    now: Known
    what: tuple[str, ...]
    cites: str
    along: bool = False


@dataclass(frozen=True, slots=True)
class RowFault:
    """What stands against a row, in the reader's language."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class ResolutionPlan:
    """Everything that a resolution does on its day `on`; it can be done only while there are no `faults`."""

    on: dt.date
    made: tuple[CreatedUnit, ...]
    ended: tuple[Ended, ...]
    changed: tuple[Changed, ...]
    links: tuple[SuccessionLink, ...]
    faults: tuple[RowFault, ...]

    @property
    def day_before(self) -> dt.date:
        """The last day of what ends."""
        return self.on - dt.timedelta(days=1)

    @property
    def fingerprint(self) -> str:
        """What the plan does, as a hash: it is another one once the stored units are others."""
        effects = (self.on, self.made, self.ended, self.changed, self.links)
        return hashlib.sha256(repr(effects).encode()).hexdigest()
