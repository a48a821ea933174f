"""The appraisal: claim and finding side by side, one page for each criterion, and the result of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from certflow.access import editing
from certflow.access.policy import DOSSIER, READS_FINDINGS, TYPES_FINDINGS, WRITES_FINDINGS
from certflow.assessment import assessments
from certflow.assessment.assessments import Saved
from certflow.assessment.forms.answers import finding_form, show_saved
from certflow.assessment.pages import criteria
from certflow.assessment.pages.criteria import OpenedDossier
from certflow.assessment.words import figures, gaps, ratings
from certflow.assessment.words.entries import anchor, words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.catalogue.words import marks
from certflow.errors import NotFound
from certflow.handling.words import handled
from certflow.http.person import actor, keep_what_was_written
from certflow.http.policy import Room, subject
from certflow.http.sections import sections
from certflow.law.specs.form import CriterionSpec

bp = Room("appraisals", __name__, url_prefix="/dossiers/<int:dossier_id>/appraisal")


@dataclass(frozen=True, slots=True)
class ComparedIndicator:
    """One measured part: what was claimed and found, and whether they differ (None: no finding yet, or asked once)."""

    claimed: figures.FigureRow
    found: figures.FigureRow
    differs: bool | None
    comment: str


@bp.form("/<int:number>", READS_FINDINGS, post=TYPES_FINDINGS)
def criterion(dossier_id: int, number: int) -> ResponseReturnValue:
    """One criterion: what is claimed and, beside it, what the appraiser finds."""
    if request.method == "POST":
        return _save(dossier_id, number)
    opened = _opened(dossier_id)
    spec = criteria.criterion_of(opened.form, number)
    return _page(opened, spec, finding_form(opened.words, spec.in_part("findings"), opened.contents.findings))


def _opened(dossier_id: int) -> OpenedDossier:
    opened = criteria.opened(dossier_id)
    if not workflow_of(opened.dossier).spec.writers["findings"]:
        raise NotFound(_("This scheme has no appraisal of each indicator."))
    editing.require_findings(actor(), opened.dossier)
    return opened


def _save(dossier_id: int, number: int) -> ResponseReturnValue:
    dossier = subject(DOSSIER, dossier_id)
    form, words = form_of(dossier), words_of(dossier)
    spec = criteria.criterion_of(form, number)
    answered = spec.in_part("findings")

    def again(sent: FlaskForm, saved: Saved) -> ResponseReturnValue:
        show_saved(sent, answered, saved)
        keep_what_was_written()
        return _page(criteria.opened(dossier_id), spec, sent, conflicts=saved.conflicts), criteria.status(saved)

    def done() -> ResponseReturnValue:
        flash(words("findings_saved", number=number))
        following = ratings.following(form, number, "findings")
        if following and request.form.get("go") != "result":
            return redirect(url_for(".criterion", dossier_id=dossier_id, number=following))
        return redirect(url_for(".result", dossier_id=dossier_id))

    return criteria.save(
        dossier,
        lambda sent, who: assessments.save_findings(dossier_id, number, sent, actor=who),
        finding_form(words, answered, None),
        answered,
        again,
        done,
    )


def _page(
    opened: OpenedDossier,
    spec: CriterionSpec,
    form: FlaskForm,
    *,
    conflicts: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    return render_template(
        "assessment/appraisals/criterion.html",
        found=opened,
        dossier=opened.dossier,
        criterion=spec,
        form=form,
        rows=dict(figures.proof(opened.form, opened.claimed, opened.claims, (spec,)))[spec],
        writable=opened.may_write("findings"),
        conflicts=conflicts or {},
        stored_texts=assessments.texts_of,
        adoptable=_adoptable(opened, spec),
        anchor=anchor,
        lines=partial(figures.lines, opened.words),
        last=ratings.following(opened.form, spec.number, "findings") is None,
        notices=marks.of_dossier(opened.dossier),
    )


def _adoptable(opened: OpenedDossier, spec: CriterionSpec) -> list[str]:
    """The indicators that the commune answered and of which there is no finding yet."""
    claims, findings = opened.contents.claims, opened.contents.findings
    codes = [indicator.code for indicator in spec.in_part("findings").indicators]
    return [code for code in codes if code in claims and not claims[code].to_confirm and code not in findings]


@bp.action("/<int:number>/adopt", WRITES_FINDINGS)
def adopt(dossier_id: int, number: int) -> ResponseReturnValue:
    """Take over the claims where there is no finding yet."""
    dossier = subject(DOSSIER, dossier_id)
    criteria.criterion_of(form_of(dossier), number)
    adopted, words = assessments.adopt_claims(dossier_id, number, actor=actor()), words_of(dossier)
    handled.warn(dossier)
    message = words.counted("adopted", adopted) if adopted else words("nothing_adopted")
    flash(message, "message" if adopted else "warning")
    return redirect(url_for(".criterion", dossier_id=dossier_id, number=number))


@bp.page("", READS_FINDINGS)
def result(dossier_id: int) -> ResponseReturnValue:
    """The whole appraisal: claim and finding of each indicator, both levels, and what the next level lacks."""
    opened = _opened(dossier_id)
    return render_template(
        "assessment/appraisals/result.html",
        found=opened,
        dossier=opened.dossier,
        claimed=opened.claimed,
        reached=opened.reached,
        claimed_rating=ratings.rating(opened.form, opened.claimed),
        rating=ratings.rating(opened.form, opened.reached),
        compared=_compared(opened),
        gaps=gaps.gaps(opened.form, opened.reached, opened.findings, opened.to_confirm(opened.contents.findings)),
        anchor=anchor,
        writable=opened.may_write("findings"),
        notices=marks.of_dossier(opened.dossier),
        **sections("appraisals.result", opened.dossier),
    )


def _compared(opened: OpenedDossier) -> list[tuple[CriterionSpec, list[ComparedIndicator]]]:
    left = figures.proof(opened.form, opened.claimed, opened.claims)
    right = figures.proof(opened.form, opened.reached, opened.findings)
    return [
        (criterion, [_compare(opened, *pair) for pair in zip(claimed, findings, strict=True)])
        for (criterion, claimed), (_same, findings) in zip(left, right, strict=True)
    ]


def _compare(opened: OpenedDossier, claimed: figures.FigureRow, finding_row: figures.FigureRow) -> ComparedIndicator:
    code = claimed.indicator.code
    finding = opened.contents.findings.get(code)
    answered = finding is not None and bool(finding.answer) and claimed.indicator.part is None
    differs = claimed.given != finding_row.given if answered else None
    return ComparedIndicator(claimed, finding_row, differs, finding.explanation if finding else "")
