"""What is filed, frozen: a manifest of answers and file hashes that anyone can hash again."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from certflow.assessment import changes, lower_units
from certflow.catalogue.catalogue import form_of
from certflow.errors import NotFound
from certflow.law.scoring.scoring import score
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Meeting, Submission
from certflow.models.people import User
from certflow.models.rules import Delegation
from certflow.wording import _


def freeze(dossier: Dossier, *, actor: User, at: dt.datetime, delegation: Delegation | None = None) -> Submission:
    """Store the manifest of `dossier` as filed at `at` by `actor`, for somebody else where there is a `delegation`.

    The manifest has the answers to the questions of its rules, without those that still must be confirmed again.
    """
    lower_units.refresh_claims(dossier, actor=actor, at=at)
    number = 1 + (db.session.scalar(select(func.count()).where(Submission.dossier_id == dossier.id)) or 0)
    form = form_of(dossier)
    codes = {indicator.code for criterion in form.by_part["claims"] for indicator in criterion.indicators}
    query = select(Claim).where(Claim.dossier_id == dossier.id, Claim.to_confirm.is_(False)).order_by(Claim.indicator)
    claims = [claim for claim in db.session.scalars(query) if claim.indicator in codes]
    result = score(form, {c.indicator: c.answer for c in claims}, disadvantaged=dossier.disadvantaged_area)
    manifest = _manifest(dossier, claims, number, result.level, actor, at) | _for_whom(delegation)
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1)
    submission = Submission(
        dossier_id=dossier.id,
        number=number,
        manifest=text,
        manifest_hash=hashlib.sha256(text.encode()).hexdigest(),
        claimed_level=result.level,
        filed_at=at,
        filed_by=actor.signature,
    )
    db.session.add(submission)
    dossier.filed = True
    db.session.flush()
    return submission


def _manifest(dossier: Dossier, claims: Any, number: int, level: int, actor: User, at: dt.datetime) -> dict[str, Any]:
    files = db.session.scalars(
        select(Evidence).where(Evidence.dossier_id == dossier.id, Evidence.removed_at.is_(None)).order_by(Evidence.id)
    ).all()
    meeting = db.session.get(Meeting, dossier.id)
    return {
        "dossier": dossier.id,
        "submission": number,
        "unit": {"code": dossier.place.code, "name": dossier.place.name},
        "scheme": [dossier.workflow, dossier.workflow_version],
        "criteria": [dossier.form, dossier.form_version],
        "assessed_year": dossier.round.assessed_year,
        "disadvantaged_area": dossier.disadvantaged_source if dossier.disadvantaged_area else None,
        "claimed_level": level,
        "answers": changes.answers_filed(claims),
        "evidence": changes.files_filed(files),
        "meeting": changes.meeting_filed(meeting),
        "filed_by": actor.full_name,
        "filed_at": at.isoformat(),
    }


def _for_whom(delegation: Delegation | None) -> dict[str, Any]:
    if delegation is None:
        return {}
    document = {"document": delegation.document_number, "dated": delegation.document_date.isoformat()}
    return {"signs_for": {"mode": delegation.mode, "position": delegation.position, **document}}


def retract(dossier: Dossier, at: dt.datetime) -> None:
    """Mark the latest filing that stands as taken back; without another one the dossier is not filed any more."""
    stand = select(Submission).where(Submission.dossier_id == dossier.id, Submission.retracted_at.is_(None))
    *earlier, latest = db.session.scalars(stand.order_by(Submission.number))
    latest.retracted_at, dossier.filed = at, bool(earlier)
    db.session.flush()


def submission(dossier: Dossier, number: int) -> Submission:
    """One submission of a dossier the caller may see; raises NotFound."""
    row = db.session.scalar(
        select(Submission)
        .where(Submission.dossier_id == dossier.id, Submission.number == number)
        .options(joinedload(Submission.filer))
    )
    if row is None:
        raise NotFound(_("There is no such filing."))
    return row


def first_number(dossier: Dossier) -> int | None:
    """The number of the first filing that stands, which counts for the dates; None where none does."""
    stands = Submission.dossier_id == dossier.id, Submission.retracted_at.is_(None)
    return db.session.scalar(select(func.min(Submission.number)).where(*stands))


def claimed_levels(dossiers: Sequence[Dossier]) -> dict[int, int]:
    """The level that each of `dossiers` claimed when it was filed last, by its id; those never filed are left out."""
    ids = [dossier.id for dossier in dossiers if dossier.filed]
    if not ids:
        return {}
    query = select(Submission.dossier_id, Submission.claimed_level)
    query = query.where(Submission.dossier_id.in_(ids), Submission.retracted_at.is_(None))
    return dict(db.session.execute(query.order_by(Submission.number)).all())
