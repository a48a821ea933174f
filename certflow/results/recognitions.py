"""Recognising and declining: the decision's papers and the title a unit holds."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from certflow.access import access
from certflow.catalogue.catalogue import form_of
from certflow.clock import today
from certflow.errors import ActionBlocked, NotFound
from certflow.law.deadlines import valid_until
from certflow.law.facts import HeldLevel, OutsideDocument
from certflow.law.scoring.scoring import Answers, score
from certflow.law.specs.outcome import OutcomeSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Finding
from certflow.models.people import User
from certflow.models.results import Document, Recognition
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing
from certflow.results import documents
from certflow.results.codes import new_code
from certflow.results.papers import Paper, Signed, outcome_of
from certflow.rules import inheritance
from certflow.wording import _


@dataclass(frozen=True, slots=True)
class Award:
    """What a decision awards: a level (of a rating the rank of its band, whose name is `grade`), or neither."""

    level: int = 0
    grade: str = ""


def recognise(dossier: Dossier, level: int, *, by: Signed) -> Recognition:
    """Record the recognition and the intent to issue its decision and certificate, numbers drawn."""
    return award(dossier, Award(level, form_of(dossier).grade(level).vi), by=by)


def rate(dossier: Dossier, *, by: Signed) -> Recognition:
    """Record the band that the findings reach, and the intent to issue its papers."""
    level = level_found(dossier)
    if not level:
        raise ActionBlocked(_("The findings reach no class of the criteria set"))
    return award(dossier, Award(level, form_of(dossier).grade(level).vi), by=by)


def level_found(dossier: Dossier) -> int:
    """The level, or the rank of the band, that the findings reach; 0 for none."""
    query = select(Finding.indicator, Finding.answer).where(Finding.dossier_id == dossier.id)
    answers: Answers = dict(db.session.execute(query.where(Finding.to_confirm.is_(False))).all())
    return score(form_of(dossier), answers, disadvantaged=dossier.disadvantaged_area, part="findings").level


def award(dossier: Dossier, result: Award, *, by: Signed) -> Recognition:
    """Record what was decided and the intent to issue the papers of the scheme's outcome, numbers drawn."""
    outcome = outcome_of(dossier)
    until, code = kept_until(outcome, by.dated), new_code()
    paper = Paper(dossier, by, level=result.level, grade=result.grade, valid_until=until, code=code)
    decision = documents.intend(paper, "decision", outcome.decision) if outcome.decision else None
    certificate = (
        documents.intend(paper, "certificate", outcome.certificate, decision=decision) if outcome.certificate else None
    )
    return _record(
        dossier,
        decided_by_id=by.signatory.id,
        recognised_on=by.dated,
        level=result.level,
        grade=result.grade,
        validity=paper.validity,
        verify_code=code,
        decision_id=decision.id if decision else None,
        certificate_id=certificate.id if certificate else None,
    )


def record(dossier: Dossier, level: int, decision: OutsideDocument, *, actor: User) -> Recognition:
    """Record a recognition that was decided elsewhere; no paper is made and no number drawn here."""
    if decision.dated is None:
        raise ActionBlocked(_("The number and the date of the document must be given"))
    return _record(
        dossier,
        decided_by_id=actor.id,
        recognised_on=decision.dated,
        level=level,
        outside_decision=decision.number.strip(),
        verify_code=new_code(),
    )


def kept_until(outcome: OutcomeSpec, day: dt.date) -> dt.date | None:
    """The last day on which a result of `day` holds; None where the scheme sets no day."""
    return valid_until(day, outcome.validity_years) if outcome.validity_years else None


def _record(dossier: Dossier, *, recognised_on: dt.date, **decided: object) -> Recognition:
    """Store what the dossier's subject was awarded on a day, kept as long as the scheme says."""
    outcome = outcome_of(dossier)
    about = {"dossier_id": dossier.id, "unit_id": dossier.unit_id, "holder_id": dossier.holder_id}
    until = kept_until(outcome, recognised_on)
    recognition = Recognition(**about, kind=outcome.award, recognised_on=recognised_on, valid_until=until, **decided)
    db.session.add(recognition)
    db.session.flush()
    return recognition


def decline(dossier: Dossier, *, reasons: str, by: Signed) -> Document | None:
    """Record the intent to issue the written reply that states the reasons (art. 9.2.d)."""
    refusal = outcome_of(dossier).refusal
    paper = Paper(dossier, by, reasons=reasons)
    return documents.intend(paper, "refusal", refusal) if refusal else None


def held(dossier: Dossier, day: dt.date) -> tuple[HeldLevel, ...]:
    """What the dossier's subject holds on `day` by the same criteria set, what it has inherited with it.

    Results of practice rounds count in practice only, and official ones only officially.
    """
    about = Recognition.holder_id.is_(None) if dossier.holder_id is None else Recognition.holder_id == dossier.holder_id
    query = (
        select(Recognition)
        .join(Dossier, Recognition.dossier_id == Dossier.id)
        .join(Round, Dossier.round_id == Round.id)
        .where(
            Recognition.unit_id == dossier.unit_id,
            about,
            Dossier.form == dossier.form,
            Dossier.id != dossier.id,
            Round.practice.is_(dossier.round.practice),
            or_(Recognition.valid_until.is_(None), Recognition.valid_until >= day),
            or_(Recognition.revoked_on.is_(None), Recognition.revoked_on > day),
        )
    )
    with seeing(EVERYTHING):  # what the subject holds is the same whoever asks
        results = [HeldLevel(recognition.level, recognition.recognised_on) for recognition in db.session.scalars(query)]
    inherited = inheritance.of_dossier(dossier, day)
    return (*results, HeldLevel(inherited.level, inherited.since)) if inherited else tuple(results)


def by_code(code: str) -> Recognition:
    """The published result with this code; raises the same NotFound for an unknown code and an unpublished result.

    A result is published once all its papers are issued; a decision made elsewhere has no papers and is published.
    """
    recognition = db.session.scalar(
        select(Recognition)
        .where(Recognition.verify_code == code.strip().upper())
        .options(
            joinedload(Recognition.decision),
            joinedload(Recognition.certificate),
            joinedload(Recognition.dossier).options(
                joinedload(Dossier.round), joinedload(Dossier.holder), *access.PLACED
            ),
        )
    )
    if recognition is None or not recognition.published:
        raise NotFound(_("No published result has this code. Check the letters and digits on the paper."))
    return recognition


def lapsed(recognition: Recognition, day: dt.date | None = None) -> bool:
    """Whether the time for which the result is kept has passed on `day`."""
    return recognition.valid_until is not None and (day or today()) > recognition.valid_until


def of_dossier(dossier: Dossier) -> Recognition | None:
    """The recognition a dossier led to, if any."""
    return db.session.scalar(select(Recognition).where(Recognition.dossier_id == dossier.id))
