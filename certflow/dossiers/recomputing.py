"""Results computed anew from what is stored: against what was recorded, or by other rules."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, select

from certflow.access import access
from certflow.assessment.evidence import attached
from certflow.catalogue.catalogue import form_of, known, workflow_of
from certflow.dossiers.succession import past
from certflow.law.scoring.scoring import Answer, Answers, score
from certflow.law.specs.form import FormSpec, Part
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding, Submission
from certflow.models.results import Recognition
from certflow.models.units import UnitVersion
from certflow.rounds import rounds
from certflow.wording import _, language

BATCH = 250

Stored = dict[int, dict[str, Answer]]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One dossier computed anew, and every way in which what was recorded does not follow from what is stored."""

    dossier_id: int
    unit: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The level a dossier reaches by its own rules and by others; `unanswered` counts what these ask beyond it.

    `classes` are the titles of both where they are classes of a rating by points.
    """

    dossier_id: int
    unit: str
    state: str
    by_findings: bool
    level: int
    new_level: int
    unanswered: int
    classes: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _Batch:
    dossiers: Sequence[Any]
    claims: Stored
    findings: Stored


def recompute(round_id: int) -> Iterator[Recomputed]:
    """Every dossier of the round, one batch in memory at a time; raises NotFound for a round that is not there."""
    rounds.get(round_id)
    for batch in _batches(access.whole_round(round_id)):
        filed, decided = _submissions(batch), _decided(batch)
        for row in batch.dossiers:
            claimed = _of_submissions(row, filed.get(row.id, []), batch.claims.get(row.id, {}))
            of_decisions = _of_decisions(row, decided.get(row.id), batch.findings.get(row.id, {}))
            yield Recomputed(row.id, row.unit, (*claimed, *of_decisions))


def differences(dossier: Dossier, *, findings: bool) -> tuple[str, ...]:
    """The differences that `recompute` finds, of one dossier; without `findings` only those of claims and filings."""
    batch = next(_batches(Dossier.id == dossier.id))
    row = batch.dossiers[0]
    claimed = tuple(_of_submissions(row, _submissions(batch).get(row.id, []), batch.claims.get(row.id, {})))
    of_decisions = _of_decisions(row, _decided(batch).get(row.id), batch.findings.get(row.id, {})) if findings else ()
    return (*claimed, *of_decisions)


def what_if(round_id: int, form: FormSpec) -> Iterator[Comparison]:
    """The level every dossier of the round would reach by `form`, from its findings once there are any, else claims."""
    rounds.get(round_id)
    for batch in _batches(access.whole_round(round_id)):
        answers = attached(form, [row.id for row in batch.dossiers], batch.claims | batch.findings)
        for row in batch.dossiers:
            findings = batch.findings.get(row.id)
            part: Part = "findings" if findings else "claims"
            old = score(form_of(row), answers[row.id], disadvantaged=row.disadvantaged_area, part=part)
            new = score(form, answers[row.id], disadvantaged=row.disadvantaged_area, part=part)
            classes = _class(form_of(row), old.level), _class(form, new.level)
            levels = old.level, new.level
            yield Comparison(row.id, row.unit, row.state, bool(findings), *levels, len(new.unanswered), classes)


def _batches(which: ColumnElement[bool]) -> Iterator[_Batch]:
    query = (
        select(
            *(Dossier.id, UnitVersion.name.label("unit"), Dossier.state, Dossier.workflow, Dossier.workflow_version),
            *(Dossier.form, Dossier.form_version, Dossier.disadvantaged_area, Dossier.proposed_level),
        )
        .join(Dossier.place)
        .where(which)
        .order_by(Dossier.id)
        .limit(BATCH)
    )
    last = 0
    while rows := db.session.execute(query.where(Dossier.id > last)).all():
        ids = [row.id for row in rows]
        yield _Batch(rows, _answers(Claim, ids), _answers(Finding, ids))
        last = ids[-1]


def _answers(kind: type[Claim] | type[Finding], ids: Sequence[int]) -> Stored:
    """The answers of these dossiers by indicator; each distinct JSON text is parsed once."""
    by_dossier: Stored = {}
    alike: dict[str, Answer] = {}
    query = select(kind.dossier_id, kind.indicator, cast(kind.answer, Text))
    query = query.where(kind.dossier_id.in_(ids), kind.to_confirm.is_(False))
    for dossier_id, indicator, text in db.session.execute(query):
        if text not in alike:
            alike[text] = json.loads(text)
        by_dossier.setdefault(dossier_id, {})[indicator] = alike[text]
    return by_dossier


def _submissions(batch: _Batch) -> dict[int, list[Any]]:
    ids = [row.id for row in batch.dossiers]
    query = (
        select(
            *(Submission.dossier_id, Submission.number, Submission.manifest),
            *(Submission.manifest_hash, Submission.claimed_level, Submission.retracted_at),
        )
        .where(Submission.dossier_id.in_(ids))
        .order_by(Submission.dossier_id, Submission.number)
    )
    submissions = db.session.execute(query).all()
    return {dossier_id: list(rows) for dossier_id, rows in groupby(submissions, lambda row: row.dossier_id)}


def _decided(batch: _Batch) -> dict[int, int]:
    ids = [row.id for row in batch.dossiers]
    query = select(Recognition.dossier_id, Recognition.level).where(
        Recognition.dossier_id.in_(ids),
        Recognition.kind.in_(("recognition", "rating")),
        Recognition.outside_decision == "",
    )
    return {row.dossier_id: row.level for row in db.session.execute(query)}


def _of_submissions(row: Any, filed: Sequence[Any], claims: Answers) -> Iterator[str]:
    for submission in filed:
        yield from _of_submission(submission)
    stand = [submission for submission in filed if submission.retracted_at is None]
    if stand and past(workflow_of(row).spec, row.state, "claims"):
        form, recorded = _form_as_filed(stand[-1]), stand[-1].claimed_level
        level = score(form, claims, disadvantaged=row.disadvantaged_area).level
        if level != recorded:
            levels = {"level": _named(form, level), "recorded": _named(form, recorded)}
            yield _("the self-assessment reaches level %(level)s, but level %(recorded)s was filed", **levels)


def _form_as_filed(filed: Any) -> FormSpec:
    """The criteria that the claims were filed under, which the dossier may have left since."""
    name, version = json.loads(filed.manifest)["criteria"]
    return known().form(name, version)


def _of_submission(filed: Any) -> Iterator[str]:
    """The frozen manifest is as it was hashed, and reaches the level that was filed with it."""
    if hashlib.sha256(filed.manifest.encode()).hexdigest() != filed.manifest_hash:
        yield _("filing %(number)s is not what was filed: its hash differs", number=filed.number)
        return
    manifest = json.loads(filed.manifest)
    name, version = manifest["criteria"]
    answers = {code: entry["answer"] for code, entry in manifest["answers"].items()}
    disadvantaged = manifest["disadvantaged_area"] is not None
    form = known().form(name, version)
    level = score(form, answers, disadvantaged=disadvantaged).level
    if level != filed.claimed_level:
        yield _(
            "filing %(number)s reaches level %(level)s, but level %(recorded)s was recorded",
            number=filed.number,
            level=_named(form, level),
            recorded=_named(form, filed.claimed_level),
        )


def _of_decisions(row: Any, decided: int | None, findings: Answers) -> Iterator[str]:
    """A level may be decided below what the findings reach, never above (art. 8.1)."""
    if row.proposed_level is None and decided is None:
        return
    state = workflow_of(row).spec.states[row.state]
    level, form = _level(row, findings), form_of(row)
    reached, recorded = _named(form, level), _named(form, decided or 0)
    if state.edits != "findings" and (row.proposed_level or 0) > level:
        proposed = _named(form, row.proposed_level)
        yield _(
            "the findings reach level %(level)s, but level %(recorded)s is proposed", level=reached, recorded=proposed
        )
    if decided is not None and decided > level:
        yield _(
            "the findings reach level %(level)s, but level %(recorded)s was recognised",
            level=reached,
            recorded=recorded,
        )
    if decided is not None and row.proposed_level is not None and decided != row.proposed_level:
        yield _("level %(recorded)s was recognised, but another level was proposed", recorded=recorded)
    if state.level and decided != state.level:
        yield _("the state says level %(level)s, but the recognition does not", level=_named(form, state.level))


def _level(row: Any, answers: Answers) -> int:
    return score(form_of(row), answers, disadvantaged=row.disadvantaged_area).level


def _class(form: FormSpec, level: int) -> str:
    """The title of the class that a level of a rating by points stands for."""
    return form.bands[level - 1].title.in_language(language()) if form.bands and level else ""


def _named(form: FormSpec, level: int) -> str:
    title = _class(form, level)
    return f"{level} ({title})" if title else str(level)
