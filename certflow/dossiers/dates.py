"""How dossiers stand against their dates: the round's, and those counted in working days for each dossier."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, exists, func, select

from certflow import clock
from certflow.catalogue.catalogue import workflow_of
from certflow.law.deadlines import Due, Standing, Undated, counted_due, standing
from certflow.law.specs.workflow import DeadlineSpec
from certflow.law.working_days import NOTHING_KNOWN, WorkingCalendar
from certflow.models.approval import PaperReceipt
from certflow.models.base import db
from certflow.models.dossiers import Dossier, FilingReceipt, HistoryEntry, Sequel, Submission
from certflow.rounds import rounds, working_days

Reached = Mapping[tuple[int, str], dt.datetime]

_of_the_entry = and_(Sequel.dossier_id == HistoryEntry.dossier_id, Sequel.number == HistoryEntry.number)
_retracted = exists().where(_of_the_entry, Sequel.kind == "retracted").correlate(HistoryEntry)
# A step of the scheme has no colon in its name: a move to a newer version of the rules is an act, and no step on the
# dossier's way. One that was taken back never happened for any date, nor did the taking back.
STEPS = and_(HistoryEntry.action.not_like("%:%"), ~_retracted)


@dataclass(frozen=True, slots=True)
class Dates:
    """How a dossier stands against each of its dates, earliest first, and the deadlines that have no day (yet)."""

    standings: tuple[Standing, ...]
    undated: tuple[Undated, ...]


def of_all(dossiers: Sequence[Dossier]) -> list[Dates]:
    """The dates of each of `dossiers`, in two queries for all; in more where days are counted or dates were moved."""
    reached = first_reached([dossier.id for dossier in dossiers])
    events = {dossier.id: _events(dossier, reached) for dossier in dossiers}
    calendar = _calendar([event for of_dossier in events.values() for _spec, event in of_dossier])
    papers, kept = _received([dossier.id for dossier in dossiers]), _kept(dossiers)
    return [
        _dates_of(
            dossier,
            reached,
            [counted_due(*e, calendar) for e in events[dossier.id]],
            papers.get(dossier.id),
            kept.get(dossier.id, {}),
        )
        for dossier in dossiers
    ]


def of(dossier: Dossier) -> Dates:
    """The dates of one dossier."""
    return of_all([dossier])[0]


def first_reached(ids: Sequence[int]) -> Reached:
    """When each dossier first entered each state, by (dossier id, state)."""
    query = (
        select(HistoryEntry.dossier_id, HistoryEntry.to_state, func.min(HistoryEntry.at))
        .where(HistoryEntry.dossier_id.in_(ids), STEPS)
        .group_by(HistoryEntry.dossier_id, HistoryEntry.to_state)
    )
    return {(dossier_id, state): at for dossier_id, state, at in db.session.execute(query)}


def _dates_of(
    dossier: Dossier,
    reached: Reached,
    counted: Sequence[Due | Undated],
    received: dt.date | None,
    kept: dict[str, Due],
) -> Dates:
    of_round = {due.spec.name: due for due in rounds.dues_of(dossier)}
    dues = [*(of_round | kept).values(), *(due for due in counted if isinstance(due, Due))]
    dues.sort(key=lambda due: (due.last_day, due.spec.name))
    today, filed = clock.today(), workflow_of(dossier).spec.filed_states
    standings = (
        standing(
            due,
            _first(dossier, due.spec.states, reached),
            today=today,
            on_paper=received if filed & set(due.spec.states) else None,
        )
        for due in dues
    )
    return Dates(
        tuple(replace(each, moved_to=_moved(each.due, of_round)) for each in standings),
        tuple(due for due in counted if isinstance(due, Undated)),
    )


def _moved(due: Due, of_round: Mapping[str, Due]) -> Due | None:
    now = of_round.get(due.spec.name, due)
    return now if now != due else None


def _kept(dossiers: Sequence[Dossier]) -> dict[int, dict[str, Due]]:
    """The filing dates of each filed dossier as they were when it was filed; asked where a round's dates were moved."""
    filed = {dossier.id: dossier for dossier in dossiers if dossier.filed and dossier.round.version > 1}
    if not filed:
        return {}
    same = and_(Submission.dossier_id == FilingReceipt.dossier_id, Submission.number == FilingReceipt.submission)
    query = select(FilingReceipt.dossier_id, FilingReceipt.facts).join(Submission, same)
    query = query.where(FilingReceipt.dossier_id.in_(filed), Submission.retracted_at.is_(None))
    first: dict[int, dict[str, Any]] = dict(db.session.execute(query.order_by(Submission.number.desc())).all())
    return {dossier_id: _dues_in(filed[dossier_id], facts["filing"]) for dossier_id, facts in first.items()}


def _dues_in(dossier: Dossier, days: Iterable[Mapping[str, Any]]) -> dict[str, Due]:
    specs = {deadline.name: deadline for deadline in workflow_of(dossier).spec.deadlines}
    return {
        day["deadline"]: Due(specs[day["deadline"]], dt.date.fromisoformat(day["on"]), day["included"])
        for day in days
        if day["deadline"] in specs
    }


def _events(dossier: Dossier, reached: Reached) -> list[tuple[DeadlineSpec, dt.datetime | None]]:
    """The counted deadlines of a dossier, each with the instant from which its days are counted."""
    counted = [deadline for deadline in workflow_of(dossier).spec.deadlines if deadline.counted]
    return [(spec, _first(dossier, spec.after, reached)) for spec in counted]


def _first(dossier: Dossier, states: Iterable[str], reached: Reached) -> dt.datetime | None:
    return min((reached[dossier.id, s] for s in states if (dossier.id, s) in reached), default=None)


def _calendar(events: Iterable[dt.datetime | None]) -> WorkingCalendar:
    """The calendar of the years in which days are counted: each event's and the one after it."""
    years = {clock.local_day(event).year for event in events if event is not None}
    return working_days.calendar(years | {year + 1 for year in years}) if years else NOTHING_KNOWN


def _received(ids: Collection[int]) -> dict[int, dt.date]:
    """The day on which the papers of several dossiers came, where it is on record."""
    query = select(PaperReceipt.dossier_id, PaperReceipt.received_on).where(PaperReceipt.dossier_id.in_(ids))
    return dict(db.session.execute(query).all())
