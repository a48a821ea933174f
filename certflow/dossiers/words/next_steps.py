"""The next step of a dossier as one reader sees it: what to press, by when, and with whom it waits."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from certflow import clock
from certflow.access import turns, vacancies
from certflow.access.turns import Reading
from certflow.catalogue.catalogue import form_of
from certflow.dossiers import retractions
from certflow.dossiers.retractions import SentStep
from certflow.impartiality.judges import Bench
from certflow.law import deadlines
from certflow.law.deadlines import Standing, months_after
from certflow.law.guards import upgrade_from
from certflow.law.specs.workflow import WorkflowSpec
from certflow.law.workflow import Offer
from certflow.models.results import Recognition
from certflow.models.units import OfficeContact
from certflow.results import recognitions
from certflow.units import contacts
from certflow.wording import instant, language


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a task list, in the shape that the page's macro takes."""

    title: str
    url: str
    status_label: str
    status_kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the reader does next: `words` on a link to `url`, both "" where there is nothing to press.

    `offer` is the action that it takes, where it is one. `with_whom` are the people whose turn it is, where it is not
    the reader's; nobody among them means that the part is held by nobody. `contact` is how their office is reached.
    """

    words: str = ""
    url: str = ""
    offer: Offer | None = None
    with_whom: tuple[str, ...] | None = None
    contact: OfficeContact | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of a dossier: the next date it has not reached, the one of its decision, both None at its end.

    The next date is the reader's own, and only for those who wait for others that of another office.
    `higher` says from which day a higher level can be asked for, "" where nothing is to be said of it.
    """

    due: Standing | None
    result: Standing | None
    higher: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sentence that says whether the dossier was opened; `url` is where the reader takes it back, "" if nowhere."""

    words: str
    url: str


def next_step(reading: Reading, offers: Sequence[Offer] | None, tasks: Iterable[Task], seats: Bench | None) -> NextStep:
    """The first open task of the reader, else the main action open to them, else with whom the dossier waits.

    Without `offers` the reader may not act, although it is their turn.
    """
    if reading.state.final:
        return NextStep()
    if not reading.is_turn or offers is None:
        return NextStep(with_whom=people(reading, seats), contact=_contact(reading))
    for task in tasks:
        if task.status_kind == "yours":
            return NextStep(str(_("Continue: %(task)s", task=task.title)), task.url)
    offer = main_offer(reading.workflow.spec, reading.state.name, offers)
    if offer is None:
        return NextStep()
    url = url_for("dossiers.act", dossier_id=reading.dossier.id, action=offer.transition.action)
    return NextStep(offer.transition.title.in_language(language()), url, offer)


def ahead(reading: Reading, standings: Sequence[Standing], recognition: Recognition | None) -> Ahead:
    """What lies ahead of the dossier for its reader."""
    higher = higher_level(reading, recognition)
    if reading.state.final:
        return Ahead(None, None, higher)
    spec = reading.workflow.spec
    result = next((standing for standing in standings if set(standing.due.spec.states) <= spec.final_states), None)
    due = deadlines.own_due(standings, spec, reading.state.name, reading.roles)
    if due is None and not reading.is_turn:
        due = next((standing for standing in standings if standing.reached_at is None), None)
    return Ahead(due, result, higher)


def arrival(reading: Reading, sent: SentStep | None) -> Arrival | None:
    """Whether those to whom the latest step sent the dossier opened it; None where it went to nobody else.

    None too for who has the dossier now, and for a step from before this was recorded.
    """
    if sent is None or reading.is_turn or reading.state.turn in ("", sent.entry.acting_as):
        return None
    if sent.sequel is None:
        url = url_for("retractions.retract", dossier_id=reading.dossier.id)
        return Arrival(_("Not opened there yet."), url if retractions.retractable(reading, sent) else "")
    if sent.viewed_at is None:
        return None
    values = {"instant": instant(sent.viewed_at), "part": turns.part(reading.dossier, sent.sequel.acting_as)}
    return Arrival(_("Opened at %(instant)s by: %(part)s", **values), "")


def people(reading: Reading, seats: Bench | None) -> tuple[str, ...]:
    """The names of those whose turn it is; of judges, those who may act."""
    turn = reading.state.turn
    if seats is not None:
        return tuple(dict.fromkeys(seat.name for seat in seats.left(turn)))[: vacancies.MOST_NAMED]
    return tuple(person.full_name for person in vacancies.holding(reading.dossier, turn))


def _contact(reading: Reading) -> OfficeContact | None:
    """How the office is reached where those sit whose turn it is; of what is held by nobody in a unit there is none."""
    seat = reading.dossier.seats.get(reading.workflow.spec.roles[reading.state.turn].seat)
    return contacts.of_unit(seat) if seat is not None else None


def main_offer(spec: WorkflowSpec, state: str, offers: Iterable[Offer]) -> Offer | None:
    """The action that the dossier as it stands leads to: forward, and at the highest level that can be chosen."""
    order = [stage.name for stage in spec.stages]

    def rank(offer: Offer) -> tuple[bool, bool, bool, int]:
        transition, target = offer.transition, spec.states[offer.transition.target]
        back = not target.final and order.index(target.stage) < order.index(spec.states[state].stage)
        return offer.higher > 0, back, transition.note == "required", -transition.level

    return min((offer for offer in offers if not offer.reasons), key=rank, default=None)


def higher_level(reading: Reading, recognition: Recognition | None) -> str:
    """From which day the highest level can be asked for, where a lower one is held; "" where nothing is to be said."""
    outcome, highest = reading.workflow.spec.outcome, form_of(reading.dossier).levels
    if outcome is None or not outcome.upgrade_after_months or not reading.roles & reading.workflow.spec.filers:
        return ""
    first = _possible_from(reading, recognition, highest, outcome.upgrade_after_months)
    if first is None or (first <= clock.today() and not reading.state.final):
        return ""
    values = {"level": highest, "months": outcome.upgrade_after_months, "day": f"{first:%d/%m/%Y}"}
    return str(_("Level %(level)s can be requested from %(day)s, %(months)s months after the lower level.", **values))


def _possible_from(reading: Reading, recognition: Recognition | None, highest: int, months: int) -> dt.date | None:
    if not reading.state.final:
        return upgrade_from(recognitions.held(reading.dossier, clock.today()), highest, months)
    if recognition is None or recognition.revoked_on is not None or not 0 < recognition.level < highest:
        return None
    return months_after(recognition.recognised_on, months)
