"""Everything in a dossier: answers, findings, files, the meeting and what was filed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.law.scoring.scoring import Answer, Answers
from certflow.law.specs.form import FormSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, Meeting, Submission


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


def _counted(stored: Mapping[str, Claim] | Mapping[str, Finding]) -> dict[str, Answer]:
    """What must be confirmed again counts as not answered."""
    return {code: row.answer for code, row in stored.items() if not row.to_confirm}


def contents(dossier: Dossier) -> Contents:
    """What the commune claims, what the appraiser found, the files, the meeting, what was filed; each with by whom."""
    of_dossier = {"dossier_id": dossier.id}
    files: dict[str, list[Evidence]] = {}
    query = select(Evidence).where(Evidence.dossier_id == dossier.id, Evidence.removed_at.is_(None))
    for file in db.session.scalars(query.options(joinedload(Evidence.uploaded_by)).order_by(Evidence.id)):
        files.setdefault(file.indicator, []).append(file)
    claims = select(Claim).options(joinedload(Claim.saved_by))
    findings = select(Finding).options(joinedload(Finding.saved_by))
    filed = select(Submission).filter_by(**of_dossier).order_by(Submission.number)
    return Contents(
        claims={c.indicator: c for c in db.session.scalars(claims.filter_by(**of_dossier))},
        findings={f.indicator: f for f in db.session.scalars(findings.filter_by(**of_dossier))},
        evidence=files,
        meeting=db.session.get(Meeting, dossier.id, options=[joinedload(Meeting.recorded_by)]),
        submissions=list(db.session.scalars(filed.options(joinedload(Submission.filed_by)))),
    )
