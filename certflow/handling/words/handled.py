"""Who works on a dossier, in the reader's words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import flash
from flask_babel import gettext as _

from certflow import clock
from certflow.access import turns
from certflow.access.turns import Reading
from certflow.clock import ZONE
from certflow.handling import handling
from certflow.http.person import actor
from certflow.models.dossiers import Dossier, Handling
from certflow.models.people import User
from certflow.wording import instant


@dataclass(frozen=True, slots=True)
class Handled:
    """Who works on a dossier: `mine` whether it is the reader, `who` in one sentence ("" when nobody does).

    `open` says whether the reader acts in this part, and so could take it on or over.
    """

    who: str
    mine: bool
    open: bool

    @property
    def by_another(self) -> bool:
        """Whether the reader shares this part with somebody who works on it."""
        return bool(self.who) and self.open and not self.mine


@dataclass(frozen=True, slots=True)
class Recorded:
    """One time that somebody worked on a dossier, as an entry of a timeline: `note` is why it was taken over."""

    what: str
    who: str
    role: str
    when: dt.datetime
    note: str


def of_dossier(dossier: Dossier) -> Handled:
    """Who works on a dossier now, for the person who is signed in."""
    return of_reading(turns.reading(dossier, actor()))


def of_reading(reading: Reading) -> Handled:
    """As `of_dossier`, when it is known already how the person reads it."""
    return _told(reading, handling.current(reading.dossier))


def of_all(dossiers: Iterable[Dossier]) -> dict[int, str]:
    """Who works on each of the dossiers of a list, in one sentence, by their ids."""
    return {dossier_id: sentence(each, actor()) for dossier_id, each in handling.of_all(dossiers).items()}


def told(dossier: Dossier, current: Handling | None) -> Handled:
    """As `of_dossier`, with the open handling passed in as `current`."""
    return _told(turns.reading(dossier, actor()), current)


def _told(reading: Reading, current: Handling | None) -> Handled:
    mine = current is not None and current.user_id == reading.reader.id
    return Handled(sentence(current, reading.reader), mine, reading.taken_by is not None)


def sentence(current: Handling | None, reader: User) -> str:
    """The sentence that says who works on the dossier and since when; "" without a handler."""
    if current is None:
        return ""
    since = shown_since(current.since)
    if current.user_id == reader.id:
        return str(_("You have been working on it since %(time)s", time=since))
    return str(_("%(name)s has been working on it since %(time)s", name=current.user.full_name, time=since))


def shown_since(since: dt.datetime) -> str:
    """The time alone for today, otherwise with its day."""
    local = since.astimezone(ZONE)
    return f"{local:%H:%M}" if local.date() == clock.today() else instant(since)


def warn(dossier: Dossier) -> None:
    """After something was saved, tell the person when a colleague works on the dossier."""
    now = of_dossier(dossier)
    if now.by_another:
        flash(_("%(who)s. Your changes are saved under your name; tell your colleague.", who=now.who), "warning")


def record(dossier: Dossier, handlings: Sequence[Handling]) -> list[Recorded]:
    """Who worked on it when and how that ended, as a timeline."""
    return [
        Recorded(
            _period(entry),
            entry.taken_by.full,
            turns.part(dossier, entry.role),
            entry.since.astimezone(ZONE),
            entry.reason,
        )
        for entry in handlings
    ]


def _period(entry: Handling) -> str:
    ended = handling.ended_at(entry)
    if ended is None:
        return str(_("Works on the dossier"))
    at, by = shown_since(ended), entry.ended_by.full if entry.ended_by else ""
    words = {
        "given_back": _("Worked on the dossier until %(time)s, then stopped", time=at),
        "taken_over": _("Worked on the dossier until %(time)s, when %(name)s took it over", time=at, name=by),
        "passed_on": _("Worked on the dossier until %(time)s, when it moved on to another role", time=at),
    }
    lapsed = _("Worked on the dossier until %(time)s, when the appointment or the account ended", time=at)
    return str(words.get(entry.ending, lapsed))
