"""What is to be supplemented: asked when a dossier is given back, open until it returns, settled with what changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from certflow import clock
from certflow.assessment import assessments, changes
from certflow.assessment.changes import MEETING, Manifest
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.errors import Invalid
from certflow.law.workflow import Move
from certflow.models.base import db
from certflow.models.dossiers import PAPERS, Dossier, SupplementItem, SupplementRequest
from certflow.wording import _

LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an act that gives a dossier back asks for: words by code, and the last day to answer."""

    words: Mapping[str, str] = field(default_factory=dict)
    answer_by: dt.date | None = None

    @property
    def anything(self) -> bool:
        """Whether anything is asked or a day is given."""
        return any(text.strip() for text in self.words.values()) or self.answer_by is not None


NOTHING = Asked()


def codes(dossier: Dossier) -> tuple[str, ...]:
    """What can be asked for, in order: each criterion as a whole, then its indicators; the meeting; other papers."""
    listed: list[str] = []
    for criterion in form_of(dossier).by_part["claims"]:
        listed.extend([str(criterion.number), *(indicator.code for indicator in criterion.indicators)])
    return (*listed, *((MEETING,) if workflow_of(dossier).spec.meeting_source else ()), PAPERS)


def check(dossier: Dossier, move: Move, asked: Asked) -> None:
    """Raises Invalid by field ("ask-2.4", "answer_by") for what an act that gives the dossier back cannot ask."""
    if not workflow_of(dossier).spec.gives_back(move.transition):
        return
    known = set(codes(dossier))
    faults: dict[str, tuple[str, ...]] = {}
    for code, text in asked.words.items():
        if text.strip() and code not in known:
            faults["form"] = (_("There is no such indicator."),)
        elif len(text.strip()) > LONGEST_WORDS:
            faults[f"ask-{code}"] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_WORDS),)
    if asked.answer_by is not None and asked.answer_by < clock.today():
        faults["answer_by"] = (_("The last day to answer cannot be in the past. Enter today or a later day."),)
    if faults:
        raise Invalid(fields=faults)


def follow(dossier: Dossier, move: Move, asked: Asked) -> None:
    """What follows from the act that has just been recorded: it asks, or it answers what was asked before."""
    if not workflow_of(dossier).spec.gives_back(move.transition):
        _settle(dossier, move)
    elif asked.anything:
        _ask(dossier, move, asked)


def _ask(dossier: Dossier, move: Move, asked: Asked) -> None:
    request = SupplementRequest(
        dossier_id=dossier.id, number=dossier.version, from_state=move.origin, answer_by=asked.answer_by
    )
    now = changes.present(assessments.contents(dossier))
    for position, code in enumerate(codes(dossier)):
        if text := asked.words.get(code, "").strip():
            item = SupplementItem(code=code, position=position, words=text, seen=changes.mark(now, code))
            request.items.append(item)
    db.session.add(request)
    db.session.flush()


def was_asked(dossier: Dossier, number: int, asked: Asked) -> bool:
    """Whether the step `number` asked for just this, or asked for nothing either."""
    request = db.session.get(SupplementRequest, (dossier.id, number))
    stored = ({item.code: item.words for item in request.items}, request.answer_by) if request else ({}, None)
    return stored == ({code: text.strip() for code, text in asked.words.items() if text.strip()}, asked.answer_by)


def _settle(dossier: Dossier, move: Move) -> None:
    """Settle the open requests that the act answers, with what has changed since.

    A filing answers all; so does the way back to the state from which it was asked.
    """
    filed = "freeze_submission" in move.transition.effects
    pending = [request for request in of_dossier(dossier) if request.settled_number is None]
    answered = [request for request in pending if filed or request.from_state == move.target]
    if not answered:
        return
    now = changes.present(assessments.contents(dossier))
    for request in answered:
        request.settled_number = dossier.version
        for item in request.items:
            item.changed = is_changed(item, now)
    db.session.flush()


def undo(dossier: Dossier, number: int) -> None:
    """Undo what followed from the step `number`, just taken back: what it settled is open again, what it asked is not.

    What it asked stays in the history, settled by the taking back.
    """
    for request in of_dossier(dossier):
        if request.number == number:
            request.settled_number = dossier.version
        elif request.settled_number == number:
            request.settled_number = None
            for item in request.items:
                item.changed = None
    db.session.flush()


def is_changed(item: SupplementItem, now: Manifest) -> bool:
    """Whether something else stands there than when it was asked."""
    return changes.mark(now, item.code) != item.seen


def of_dossier(dossier: Dossier) -> list[SupplementRequest]:
    """Everything that was ever asked, oldest first."""
    query = select(SupplementRequest).where(SupplementRequest.dossier_id == dossier.id)
    query = query.options(selectinload(SupplementRequest.items)).order_by(SupplementRequest.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def answer_days(dossiers: Sequence[Dossier]) -> dict[int, dt.date]:
    """The last day to answer of each dossier in which something is asked by a day, by its id."""
    ids = [dossier.id for dossier in dossiers]
    query = select(SupplementRequest.dossier_id, func.min(SupplementRequest.answer_by))
    query = query.where(SupplementRequest.dossier_id.in_(ids), SupplementRequest.settled_number.is_(None))
    rows = db.session.execute(query.where(SupplementRequest.answer_by.is_not(None)).group_by("dossier_id"))
    return {dossier_id: day for dossier_id, day in rows if day is not None}
