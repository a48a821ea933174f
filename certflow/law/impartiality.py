"""Nobody decides their own case: who may not appraise, endorse or decide a dossier, told from what ties them to it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from certflow.law.specs.outcome import DECIDING
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from certflow.wording import N_, _

Office = Literal["same", "other", "unknown"]
FILING = "freeze_submission"
PROPOSING = "keep_proposal"

# Each tie by the guard that refuses for it: said to the person, and of the person to others.
YOU = {
    "not_own_dossier": N_("You took part in this dossier in another role before; another person must do this"),
    "not_own_unit": N_("You work, or worked since 1 January of the assessed year, at the unit this dossier is about"),
    "no_conflict": N_("You have a conflict of interest in this dossier; another person must do this"),
}
THEY = {
    "not_own_dossier": N_("took part in this dossier in another role"),
    "not_own_unit": N_("works, or worked since 1 January of the assessed year, at the unit it is about"),
    "no_conflict": N_("has a conflict of interest"),
}


@dataclass(frozen=True, slots=True)
class Belonging:
    """An appointment at the unit a dossier is about, since the assessed year began.

    `office` says whether it is at the very learning centre or agency that the dossier is about.
    """

    role: str
    office: Office = "unknown"


@dataclass(frozen=True, slots=True)
class Involvement:
    """What ties a person, by whatever account, to a dossier: parts taken, appointments at its unit, an interest."""

    parts: frozenset[str] = frozenset()
    belongings: frozenset[Belonging] = frozenset()
    conflict: bool = False


NONE = Involvement()


class Impartiality:
    """The rule for one scheme: whoever judges a dossier had no lower part in it, and belongs elsewhere.

    Judging is every step after the stages in which the dossier is written and filed. What the filing roles do there
    themselves, such as recording a decision made elsewhere, is no judging.
    """

    def __init__(self, spec: WorkflowSpec) -> None:
        self._spec = spec
        self._order = [stage.name for stage in spec.stages]
        self._last = max((self._order.index(stage) for stage in _filing_stages(spec)), default=-1)
        stages = {state.stage for state in spec.states.values() if state.edits == "claims"}
        turns = {state.turn for state in spec.states.values() if state.stage in stages}
        filed = {role for t in spec.transitions if FILING in t.effects for role in t.by}
        self.filers = frozenset(turns | filed) - {""}
        self._judging = {_key(t) for t in spec.transitions if self._is_judging(t)}
        self._proposals = tuple(t for t in spec.transitions if self._is_proposing(t))
        self._proposing = {_key(t) for t in self._proposals}
        self.roles = frozenset(role for t in spec.transitions if self.judges(t) for role in t.by)

    def judges(self, transition: TransitionSpec) -> bool:
        """Whether the act appraises, endorses or decides, or otherwise handles what was filed."""
        return _key(transition) in self._judging

    def judged_in(self, state: str) -> bool:
        """Whether it is a judge's turn while a dossier is in `state`."""
        state_spec = self._spec.states[state]
        return (
            not state_spec.final
            and (state_spec.edits == "findings" or self._above(state))
            and state_spec.turn in self.roles
        )

    def _above(self, state: str) -> bool:
        return self._order.index(self._spec.states[state].stage) > self._last

    def _is_judging(self, transition: TransitionSpec) -> bool:
        if not any(self._above(origin) for origin in transition.origins):
            return False
        return not set(transition.by) <= self.filers or bool(set(DECIDING) & set(transition.effects))

    def _is_proposing(self, transition: TransitionSpec) -> bool:
        """Whether it puts forward the result: it keeps the proposal, or leaves the findings where none is kept."""
        if any(PROPOSING in t.effects for t in self._spec.transitions):
            return PROPOSING in transition.effects
        finds = any(self._spec.states[origin].edits == "findings" for origin in transition.origins)
        return finds and "findings_complete" in transition.needs

    def proposes(self, transition: TransitionSpec) -> bool:
        """Whether a council, where there is one, has to stand behind the act."""
        return _key(transition) in self._proposing

    @cached_property
    def keeps_proposals(self) -> bool:
        """Whether a level is put forward to whoever decides, as Circulars 24 and 25/2023/TT-BGDĐT have it."""
        return any(PROPOSING in t.effects for t in self._proposals)

    @cached_property
    def council_seat(self) -> str:
        """The kind of unit whose office sets up the council; "" where nothing is put forward."""
        return self._spec.roles[self._proposals[0].by[0]].seat if self._proposals else ""

    @cached_property
    def council_roles(self) -> frozenset[str]:
        """The roles that have a turn in the stage in which the council appraises; parts in it are no lower ones."""
        stages = {self._spec.states[origin].stage for t in self._proposals for origin in t.origins}
        return frozenset(state.turn for state in self._spec.states.values() if state.stage in stages)

    @cached_property
    def council_states(self) -> frozenset[str]:
        """The states from the one in which the council appraises, those at the end among them."""
        stages = [self._spec.states[origin].stage for t in self._proposals for origin in t.origins]
        first = min((self._order.index(stage) for stage in stages), default=len(self._order))
        states = (s for s in self._spec.states.values() if self._order.index(s.stage) >= first)
        return frozenset(state.name for state in states)

    def ties(self, acting: Collection[str], involved: Involvement) -> tuple[str, ...]:
        """The names of the guards that refuse a person to judge in one of the roles `acting`; () when none does."""
        names = []
        if involved.parts - frozenset(acting):
            names.append("not_own_dossier")
        elif self._belongs(acting, involved.belongings):
            names.append("not_own_unit")
        if involved.conflict:
            names.append("no_conflict")
        return tuple(names)

    def _belongs(self, acting: Collection[str], belongings: Collection[Belonging]) -> bool:
        """Whether the person belongs to the unit or office that the dossier is about.

        Where judges sit at the same unit, only the same office counts, or a filing role whose office is unknown.
        """
        if all(self._spec.roles[role].seat != self._spec.place for role in acting if role in self._spec.roles):
            return bool(belongings)
        return any(b.office == "same" or (b.office == "unknown" and b.role in self.filers) for b in belongings)

    def refusals(self, acting: Collection[str], involved: Involvement) -> dict[str, str]:
        """The reason of every tie, said to the person, by the name of its guard."""
        return {tie: _(YOU[tie]) for tie in self.ties(acting, involved)}


def _key(transition: TransitionSpec) -> tuple[str, tuple[str, ...]]:
    return transition.action, transition.origins


def _filing_stages(spec: WorkflowSpec) -> set[str]:
    """The stages in which claims are written or the dossier is filed."""
    claim_stages = {state.stage for state in spec.states.values() if state.edits == "claims"}
    filed = {spec.states[o].stage for t in spec.transitions if FILING in t.effects for o in t.origins}
    return claim_stages | filed
