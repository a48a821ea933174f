"""What a criteria set's file says, typed and frozen: criteria, indicators and what each level demands."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from certflow.definitions.words import Text, UnitKind
from certflow.errors import NotFound

IndicatorKind = Literal[
    "yes_no", "attained_level", "percentage", "percentages", "rise", "fall", "count", "share_of_units"
]
Trust = Literal["transcribed", "sample"]

INDICATOR_KINDS: tuple[IndicatorKind, ...] = (
    *("yes_no", "attained_level", "percentage", "percentages"),
    *("rise", "fall", "count", "share_of_units"),
)
COMPARED: tuple[IndicatorKind, ...] = ("rise", "fall")  # two years are compared; met when strictly better
TRUSTS: tuple[Trust, ...] = ("transcribed", "sample")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one level demands of one part of an indicator, and where the law says so.

    `units_at_level` is the level a lower unit must hold to be counted in a share of units.
    """

    clause: str
    least: Fraction | None = None
    least_in_disadvantaged_area: Fraction | None = None
    units_at_level: int = 0

    def least_for(self, *, disadvantaged: bool) -> Fraction | None:
        """The least value for a unit in or outside a disadvantaged area."""
        if disadvantaged and self.least_in_disadvantaged_area is not None:
            return self.least_in_disadvantaged_area
        return self.least


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One measured part of an indicator: for percentages a numerator over the indicator's denominator."""

    key: str
    title: Text
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """One indicator (chỉ tiêu): `code` is "criterion.number"; a part's thresholds are ordered by level.

    `measure` is the unit in which a value is counted, `units` the kind of lower unit that a share of units counts.
    """

    code: str
    kind: IndicatorKind
    title: Text
    parts: tuple[PartSpec, ...]
    highest: int = 0
    denominator: Text | None = None
    definition_hint: Text | None = None
    evidence_hint: Text | None = None
    measure: Text | None = None
    units: UnitKind | None = None

    @property
    def computed(self) -> bool:
        """Whether the answer is never typed but computed from what is stored."""
        return self.kind == "share_of_units"


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """One criterion (tiêu chí) with its indicators; met when all of them are met."""

    number: int
    title: Text
    clauses: tuple[str, ...]
    indicators: tuple[IndicatorSpec, ...]


@dataclass(frozen=True, slots=True)
class FormSpec:
    """One version of a criteria set; levels are 1..`levels`, each all-of."""

    name: str
    version: int
    title: Text
    source: str
    trust: Trust
    trust_note: Text
    method_source: str
    levels: int
    criteria: tuple[CriterionSpec, ...]
    path: str = ""
    indicators: dict[str, IndicatorSpec] = field(default_factory=dict, compare=False)
    content: str = field(default="", compare=False, repr=False)
    fingerprint: str = field(default="", compare=False)

    def grade(self, level: int) -> Text:
        """The name of the rating at `level`; empty for sets that have levels only."""
        return Text("", "")

    def criterion(self, number: int) -> CriterionSpec:
        """The criterion `number`; raises NotFound."""
        for criterion in self.criteria:
            if criterion.number == number:
                return criterion
        raise NotFound(f"{self.name}: criterion {number}")
