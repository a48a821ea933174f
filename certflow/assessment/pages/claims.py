"""The self-assessment: one page for each criterion, the meeting, and the answers checked before filing."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from certflow.access import editing
from certflow.access.policy import DOSSIER, READS_CLAIMS, TYPES_CLAIMS, WRITES_CLAIMS
from certflow.assessment import assessments, earlier, meetings, partial_uploads
from certflow.assessment.assessments import Saved
from certflow.assessment.forms import answers
from certflow.assessment.forms.answers import claim_form, files_form, show_saved
from certflow.assessment.forms.meetings import MeetingForm, filled, minutes, readable, show_conflicts
from certflow.assessment.pages import criteria, uploads
from certflow.assessment.pages.criteria import OpenedDossier
from certflow.assessment.words import figures, gaps, ratings
from certflow.assessment.words.entries import anchor, words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.catalogue.words import marks
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.handling.words import handled
from certflow.http import attachments
from certflow.http.errors import wants_json
from certflow.http.fields import show_faults
from certflow.http.person import actor, keep_what_was_written
from certflow.http.policy import Room, subject
from certflow.http.sections import sections
from certflow.law.specs.form import CriterionSpec
from certflow.models.dossiers import PAPERS, Dossier

ByCode = Mapping[str, tuple[str, ...]]

bp = Room("claims", __name__, url_prefix="/dossiers/<int:dossier_id>")


@bp.form("/criteria/<int:number>", READS_CLAIMS, post=TYPES_CLAIMS)
def criterion(dossier_id: int, number: int) -> ResponseReturnValue:
    """One criterion: its legal basis, the claim of each indicator and the evidence behind it."""
    if request.method == "POST":
        return _save(dossier_id, number)
    opened = criteria.opened(dossier_id)
    spec = criteria.criterion_of(opened.form, number, "claims")
    return criterion_page(opened, spec, claim_form(opened.words, spec, opened.contents.claims))


def _save(dossier_id: int, number: int) -> ResponseReturnValue:
    dossier = subject(DOSSIER, dossier_id)
    spec, words = criteria.criterion_of(form_of(dossier), number, "claims"), words_of(dossier)
    files = uploads.Sent(0, {}) if wants_json() else uploads.attach_all(dossier, _taking(spec))

    def again(form: FlaskForm, saved: Saved) -> ResponseReturnValue:
        show_saved(form, spec, saved)
        keep_what_was_written()
        page = criterion_page(criteria.opened(dossier_id), spec, form, conflicts=saved.conflicts, refused=files.refused)
        return page, criteria.status(saved)

    def done() -> ResponseReturnValue:
        if files.refused:
            opened = criteria.opened(dossier_id)
            form = claim_form(words, spec, opened.contents.claims)
            keep_what_was_written()
            return criterion_page(opened, spec, form, refused=files.refused), 200 if files.taken else 422
        if where := uploads.taken_out(dossier, url_for(".criterion", dossier_id=dossier_id, number=number)):
            return redirect(where)
        flash(words("saved", number=number))
        return redirect(_following(dossier, number))

    return criteria.save(
        dossier,
        lambda sent, who: assessments.save_claims(dossier_id, number, sent, actor=who),
        claim_form(words, spec, None),
        spec,
        again,
        done,
    )


def _following(dossier: Dossier, number: int) -> str:
    """Where "save and continue" leads: the next criterion, after the last one the meeting; or the overview, or here."""
    go = request.form.get("go", "")
    if go == "overview":
        return url_for("dossiers.show", dossier_id=dossier.id)
    if go.startswith("files:"):
        page = url_for(".criterion", dossier_id=dossier.id, number=number)
        return uploads.files_of(page, go.removeprefix("files:"))
    following = ratings.following(form_of(dossier), number, "claims")
    if following:
        return url_for(".criterion", dossier_id=dossier.id, number=following)
    meets = workflow_of(dossier).spec.meeting_source
    return url_for(".meeting" if meets else ".check", dossier_id=dossier.id)


def criterion_page(
    opened: OpenedDossier,
    spec: CriterionSpec,
    form: FlaskForm,
    *,
    conflicts: ByCode | None = None,
    refused: ByCode | None = None,
) -> str:
    """The page of a criterion: a form for whoever may write, the values for everybody else.

    `conflicts`: by indicator the fields that somebody else saved meanwhile; `refused`: why files were not taken.
    """
    return render_template(
        "assessment/claims/criterion.html",
        found=opened,
        criterion=spec,
        form=form,
        rows=dict(figures.proof(opened.form, opened.claimed, opened.claims, (spec,)))[spec],
        earlier=_earlier(opened, spec),
        writable=opened.may_write("claims"),
        conflicts=conflicts or {},
        stored_texts=assessments.texts_of,
        anchor=anchor,
        field_ids=answers.share_ids,
        lines=partial(figures.lines, opened.words),
        last=ratings.following(opened.form, spec.number, "claims") is None,
        notices=marks.of_dossier(opened.dossier),
        **_uploads(opened, spec, refused or {}),
    )


def _earlier(opened: OpenedDossier, spec: CriterionSpec) -> dict[str, list[list[str]]]:
    """What was answered in an earlier year, by indicator code and part."""
    before = earlier.answers(opened.dossier, spec.indicators, actor=actor())
    return {spec.code: figures.before(spec, before[spec.code]) for spec in spec.indicators if spec.code in before}


def _uploads(opened: OpenedDossier, spec: CriterionSpec, refused: ByCode) -> dict[str, Any]:
    """What the fields of files need."""
    codes = _taking(spec)
    files = {code: files_form(opened.words, code, refused.get(code, ())) for code in codes}
    writes = bool(codes) and opened.may_write("claims")
    unfinished = partial_uploads.unfinished(opened.dossier.id, actor()) if writes else {}
    return {"files": files, "unfinished": unfinished, "accept": attachments.ACCEPT, "part": partial_uploads.PART}


def _taking(spec: CriterionSpec) -> list[str]:
    """The indicators under which files are attached."""
    return [indicator.code for indicator in spec.indicators if indicator.takes_files]


@bp.form("/papers", READS_CLAIMS, post=WRITES_CLAIMS)
def papers(dossier_id: int) -> ResponseReturnValue:
    """Other papers, which belong to no indicator: a place for files once a supplement asked for some."""
    if request.method == "GET":
        return _papers_page(criteria.opened(dossier_id))
    dossier, page = subject(DOSSIER, dossier_id), url_for(".papers", dossier_id=dossier_id)
    editing.require_editor(dossier, actor(), "claims")
    sent = uploads.attach_all(dossier, [PAPERS])
    if sent.refused:
        keep_what_was_written()
        return _papers_page(criteria.opened(dossier_id), sent.refused[PAPERS]), 200 if sent.taken else 422
    if where := uploads.taken_out(dossier, page):
        return redirect(where)
    go = request.form.get("go", "")
    if go.startswith("files:"):
        return redirect(uploads.files_of(page, PAPERS))
    return redirect(url_for("dossiers.show" if go == "overview" else ".check", dossier_id=dossier_id))


def _papers_page(opened: OpenedDossier, refused: tuple[str, ...] = ()) -> str:
    writable = opened.may_write("claims") and opened.contents.takes_papers
    form = files_form(opened.words, PAPERS, refused)
    form.file.label.text = _("Attach other papers")
    unfinished = partial_uploads.unfinished(opened.dossier.id, actor()) if writable else {}
    return render_template(
        "assessment/claims/papers.html",
        found=opened,
        dossier=opened.dossier,
        form=form,
        code=PAPERS,
        id=anchor(PAPERS),
        files=opened.contents.evidence.get(PAPERS, []),
        removed=opened.contents.removed.get(PAPERS, []),
        unfinished=unfinished.get(PAPERS, []),
        accept=attachments.ACCEPT,
        part=partial_uploads.PART,
        writable=writable,
        notices=marks.of_dossier(opened.dossier),
    )


@bp.form("/meeting", READS_CLAIMS, post=TYPES_CLAIMS)
def meeting(dossier_id: int) -> ResponseReturnValue:
    """The record of the self-assessment meeting."""
    opened = criteria.opened(dossier_id)
    if not opened.meets:
        raise NotFound(_("This scheme does not ask for a meeting."))
    if request.method == "GET":
        chair = meetings.usual_chair(opened.dossier) if opened.contents.meeting is None else None
        return _meeting_page(opened, filled(opened.contents.meeting, chair))
    form = MeetingForm()
    try:
        editing.require_editor(opened.dossier, actor(), "claims")
        if not form.validate_on_submit():
            return _meeting_page(opened, form), 422
        if conflicts := meetings.record(dossier_id, minutes(form), actor=actor()):
            return _meeting_changed(dossier_id, form, conflicts)
    except Invalid as refusal:
        show_faults(form, refusal)
        return _meeting_page(opened, form), 422
    except ActionNotOpen as refusal:
        return criteria.handed_back(form, refusal)
    handled.warn(opened.dossier)
    flash(_("The meeting is recorded."))
    endpoint = "dossiers.show" if request.form.get("go") == "overview" else ".check"
    return redirect(url_for(endpoint, dossier_id=dossier_id))


def _meeting_changed(dossier_id: int, form: MeetingForm, conflicts: tuple[str, ...]) -> ResponseReturnValue:
    """The other fields are recorded; these are shown with both texts."""
    keep_what_was_written()
    opened = criteria.opened(dossier_id)
    if stored := opened.contents.meeting:
        show_conflicts(form, stored, conflicts)
    return _meeting_page(opened, form, conflicts), HTTPStatus.CONFLICT


def _meeting_page(opened: OpenedDossier, form: MeetingForm, conflicts: tuple[str, ...] = ()) -> str:
    return render_template(
        "assessment/claims/meeting.html",
        found=opened,
        dossier=opened.dossier,
        form=form,
        conflicts=conflicts,
        stored_texts=readable(opened.contents.meeting),
        stored=opened.contents.meeting,
        source=workflow_of(opened.dossier).spec.meeting_source,
        body_title=meetings.body_title,
        writable=opened.may_write("claims"),
        notices=marks.of_dossier(opened.dossier),
    )


@bp.page("/check", READS_CLAIMS)
def check(dossier_id: int) -> ResponseReturnValue:
    """Check your answers: the level the claims reach, what is missing for the next one, and the proof."""
    opened = criteria.opened(dossier_id)
    needs = {need for transition in workflow_of(opened.dossier).spec.transitions for need in transition.needs}
    again, writable = opened.to_confirm(opened.contents.claims), opened.may_write("claims")
    return render_template(
        "assessment/claims/check.html",
        found=opened,
        dossier=opened.dossier,
        result=opened.claimed,
        rating=ratings.rating(opened.form, opened.claimed),
        proof=figures.proof(opened.form, opened.claimed, opened.written, opened.form.by_part["claims"]),
        gaps=gaps.gaps(opened.form, opened.claimed, opened.claims, again),
        again=again,
        unsupported=[]
        if opened.dossier.filed and not writable
        else gaps.without_evidence(opened.form, opened.claims, opened.contents.evidence),
        anchor=anchor,
        body_title=meetings.body_title,
        asks_a_level="claim_reaches_a_level" in needs,
        writable=writable,
        notices=marks.of_dossier(opened.dossier),
        **sections("claims.check", opened.dossier),
    )
