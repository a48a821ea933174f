"""The proof sheet: input, threshold, clause and verdict of everything, with the versions and hashes it rests on."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from certflow.access import turns
from certflow.assessment.assessments import Contents
from certflow.assessment.pages import criteria
from certflow.assessment.pages.criteria import OpenedDossier
from certflow.assessment.words import figures, ratings
from certflow.catalogue.words import marks
from certflow.dossiers import recomputing
from certflow.http.person import actor
from certflow.law.specs.form import CriterionSpec
from certflow.models.dossiers import PAPERS, Claim, Finding
from certflow.results import recognitions


@dataclass(frozen=True, slots=True)
class Proven:
    """One measured part: what was claimed and, for whoever may read it, what was found; who saved each, and when."""

    claimed: figures.FigureRow
    claim: Claim | None
    found: figures.FigureRow | None
    finding: Finding | None


def show(dossier_id: int) -> ResponseReturnValue:
    """Everything a result follows from, on paper too, and whether it still follows when it is computed anew."""
    opened = criteria.opened(dossier_id)
    dossier, contents = opened.dossier, opened.contents
    reading = turns.reading(dossier, actor())
    shows_findings = reading.sees_findings and bool(contents.findings)
    return render_template(
        "dossiers/proof.html",
        dossier=dossier,
        spec=reading.workflow.spec,
        form=opened.form,
        submissions=contents.submissions,
        sheet=_sheet(opened, shows_findings),
        papers=contents.evidence.get(PAPERS, []),
        claimed=opened.claimed.level,
        found=opened.reached.level if shows_findings else None,
        claimed_rating=ratings.rating(opened.form, opened.claimed),
        found_rating=ratings.rating(opened.form, opened.reached),
        reads_findings=reading.sees_findings,
        recognition=recognitions.of_dossier(dossier) if reading.state.final else None,
        differences=recomputing.differences(dossier, findings=reading.sees_findings),
        state=reading.state,
        kind=reading.kind,
        above=dossier.above,
        notices=marks.of_dossier(dossier),
    )


def _sheet(opened: OpenedDossier, shows_findings: bool) -> list[tuple[CriterionSpec, list[Proven]]]:
    left = figures.proof(opened.form, opened.claimed, opened.claims)
    right = figures.proof(opened.form, opened.reached, opened.findings)
    return [
        (
            criterion,
            [_proven(opened.contents, *pair, shows_findings) for pair in zip(claimed, finding_rows, strict=True)],
        )
        for (criterion, claimed), (_same, finding_rows) in zip(left, right, strict=True)
    ]


def _proven(
    contents: Contents, claimed: figures.FigureRow, finding_row: figures.FigureRow, shows_findings: bool
) -> Proven:
    code = claimed.indicator.code
    if not shows_findings:
        return Proven(claimed, contents.claims.get(code), None, None)
    return Proven(claimed, contents.claims.get(code), finding_row, contents.findings.get(code))
