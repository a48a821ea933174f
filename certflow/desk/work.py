"""My work: whose turn it is, by when, and the rounds in which a dossier can be opened."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow import clock
from certflow.access import access, parts, vacancies
from certflow.access.parts import HeldRole
from certflow.accounts.guessing import sources
from certflow.approval import proposals
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.dossiers import dossiers
from certflow.dossiers.pages import lists
from certflow.dossiers.words import rows
from certflow.gateways.spreadsheets import tables
from certflow.handling.handling import By, Counts
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.law.deadlines import Standing, standing
from certflow.law.impartiality import FILING
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.people import appointing
from certflow.rounds import rounds

bp = Room("work", __name__)


@dataclass(frozen=True, slots=True)
class Opening:
    """A round in which `unit` has no dossier yet, with the dates by which it is to be filed."""

    round: Round
    unit: Unit
    dues: tuple[Standing, ...]
    asks_of_whom: bool


@bp.page("/", SIGNED_IN)
def show() -> ResponseReturnValue:
    """Everything that waits for the person, then what waits for others."""
    person, by = actor(), _asked_by()
    own_parts, asked = parts.held(person), _asked(by)
    waiting = dossiers.waiting_for(person, asked_page(), by=by, choice=asked.choice)
    everything = not (by or asked.choice.narrows)
    counts = dossiers.waiting_counts(person, waiting.total if everything else None)
    others = dossiers.with_others(person)
    table = rows.rows([*waiting.items, *others.items], person)
    return render_template(
        "desk/show.html",
        asked=asked,
        waiting=waiting,
        waiting_groups=lists.groups(table[: len(waiting.items)]),
        others=others,
        other_groups=lists.groups(table[len(waiting.items) :]),
        openings=_openings(own_parts, clock.today()),
        administrator=access.is_administrator(person),
        **_alerts(person),
        appointed=[(user, proposals.KINDS[given.kind].lines(given)) for given, user in appointing.recent_at(person)],
        seconding=len(proposals.waiting_for(person)),
        nothing=_nothing(own_parts),
        counts=counts,
        by=by,
        narrowings=_narrowings(counts),
    )


@bp.page("/export.xlsx", SIGNED_IN, defaults={"kind": "xlsx"}, noted="export")
@bp.page("/export.ods", SIGNED_IN, defaults={"kind": "ods"}, noted="export")
def export(kind: tables.Kind) -> ResponseReturnValue:
    """What waits for the person as a file, as the page shows it."""
    by = _asked_by()
    return lists.exported(dossiers.waiting(actor(), _asked(by).choice, by), kind, _("My work"))


def _asked(by: By) -> lists.Filter:
    return lists.asked("work.show", turns_only=True, handled=by)


def _asked_by() -> By:
    """The filter by handler in the address (`?handled=`); "" for all."""
    choices: dict[str, By] = {"mine": "mine", "nobody": "nobody", "others": "others"}
    return choices.get(request.args.get("handled", ""), "")


def _narrowings(counts: Counts) -> list[tuple[By, str]]:
    """The ways in which what waits can be narrowed by who works on it, each with how many that leaves."""
    return [
        ("", _("All (%(count)s)", count=counts.by(""))),
        ("mine", _("Mine (%(count)s)", count=counts.by("mine"))),
        ("nobody", _("Nobody works on it (%(count)s)", count=counts.by("nobody"))),
        ("others", _("With colleagues (%(count)s)", count=counts.by("others"))),
    ]


def _openings(held: list[HeldRole], today: dt.date) -> list[Opening]:
    openings: dict[tuple[int, int], Opening] = {}
    for part in held:
        if part.unit is None or not _opens_dossiers(part.role):
            continue
        for open_round in rounds.open_for(part.unit):
            spec = workflow_of(open_round).spec
            if spec.states[spec.initial].turn == part.role and part.covers(spec.name):
                dues = tuple(standing(due, None, today=today) for due in rounds.filing_dues(open_round))
                openings.setdefault(
                    (open_round.id, part.unit.id), Opening(open_round, part.unit, dues, spec.about_holders)
                )
    return list(openings.values())


def _opens_dossiers(role: str) -> bool:
    specs = [workflow.spec for workflow in workflows().values()]
    return role in {spec.states[spec.initial].turn for spec in specs}


def _files_dossiers(role: str) -> bool:
    return any(
        role in transition.by and FILING in transition.effects
        for workflow in workflows().values()
        for transition in workflow.spec.transitions
    )


def _nothing(held: list[HeldRole]) -> str:
    """What to say to somebody for whom nothing waits."""
    roles = {part.role for part in held}
    if not roles:
        return str(_("You hold no role today, so no dossier can wait for you. The administrator gives roles."))
    if roles == {role_titles.ADMINISTRATOR}:
        return str(_("Officers work on dossiers; administrators do not. You manage the rounds and the people."))
    if any(_opens_dossiers(role) for role in roles):
        return str(_("When a dossier of your unit is returned or handed back to you, it appears here."))
    if any(_files_dossiers(role) for role in roles):
        return str(_("When the officer of your unit hands over a dossier to be filed, it appears here."))
    return str(_("When a dossier reaches your step, it appears here."))


def _alerts(person: User) -> dict[str, Any]:
    """What administrators are told before anything else: guessing, and roles that nobody holds."""
    if not access.is_administrator(person):
        return {}
    return {
        "alerts": ["accounts/alert.html", "people/alert.html"],
        "guessing": sources.told(),
        "vacancies": vacancies.vacancies(),
        "roles": role_titles.roles(),
    }
