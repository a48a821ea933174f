"""Dossiers as lists show them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from certflow import clock
from certflow.access import turns
from certflow.access.turns import Reading
from certflow.assessment import supplements
from certflow.assessment.words.entries import level_of
from certflow.clock import local_day
from certflow.dossiers import submissions
from certflow.dossiers.dossiers import Listed
from certflow.handling.words import handled
from certflow.impartiality import impartiality
from certflow.law import deadlines
from certflow.law.deadlines import Standing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier as a list shows it: `turn` names who must act next ("" when nobody must), `due` the reader's own date.

    `level` is the proposed one or, until there is one, the one claimed when it was filed ("" before); `level_says`
    tells which of both. `handled` says who works on it and since when ("" when nobody does); `barred` why the reader
    may not act although it is their turn; `answer_by` the last day to answer a request for a supplement.
    """

    dossier: Dossier
    state: str
    kind: str
    turn: str
    level: str
    level_says: str
    received_on: dt.date
    due: Standing | None
    handled: str
    barred: tuple[str, ...] = ()
    answer_by: dt.date | None = None

    @property
    def days_left(self) -> int | None:
        """The days until the reader's own date or, without one, until the day to answer; None for no date."""
        if self.due is not None:
            return self.due.days_left
        return (self.answer_by - clock.today()).days if self.answer_by else None


def rows(dossiers: Sequence[Listed], reader: User) -> list[DossierRow]:
    """How lists show `dossiers` to `reader`, in a few queries for all of them."""
    of_all = [listed.dossier for listed in dossiers]
    barred = impartiality.recused(of_all, reader)
    handlers, claimed = handled.of_all(of_all), submissions.claimed_levels(of_all)
    days = supplements.answer_days(of_all)
    return [
        replace(
            _row(each, turns.reading(each.dossier, reader), handlers, claimed, barred.get(each.dossier.id, ())),
            answer_by=days.get(each.dossier.id),
        )
        for each in dossiers
    ]


def _row(
    listed: Listed,
    reading: Reading,
    handlers: Mapping[int, str],
    claimed: Mapping[int, int],
    barred: tuple[str, ...],
) -> DossierRow:
    dossier, state = reading.dossier, reading.state
    level, level_says = _level(reading, claimed)
    return DossierRow(
        dossier,
        state.title.in_language(language()),
        "waiting" if barred else reading.kind,
        turns.turn(dossier),
        level,
        level_says,
        local_day(dossier.entered_at),
        deadlines.own_due(listed.standings, reading.workflow.spec, dossier.state, reading.roles),
        handlers.get(dossier.id, ""),
        barred,
    )


def _level(reading: Reading, claimed: Mapping[int, int]) -> tuple[str, str]:
    """The level in words, and whether it is proposed or claimed; a proposal shows to those who see findings."""
    dossier = reading.dossier
    if dossier.proposed_level is not None and reading.sees_findings:
        return level_of(dossier, dossier.proposed_level), str(_("proposed"))
    if dossier.id in claimed:
        return level_of(dossier, claimed[dossier.id]), str(_("claimed"))
    return "", ""
