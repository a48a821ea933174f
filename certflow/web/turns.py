"""Whose turn it is and how a dossier stands, in the words of lists and pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MultiDict

from certflow.definitions.specs import StateSpec, WorkflowSpec
from certflow.domain.deadlines import Due, Standing
from certflow.models.dossier import Dossier, Round
from certflow.models.people import User
from certflow.services import access, impartiality, rounds
from certflow.services.catalogue import workflow_of
from certflow.services.dossiers import Listed
from certflow.wording import language

FILING = "freeze_submission"
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier as a list shows it: `turn` names who must act next ("" when nobody must), `due` what comes next.

    `handled` says who works on it and since when ("" when nobody does); `barred` why the reader may not act although it
    is their turn.
    """

    dossier: Dossier
    state: str
    kind: str
    turn: str
    due: Standing | None
    handled: str
    barred: tuple[str, ...] = ()


def rows(found: Iterable[Listed], reader: User, handled: Mapping[int, str]) -> list[Row]:
    """How lists show `found` to `reader`; `handled` says who works on which, by the dossiers' ids."""
    found = tuple(found)
    barred = impartiality.recused([one.dossier for one in found], reader)
    return [
        Row(
            one.dossier,
            state_of(one.dossier).title.in_language(language()),
            "waiting" if one.dossier.id in barred else kind(one.dossier, reader),
            turn(one.dossier),
            None if state_of(one.dossier).final else one.next_due,
            handled.get(one.dossier.id, ""),
            barred.get(one.dossier.id, ()),
        )
        for one in found
    ]


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


def filing_dues(pinned: Round | Dossier) -> list[Due]:
    """The dates by which a dossier, or one opened in a round now, should be filed, earliest first.

    None is counted from an event.
    """
    filed = filing_states(workflow_of(pinned).spec)
    return [due for due in rounds.dues_of(pinned) if filed & set(due.spec.states)]


def filing_states(spec: WorkflowSpec) -> set[str]:
    """The states a dossier enters by being filed."""
    return {transition.target for transition in spec.transitions if FILING in transition.effects}


def sent_id(name: str) -> int:
    """The id sent in the form field `name`; -1, which nothing has, when it is none."""
    return id_in(request.form, name)


def id_in(sent: MultiDict[str, str], name: str) -> int:
    """The id that `sent` has under `name`; -1, which nothing has, when it is none."""
    number = sent.get(name, -1, type=int)
    return number if 0 < number <= LARGEST_ID else -1


def asked_page() -> int:
    """The page of a list that the address asks for; 1 when it names none."""
    return max(request.args.get("page", 1, type=int), 1)
