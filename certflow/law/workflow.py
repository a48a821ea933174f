"""The engine: what can be done to a dossier, by whom, and what still stands in the way."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from transitions import Machine, MachineError

from certflow.errors import ActionBlocked, ActionNotOpen, NotPermitted
from certflow.law import councils
from certflow.law.drawing.flowchart import Flowchart, flowchart
from certflow.law.facts import DossierFacts, OutsideDocument
from certflow.law.guards import DOCUMENT, GUARDS, INVOLVEMENT, NOTE, TODAY
from certflow.law.impartiality import Impartiality
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import StageSpec, TransitionSpec, WorkflowSpec
from certflow.vietnamese import says_something
from certflow.wording import _, language


@dataclass(frozen=True, slots=True)
class Move:
    """An action that may be taken now: from `origin` to `target`, in the part `acting_as`."""

    transition: TransitionSpec
    origin: str
    target: str
    acting_as: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An action open in a state to a person, and the reasons that still stand in its way.

    `higher` is the level that the person could choose instead of the action's lower one; 0 where there is none.
    """

    transition: TransitionSpec
    reasons: tuple[str, ...]
    higher: int = 0

    @property
    def asks_reason(self) -> bool:
        """Whether the action needs a reason in words: by the scheme, or because a higher level could be chosen."""
        return self.transition.note == "required" or self.higher > 0


class _Cursor:
    """A throw-away holder of a state; stored objects are never handed to a machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Workflow:
    """One scheme made runnable; built once per definition and shared."""

    def __init__(self, spec: WorkflowSpec) -> None:
        self.spec = spec
        self.impartiality = Impartiality(spec)
        self._by_origin: dict[tuple[str, str], TransitionSpec] = {
            (origin, t.action): t for t in spec.transitions for origin in t.origins
        }

    @cached_property
    def _machine(self) -> Machine:
        return Machine(
            model=None,
            states=list(self.spec.states),
            transitions=[
                {"trigger": t.action, "source": list(t.origins), "dest": t.target} for t in self.spec.transitions
            ],
            initial=self.spec.initial,
            auto_transitions=False,
        )

    def offers(self, state: str, roles: Collection[str], facts: DossierFacts) -> tuple[Offer, ...]:
        """The actions open to somebody with `roles`; what is still to be typed does not count as missing."""
        facts |= {NOTE: facts[NOTE] or "x", DOCUMENT: OutsideDocument("x", facts[TODAY])}
        open_here = [t for t in self.spec.transitions if state in t.origins and set(t.by) & set(roles)]
        reasons = [self._reasons(t, facts) for t in open_here]
        pairs = list(zip(open_here, reasons, strict=True))
        highest = max((t.level for t, why in pairs if not why), default=0)
        return tuple(Offer(t, why, highest if _is_lower(t, highest) else 0) for t, why in pairs)

    def take(self, action: str, *, state: str, roles: Collection[str], facts: DossierFacts) -> Move:
        """The move for `action`; raises ActionNotOpen, NotPermitted or ActionBlocked with the reasons.

        A level below one that the person could choose needs a reason in words, whatever the scheme says of its note.
        """
        transition, acting_as = self.require_open(action, state=state, roles=roles)
        if reasons := self._reasons(transition, facts):
            raise ActionBlocked(*reasons)
        if not says_something(facts[NOTE]) and (higher := self._higher(transition, state, roles, facts)):
            raise ActionBlocked(reason_for_lower(facts.form, higher))
        return Move(transition, state, self._destination(action, state), acting_as)

    def _higher(self, transition: TransitionSpec, state: str, roles: Collection[str], facts: DossierFacts) -> int:
        """The highest level that somebody with `roles` could choose instead of that of `transition`; 0 for none."""
        if not transition.level:
            return 0
        open_actions = self.offers(state, roles, facts)
        return next((offer.higher for offer in open_actions if offer.transition is transition), 0)

    def require_open(self, action: str, *, state: str, roles: Collection[str]) -> tuple[TransitionSpec, str]:
        """`action` in `state`, and the first of `roles` that may take it; raises ActionNotOpen or NotPermitted."""
        transition = self._by_origin.get((state, action))
        if transition is None:
            raise ActionNotOpen(self._not_open(action, state))
        parts = [role for role in transition.by if role in roles]
        if not parts:
            raise NotPermitted(_("This step belongs to: %(roles)s.", roles=self._role_titles(transition)))
        return transition, parts[0]

    def _destination(self, action: str, state: str) -> str:
        cursor = _Cursor(state)
        try:
            self._machine.events[action].trigger(cursor)
        except (
            MachineError,
            KeyError,
        ) as fault:  # the table and the machine are built from the same definition
            raise ActionNotOpen(self._not_open(action, state)) from fault
        return cursor.state

    def refusing(self, action: str, *, state: str, facts: DossierFacts) -> tuple[str, ...]:
        """The names of the guards that stand in the way of `action`; () as well when it is not open in `state`."""
        transition = self._by_origin.get((state, action))
        return tuple(self._refusals(transition, facts)) if transition else ()

    def _reasons(self, transition: TransitionSpec, facts: DossierFacts) -> tuple[str, ...]:
        return tuple(self._refusals(transition, facts).values())

    def _refusals(self, transition: TransitionSpec, facts: DossierFacts) -> dict[str, str]:
        """The reasons of the guards that refuse, by guard name; a judge must be impartial in every scheme."""
        facts = replace(
            facts,
            level=transition.level,
            acting_as=frozenset(transition.by),
            authority_asked=transition.authority,
            upgrade_after_months=self.spec.outcome.upgrade_after_months if self.spec.outcome else 0,
        )
        refusals = {name: reason for name in transition.needs if (reason := GUARDS[name](facts))}
        if self.impartiality.judges(transition):
            refusals |= self.impartiality.refusals(transition.by, facts[INVOLVEMENT])
        if self.impartiality.proposes(transition):
            refusals |= councils.shortcomings(facts[councils.COUNCIL])
        return refusals

    def _not_open(self, action: str, state: str) -> str:
        title = self.spec.states[state].title if state in self.spec.states else None
        if title is None or not any(t.action == action for t in self.spec.transitions):
            return _("There is no such step in this scheme.")
        return _("This step is not possible now: the dossier is “%(state)s”.", state=title.in_language(language()))

    def _role_titles(self, transition: TransitionSpec) -> str:
        titles = (self.spec.roles[role].title for role in transition.by)
        return ", ".join(title.in_language(language()) for title in titles)

    def progress(self, state: str) -> tuple[tuple[StageSpec, str], ...]:
        """Every stage with "done", "current" or "todo" for a dossier in `state`; all done when it is final."""
        stage = self.spec.states[state].stage
        names = [s.name for s in self.spec.stages]
        position = len(names) if self.spec.states[state].final else names.index(stage)
        marks = ["done" if n < position else "current" if n == position else "todo" for n in range(len(names))]
        return tuple(zip(self.spec.stages, marks, strict=True))


def _is_lower(transition: TransitionSpec, highest: int) -> bool:
    """Whether somebody chooses less than the highest; who records another office's decision chooses nothing."""
    return 0 < transition.level < highest and not transition.document


def reason_for_lower(form: FormSpec, higher: int) -> str:
    """That the figures reach the level `higher`, so that a lower one needs a reason."""
    title = form.grade(higher).in_language(language()) or _("Level %(level)s", level=higher)
    return _("The figures reach “%(level)s”: give the reason for the lower level", level=title)


@lru_cache(maxsize=100)
def chart(workflow: Workflow, language: str, current: str = "") -> Flowchart:
    """The drawing of a scheme in the reader's `language`, with room to say that a dossier is at `current`.

    Drawn once: neither the scheme nor its drawing ever changes.
    """
    return flowchart(workflow.spec, language, final=_("Final state"), current=current)
