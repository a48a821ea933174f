"""What a scheme's file says, typed and frozen: who files, who appraises, which dates, what is issued."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from certflow.errors import NotFound
from certflow.law.specs.outcome import OutcomeSpec
from certflow.law.specs.words import Text, UnitKind

NotePolicy = Literal["none", "optional", "required"]
Layer = Literal["statutory", "plan"]
SubjectKind = Literal["province", "district", "commune", "learning_centre", "agency", "person"]
Year = Literal["assessed", "next"]

Edits = Literal["", "claims", "findings"]
NOTE_POLICIES: tuple[NotePolicy, ...] = ("none", "optional", "required")
LAYERS: tuple[Layer, ...] = ("statutory", "plan")
HOLDER_KINDS: tuple[SubjectKind, ...] = ("learning_centre", "agency", "person")
SUBJECT_KINDS: tuple[SubjectKind, ...] = ("province", "district", "commune", *HOLDER_KINDS)
YEARS: tuple[Year, ...] = ("next", "assessed")
EDITS: tuple[Edits, ...] = ("", "claims", "findings")


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A part people play in a scheme; `seat` is the kind of unit, at or above the subject's place, where they sit."""

    name: str
    title: Text
    seat: UnitKind


@dataclass(frozen=True, slots=True)
class StateSpec:
    """How a dossier can be; `turn` is the role that must act next, "" when the state is final.

    `edits` says what that role may write while the dossier is so: "claims", "findings" or nothing. A final state that
    is `favourable` gives what was asked for, as do all that are worth a level.
    """

    name: str
    title: Text
    turn: str
    stage: str
    level: int = 0
    edits: Edits = ""
    favourable: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing more happens to the dossier by itself."""
        return not self.turn


@dataclass(frozen=True, slots=True)
class TransitionSpec:
    """What somebody can do: from where, to where, who, what it needs, what follows, and its words.

    With `document` the number and date of a paper from outside are asked for; `authority` is the role that an authority
    rule must name for the action to be open.
    """

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
    document: bool = False
    authority: str = ""


@dataclass(frozen=True, slots=True)
class DeadlineSpec:
    """A date a dossier should have reached one of `states` by: a day of the assessed year or of the next, or one date.

    `on` is a date that comes only once, whatever year is assessed. With `working_days` there is no such day: it is due
    so many working days after the dossier first entered one of the states `after`, the last of them included.
    """

    name: str
    title: Text
    layer: Layer
    states: tuple[str, ...]
    month: int
    day: int
    included: bool
    source: str
    remark: Text | None = None
    year: Year = "next"
    on: dt.date | None = None
    working_days: int = 0
    after: tuple[str, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether the day is counted for each dossier, so that a round has no date for it."""
        return self.working_days > 0

    def due_on(self, assessed_year: int) -> dt.date:
        """The day itself in a round for `assessed_year`; 29 February falls back to the 28th.

        Only for a deadline that is not counted.
        """
        if self.on is not None:
            return self.on
        year = assessed_year + (1 if self.year == "next" else 0)
        try:
            return dt.date(year, self.month, self.day)
        except ValueError:
            return dt.date(year, self.month, self.day - 1)


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stretch of the way that people see as one step."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class WorkflowSpec:
    """One version of a scheme: whom it is about, who files, who appraises, which dates, what is issued.

    `place` is the kind of unit the subject is or belongs to; `tiers` are the kinds of units from the province down to
    it, which a unit must have above it. `form_family` is set where a round chooses among the criteria sets that
    departments enter for it; `form` is then what is used when none is chosen.
    """

    name: str
    version: int
    title: Text
    source: str
    subject: SubjectKind
    place: UnitKind
    tiers: tuple[UnitKind, ...]
    form: str
    form_version: int
    form_family: str
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
    def about_holders(self) -> bool:
        """Whether a dossier is about a holder at a unit and not about the unit itself."""
        return self.subject in HOLDER_KINDS

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
