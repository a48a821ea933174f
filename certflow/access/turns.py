"""Whose turn it is and how a dossier stands, in the words of lists and pages."""

from certflow.access import access
from certflow.catalogue.catalogue import workflow_of
from certflow.law.specs.workflow import StateSpec
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import language


def state_of(dossier: Dossier) -> StateSpec:
    """The state a dossier is in."""
    return workflow_of(dossier).spec.states[dossier.state]


def kind(dossier: Dossier, reader: User) -> str:
    """The kind of a dossier's state tag: "yours", "waiting", "good" or "bad"."""
    state = state_of(dossier)
    if state.final:
        return final_kind(state)
    return "yours" if is_turn_of(dossier, reader) else "waiting"


def final_kind(state: StateSpec) -> str:
    """The kind of the tag of a state in which a dossier ends: "good" or "bad"; "" when it goes on."""
    if not state.final:
        return ""
    return "good" if state.level or state.favourable else "bad"


def is_turn_of(dossier: Dossier, reader: User) -> bool:
    """Whether the next step is `reader`'s."""
    return state_of(dossier).turn in access.roles_on(reader, dossier)


def turn(dossier: Dossier) -> str:
    """Who must act next: the role's title and its place; "" when the dossier is finished."""
    return part(dossier, state_of(dossier).turn)


def part(dossier: Dossier, role: str) -> str:
    """A role of the dossier's scheme with its place, for example "Trưởng phòng ..., Huyện Long Thành"."""
    found = workflow_of(dossier).spec.roles.get(role)
    if found is None:
        return ""
    title, place = found.title.in_language(language()), dossier.places.get(found.seat)
    return f"{title}, {place.name}" if place is not None else title
