"""Opening a dossier: about the unit at once, about a holder at the unit after a page that asks for the holder."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from certflow.access import access
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.catalogue.words import marks as notices
from certflow.dossiers import dossiers
from certflow.dossiers.policy import OPENING
from certflow.errors import Invalid
from certflow.http import addresses
from certflow.http.errors import status_of
from certflow.http.fields import show_faults
from certflow.http.person import actor
from certflow.http.policy import subject
from certflow.law.specs.workflow import SubjectKind, WorkflowSpec
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.units import holders


class HolderForm(FlaskForm):
    """One of the holders known at the unit, or a new one by name; its labels are those for a person."""

    known = SelectField(lazy_gettext("Entered before"), validate_choice=False)
    name = StringField(lazy_gettext("Full name"))
    detail = StringField(lazy_gettext("Position"))


def title(kind: SubjectKind) -> str:
    """What a dossier of this kind of holder is about, as a heading asks for it."""
    titles = {
        "learning_centre": _("Which community learning centre?"),
        "agency": _("Which agency or unit?"),
        "person": _("Which person?"),
    }
    return str(titles.get(kind, ""))


def open_dossier() -> ResponseReturnValue:
    """Open a dossier in a round; where it is about a holder, ask about which."""
    sent = request.args if request.method == "GET" else request.form
    round_id, unit_id = addresses.id_in(sent, "round_id"), addresses.id_in(sent, "unit_id")
    assessment_round, unit = subject(OPENING, round_id, unit_id)
    spec = workflow_of(assessment_round).spec
    form = HolderForm()
    form.known.choices = _known(unit, spec, round_id)
    if spec.about_holders and (request.method == "GET" or "known" not in request.form):
        return _page(form, spec.subject, assessment_round, unit)
    name, detail = _chosen(form, unit, spec.subject)
    try:
        opened = dossiers.open_dossier(round_id, actor=actor(), unit_id=unit_id, holder_name=name, holder_detail=detail)
    except Invalid as refusal:
        if not spec.about_holders:
            raise
        show_faults(form, refusal)
        return _page(form, spec.subject, assessment_round, unit), status_of(refusal)
    flash(_("The dossier is open. Start with any of the tasks below; you may stop and continue on another day."))
    return redirect(url_for("dossiers.show", dossier_id=opened.id))


def _known(unit: Unit, spec: WorkflowSpec, round_id: int) -> list[tuple[str, str]]:
    """The holders known at the unit, of which somebody of one centre or agency is offered that one alone."""
    role = spec.states[spec.initial].turn
    at_unit = holders.without_dossier(unit, spec.subject, round_id)
    offered = [holder for holder in at_unit if access.opens_for(actor(), role, holder)]
    choices = [(str(holder.id), ", ".join(part for part in (holder.name, holder.detail) if part)) for holder in offered]
    return [("", _("A new entry, named below")), *choices]


def _chosen(form: HolderForm, unit: Unit, kind: SubjectKind) -> tuple[str, str]:
    """The name and detail of the holder: of the one chosen among those known at the unit, else as typed."""
    holder = holders.find(addresses.id_in(request.form, "known"))
    if holder is not None and (holder.unit_id, holder.kind) == (unit.id, kind):
        return holder.name, holder.detail
    return form.name.data or "", form.detail.data or ""


def _page(form: HolderForm, kind: SubjectKind, assessment_round: Round, unit: Unit) -> str:
    if kind != "person":
        form.name.label.text, form.detail.label.text = _("Name"), _("Address")
    marks = notices.of_form(form_of(assessment_round), access.chain(unit)["province"])
    return render_template(
        "dossiers/open.html",
        form=form,
        title=title(kind),
        assessment_round=assessment_round,
        unit=unit,
        notices=[notices.practice(), *marks] if assessment_round.practice else marks,
    )
