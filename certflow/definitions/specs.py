"""What a scheme's file says, typed and frozen: who files, who appraises, which dates, what is issued."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from certflow.errors import NotFound

NotePolicy = Literal["none", "optional", "required"]
Layer = Literal["statutory", "plan"]
UnitKind = Literal["province", "district", "commune"]

Edits = Literal["", "claims", "findings"]
PLACEHOLDERS = (
    *("unit", "district", "district_short", "province", "province_short"),
    *("level", "band", "assessed_year", "valid_until"),
)

NOTE_POLICIES: tuple[NotePolicy, ...] = ("none", "optional", "required")
LAYERS: tuple[Layer, ...] = ("statutory", "plan")
UNIT_KINDS: tuple[UnitKind, ...] = ("province", "district", "commune")
EDITS: tuple[Edits, ...] = ("", "claims", "findings")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Vietnamese and in English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The words in `language` ("vi" or "en"; anything else is read as Vietnamese)."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A part people play in a scheme; `seat` is the kind of unit, above or equal to the subject, where they sit."""

    name: str
    title: Text
    seat: UnitKind


@dataclass(frozen=True, slots=True)
class StateSpec:
    """How a dossier can be; `turn` is the role that must act next, "" when the state is final.

    `edits` says what that role may write while the dossier is so: "claims", "findings" or nothing.
    """

    name: str
    title: Text
    turn: str
    stage: str
    level: int = 0
    edits: Edits = ""

    @property
    def final(self) -> bool:
        """Whether nothing more happens to the dossier by itself."""
        return not self.turn


@dataclass(frozen=True, slots=True)
class TransitionSpec:
    """What somebody can do: from where, to where, who, what it needs, what follows, and its words."""

    action: str
    title: Text
    origins: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    source: str
    needs: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    note: NotePolicy = "none"
    level: int = 0


@dataclass(frozen=True, slots=True)
class DeadlineSpec:
    """A date a dossier should have reached one of `states` by; `month` and `day` of the year after the assessed one."""

    name: str
    title: Text
    layer: Layer
    states: tuple[str, ...]
    month: int
    day: int
    included: bool
    source: str
    remark: Text | None = None

    def due_on(self, assessed_year: int) -> dt.date:
        """The day itself, in the year after `assessed_year`; 29 February falls back to the 28th."""
        try:
            return dt.date(assessed_year + 1, self.month, self.day)
        except ValueError:
            return dt.date(assessed_year + 1, self.month, self.day - 1)


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stretch of the way that people see as one step."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """The office that issues: where it sits, and its names and words on paper."""

    seat: UnitKind
    parent: str
    name: str
    position: str
    authority: str
    place: str
    filing: str


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """One kind of paper: its template, its book, and its words with {placeholders}."""

    template: str
    notation: str
    title: str
    legal_bases: tuple[str, ...]
    articles: tuple[str, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeSpec:
    """What a recognition is worth and the papers it makes; `validity_years` counts whole years after the year."""

    decider: str
    validity_years: int
    source: str
    validity_source: str
    office: OfficeSpec
    decision: PaperSpec
    certificate: PaperSpec
    refusal: PaperSpec


@dataclass(frozen=True, slots=True)
class WorkflowSpec:
    """One version of a scheme: who files, who appraises, which dates, what is issued."""

    name: str
    version: int
    title: Text
    source: str
    subject: UnitKind
    form: str
    form_version: int
    initial: str
    roles: dict[str, RoleSpec]
    stages: tuple[StageSpec, ...]
    states: dict[str, StateSpec]
    transitions: tuple[TransitionSpec, ...]
    deadlines: tuple[DeadlineSpec, ...]
    outcome: OutcomeSpec | None
    path: str = ""
    content: str = field(default="", compare=False, repr=False)
    fingerprint: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, int]:
        """Name and version: what a round and a dossier keep."""
        return self.name, self.version

    def deadline(self, name: str) -> DeadlineSpec:
        """The deadline `name`; raises NotFound."""
        for deadline in self.deadlines:
            if deadline.name == name:
                return deadline
        raise NotFound(f"{self.name}: deadline {name}")
