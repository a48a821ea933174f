"""Coverage: which of the units below one are recognised at which level, as it stood on a day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class LowerUnit:
    """A unit below with the recognition that counts for it; level 0 and no days while it never had one.

    `inherited_from` names the units whose titles it has taken over, where the recognition is not its own.
    """

    code: str
    name: str
    level: int = 0
    recognised_on: dt.date | None = None
    valid_until: dt.date | None = None
    inherited_from: str = ""

    def live(self, day: dt.date) -> bool:
        """Whether its recognition is in force on `day`, its first and its last day included."""
        if self.recognised_on is None or self.valid_until is None:
            return False
        return self.recognised_on <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Coverage:
    """All units below, each with its recognition, and the day on which the recognitions are looked at."""

    on: dt.date
    units: tuple[LowerUnit, ...]

    @property
    def denominator(self) -> int:
        """How many units there are."""
        return len(self.units)

    def counted(self, level: int) -> tuple[LowerUnit, ...]:
        """The units whose recognition is in force on the day and of at least `level`."""
        return tuple(unit for unit in self.units if unit.level >= level and unit.live(self.on))

    def numerator(self, level: int) -> int:
        """How many units are recognised at `level` or higher on the day."""
        return len(self.counted(level))

    def share(self, level: int) -> Fraction | None:
        """The exact share in percent; None where there is no unit below."""
        return Fraction(self.numerator(level) * 100, self.denominator) if self.units else None

    def as_answer(self) -> dict[str, object]:
        """Plain values to store, from which `coverage_of` makes the same coverage again."""
        return {"on": self.on.isoformat(), "units": [_stored(unit) for unit in self.units]}


def coverage_of(answer: Mapping[str, object]) -> Coverage | None:
    """The coverage a stored answer holds; None when it holds none."""
    listed = answer.get("units")
    try:
        if not isinstance(listed, list):
            return None
        return Coverage(_day(answer.get("on")), tuple(_unit(row) for row in listed))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _stored(unit: LowerUnit) -> dict[str, object]:
    """Without a name for what is not inherited, so that answers stored before are what they would be now."""
    inherited = {"inherited_from": unit.inherited_from} if unit.inherited_from else {}
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level,
        "recognised_on": unit.recognised_on.isoformat() if unit.recognised_on else None,
        "valid_until": unit.valid_until.isoformat() if unit.valid_until else None,
        **inherited,
    }


def _unit(row: Mapping[str, object]) -> LowerUnit:
    since, until = row["recognised_on"], row["valid_until"]
    return LowerUnit(
        code=str(row["code"]),
        name=str(row["name"]),
        level=int(str(row["level"])),
        recognised_on=_day(since) if since is not None else None,
        valid_until=_day(until) if until is not None else None,
        inherited_from=str(row.get("inherited_from", "")),
    )


def _day(value: object) -> dt.date:
    return dt.date.fromisoformat(str(value))
