"""Writing claims and findings: what the commune says and what the appraiser finds, one criterion at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from certflow import clock
from certflow.access import access, editing
from certflow.assessment import lower_units
from certflow.assessment.answers import fields_of
from certflow.assessment.merging import EXPLANATION, Merged, StoredTexts, Texts, Typed, merge
from certflow.assessment.typed_entries import typed_entry
from certflow.catalogue.catalogue import form_of
from certflow.http.typed import typed_decimal
from certflow.impartiality import impartiality
from certflow.law.scoring.lowering import is_lower
from certflow.law.scoring.scoring import Answer, Answers
from certflow.law.specs.form import COMPARED, ENTRY_KINDS, FormSpec, IndicatorSpec, Part
from certflow.models.base import db
from certflow.models.dossiers import PAPERS, Claim, Dossier, Evidence, Finding, Meeting, Submission, SupplementRequest
from certflow.models.people import User
from certflow.vietnamese import says_something
from certflow.wording import _

Assessed = TypeVar("Assessed", Claim, Finding)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a criterion: by indicator code its version, where anything is stored, and what that is as text.

    `faults` are named "<code>-<field>"; such a field keeps what was stored. So does each field of `conflicts`: another
    person changed it meanwhile, or the question has changed (`reopened`), and the person who typed chooses.
    The fields `held`, named like faults, are sound; they are stored once a fault beside them is mended.
    """

    versions: dict[str, int]
    texts: dict[str, Texts]
    faults: dict[str, tuple[str, ...]]
    conflicts: dict[str, tuple[str, ...]]
    reopened: set[str]
    held: set[str]


def save_claims(dossier_id: int, number: int, entries: Mapping[str, Typed], *, actor: User) -> Saved:
    """Save the claims of criterion `number`, each field by itself; see `certflow.assessment.merging`."""
    return _save(Claim, "claims", dossier_id, number, entries, actor)


def save_findings(dossier_id: int, number: int, entries: Mapping[str, Typed], *, actor: User) -> Saved:
    """Save the appraiser's findings of criterion `number`; as `save_claims`."""
    return _save(Finding, "findings", dossier_id, number, entries, actor)


def adopt_claims(dossier_id: int, number: int, *, actor: User) -> int:
    """Take over the claims of criterion `number` as findings where there is no finding yet; gives how many.

    What is computed is computed anew: a finding never repeats a share that has changed since it was claimed.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, "findings")
    impartiality.require(dossier, actor)
    specs = form_of(dossier).criterion(number).in_part("findings").indicators
    indicators = {indicator.code: indicator for indicator in specs}
    codes = list(indicators)
    claims, findings = _stored(Claim, dossier, codes), _stored(Finding, dossier, codes)
    answered = [claims[code] for code in codes if code in claims and claims[code].answer]
    adopted = [claim for claim in answered if not claim.to_confirm and claim.indicator not in findings]
    for claim in adopted:
        indicator = indicators[claim.indicator]
        answer = lower_units.computed_answer(dossier, indicator) if indicator.computed else claim.answer
        _write(Finding, None, dossier, indicator, answer, "", actor)
    db.session.flush()
    return len(adopted)


def _save(
    kind: type[Assessed], what: Part, dossier_id: int, number: int, entries: Mapping[str, Typed], actor: User
) -> Saved:
    dossier = access.dossier(dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, what)
    impartiality.require(dossier, actor)
    criterion = form_of(dossier).criterion(number).in_part(what)
    indicators = [indicator for indicator in criterion.indicators if indicator.code in entries]
    codes = [indicator.code for indicator in indicators]
    rows, claims = _stored(kind, dossier, codes), _stored(Claim, dossier, codes) if what == "findings" else {}
    saved = Saved({}, {}, {}, {}, set(), set())
    for indicator in indicators:
        row, code = rows.get(indicator.code), indicator.code
        merged = merge(indicator, names_of(indicator), entries[code], _texts(indicator, row), actor.id)
        if _lowered_without_reason(indicator, claims.get(code), merged):
            merged = _held_back(indicator, row, merged)
            saved.held.update(f"{code}-{name}" for name in fields_of(indicator))
        saved.faults.update({f"{code}-{name}": (message,) for name, message in merged.faults.items()})
        saved.texts[code] = merged.texts
        if merged.conflicts:
            saved.conflicts[code] = merged.conflicts
            saved.reopened.update({code} if row is not None and row.to_confirm else ())
        if version := _keep(kind, row, dossier, indicator, merged, actor):
            saved.versions[code] = version
    db.session.flush()
    return saved


def _lowered_without_reason(indicator: IndicatorSpec, claim: Claim | None, merged: Merged) -> bool:
    """Whether a finding falls below the claim that counts and its comment says nothing."""
    if claim is None or claim.to_confirm or not indicator.judged or says_something(merged.explanation):
        return False
    return is_lower(indicator, claim.answer, merged.answer)


def _held_back(indicator: IndicatorSpec, row: Claim | Finding | None, merged: Merged) -> Merged:
    """What is stored stays, and the comment is at fault."""
    texts, reason = _texts(indicator, row).texts, _("Lower than the self-assessment: give the reason here to save it.")
    return replace(
        merged,
        answer=row.answer if row is not None else {},
        texts={name: texts.get(name, "") for name in names_of(indicator)},
        faults={**merged.faults, EXPLANATION: reason},
    )


def names_of(indicator: IndicatorSpec) -> tuple[str, ...]:
    """The fields of an indicator: those of its answer, and its explanation where it is judged."""
    return (*fields_of(indicator), *((EXPLANATION,) if indicator.judged else ()))


def texts_of(indicator: IndicatorSpec, row: Claim | Finding | None) -> dict[str, str]:
    """What is stored of an indicator, as its form fields show it, with the explanation."""
    return typed_of(indicator, row) | {EXPLANATION: row.explanation} if row is not None else {}


def _texts(indicator: IndicatorSpec, row: Claim | Finding | None) -> StoredTexts:
    if row is None:
        return StoredTexts({}, 0, {})
    texts = texts_of(indicator, row)
    writers = {name: row.writers.get(name, row.saved_by_id) for name in texts}
    return StoredTexts(texts, row.version, writers, row.to_confirm)


def _keep(
    kind: type[Assessed],
    row: Assessed | None,
    dossier: Dossier,
    indicator: IndicatorSpec,
    merged: Merged,
    actor: User,
) -> int:
    """Store what was merged, unless it stands there already; gives the version."""
    answer = lower_units.computed_answer(dossier, indicator) if indicator.computed else merged.answer
    if row is None and not answer and not merged.explanation:
        return 0
    unsettled = row is not None and row.to_confirm and (merged.conflicts or merged.faults)
    if row is not None and (unsettled or _is_stored(row, answer, merged.explanation)):
        return row.version
    return _write(kind, row, dossier, indicator, answer, merged.explanation, actor)


def _stored(kind: type[Assessed], dossier: Dossier, codes: list[str]) -> dict[str, Assessed]:
    query = select(kind).where(kind.dossier_id == dossier.id, kind.indicator.in_(codes))
    return {row.indicator: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def _is_stored(row: Claim | Finding, answer: Answer, explanation: str) -> bool:
    """Whether it stands there already; what must be confirmed again is saved anew even word for word."""
    return not row.to_confirm and (row.answer, row.explanation) == (answer, explanation)


def _write(
    kind: type[Assessed],
    row: Assessed | None,
    dossier: Dossier,
    indicator: IndicatorSpec,
    answer: Answer,
    explanation: str,
    actor: User,
) -> int:
    before = _texts(indicator, row)
    if row is None:
        row = kind(dossier_id=dossier.id, indicator=indicator.code, version=0, writers={})
        db.session.add(row)
    row.answer, row.explanation, row.to_confirm = dict(answer), explanation, False
    changed = {name: actor.id for name, text in texts_of(indicator, row).items() if before.texts.get(name, "") != text}
    row.writers = {**before.writers, **changed}
    row.saved_by, row.saved_at = actor.signature, clock.now()
    row.version += 1
    return row.version


def typed_of(indicator: IndicatorSpec, row: Claim | Finding | None) -> dict[str, str]:
    """A stored answer as its form fields show it; nothing where there is none, or one of another kind."""
    answer = row.answer if row is not None else {}
    if indicator.kind in ENTRY_KINDS:
        return typed_entry(indicator, answer)
    texts = {name: str(value) for name, value in answer.items() if not isinstance(value, bool)}
    if indicator.kind == "yes_no" and isinstance(answer.get("value"), bool):
        texts["value"] = "yes" if answer["value"] else "no"
    if indicator.kind in COMPARED:
        return {name: typed_decimal(value) for name, value in texts.items()}
    return {} if indicator.computed else texts


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a dossier, by indicator code where it belongs to one; `removed` are files that can be put back.

    `requests` are what was asked to be supplemented each time it was given back, oldest first.
    """

    claims: dict[str, Claim]
    findings: dict[str, Finding]
    evidence: dict[str, list[Evidence]]
    removed: dict[str, list[Evidence]]
    meeting: Meeting | None
    submissions: list[Submission]
    requests: list[SupplementRequest]

    @property
    def filings(self) -> list[Submission]:
        """What was filed and not taken back, oldest first."""
        return [submission for submission in self.submissions if submission.retracted_at is None]

    @property
    def takes_papers(self) -> bool:
        """Whether there is a place for other papers: they were asked for, or some are there."""
        asked = (item.code for request in self.requests if not request.withdrawn for item in request.items)
        return PAPERS in self.evidence or PAPERS in asked

    def counted_claims(self, form: FormSpec) -> Answers:
        """The claims that count, by indicator code; of an entry that is answered by files, how many there are."""
        again = {code for code, claim in self.claims.items() if claim.to_confirm}
        return _counted(self.claims) | {code: files for code, files in self._files(form).items() if code not in again}

    def written_claims(self, form: FormSpec) -> Answers:
        """As `counted_claims`, with those that must be confirmed again."""
        return {code: claim.answer for code, claim in self.claims.items()} | self._files(form)

    def counted_findings(self) -> Answers:
        """The findings that count, by indicator code."""
        return _counted(self.findings)

    def _files(self, form: FormSpec) -> dict[str, Answer]:
        codes = [code for code in self.evidence if code in form.indicators and form.indicators[code].kind == "file"]
        return {code: {"files": len(self.evidence[code])} for code in codes}


def _counted(rows: Mapping[str, Claim] | Mapping[str, Finding]) -> dict[str, Answer]:
    """The answers by indicator code, without those that must be confirmed again."""
    return {code: row.answer for code, row in rows.items() if not row.to_confirm}


def contents(dossier: Dossier) -> Contents:
    """What the commune claims, what the appraiser found, files, meeting, what was filed and asked for; each by whom."""
    of_dossier = {"dossier_id": dossier.id}
    files: dict[str, list[Evidence]] = {}
    removed: dict[str, list[Evidence]] = {}
    query = select(Evidence).where(Evidence.dossier_id == dossier.id, Evidence.listed_at(clock.now()))
    for file in db.session.scalars(query.order_by(Evidence.id)):
        (files if file.removed_at is None else removed).setdefault(file.indicator, []).append(file)
    filed = select(Submission).filter_by(**of_dossier).order_by(Submission.number)
    asked = select(SupplementRequest).filter_by(**of_dossier).options(selectinload(SupplementRequest.items))
    return Contents(
        claims={c.indicator: c for c in db.session.scalars(select(Claim).filter_by(**of_dossier))},
        findings={f.indicator: f for f in db.session.scalars(select(Finding).filter_by(**of_dossier))},
        evidence=files,
        removed=removed,
        meeting=db.session.get(Meeting, dossier.id),
        submissions=list(db.session.scalars(filed)),
        requests=list(db.session.scalars(asked.order_by(SupplementRequest.number))),
    )
