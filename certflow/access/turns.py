"""Whose turn it is and how a dossier stands, in the words of lists and pages."""

from dataclasses import dataclass
from functools import cached_property

from certflow.access import access, parts
from certflow.access.parts import Held
from certflow.catalogue.catalogue import workflow_of
from certflow.law.specs.workflow import StateSpec
from certflow.law.workflow import Workflow
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.people import Appointment, User
from certflow.wording import language, title_at


@dataclass(frozen=True)
class Reading:
    """A dossier as one person reads it today: looked up once for a page, and passed on to all that the page shows.

    `held` are the reader's parts in the dossier.
    """

    dossier: Dossier
    reader: User
    workflow: Workflow
    state: StateSpec
    held: list[Held]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of the dossier's scheme that the reader holds."""
        return frozenset([part.role for part in self.held])

    @property
    def is_turn(self) -> bool:
        """Whether the next step is the reader's."""
        return self.state.turn in self.roles

    @property
    def kind(self) -> str:
        """The kind of the dossier's state tag: "yours", "waiting", "good" or "bad"."""
        return final_kind(self.state) or ("yours" if self.is_turn else "waiting")

    @property
    def acts_above(self) -> bool:
        """Whether the reader has a part in the dossier beyond those who file it."""
        return bool(self.roles - self.workflow.spec.filers)

    @cached_property
    def sees_findings(self) -> bool:
        """Whether the reader may read the appraiser's findings; those who file may do so once it is decided."""
        return self.state.final or self.acts_above or parts.is_on_council(self.reader, self.dossier)

    @cached_property
    def at_unit(self) -> bool:
        """Whether the reader is of the dossier's own unit, without a part above those who file it."""
        own = {self.dossier.unit_id, self.dossier.unit.heir_id}
        there = any(part.unit is not None and part.unit.id in own for part in parts.held(self.reader))
        return there and not self.acts_above

    @cached_property
    def sees_draft(self) -> bool:
        """Whether the reader may read answers and files as they are now, and not only as they were filed.

        While those who file work on a dossier again, only they do, and the people of the unit without a part above.
        """
        if not self.workflow.spec.before_filing(self.state.name) or self.roles & self.workflow.spec.filers:
            return True
        return self.at_unit

    def conceals(self, entry: HistoryEntry) -> bool:
        """Whether an act says something of a judgement that the reader may not know before the decision."""
        spec = self.workflow.spec
        if self.sees_findings or entry.acting_as in spec.filers:
            return False
        taken = [each for each in spec.transitions if each.action == entry.action]
        return bool(taken) and not any(spec.gives_back(each) for each in taken)

    @property
    def taken_by(self) -> Appointment | None:
        """The reader's own appointment to the role whose turn it is; None without one."""
        return access.own_appointment(self.held, self.state.turn)


def reading(dossier: Dossier, reader: User) -> Reading:
    """The Reading of a dossier for `reader`, who may see it, today."""
    workflow = workflow_of(dossier)
    return Reading(dossier, reader, workflow, workflow.spec.states[dossier.state], access.parts_on(reader, dossier))


def state_of(dossier: Dossier) -> StateSpec:
    """The state a dossier is in."""
    return workflow_of(dossier).spec.states[dossier.state]


def final_kind(state: StateSpec) -> str:
    """The kind of the tag of a state in which a dossier ends: "good" or "bad"; "" when it goes on."""
    if not state.final:
        return ""
    return "good" if state.level or state.favourable else "bad"


def turn(dossier: Dossier) -> str:
    """Who must act next: the role's title and its place; "" when the dossier is finished."""
    return part(dossier, state_of(dossier).turn)


def part(dossier: Dossier, role: str) -> str:
    """A role of the dossier's scheme with its place, for example "Trưởng phòng ..., Huyện Long Thành"."""
    spec = workflow_of(dossier).spec.roles.get(role)
    if spec is None:
        return ""
    title, place = spec.title.in_language(language()), dossier.places.get(spec.seat)
    return title_at(title, place.name) if place is not None else title
