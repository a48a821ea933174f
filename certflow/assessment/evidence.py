"""Evidence: files behind a claim, checked by content, kept for ever once filed."""

from collections.abc import Iterator, Mapping, Sequence
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
from certflow.gateways.installation import equipment
from certflow.law.form_words import FormWords
from certflow.law.scoring.scoring import Answers
from certflow.law.specs.form import FormSpec
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


def attach(
    dossier_id: int, indicator: str, file: BinaryIO, original_name: str, *, actor: User, key: str = ""
) -> Evidence:
    """Check and store a file as evidence for an indicator; raises Invalid with the reason under "file".

    The file is checked and stored before the dossier is locked, so that a large file blocks no other request. Under a
    `key` that is given it is attached once, however often and by however many requests at once.
    """
    refuse_unless_open(dossier_id, indicator, actor)
    kind = content.recognise(file, original_name)
    file.seek(0)
    stored_file, stored_key = evidence_files.store(file, key)
    try:
        dossier = _locked(dossier_id, indicator, actor)
    except Refusal:
        if under(stored_key) is None:
            equipment().storage.delete(stored_key)
        raise
    if key and (attached := under(key)) is not None:
        return attached
    evidence = Evidence(dossier_id=dossier.id, indicator=indicator, storage_key=stored_key, uploaded_by=actor.signature)
    evidence.original_name, evidence.media_type = content.safe_name(original_name, kind), kind.media_type
    evidence.size, evidence.sha256, evidence.uploaded_at = stored_file.size, stored_file.sha256, clock.now()
    db.session.add(evidence)
    db.session.flush()
    if not equipment().storage.exists(stored_key):  # this took more than a day, and the file was swept
        raise Stale(_("This upload is not there any more. Choose the file again."))
    return evidence


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
    if evidence is None or not access.sees(actor, evidence.dossier_id) or not _was_shown(evidence, actor):
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
