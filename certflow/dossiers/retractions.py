"""Taking a step back until the other side opens the dossier, and the record of who opened it first.

It is an act of the engine and of no scheme: published schemes stay as they are. A step can be taken back while nothing
came after it, where it only passed the dossier on. The opening and the taking back hold the dossier's row, and each
writes the one Sequel that a step can have, so that one of the two comes first and shuts the other out.
"""

import datetime as dt
from dataclasses import dataclass
from typing import cast

from sqlalchemy import and_, select

from certflow.access import access, parts, turns, vacancies
from certflow.access.turns import Reading
from certflow.assessment import supplements
from certflow.catalogue import units
from certflow.catalogue.catalogue import workflow_of
from certflow.dossiers import actions, submissions
from certflow.dossiers.dates import STEPS
from certflow.dossiers.succession import PREFIX
from certflow.errors import ActionNotOpen, NotPermitted, Stale
from certflow.handling import handling
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from certflow.models.base import db, instant
from certflow.models.dossiers import RETRACTION, Dossier, HistoryEntry, Sequel
from certflow.models.people import User
from certflow.units import contacts
from certflow.wording import _
from certflow.wording import instant as instant_words

# What a step may have stored and still be taken back; every other effect makes a paper or a result.
UNDONE = {"freeze_submission", "keep_proposal"}


@dataclass(frozen=True, slots=True)
class SentStep:
    """The latest step of a dossier, after which nothing was done with it, and what came after it, if anything did."""

    entry: HistoryEntry
    sequel: Sequel | None

    @property
    def viewed_at(self) -> dt.datetime | None:
        """When the side whose turn it is opened the dossier; None before."""
        return self.sequel.at if self.sequel is not None and self.sequel.kind == "viewed" else None


def latest(dossier: Dossier) -> SentStep | None:
    """The latest step of `dossier`; None before the first one, and after it was taken back."""
    if dossier.version == 1:
        return None
    same = and_(Sequel.dossier_id == HistoryEntry.dossier_id, Sequel.number == HistoryEntry.number)
    query = select(HistoryEntry, Sequel).outerjoin(Sequel, same)
    query = query.where(HistoryEntry.dossier_id == dossier.id, HistoryEntry.action.not_like(f"{PREFIX}%"))
    row = db.session.execute(query.order_by(HistoryEntry.number.desc()).limit(1)).one_or_none()
    return None if row is None or row[0].retracts else SentStep(*row)


def shown(dossier: Dossier) -> SentStep | None:
    """As `latest`, asked once in a transaction: for pages, which lock nothing."""
    key = dossier.id, db.session().get_transaction()
    known = db.session.info.get("latest_step")
    if known is None or known[0] != key:
        known = db.session.info["latest_step"] = key, latest(dossier)
    return cast(SentStep | None, known[1])


def is_first_view(dossier: Dossier, reader: User) -> bool:
    """Whether `reader` would be the first of the side whose turn it is to open the dossier since its latest step."""
    reading = turns.reading(dossier, reader)
    return _is_on_turns_side(reading) and _is_first(reading, shown(dossier))


def _is_first(reading: Reading, sent: SentStep | None) -> bool:
    return sent is not None and sent.sequel is None and _is_other(reading, sent.entry)


def _is_on_turns_side(reading: Reading) -> bool:
    """Whether the reader acts at the office whose turn it is, or sits on the council that appraises there."""
    spec, turn = reading.workflow.spec, reading.state.turn
    if not turn:
        return False
    own = any(_side(spec, role) == _side(spec, turn) for role in reading.roles)
    return own or parts.is_on_council(reading.reader, reading.dossier)


def _is_other(reading: Reading, entry: HistoryEntry) -> bool:
    """Whether somebody on the turn's side is not who sent it; at one office only the role whose turn it is counts."""
    spec, turn = reading.workflow.spec, reading.state.turn
    if entry.actor_id == reading.reader.id:
        return False
    return turn in reading.roles or _side(spec, entry.acting_as) != _side(spec, turn)


def _side(spec: WorkflowSpec, role: str) -> tuple[str, bool]:
    """The seat of a role and whether it files: of an agency, filers and appraisers sit at one unit."""
    return spec.roles[role].seat, role in spec.filers


def record_view(dossier_id: int, reader: User) -> None:
    """Record that `reader` opened the dossier, where they are the first of their side; raises NotFound as a page does.

    For a transaction of its own, which the caller commits.
    """
    dossier = access.dossier(dossier_id, reader, lock=True)
    reading, sent = turns.reading(dossier, reader), latest(dossier)
    if sent is not None and _is_on_turns_side(reading) and _is_first(reading, sent):
        _write(dossier, sent.entry.number, "viewed", reading.state.turn, reader, _now())


def _write(dossier: Dossier, number: int, kind: str, role: str, actor: User, at: dt.datetime) -> None:
    row = Sequel(dossier_id=dossier.id, number=number, kind=kind, acting_as=role, at=at)
    row.done_by = actor.signature
    db.session.add(row)
    db.session.flush()


def _now() -> dt.datetime:
    return db.session.scalars(select(instant())).one()


def require_sender(dossier: Dossier, actor: User) -> SentStep:
    """The latest step, for whoever has the role that took it; raises NotPermitted for others."""
    sent = latest(dossier)
    if sent is None or sent.entry.acting_as not in access.roles_on(actor, dossier):
        raise NotPermitted(_("Only those who sent the dossier on last can take it back."))
    return sent


def retract(dossier_id: int, *, actor: User, seen: int, note: str = "") -> Dossier:
    """Take back the latest step of a dossier, which has the number `seen`; nothing happens when that is done already.

    Raises NotPermitted, Stale when another step was taken since, ActionNotOpen with what can be done instead.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    if _is_done(dossier, seen):
        return dossier
    sent = require_sender(dossier, actor)
    if sent.entry.number != seen:
        raise Stale(_("Somebody else acted on this dossier after you opened it. Look at it again, then decide."))
    if reasons := hindrances(dossier, sent):
        raise ActionNotOpen(*reasons)
    at = actions.take_back(dossier, sent.entry, actor=actor, note=note)
    _write(dossier, seen, "retracted", sent.entry.acting_as, actor, at)
    _undo(dossier, sent.entry, at)
    return dossier


def _is_done(dossier: Dossier, number: int) -> bool:
    """Whether the last act took back the step `number`."""
    last = select(HistoryEntry.action).where(HistoryEntry.dossier_id == dossier.id)
    return db.session.scalar(last.order_by(HistoryEntry.number.desc()).limit(1)) == f"{RETRACTION}{number}"


def _undo(dossier: Dossier, entry: HistoryEntry, at: dt.datetime) -> None:
    """Take back what the step stored beside the state: the filing, the proposed level, what it asked or answered."""
    supplements.undo(dossier, entry.number)
    effects = _transition(dossier, entry).effects
    if "freeze_submission" in effects:
        submissions.retract(dossier, at)
    if "keep_proposal" in effects:
        dossier.proposed_level = _proposed_before(dossier)
        db.session.flush()


def _proposed_before(dossier: Dossier) -> int | None:
    """The level of the latest proposal that stands; None without one."""
    levels = {t.action: t.level for t in workflow_of(dossier).spec.transitions if "keep_proposal" in t.effects}
    proposals = select(HistoryEntry.action).where(HistoryEntry.dossier_id == dossier.id, STEPS)
    proposals = proposals.where(HistoryEntry.action.in_(levels)).order_by(HistoryEntry.number.desc()).limit(1)
    action = db.session.scalar(proposals)
    return None if action is None else levels[action]


def _transition(dossier: Dossier, entry: HistoryEntry) -> TransitionSpec:
    """What the scheme says of a step that was taken; a dossier moves only to versions that have it too."""
    return next(
        t
        for t in workflow_of(dossier).spec.transitions
        if t.action == entry.action and entry.from_state in t.origins and entry.to_state == t.target
    )


def hindrances(dossier: Dossier, sent: SentStep) -> tuple[str, ...]:
    """Why the latest step cannot be taken back, with what can be done instead; empty while it can."""
    state = turns.state_of(dossier)
    if state.final or set(_transition(dossier, sent.entry).effects) - UNDONE:
        return (_("This step ended the procedure or made a paper; it cannot be taken back."),)
    if state.turn == sent.entry.acting_as:
        return (_("The dossier still waits for you: there is nothing to take back."),)
    current = handling.current(dossier)
    if sent.sequel is None and current is None:
        return ()
    return _taken_up(dossier, sent), _("Ask them to send it back to you. %(contact)s", contact=whom_to_ask(dossier))


def _taken_up(dossier: Dossier, sent: SentStep) -> str:
    part = turns.turn(dossier)
    if sent.viewed_at is not None:
        words = _("Opened at %(time)s by: %(part)s.", time=instant_words(sent.viewed_at), part=part)
        return _("It can no longer be taken back. %(opened)s", opened=words)
    return _("It can no longer be taken back: it may have been opened by: %(part)s.", part=part)


def whom_to_ask(dossier: Dossier) -> str:
    """How the office is reached for which the dossier waits: its contact, else the people who hold the role."""
    turn = turns.state_of(dossier).turn
    seat = units.seat_for(dossier, workflow_of(dossier).spec.roles[turn].seat)
    contact = contacts.of_unit(seat.seat_id)
    if contact is not None:
        return _("Contact: %(name)s, telephone %(telephone)s.", name=contact.name, telephone=contact.telephone)
    people = ", ".join(person.full_name for person in vacancies.holding(dossier, turn))
    return _("Contact: %(name)s.", name=people or turns.turn(dossier))


def retractable(reading: Reading, sent: SentStep | None) -> bool:
    """Whether the reader can take back the latest step now."""
    return sent is not None and sent.entry.acting_as in reading.roles and not hindrances(reading.dossier, sent)
