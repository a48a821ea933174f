"""My work: whose turn it is, by when, and the rounds in which a dossier can be opened."""

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow import clock
from certflow.domain.deadlines import Standing, standing
from certflow.models.dossier import Round
from certflow.models.places import Unit
from certflow.services import access, dossiers, parts, rounds
from certflow.services.catalogue import workflow_of, workflows
from certflow.services.parts import Part
from certflow.web import turns
from certflow.web.gate import actor

bp = Blueprint("work", __name__)


@dataclass(frozen=True, slots=True)
class Opening:
    """A round in which `unit` has no dossier yet, with the dates by which it is to be filed."""

    round: Round
    unit: Unit
    dues: tuple[Standing, ...]
    asks_of_whom: bool


@bp.get("/")
def show() -> ResponseReturnValue:
    """Everything that waits for the person, then what waits for others."""
    person = actor()
    held = parts.held(person)
    waiting = dossiers.waiting_for(person, turns.asked_page())
    others = dossiers.with_others(person)
    return render_template(
        "work/show.html",
        waiting=waiting,
        waiting_rows=turns.rows(waiting.items, person),
        others=others,
        other_rows=turns.rows(others.items, person),
        openings=_openings(held, clock.today()),
        administrator=access.is_administrator(person),
        nothing=_nothing(held),
        page_url=lambda number: url_for("work.show", page=number),
    )


def _openings(held: list[Part], today: dt.date) -> list[Opening]:
    found: dict[tuple[int, int], Opening] = {}
    for part in held:
        if part.unit is None or not _opens_dossiers(part.role):
            continue
        for one in rounds.open_for(part.unit):
            spec = workflow_of(one).spec
            if spec.states[spec.initial].turn == part.role and part.covers(spec.name):
                dues = tuple(standing(due, None, today=today) for due in turns.filing_dues(one))
                found.setdefault((one.id, part.unit.id), Opening(one, part.unit, dues, spec.about_holders))
    return list(found.values())


def _opens_dossiers(role: str) -> bool:
    specs = [workflow.spec for workflow in workflows().values()]
    return role in {spec.states[spec.initial].turn for spec in specs}


def _files_dossiers(role: str) -> bool:
    return any(
        role in transition.by and turns.FILING in transition.effects
        for workflow in workflows().values()
        for transition in workflow.spec.transitions
    )


def _nothing(held: list[Part]) -> str:
    """What to say to somebody for whom nothing waits."""
    roles = {part.role for part in held}
    if not roles:
        return str(_("You hold no role today, so no dossier can wait for you. The administrator gives roles."))
    if roles == {access.ADMINISTRATOR}:
        return str(_("Dossiers wait for officers, not for administrators. You look after the rounds and the people."))
    if any(_opens_dossiers(role) for role in roles):
        return str(_("When a dossier of your unit is returned or handed back to you, it appears here."))
    if any(_files_dossiers(role) for role in roles):
        return str(_("When the officer of your unit hands over a dossier to be filed, it appears here."))
    return str(_("When a dossier reaches the step that is yours, it appears here."))
