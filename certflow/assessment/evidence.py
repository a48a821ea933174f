"""Evidence: files behind a claim, checked by content, kept for ever once filed."""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, editing
from certflow.access.turns import reading
from certflow.assessment import evidence_files
from certflow.catalogue.catalogue import form_of
from certflow.errors import ActionNotOpen, Invalid, NotFound, Refusal, Stale
from certflow.gateways.files import content
from certflow.gateways.files.content import FileKind
from certflow.gateways.installation import equipment
from certflow.gateways.storage import Stored
from certflow.law.form_words import FormWords
from certflow.law.scoring.scoring import Answers
from certflow.law.specs.form import FormSpec
from certflow.models import row_security
from certflow.models.base import begin_writing, db
from certflow.models.dossiers import (
    PAPERS,
    Claim,
    Dossier,
    Evidence,
    Submission,
    SupplementItem,
    SupplementRequest,
)
from certflow.models.people import User
from certflow.wording import _

MOST_FILES = 20
JUDGED_AT_ONCE, WAITS_FOR_TURN = 2, 5.0
REMOVED_FOR, MOST_SWEPT = dt.timedelta(days=1), 200
_judging = threading.BoundedSemaphore(JUDGED_AT_ONCE)


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that was judged and stored, and has no row yet; `attached_once` says that its key was given."""

    indicator: str
    original_name: str
    kind: FileKind
    stored: Stored
    key: str
    attached_once: bool


def attach(
    dossier_id: int, indicator: str, file: BinaryIO, original_name: str, *, actor: User, key: str = ""
) -> Evidence:
    """Check and store a file as evidence for an indicator; raises Invalid with the reason under "file".

    Under a `key` that is given it is attached once, however often and by however many requests at once.
    """
    return add(dossier_id, prepare(dossier_id, indicator, file, original_name, actor=actor, key=key), actor=actor)


def prepare(
    dossier_id: int, indicator: str, file: BinaryIO, original_name: str, *, actor: User, key: str = ""
) -> PreparedFile:
    """Judge and store a file, for `add`; raises as `attach`. It writes no row, so that it holds up nobody who writes.

    A process judges JUDGED_AT_ONCE files at a time; whoever waits too long for a turn is told to send it again.
    """
    refuse_unless_open(dossier_id, indicator, actor)
    if not _judging.acquire(timeout=WAITS_FOR_TURN):
        raise Invalid(fields={"file": (_("So many files are being checked now that this one had no turn."),)})
    try:
        kind = content.recognise(file, original_name)
    finally:
        _judging.release()
    file.seek(0)
    stored, stored_key = evidence_files.store(file, key)
    return PreparedFile(indicator, content.safe_name(original_name, kind), kind, stored, stored_key, bool(key))


def add(dossier_id: int, prepared: PreparedFile, *, actor: User) -> Evidence:
    """Attach a file that was prepared; raises Invalid, and Stale when that was more than a day ago."""
    key = prepared.key
    try:
        dossier = _locked(dossier_id, prepared.indicator, actor)
        _refuse_beyond_quota(dossier, prepared.stored.size)
    except Refusal:
        if under(key) is None:
            equipment().storage.delete(key)
        raise
    if prepared.attached_once and (attached := under(key)) is not None:
        return attached
    evidence = Evidence(dossier_id=dossier.id, indicator=prepared.indicator, storage_key=key)
    evidence.original_name, evidence.media_type = prepared.original_name, prepared.kind.media_type
    evidence.uploaded_by, evidence.uploaded_at = actor.signature, clock.now()
    evidence.size, evidence.sha256 = prepared.stored.size, prepared.stored.sha256
    db.session.add(evidence)
    db.session.flush()
    if not equipment().storage.exists(key):  # this took more than a day, and the file was swept
        raise Stale(_("This upload is not there any more. Choose the file again."))
    return evidence


def _refuse_beyond_quota(dossier: Dossier, size: int) -> None:
    """Refuse a file for which the dossier has no room; every file that is stored counts, removed ones too."""
    quota = equipment().settings.dossier_quota
    stored = db.session.scalar(
        select(func.coalesce(func.sum(Evidence.size), 0)).where(Evidence.dossier_id == dossier.id)
    )
    if (stored or 0) + size > quota:
        message = _(
            "The files of this dossier would have more than %(most)s MB. Remove some, or make them smaller; the "
            "administrator can raise the limit.",
            most=quota // (1024 * 1024),
        )
        raise Invalid(fields={"file": (message,)})


def sweep_removed() -> None:
    """Delete what was taken out of a draft more than a day ago and never filed: first the row, later the file.

    The file is then one without a row, which is removed by its own sweep.
    """
    old = select(Evidence).where(Evidence.removed_at < clock.now() - REMOVED_FOR)
    listed = select(1).where(
        Submission.dossier_id == Evidence.dossier_id, Submission.manifest.contains(Evidence.sha256)
    )
    with row_security.seeing(row_security.EVERYTHING):
        for evidence in db.session.scalars(old.where(~listed.exists()).order_by(Evidence.id).limit(MOST_SWEPT)):
            evidence_files.note_intent(evidence.storage_key)
            db.session.delete(evidence)
        db.session.commit()


def refuse_unless_open(dossier_id: int, indicator: str, actor: User) -> None:
    """Raise a Refusal unless `actor` may attach one more file to this indicator now."""
    _refuse_unless_open(access.dossier(dossier_id, actor), indicator, actor)


def under(key: str) -> Evidence | None:
    """The evidence whose file lies under this key of the storage."""
    return db.session.scalar(select(Evidence).where(Evidence.storage_key == key))


def _locked(dossier_id: int, indicator: str, actor: User) -> Dossier:
    begin_writing()
    dossier = access.dossier(dossier_id, actor, lock=True)
    _refuse_unless_open(dossier, indicator, actor)
    return dossier


def _refuse_unless_open(dossier: Dossier, indicator: str, actor: User) -> None:
    editing.require_editor(dossier, actor, "claims")
    if indicator == PAPERS:
        _refuse_unless_asked(dossier)
    else:
        _refuse_unless_taking(form_of(dossier), indicator)
    if _count(dossier, indicator) >= MOST_FILES:
        message = FormWords(form_of(dossier))("most_files", most=MOST_FILES)
        raise Invalid(fields={"file": (message,)})


def _refuse_unless_taking(form: FormSpec, indicator: str) -> None:
    spec = form.indicators.get(indicator)
    if spec is None or not spec.asked_in("claims"):
        raise NotFound(_("There is no such indicator."))
    if not spec.takes_files:
        raise NotFound(_("Files are not attached to this entry."))


def _refuse_unless_asked(dossier: Dossier) -> None:
    """Other papers are attached once they were asked for, by a return that was not taken back."""
    asked = select(SupplementItem.code).join(
        SupplementRequest,
        (SupplementRequest.dossier_id == SupplementItem.dossier_id)
        & (SupplementRequest.number == SupplementItem.number),
    )
    asked = asked.where(SupplementItem.dossier_id == dossier.id, SupplementItem.code == PAPERS)
    stands = or_(SupplementItem.changed.is_not(None), SupplementRequest.settled_number.is_(None))
    if db.session.scalar(asked.where(stands).limit(1)) is None:
        raise NotFound(_("No other papers were asked for."))


def _count(dossier: Dossier, indicator: str) -> int:
    query = select(func.count()).where(
        Evidence.dossier_id == dossier.id, Evidence.indicator == indicator, Evidence.removed_at.is_(None)
    )
    return db.session.scalar(query) or 0


def with_files(dossier: Dossier, answers: Answers) -> Answers:
    """The answers, and for every entry that is answered by files how many of them are attached."""
    return attached(form_of(dossier), [dossier.id], {dossier.id: answers})[dossier.id]


def attached(form: FormSpec, ids: Sequence[int], answers: Mapping[int, Answers]) -> dict[int, Answers]:
    """As `with_files` for several dossiers by their ids, judged by `form`; asks nothing where it has no such entry.

    Files under a question that has changed do not count until they are confirmed.
    """
    codes = [indicator.code for indicator in form.indicators.values() if indicator.kind == "file"]
    by_dossier: dict[int, Answers] = {dossier_id: answers.get(dossier_id, {}) for dossier_id in ids}
    if not codes:
        return by_dossier
    of_claim = (Claim.dossier_id == Evidence.dossier_id, Claim.indicator == Evidence.indicator)
    again = exists().where(*of_claim, Claim.to_confirm.is_(True))
    for dossier_id, code, files in db.session.execute(_counts(ids, codes).where(~again)):
        by_dossier[dossier_id] = {**by_dossier[dossier_id], code: {"files": files}}
    return by_dossier


def _counts(ids: Sequence[int], codes: Sequence[str]) -> Select[int, str, int]:
    """How many files each dossier has under each of these indicators that has any."""
    return (
        select(Evidence.dossier_id, Evidence.indicator, func.count())
        .where(Evidence.dossier_id.in_(ids), Evidence.indicator.in_(codes), Evidence.removed_at.is_(None))
        .group_by(Evidence.dossier_id, Evidence.indicator)
    )


def find(evidence_id: int, actor: User) -> Evidence:
    """A file of a dossier that `actor` may see; raises the same NotFound for a missing and for a hidden file."""
    evidence = db.session.scalar(
        select(Evidence).where(Evidence.id == evidence_id).options(joinedload(Evidence.dossier))
    )
    sees = access.sees(actor, evidence.dossier_id if evidence else 0)  # asked of a missing file too: it takes as long
    if evidence is None or not sees or not _was_shown(evidence, actor):
        raise NotFound(_("There is no such file, or you are not allowed to see it."))
    return evidence


def _was_shown(evidence: Evidence, actor: User) -> bool:
    """Whether `actor` may open the file: those above only what was filed, also by its number."""
    of_reader = reading(evidence.dossier, actor)
    if of_reader.at_unit or of_reader.roles & of_reader.workflow.spec.filers:
        return True
    listed = Submission.manifest.contains(evidence.sha256, autoescape=True)
    filed = select(exists().where(Submission.dossier_id == evidence.dossier_id, listed))
    return bool(db.session.scalar(filed))


def require_of(dossier: Dossier, evidence_id: int, actor: User) -> None:
    """Raise NotFound unless the file is one of this dossier's."""
    if find(evidence_id, actor).dossier_id != dossier.id:
        raise NotFound(_("There is no such file, or you are not allowed to see it."))


def remove(evidence_id: int, *, actor: User) -> Evidence:
    """Take a file out of the draft; what was filed with it before keeps it."""
    evidence = find(evidence_id, actor)
    dossier = access.dossier(evidence.dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, "claims")
    db.session.refresh(evidence)
    if evidence.removed_at is not None:
        raise ActionNotOpen(_("This file has already been removed."))
    evidence.removed_at = clock.now()
    db.session.flush()
    return evidence


def restore(evidence_id: int, *, actor: User) -> Evidence:
    """Put a file back into the draft from which it was taken out."""
    evidence = find(evidence_id, actor)
    dossier = access.dossier(evidence.dossier_id, actor, lock=True)
    _refuse_unless_open(dossier, evidence.indicator, actor)
    db.session.refresh(evidence)
    if evidence.removed_at is None:
        raise ActionNotOpen(_("This file is attached already."))
    evidence.removed_at = None
    db.session.flush()
    return evidence


def listed(dossier: Dossier, indicator: str) -> list[Evidence]:
    """The files of one indicator, oldest first, with those that were taken out lately."""
    query = select(Evidence).where(
        Evidence.dossier_id == dossier.id, Evidence.indicator == indicator, Evidence.listed_at(clock.now())
    )
    return list(db.session.scalars(query.order_by(Evidence.id)))


def chunks(evidence: Evidence) -> Iterator[bytes]:
    """The bytes of a file."""
    return equipment().storage.open(evidence.storage_key)
