"""What a criteria set's file says, typed and frozen: criteria, indicators and what each level demands."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

from certflow.errors import NotFound
from certflow.law.specs.words import Text, UnitKind

LevelKind = Literal["yes_no", "attained_level", "percentage", "percentages", "rise", "fall", "count", "share_of_units"]
EntryKind = Literal["points", "text", "date", "amount", "choice", "file"]
IndicatorKind = LevelKind | EntryKind
Trust = Literal["transcribed", "sample", "department"]
Method = Literal["levels", "points", "record"]
Part = Literal["claims", "findings"]

INDICATOR_KINDS: tuple[IndicatorKind, ...] = (
    *("yes_no", "attained_level", "percentage", "percentages"),
    *("rise", "fall", "count", "share_of_units"),
)
ENTRY_KINDS: tuple[EntryKind, ...] = ("points", "text", "date", "amount", "choice", "file")
KINDS_BY_METHOD: dict[Method, tuple[IndicatorKind, ...]] = {
    "levels": INDICATOR_KINDS,
    "points": ("points", "yes_no", "text"),
    "record": ("text", "date", "count", "amount", "choice", "yes_no", "percentage", "file"),
}
COMPARED: tuple[IndicatorKind, ...] = ("rise", "fall")  # two years are compared; met when strictly better
TRUSTS: tuple[Trust, ...] = ("transcribed", "sample", "department")  # the last: entered by an education department
PERCENT = ("phần trăm", "percent", "per cent", "%")  # how a `measure` says that a value is a share of a hundred
METHODS: tuple[Method, ...] = ("levels", "points", "record")
PARTS: tuple[Part, ...] = ("claims", "findings")


def is_percent(measure: str) -> bool:
    """Whether a measure is percent itself, and not percent of a plan or of last year, which can be more than 100."""
    return " ".join(measure.split()).casefold() in PERCENT


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
class OptionSpec:
    """One of the answers that an entry lets choose."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """One indicator (chỉ tiêu) or entry: `code` is "criterion.number"; a part's thresholds are ordered by level.

    `measure` is the unit in which a value is counted, `units` the kind of lower unit that a share of units counts
    when it is `recognised_by` the criteria set of that name,
    `most` the points it can bring, in steps of `step`. Without a `part` it is asked of the unit and of the appraiser.
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
    recognised_by: str = ""
    most: Fraction | None = None
    step: Fraction | None = None
    options: tuple[OptionSpec, ...] = ()
    least_characters: int = 0
    optional: bool = False
    part: Part | None = None
    source: str = ""

    @property
    def limit(self) -> int | None:
        """The most that a typed value can be: 100 where it is measured in percent, otherwise None."""
        return 100 if self.measure is not None and is_percent(self.measure.vi) else None

    def asked_in(self, part: Part) -> bool:
        """Whether it is asked in the self-assessment ("claims"), or of the appraiser ("findings")."""
        return self.part in (None, part)

    @property
    def judged(self) -> bool:
        """Whether levels or points depend on it, so that an explanation and evidence stand behind the answer."""
        return self.most is not None or any(part.thresholds for part in self.parts)

    @property
    def takes_files(self) -> bool:
        """Whether files are attached to it: as its evidence, or as the answer itself."""
        return self.judged or self.kind == "file"

    @property
    def wants_evidence(self) -> bool:
        """Whether its answer should have evidence behind it; it is asked for, and never required."""
        return self.judged and not self.computed

    @property
    def computed(self) -> bool:
        """Whether the answer is never typed but computed from what is stored."""
        return self.kind == "share_of_units"


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """One criterion (tiêu chí) with its indicators; met when all of them are met.

    A form of points has groups of indicators here, a record the sections of a report; both say a `source` instead of
    a clause for each level.
    """

    number: int
    title: Text
    clauses: tuple[str, ...]
    indicators: tuple[IndicatorSpec, ...]
    source: str = ""

    def in_part(self, part: Part) -> "CriterionSpec":
        """The criterion with what it asks in one part of a dossier."""
        indicators = tuple(indicator for indicator in self.indicators if indicator.asked_in(part))
        return self if len(indicators) == len(self.indicators) else replace(self, indicators=indicators)

    @property
    def most(self) -> Fraction:
        """The points that all its indicators can bring together."""
        return sum((indicator.most for indicator in self.indicators if indicator.most is not None), Fraction(0))


@dataclass(frozen=True, slots=True)
class BandSpec:
    """One class of a rating (mức xếp loại), reached with `at_least` so many points."""

    name: str
    title: Text
    at_least: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class CapSpec:
    """What keeps a rating down: with the indicator or criterion `below` so many points, `band` is the highest left."""

    title: Text
    band: str
    below: Fraction
    source: str
    indicator: str = ""
    criterion: int = 0


@dataclass(frozen=True)
class FormSpec:
    """One version of a criteria set, by one of three methods.

    By "levels" these are 1..`levels`, each all-of. By "points" the level is the rank of the band reached, 1 for the
    lowest of `bands`. A "record" (a report, a plan, a budget) has no levels: it is complete or not.
    """

    name: str
    version: int
    title: Text
    source: str
    trust: Trust
    trust_note: Text
    method_source: str
    levels: int
    criteria: tuple[CriterionSpec, ...]
    method: Method = "levels"
    total: Fraction | None = None
    bands: tuple[BandSpec, ...] = ()
    caps: tuple[CapSpec, ...] = ()
    path: str = ""
    indicators: dict[str, IndicatorSpec] = field(default_factory=dict, compare=False)
    content: str = field(default="", compare=False, repr=False)
    fingerprint: str = field(default="", compare=False)

    def grade(self, level: int) -> Text:
        """The name of the band of rank `level`; empty for 0 and for sets that have no bands."""
        return self.bands[level - 1].title if self.bands and level else Text("", "")

    def criterion(self, number: int) -> CriterionSpec:
        """The criterion `number`; raises NotFound."""
        for criterion in self.criteria:
            if criterion.number == number:
                return criterion
        raise NotFound(f"{self.name}: criterion {number}")

    def rank(self, band: str) -> int:
        """The level that the band stands for, 1 for the lowest; raises NotFound."""
        for rank, candidate in enumerate(self.bands, 1):
            if candidate.name == band:
                return rank
        raise NotFound(f"{self.name}: band {band}")

    @cached_property
    def by_part(self) -> dict[Part, tuple[CriterionSpec, ...]]:
        """What is asked in each part of a dossier; a criterion of which nothing is asked is left out."""
        narrowed = {part: [criterion.in_part(part) for criterion in self.criteria] for part in PARTS}
        return {part: tuple(each for each in criteria if each.indicators) for part, criteria in narrowed.items()}
