"""What a scheme's outcome says, typed and frozen: what is decided, by whom, how long it holds, on which papers."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from certflow.law.specs.words import Text, UnitKind

AWARDING = ("recognise", "rate", "approve", "record_recognition")  # after each of these a result stands
DECIDING = ("recognise", "rate", "approve", "decline")  # these are signed by whoever decides
OutcomeKind = Literal["recognition", "rating", "approval", "commendation"]
OUTCOME_KINDS: tuple[OutcomeKind, ...] = ("recognition", "rating", "approval", "commendation")
PLACEHOLDERS = (
    *("unit", "commune", "district", "district_short", "province", "province_short"),
    *("holder", "holder_detail", "level", "grade", "assessed_year", "valid_until", "validity", "authority"),
    *("office", "office_initials"),
)
PAPERS = ("decision", "certificate", "refusal")


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """The office that issues: where it sits, and its names and words on paper.

    `initials` are its abbreviation as notations have it ("SGDĐT"); `parent` is "" where no office stands above it.
    """

    seat: UnitKind
    parent: str
    name: str
    position: str
    authority: str
    place: str
    filing: str
    initials: str = ""


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """One kind of paper: its template, its book, and its words with {placeholders}; `addressee` is of a letter."""

    template: str
    notation: str
    title: str
    legal_bases: tuple[str, ...]
    articles: tuple[str, ...]
    recipients: tuple[str, ...]
    addressee: str = ""


@dataclass(frozen=True)
class OutcomeSpec:
    """What a decision is worth and the papers it makes.

    `deciders` are the roles that may decide, each with its office in `offices`; of several, an authority rule entered
    by an administrator says which one does. Where none of them signs the written reply, the `replier` does, whose
    office is in `offices` too. `validity_years` counts whole years after the year of the decision (0: no day is set,
    and `validity` says in words how long the result holds, if anything is said of it). A higher level may follow a
    lower one only after `upgrade_after_months`.
    """

    award: OutcomeKind
    deciders: tuple[str, ...]
    source: str
    validity_years: int
    validity_source: str
    validity: Text | None
    upgrade_after_months: int
    upgrade_source: str
    offices: dict[str, OfficeSpec] = field(default_factory=dict)
    decision: PaperSpec | None = None
    certificate: PaperSpec | None = None
    refusal: PaperSpec | None = None
    replier: str = ""

    @cached_property
    def by_rule(self) -> bool:
        """Whether the law names nobody, so that an authority rule must say who decides."""
        return len(self.deciders) > 1

    @property
    def papers(self) -> dict[str, PaperSpec]:
        """The papers this outcome makes, by kind."""
        specs = {"decision": self.decision, "certificate": self.certificate, "refusal": self.refusal}
        return {kind: paper for kind, paper in specs.items() if paper is not None}
