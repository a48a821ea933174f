"""Results computed anew from what is stored: against what was recorded, or by other rules."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from certflow.definitions.form_specs import FormSpec
from certflow.domain.moving import past
from certflow.domain.scoring import Answer, Answers, score
from certflow.models.base import db
from certflow.models.dossier import Claim, Dossier, Finding, Submission
from certflow.models.places import Unit
from certflow.models.recognition import Recognition
from certflow.services import rounds
from certflow.services.catalogue import form_of, known, workflow_of
from certflow.wording import _

BATCH = 250

Stored = dict[int, dict[str, Answer]]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One dossier computed anew, and every way in which what was recorded does not follow from what is stored."""

    dossier_id: int
    unit: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The level a dossier reaches by its own rules and by others; `unanswered` counts what these ask beyond it."""

    dossier_id: int
    unit: str
    state: str
    by_findings: bool
    level: int
    new_level: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class _Batch:
    dossiers: Sequence[Any]
    claims: Stored
    findings: Stored


def recompute(round_id: int) -> Iterator[Recomputed]:
    """Every dossier of the round, one batch in memory at a time; raises NotFound for a round that is not there."""
    rounds.get(round_id)
    for batch in _batches(round_id):
        filed, decided = _submissions(batch), _decided(batch)
        for row in batch.dossiers:
            told = (
                *_of_submissions(row, filed.get(row.id, []), batch.claims.get(row.id, {})),
                *_of_decisions(row, decided.get(row.id), batch.findings.get(row.id, {})),
            )
            yield Recomputed(row.id, row.unit, told)


def what_if(round_id: int, form: FormSpec) -> Iterator[Compared]:
    """The level every dossier of the round would reach by `form`, from its findings once there are any, else claims."""
    rounds.get(round_id)
    for batch in _batches(round_id):
        for row in batch.dossiers:
            found = batch.findings.get(row.id)
            answers = found or batch.claims.get(row.id, {})
            old = score(form_of(row), answers, disadvantaged=row.disadvantaged_area)
            new = score(form, answers, disadvantaged=row.disadvantaged_area)
            yield Compared(row.id, row.unit, row.state, bool(found), old.level, new.level, len(new.unanswered))


def _batches(round_id: int) -> Iterator[_Batch]:
    query = (
        select(
            *(Dossier.id, Unit.name.label("unit"), Dossier.state, Dossier.workflow, Dossier.workflow_version),
            *(Dossier.disadvantaged_area, Dossier.proposed_level),
        )
        .join(Dossier.unit)
        .where(Dossier.round_id == round_id)
        .order_by(Dossier.id)
        .limit(BATCH)
    )
    last = 0
    while found := db.session.execute(query.where(Dossier.id > last)).all():
        ids = [row.id for row in found]
        yield _Batch(found, _answers(Claim, ids), _answers(Finding, ids))
        last = ids[-1]


def _answers(kind: type[Claim] | type[Finding], ids: Sequence[int]) -> Stored:
    stored: Stored = {}
    query = select(kind.dossier_id, kind.indicator, kind.answer)
    query = query.where(kind.dossier_id.in_(ids), kind.to_confirm.is_(False))
    for dossier_id, indicator, answer in db.session.execute(query):
        stored.setdefault(dossier_id, {})[indicator] = answer
    return stored


def _submissions(batch: _Batch) -> dict[int, list[Any]]:
    ids = [row.id for row in batch.dossiers]
    query = (
        select(
            *(Submission.dossier_id, Submission.number, Submission.manifest),
            *(Submission.manifest_hash, Submission.claimed_level),
        )
        .where(Submission.dossier_id.in_(ids))
        .order_by(Submission.dossier_id, Submission.number)
    )
    found = db.session.execute(query).all()
    return {dossier_id: list(rows) for dossier_id, rows in groupby(found, lambda row: row.dossier_id)}


def _decided(batch: _Batch) -> dict[int, int]:
    ids = [row.id for row in batch.dossiers]
    query = select(Recognition.dossier_id, Recognition.level).where(Recognition.dossier_id.in_(ids))
    return {row.dossier_id: row.level for row in db.session.execute(query)}


def _of_submissions(row: Any, filed: Sequence[Any], claims: Answers) -> Iterator[str]:
    for submission in filed:
        yield from _of_submission(submission)
    if filed and past(workflow_of(row).spec, row.state, "claims"):
        level, recorded = _level_as_filed(row, filed[-1], claims), filed[-1].claimed_level
        if level != recorded:
            yield _("the claims reach level %(level)s, and %(recorded)s was filed", level=level, recorded=recorded)


def _level_as_filed(row: Any, filed: Any, claims: Answers) -> int:
    """The level of the claims by the criteria they were filed under, which the dossier may have left since."""
    name, version = json.loads(filed.manifest)["criteria"]
    return score(known().form(name, version), claims, disadvantaged=row.disadvantaged_area).level


def _of_submission(filed: Any) -> Iterator[str]:
    """The frozen manifest is as it was hashed, and reaches the level that was filed with it."""
    if hashlib.sha256(filed.manifest.encode()).hexdigest() != filed.manifest_hash:
        yield _("submission %(number)s is not what was filed: its hash differs", number=filed.number)
        return
    manifest = json.loads(filed.manifest)
    name, version = manifest["criteria"]
    answers = {code: given["answer"] for code, given in manifest["answers"].items()}
    disadvantaged = manifest["disadvantaged_area"] is not None
    level = score(known().form(name, version), answers, disadvantaged=disadvantaged).level
    if level != filed.claimed_level:
        yield _(
            "submission %(number)s reaches level %(level)s, and %(recorded)s was recorded",
            number=filed.number,
            level=level,
            recorded=filed.claimed_level,
        )


def _of_decisions(row: Any, decided: int | None, findings: Answers) -> Iterator[str]:
    """A level may be decided below what the findings reach, never above (art. 8.1)."""
    if row.proposed_level is None and decided is None:
        return
    state = workflow_of(row).spec.states[row.state]
    level = _level(row, findings)
    if state.edits != "findings" and (row.proposed_level or 0) > level:
        yield _(
            "the findings reach level %(level)s, and %(recorded)s is proposed", level=level, recorded=row.proposed_level
        )
    if decided is not None and decided > level:
        yield _("the findings reach level %(level)s, and %(recorded)s was recognised", level=level, recorded=decided)
    if decided is not None and decided != row.proposed_level:
        yield _("level %(recorded)s was recognised, and another one was proposed", recorded=decided)
    if state.level and decided != state.level:
        yield _("the state says level %(level)s, and the recognition does not", level=state.level)


def _level(row: Any, answers: Answers) -> int:
    return score(form_of(row), answers, disadvantaged=row.disadvantaged_area).level
