"""The appraisal: claim and finding side by side, one page for each criterion, and the result of all."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from certflow.access import editing
from certflow.access.policy import DOSSIER, READS_FINDINGS, TYPES_FINDINGS, WRITES_FINDINGS
from certflow.assessment import assessments
from certflow.assessment.forms import answers
from certflow.assessment.forms.answers import finding_form, show_refusal
from certflow.assessment.pages import criteria
from certflow.assessment.pages.criteria import OpenedDossier
from certflow.assessment.words import figures, gaps, ratings
from certflow.assessment.words.entries import words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.catalogue.words import marks
from certflow.errors import Invalid, NotFound, Stale
from certflow.handling.words import handled
from certflow.http.errors import status_of
from certflow.http.person import actor
from certflow.http.policy import Room, subject
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
    found = _opened(dossier_id)
    asked = criteria.criterion_of(found.form, number)
    return _page(found, asked, finding_form(found.words, asked.in_part("findings"), found.contents.findings))


def _opened(dossier_id: int) -> OpenedDossier:
    found = criteria.opened(dossier_id)
    if not workflow_of(found.dossier).spec.writers["findings"]:
        raise NotFound(_("This scheme has no appraisal of each indicator."))
    editing.require_findings(actor(), found.dossier)
    return found


def _save(dossier_id: int, number: int) -> ResponseReturnValue:
    dossier = subject(DOSSIER, dossier_id)
    form, words = form_of(dossier), words_of(dossier)
    asked = criteria.criterion_of(form, number)
    answered = asked.in_part("findings")

    def again(sent: FlaskForm, refusal: Invalid | Stale) -> ResponseReturnValue:
        found = criteria.opened(dossier_id)
        changed = show_refusal(sent, answered, found.contents.findings, refusal)
        return _page(found, asked, sent, changed=changed), status_of(refusal)

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
    found: OpenedDossier, asked: CriterionSpec, form: FlaskForm, *, changed: AbstractSet[str] = frozenset()
) -> str:
    proof = dict(figures.proof(found.form, found.claimed, found.claims))
    return render_template(
        "assessment/appraisals/criterion.html",
        found=found,
        dossier=found.dossier,
        criterion=asked,
        form=form,
        rows=proof[asked],
        writable=found.may_write("findings"),
        changed=changed,
        adoptable=_adoptable(found, asked),
        anchor=answers.anchor,
        lines=partial(figures.lines, found.words),
        last=ratings.following(found.form, asked.number, "findings") is None,
        notices=marks.of_dossier(found.dossier),
    )


def _adoptable(found: OpenedDossier, asked: CriterionSpec) -> list[str]:
    """The indicators that the commune answered and of which there is no finding yet."""
    claims, findings = found.contents.claims, found.contents.findings
    codes = [indicator.code for indicator in asked.in_part("findings").indicators]
    return [code for code in codes if code in claims and not claims[code].to_confirm and code not in findings]


@bp.action("/<int:number>/adopt", WRITES_FINDINGS)
def adopt(dossier_id: int, number: int) -> ResponseReturnValue:
    """Take over the claims where there is no finding yet."""
    dossier = subject(DOSSIER, dossier_id)
    criteria.criterion_of(form_of(dossier), number)
    adopted, words = assessments.adopt_claims(dossier_id, number, actor=actor()), words_of(dossier)
    handled.warn(dossier)
    told = words.counted("adopted", adopted) if adopted else words("nothing_adopted")
    flash(told, "message" if adopted else "warning")
    return redirect(url_for(".criterion", dossier_id=dossier_id, number=number))


@bp.page("", READS_FINDINGS)
def result(dossier_id: int) -> ResponseReturnValue:
    """The whole appraisal: claim and finding of each indicator, both levels, and what the next level lacks."""
    found = _opened(dossier_id)
    return render_template(
        "assessment/appraisals/result.html",
        found=found,
        dossier=found.dossier,
        claimed=found.claimed,
        reached=found.reached,
        claimed_rating=ratings.rating(found.form, found.claimed),
        rating=ratings.rating(found.form, found.reached),
        compared=_compared(found),
        gaps=gaps.gaps(found.form, found.reached, found.findings, found.to_confirm(found.contents.findings)),
        anchor=answers.anchor,
        writable=found.may_write("findings"),
        notices=marks.of_dossier(found.dossier),
    )


def _compared(found: OpenedDossier) -> list[tuple[CriterionSpec, list[ComparedIndicator]]]:
    left = figures.proof(found.form, found.claimed, found.claims)
    right = figures.proof(found.form, found.reached, found.findings)
    return [
        (criterion, [_compare(found, *pair) for pair in zip(claimed, findings, strict=True)])
        for (criterion, claimed), (_same, findings) in zip(left, right, strict=True)
    ]


def _compare(opened: OpenedDossier, claimed: figures.FigureRow, found: figures.FigureRow) -> ComparedIndicator:
    code = claimed.indicator.code
    finding = opened.contents.findings.get(code)
    answered = finding is not None and bool(finding.answer) and claimed.indicator.part is None
    differs = claimed.given != found.given if answered else None
    return ComparedIndicator(claimed, found, differs, finding.explanation if finding else "")
