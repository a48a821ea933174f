"""What a scheme's file says, typed and frozen: who files, who appraises, which dates, what is issued.

What follows from a specification is computed once and kept with it, for it never changes.
"""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
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


@dataclass(frozen=True)
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

    @cached_property
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


@dataclass(frozen=True)
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

    @cached_property
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


@dataclass(frozen=True)
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

    @cached_property
    def writers(self) -> dict[str, frozenset[str]]:
        """The roles that write "claims" in some state, those who assess, and "findings", those who appraise."""
        turns = {what: [state.turn for state in self.states.values() if state.edits == what] for what in EDITS[1:]}
        return {what: frozenset(roles) for what, roles in turns.items()}

    @cached_property
    def filers(self) -> frozenset[str]:
        """The roles that prepare and file a dossier: whose turn it is in a stage in which claims are written.

        The stage tells them and not their seat: of an agency, its own people and those who appraise sit at one unit.
        """
        stages = {state.stage for state in self.states.values() if state.edits == "claims"}
        return frozenset(state.turn for state in self.states.values() if state.stage in stages)

    @cached_property
    def filed_states(self) -> frozenset[str]:
        """The states that a dossier reaches by being filed."""
        return frozenset(t.target for t in self.transitions if "freeze_submission" in t.effects)

    def goes_back(self, origin: str, target: str) -> bool:
        """Whether a way from one state to another leads to the same stage or an earlier one, and not to an end."""
        order = [stage.name for stage in self.stages]
        before, after = self.states[origin], self.states[target]
        return not after.final and order.index(after.stage) <= order.index(before.stage)

    def gives_back(self, transition: TransitionSpec) -> bool:
        """Whether an action gives the dossier back to those who write its claims."""
        writing = self.states[transition.target].edits == "claims"
        return writing and all(
            self.states[origin].edits != "claims" and self.goes_back(origin, transition.target)
            for origin in transition.origins
        )

    def before_filing(self, state: str) -> bool:
        """Whether a dossier in `state` is with those who prepare and file it."""
        stages = {each.stage for each in self.states.values() if each.edits == "claims"}
        return self.states[state].stage in stages and self.states[state].turn in self.filers

    @cached_property
    def receivers(self) -> frozenset[str]:
        """The roles whose turn it is once a dossier is filed: those of the office that receives it."""
        return frozenset(self.states[state].turn for state in self.filed_states)

    @cached_property
    def own_deadlines(self) -> dict[str, frozenset[str]]:
        """By role the deadlines that bind its office: an act of that office, on its side of the filing, meets them.

        What another office must do by a day binds nobody here, although it comes later on the same way.
        """
        return {
            role: frozenset(d.name for d in self.deadlines if self._side(role) in self._sides_meeting(d))
            for role in self.roles
        }

    def _side(self, role: str) -> tuple[str, bool]:
        """The seat of a role, and whether it files: of an agency, filers and appraisers sit at one unit."""
        return self.roles[role].seat, role in self.filers

    def _sides_meeting(self, deadline: DeadlineSpec) -> set[tuple[str, bool]]:
        return {self._side(role) for t in self.transitions if t.target in deadline.states for role in t.by}

    @cached_property
    def final_states(self) -> frozenset[str]:
        """The states after which nothing more happens by itself."""
        return frozenset(state.name for state in self.states.values() if state.final)

    @cached_property
    def meeting_source(self) -> str:
        """What the scheme cites where it asks for the self-assessment meeting; "" where it asks for none."""
        return next((t.source for t in self.transitions if "meeting_recorded" in t.needs), "")

    @cached_property
    def decided_by_rule(self) -> bool:
        """Whether the law names nobody, so that an authority rule must say who decides."""
        return self.outcome is not None and self.outcome.by_rule

    def deadline(self, name: str) -> DeadlineSpec:
        """The deadline `name`; raises NotFound."""
        for deadline in self.deadlines:
            if deadline.name == name:
                return deadline
        raise NotFound(f"{self.name}: deadline {name}")
