"""Writing claims and findings: what the commune says and what the appraiser finds, one criterion at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from certflow import clock
from certflow.access import access, editing
from certflow.assessment import lower_units
from certflow.assessment.answers import parse
from certflow.assessment.typed_entries import typed_entry
from certflow.catalogue.catalogue import form_of
from certflow.errors import Invalid, Stale
from certflow.http.typed import typed_decimal
from certflow.impartiality import impartiality
from certflow.law.form_words import FormWords
from certflow.law.scoring.scoring import Answer, Answers
from certflow.law.specs.form import COMPARED, ENTRY_KINDS, CriterionSpec, FormSpec, IndicatorSpec, Part
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, Meeting, Submission
from certflow.models.people import User
from certflow.wording import _

LONGEST_EXPLANATION = 4000
Assessed = TypeVar("Assessed", Claim, Finding)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for one indicator: field values, explanation, and the version it was typed over (0: none)."""

    values: Mapping[str, str]
    explanation: str = ""
    version: int = 0


def save_claims(dossier_id: int, number: int, entries: Mapping[str, Typed], *, actor: User) -> dict[str, int]:
    """Save the claims of criterion `number`; gives the new version of each by indicator code.

    Raises Invalid with `fields` named "<code>-<field>", or Stale when somebody else saved meanwhile.
    """
    return _save(Claim, "claims", dossier_id, number, entries, actor)


def save_findings(dossier_id: int, number: int, entries: Mapping[str, Typed], *, actor: User) -> dict[str, int]:
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
        _write(Finding, None, dossier, claim.indicator, answer, "", actor)
    db.session.flush()
    return len(adopted)


def _save(
    kind: type[Assessed], what: Part, dossier_id: int, number: int, entries: Mapping[str, Typed], actor: User
) -> dict[str, int]:
    dossier = access.dossier(dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, what)
    impartiality.require(dossier, actor)
    criterion = form_of(dossier).criterion(number).in_part(what)
    answers = _parsed(criterion, entries)
    computed = [indicator for indicator in criterion.indicators if indicator.computed and indicator.code in answers]
    answers |= {indicator.code: lower_units.computed_answer(dossier, indicator) for indicator in computed}
    rows = _stored(kind, dossier, list(answers))
    _refuse_stale(FormWords(form_of(dossier)), rows, entries, answers)
    versions = {}
    for code, answer in answers.items():
        row = rows.get(code)
        explanation = entries[code].explanation.strip()
        if row is not None and _is_stored(row, answer, explanation):
            versions[code] = row.version
        elif row is not None or answer or explanation:
            versions[code] = _write(kind, row, dossier, code, answer, explanation, actor)
    db.session.flush()
    return versions


def _parsed(criterion: CriterionSpec, entries: Mapping[str, Typed]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    faults: dict[str, tuple[str, ...]] = {}
    for indicator in criterion.indicators:
        if indicator.code not in entries:
            continue
        entry = entries[indicator.code]
        answers[indicator.code], wrong = parse(indicator, entry.values)
        faults.update({f"{indicator.code}-{name}": (message,) for name, message in wrong.items()})
        if len(entry.explanation) > LONGEST_EXPLANATION:
            message = _("Shorten this to at most %(most)s characters.", most=LONGEST_EXPLANATION)
            faults[f"{indicator.code}-explanation"] = (message,)
    if faults:
        raise Invalid(fields=faults)
    return answers


def _stored(kind: type[Assessed], dossier: Dossier, codes: list[str]) -> dict[str, Assessed]:
    query = select(kind).where(kind.dossier_id == dossier.id, kind.indicator.in_(codes))
    return {row.indicator: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def _refuse_stale(
    words: FormWords,
    rows: Mapping[str, Claim | Finding],
    entries: Mapping[str, Typed],
    answers: Mapping[str, Answer],
) -> None:
    """Raise Stale for changed versions. An identical stored answer is not stale: a page may send it again."""
    changed = [
        code
        for code, answer in answers.items()
        if _version(rows.get(code)) != entries[code].version
        and not _is_stored(rows.get(code), answer, entries[code].explanation.strip())
    ]
    if changed:
        raise Stale(words("stale", codes=", ".join(changed)))


def _is_stored(row: Claim | Finding | None, answer: Answer, explanation: str) -> bool:
    """Whether it stands there already; what must be confirmed again is saved anew even word for word."""
    return row is not None and not row.to_confirm and (row.answer, row.explanation) == (answer, explanation)


def _version(row: Claim | Finding | None) -> int:
    return row.version if row is not None else 0


def _write(
    kind: type[Assessed],
    row: Assessed | None,
    dossier: Dossier,
    code: str,
    answer: Answer,
    explanation: str,
    actor: User,
) -> int:
    if row is None:
        row = kind(dossier_id=dossier.id, indicator=code, version=0)
        db.session.add(row)
    row.answer, row.explanation, row.to_confirm = dict(answer), explanation, False
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
    """Everything in a dossier, by indicator code where it belongs to one."""

    claims: dict[str, Claim]
    findings: dict[str, Finding]
    evidence: dict[str, list[Evidence]]
    meeting: Meeting | None
    submissions: list[Submission]

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
    """What the commune claims, what the appraiser found, the files, the meeting, what was filed; each with by whom."""
    of_dossier = {"dossier_id": dossier.id}
    files: dict[str, list[Evidence]] = {}
    query = select(Evidence).where(Evidence.dossier_id == dossier.id, Evidence.removed_at.is_(None))
    for file in db.session.scalars(query.order_by(Evidence.id)):
        files.setdefault(file.indicator, []).append(file)
    filed = select(Submission).filter_by(**of_dossier).order_by(Submission.number)
    return Contents(
        claims={c.indicator: c for c in db.session.scalars(select(Claim).filter_by(**of_dossier))},
        findings={f.indicator: f for f in db.session.scalars(select(Finding).filter_by(**of_dossier))},
        evidence=files,
        meeting=db.session.get(Meeting, dossier.id),
        submissions=list(db.session.scalars(filed)),
    )
