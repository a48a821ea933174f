"""The title that a unit inherits from its predecessors: the lowest title that all of them hold, or none."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Treatment = Literal["inherited", "suspended", "reassess", "undecided"]

# Of several predecessors whose titles are treated differently, the one first named here decides.
WEAKEST_FIRST: tuple[Treatment, ...] = ("undecided", "reassess", "suspended", "inherited")


@dataclass(frozen=True, slots=True)
class Title:
    """A level with its first and last day; without a last day it is valid until further notice."""

    level: int
    since: dt.date
    until: dt.date | None = None

    def live(self, day: dt.date) -> bool:
        """Whether the title is in force on `day`; the first and the last day count."""
        return self.since <= day and (self.until is None or self.until >= day)


@dataclass(frozen=True, slots=True)
class Holding:
    """One title of a predecessor, with its treatment by the inheritance rules."""

    title: Title
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class InheritedOutcome:
    """The result for the predecessors' titles: their treatment, and their common title.

    `common` is None where one of them holds none.
    """

    treatment: Treatment
    common: Title | None = None

    @property
    def title(self) -> Title | None:
        """The inherited title, or None."""
        return self.common if self.treatment == "inherited" else None


def best(holdings: Sequence[Holding], day: dt.date) -> Holding | None:
    """The highest title in force on `day`, the one that ends last if there are several; None if there is none."""
    live = [holding for holding in holdings if holding.title.live(day)]
    return max(
        live,
        key=lambda holding: (holding.title.level, holding.title.until or dt.date.max, holding.title.since),
        default=None,
    )


def lowest(titles: Sequence[Title]) -> Title:
    """The common title: the lowest level, the latest first day and the earliest last day of `titles`."""
    until = min((title.until for title in titles if title.until is not None), default=None)
    return Title(min(title.level for title in titles), max(title.since for title in titles), until)


def outcome(predecessors: Sequence[Sequence[Holding]], day: dt.date) -> InheritedOutcome | None:
    """The inherited outcome on `day` for the titles of all predecessors; None if no predecessor has a title.

    A title is inherited only if every predecessor has one in force and the rules let all of them pass on. If
    some have none, nothing is inherited, but the treatment of the other titles is still returned.
    """
    candidates = [best(holdings, day) for holdings in predecessors]
    holding = [holding_of_one for holding_of_one in candidates if holding_of_one is not None]
    if not holding:
        return None
    treatment = min((holding_of_one.treatment for holding_of_one in holding), key=WEAKEST_FIRST.index)
    if len(holding) < len(candidates):
        return InheritedOutcome(treatment)
    return InheritedOutcome(treatment, lowest([holding_of_one.title for holding_of_one in holding]))
