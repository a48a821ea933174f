"""What a unit that came out of others has of their titles: the lowest of what they all hold, or nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Treatment = Literal["inherited", "suspended", "reassess", "undecided"]

# Of several predecessors whose titles are treated differently, the one first named here decides.
WEAKEST_FIRST: tuple[Treatment, ...] = ("undecided", "reassess", "suspended", "inherited")


@dataclass(frozen=True, slots=True)
class Title:
    """A level that is held from one day to another; without a last day until further notice."""

    level: int
    since: dt.date
    until: dt.date | None = None

    def live(self, day: dt.date) -> bool:
        """Whether it is in force on `day`, its first and its last day included."""
        return self.since <= day and (self.until is None or self.until >= day)


@dataclass(frozen=True, slots=True)
class Holding:
    """One title of a predecessor, with how the rules treat it."""

    title: Title
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class InheritedOutcome:
    """What comes of the predecessors' titles: how they are treated, and what they all amount to.

    `common` is None where one of them holds none.
    """

    treatment: Treatment
    common: Title | None = None

    @property
    def title(self) -> Title | None:
        """The title that the unit has; None where it is not inherited."""
        return self.common if self.treatment == "inherited" else None


def best(holdings: Sequence[Holding], day: dt.date) -> Holding | None:
    """The highest title in force on `day`, of several the one that ends last; None where none is in force."""
    live = [holding for holding in holdings if holding.title.live(day)]
    return max(
        live,
        key=lambda holding: (holding.title.level, holding.title.until or dt.date.max, holding.title.since),
        default=None,
    )


def lowest(titles: Sequence[Title]) -> Title:
    """The title that all of `titles` amount to: the lowest level, since the latest first day, to the earliest last."""
    until = min((title.until for title in titles if title.until is not None), default=None)
    return Title(min(title.level for title in titles), max(title.since for title in titles), until)


def outcome(predecessors: Sequence[Sequence[Holding]], day: dt.date) -> InheritedOutcome | None:
    """What a unit has on `day` of the titles of all units it came out of; None where none of them holds any.

    A title is inherited only when every predecessor holds one in force and the rules let all of them pass on. Where
    some hold none, nothing is inherited, but what the rules say of the titles of the others is still told.
    """
    candidates = [best(holdings, day) for holdings in predecessors]
    holding = [holding_of_one for holding_of_one in candidates if holding_of_one is not None]
    if not holding:
        return None
    treatment = min((holding_of_one.treatment for holding_of_one in holding), key=WEAKEST_FIRST.index)
    if len(holding) < len(candidates):
        return InheritedOutcome(treatment)
    return InheritedOutcome(treatment, lowest([holding_of_one.title for holding_of_one in holding]))
