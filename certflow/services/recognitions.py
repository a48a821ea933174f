"""Recognising and declining: the decision's papers and the title a unit holds."""

import datetime as dt
import secrets

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.clock import local_day, today
from certflow.domain.deadlines import valid_until
from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.dossier import Dossier
from certflow.models.people import User
from certflow.models.places import Unit
from certflow.models.recognition import Document, Recognition
from certflow.services import documents
from certflow.services.papers import Paper, outcome_of
from certflow.wording import _

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_GROUPS, CODE_GROUP_LENGTH = 5, 4


def new_code() -> str:
    """An unguessable code of 100 random bits, without letters that are easily confused."""
    groups = ("".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_GROUP_LENGTH)) for _g in range(CODE_GROUPS))
    return "-".join(groups)


def recognise(dossier: Dossier, level: int, *, actor: User, at: dt.datetime) -> Recognition:
    """Record the recognition and the intent to issue its decision and certificate, numbers drawn."""
    outcome = outcome_of(dossier)
    day = local_day(at)
    until = valid_until(day, outcome.validity_years)
    code = new_code()
    paper = Paper(dossier, signatory=actor, dated=day, level=level, valid_until=until, verify_code=code)
    decision = documents.intend(paper, "decision", outcome.decision)
    certificate = documents.intend(paper, "certificate", outcome.certificate, decision=decision)
    recognition = Recognition(
        dossier_id=dossier.id,
        unit_id=dossier.unit_id,
        level=level,
        recognised_on=day,
        valid_until=until,
        verify_code=code,
        decided_by_id=actor.id,
        decision_id=decision.id,
        certificate_id=certificate.id,
    )
    db.session.add(recognition)
    db.session.flush()
    return recognition


def decline(dossier: Dossier, *, reasons: str, actor: User, at: dt.datetime) -> Document:
    """Record the intent to issue the written reply that states the reasons (art. 9.2.d)."""
    paper = Paper(dossier, signatory=actor, dated=local_day(at), reasons=reasons)
    return documents.intend(paper, "refusal", outcome_of(dossier).refusal)


def by_code(code: str) -> Recognition:
    """The recognition with this code, once its certificate is issued; raises NotFound alike for all else."""
    found = db.session.scalar(
        select(Recognition)
        .join(Recognition.certificate)
        .where(Recognition.verify_code == code.strip().upper(), Document.issued_at.is_not(None))
        .options(
            joinedload(Recognition.unit).joinedload(Unit.parent).joinedload(Unit.parent),
            joinedload(Recognition.decision),
            joinedload(Recognition.certificate),
            joinedload(Recognition.dossier).joinedload(Dossier.round),
        )
    )
    if found is None or found.decision is None or found.decision.issued_at is None:
        raise NotFound(_("No published recognition has this code. Check the letters and digits on the certificate."))
    return found


def lapsed(recognition: Recognition, day: dt.date | None = None) -> bool:
    """Whether the time for which the result is kept has passed on `day`."""
    return recognition.valid_until is not None and (day or today()) > recognition.valid_until


def of_dossier(dossier: Dossier) -> Recognition | None:
    """The recognition a dossier led to, if any."""
    return db.session.scalar(select(Recognition).where(Recognition.dossier_id == dossier.id))
