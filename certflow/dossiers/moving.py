"""Moving a round's dossiers in progress to a newer version of its scheme: first a plan, then the move.

A bulk move is many transactions: `begin`, `move_some` until it gives nothing more, and `begin` once more, each
committed by whoever calls. Cut off anywhere, every dossier has moved or has not, and doing all of it again finishes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from certflow.access import access
from certflow.catalogue.catalogue import definitions, form_at, known, workflow_of
from certflow.dossiers import actions, dates
from certflow.dossiers.succession import (
    HeldAnswers,
    IndicatorSuccession,
    Moves,
    Outlook,
    Rules,
    Stays,
    TakenStep,
    about,
    move_name,
)
from certflow.errors import Invalid, NotFound, Refusal
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import IndicatorSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, HistoryEntry
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.rounds import rounds
from certflow.wording import _

BATCH = 50
KINDS: tuple[type[Claim] | type[Finding], ...] = (Claim, Finding)

Key = tuple[str, int]
Stored = dict[int, dict[str, Answer]]


@dataclass(frozen=True, slots=True)
class MoveResult:
    """One dossier and what a move does with it: `outlook` is None when it has the version already."""

    dossier_id: int
    unit: str
    state: str
    version: int
    outlook: Outlook | None

    @property
    def kind(self) -> str:
        """In one word: "moves", "confirm" (moves with answers to confirm), "stays", "decided" or "done"."""
        if self.outlook is None:
            return "done"
        if isinstance(self.outlook, Stays):
            return "decided" if self.outlook.decided else "stays"
        return "confirm" if self.outlook.to_confirm else "moves"

    @property
    def details(self) -> tuple[str, ...]:
        """Which answers must be confirmed again, or why it stays, in sentences."""
        if isinstance(self.outlook, Moves):
            return tuple(_to_confirm(self.outlook))
        return self.outlook.reasons if self.outlook else ()


def _to_confirm(moves: Moves) -> Iterator[str]:
    if moves.claims:
        yield _("Answers of the self-assessment to confirm again: %(codes)s.", codes=", ".join(moves.claims))
    if moves.findings:
        yield _("Findings to confirm again: %(codes)s.", codes=", ".join(moves.findings))


def plan(round_id: int, target: Key) -> Iterator[MoveResult]:
    """What a move to `target` would do with every dossier of the round, one batch in memory at a time.

    Raises NotFound or Invalid, before the first, for a round or a version that cannot be moved to.
    """
    assessment_round = rounds.get(round_id)
    succession = _Successions(assessment_round, _checked(assessment_round, target))
    after = 0
    while batch := _batch(round_id, after, lock=False):
        yield from _told(batch, succession)
        after = batch[-1].id


def begin(round_id: int, target: Key, *, actor: User) -> None:
    """Let new dossiers of the round begin with `target` and give it its dates; as `rounds.change_version`."""
    access.require_administrator(actor)
    rounds.change_version(round_id, _checked(rounds.get(round_id), target), actor=actor)


def move_some(round_id: int, target: Key, *, actor: User, after: int = 0) -> list[MoveResult]:
    """Move the next dossiers with ids above `after` where possible; returns a MoveResult for each.

    The rows stay locked until the end of the transaction, so that nobody acts on them meanwhile. An answer to confirm
    gets a new version too, so that a person who saves the old question is told so.
    """
    access.require_administrator(actor)
    assessment_round = rounds.get(round_id)
    succession = _Successions(assessment_round, _checked(assessment_round, target))
    batch = _batch(round_id, after, lock=True)
    results = list(_told(batch, succession))
    return [_done(dossier, result, succession.new, actor) for dossier, result in zip(batch, results, strict=True)]


def _done(dossier: Dossier, result: MoveResult, new: Rules, actor: User) -> MoveResult:
    if not isinstance(result.outlook, Moves):
        return result
    try:
        with db.session.begin_nested():
            _write(dossier, result.outlook, new, actor)
    except Refusal as refusal:
        db.session.expire(dossier)  # what was set on it past the unit of work
        return MoveResult(result.dossier_id, result.unit, result.state, result.version, Stays(refusal.reasons))
    return result


def _write(dossier: Dossier, moves: Moves, new: Rules, actor: User) -> None:
    _claim_files(dossier, moves.claims)
    for kind, codes in zip(KINDS, (moves.claims, moves.findings), strict=True):
        if codes:
            again = update(kind).where(kind.dossier_id == dossier.id, kind.indicator.in_(codes))
            db.session.execute(again.values(to_confirm=True, version=kind.version + 1))
    again_asked = [code for code in new.form.indicators if code in {*moves.claims, *moves.findings}]
    action = move_name(dossier.workflow_version, new.scheme.version)
    dossier.workflow_version = new.scheme.version
    dossier.form, dossier.form_version = new.form.name, new.form.version
    db.session.flush()
    actions.keep_state(dossier, action, actor=actor, note=", ".join(again_asked))


def _claim_files(dossier: Dossier, codes: Sequence[str]) -> None:
    """Make a claim, so that it can be confirmed, of each entry that files alone answer: of who attached the last."""
    claimed = select(Claim.indicator).where(Claim.dossier_id == dossier.id)
    query = (
        select(Evidence)
        .where(Evidence.dossier_id == dossier.id, Evidence.removed_at.is_(None))
        .where(Evidence.indicator.in_(codes), Evidence.indicator.not_in(claimed))
        .order_by(Evidence.id)
    )
    for code, file in {file.indicator: file for file in db.session.scalars(query)}.items():
        saved = {"saved_by": file.uploaded_by, "saved_at": file.uploaded_at}
        db.session.add(Claim(dossier_id=dossier.id, indicator=code, version=0, answer={}, explanation="", **saved))
    db.session.flush()


def _checked(assessment_round: Round, target: Key) -> WorkflowSpec:
    """The version to move to; raises Invalid when the round's dossiers cannot go on by it."""
    spec = definitions().workflows.get(target)
    if spec is None:
        raise NotFound(_("There is no such scheme."))
    if spec.name != assessment_round.workflow:
        raise Invalid(_("A dossier can only move to another version of its own scheme, not to another scheme."))
    if spec.version < assessment_round.workflow_version:
        raise Invalid(_("The round already has a newer version; dossiers never move back."))
    if about(spec) != about(workflow_of(assessment_round).spec):
        raise Invalid(_("That version is for another kind of unit. Open a new round for it."))
    return spec


class _Successions:
    """The comparisons of the new rules with every older version that is met."""

    def __init__(self, assessment_round: Round, spec: WorkflowSpec) -> None:
        self.new = Rules(spec, form_at(*rounds.form_by(assessment_round, spec)))
        self._met: dict[tuple[Key, Key], IndicatorSuccession | None] = {}

    def of(self, dossier: Dossier) -> IndicatorSuccession | None:
        """The comparison with the rules of `dossier`; None when its rules can no longer be read."""
        scheme, form = (dossier.workflow, dossier.workflow_version), (dossier.form, dossier.form_version)
        if (scheme, form) not in self._met:
            self._met[scheme, form] = self._compared(scheme, form)
        return self._met[scheme, form]

    def _compared(self, scheme: Key, form: Key) -> IndicatorSuccession | None:
        try:
            return IndicatorSuccession(Rules(known().workflow(*scheme), known().form(*form)), self.new)
        except NotFound:
            return None


def _batch(round_id: int, after: int, *, lock: bool) -> Sequence[Dossier]:
    query = (
        select(Dossier)
        .where(access.whole_round(round_id), Dossier.id > after)
        .options(joinedload(Dossier.unit))
        .order_by(Dossier.id)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query.with_for_update(of=Dossier) if lock else query).all()


def _told(batch: Sequence[Dossier], succession: _Successions) -> Iterator[MoveResult]:
    ids = [dossier.id for dossier in batch]
    steps, claims, findings, files = _steps(ids), _answers(Claim, ids), _answers(Finding, ids), _files(ids)
    for dossier in batch:
        compared = succession.of(dossier)
        entries = compared.old.form.indicators if compared else {}
        attached = {code: count for code, count in files.get(dossier.id, {}).items() if _by_files(entries.get(code))}
        answers = HeldAnswers(
            state=dossier.state,
            steps=steps.get(dossier.id, []),
            claims={**claims.get(dossier.id, {}), **attached},
            findings=findings.get(dossier.id, {}),
            disadvantaged=dossier.disadvantaged_area,
            proposed_level=dossier.proposed_level,
        )
        outlook = _outlook(dossier, answers, succession.new, compared)
        yield MoveResult(dossier.id, dossier.subject_name, dossier.state, dossier.workflow_version, outlook)


def _by_files(indicator: IndicatorSpec | None) -> bool:
    return indicator is not None and indicator.kind == "file"


def _outlook(
    dossier: Dossier, answers: HeldAnswers, new: Rules, compared: IndicatorSuccession | None
) -> Outlook | None:
    if dossier.workflow_version == new.scheme.version:
        return None
    if dossier.workflow_version > new.scheme.version:
        return Stays((_("It already has a newer version."),))
    if compared is None:
        return Stays((_("The version it was opened with cannot be read any more."),))
    return compared.outlook(answers)


def _steps(ids: Sequence[int]) -> dict[int, list[TakenStep]]:
    by_dossier: dict[int, list[TakenStep]] = {}
    query = (
        select(*(HistoryEntry.dossier_id, HistoryEntry.action, HistoryEntry.from_state, HistoryEntry.to_state))
        .add_columns(HistoryEntry.acting_as)
        .where(HistoryEntry.dossier_id.in_(ids), dates.STEPS)
        .order_by(HistoryEntry.dossier_id, HistoryEntry.number)
    )
    for dossier_id, *step in db.session.execute(query):
        by_dossier.setdefault(dossier_id, []).append(TakenStep(*step))
    return by_dossier


def _answers(kind: type[Claim] | type[Finding], ids: Sequence[int]) -> Stored:
    by_dossier: Stored = {}
    query = select(kind.dossier_id, kind.indicator, kind.answer).where(kind.dossier_id.in_(ids))
    for dossier_id, indicator, answer in db.session.execute(query):
        if answer:
            by_dossier.setdefault(dossier_id, {})[indicator] = answer
    return by_dossier


def _files(ids: Sequence[int]) -> Stored:
    by_dossier: Stored = {}
    query = select(Evidence.dossier_id, Evidence.indicator, func.count())
    query = query.where(Evidence.dossier_id.in_(ids), Evidence.removed_at.is_(None))
    for dossier_id, indicator, files in db.session.execute(query.group_by(Evidence.dossier_id, Evidence.indicator)):
        by_dossier.setdefault(dossier_id, {})[indicator] = {"files": files}
    return by_dossier
