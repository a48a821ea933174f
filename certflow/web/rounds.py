"""Rounds, as the administrator opens them, dates them and closes them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from certflow.domain.deadlines import Due
from certflow.errors import Invalid, Stale
from certflow.models.base import db
from certflow.models.dossier import Round
from certflow.services import access, catalogue, moving, rounds, units
from certflow.web import deciders, notices
from certflow.web.errors import status_of
from certflow.web.forms import show_faults
from certflow.web.gate import actor
from certflow.web.rounds_forms import RoundDatesForm, RoundForm, dates_form
from certflow.wording import language

bp = Blueprint("rounds", __name__, url_prefix="/rounds")


@bp.before_request
def _administrators_only() -> None:
    access.require_administrator(actor())


@bp.get("/")
def listed() -> ResponseReturnValue:
    """All rounds, the open and newest first."""
    found = [(each, count, rounds.dues(each), _scheme(each)) for each, count in rounds.all_rounds()]
    return render_template("rounds/listed.html", found=found)


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Open a round."""
    form = RoundForm()
    _fill_choices(form)
    if request.method == "GET":
        return render_template("rounds/new.html", form=form)
    if form.validate_on_submit():
        try:
            opened = _open(form)
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_("The round is open. Check its dates now; you can give it dates of its own."))
            return redirect(url_for(".show", round_id=opened.id))
    return render_template("rounds/new.html", form=form), 422


@bp.route("/<int:round_id>", methods=["GET", "POST"])
def show(round_id: int) -> ResponseReturnValue:
    """One round and its dates."""
    found = rounds.get(round_id)
    form = dates_form(rounds.dues(found), found.version)
    if request.method == "GET":
        return _page(found, form)
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        rounds.change_dates(round_id, form.choices(), actor=actor(), version=_version(form))
    except Stale as refusal:
        db.session.rollback()
        return _changed_meanwhile(rounds.get(round_id), form, refusal), status_of(refusal)
    flash(_("The dates are saved."))
    return redirect(url_for(".show", round_id=round_id))


@bp.route("/<int:round_id>/close", methods=["GET", "POST"])
def close(round_id: int) -> ResponseReturnValue:
    """Close a round, after a page that says what that means."""
    if request.method == "GET":
        return render_template("rounds/close.html", found=rounds.get(round_id))
    rounds.close(round_id, actor=actor())
    flash(_("The round is closed to new dossiers."))
    return redirect(url_for(".show", round_id=round_id))


def _open(form: RoundForm) -> Round:
    name, version = form.scheme.data.rsplit(":", 1)
    return rounds.open_round(
        actor=actor(),
        scheme=(name, int(version)),
        unit_id=int(form.unit_id.data),
        assessed_year=int(form.assessed_year.data),
        title=form.title.data,
        practice=form.practice.data,
    )


def _fill_choices(form: RoundForm) -> None:
    schemes = sorted(catalogue.definitions().workflows.values(), key=lambda spec: (spec.path, spec.name, -spec.version))
    form.scheme.choices = [
        SelectChoice(
            f"{spec.name}:{spec.version}",
            _("%(title)s, version %(version)s", title=spec.title.in_language(language()), version=spec.version),
        )
        for spec in schemes
    ]
    provinces = [SelectChoice(str(unit.id), unit.name) for unit in units.of_kind("province")]
    form.unit_id.choices = [SelectChoice("", _("Choose a province")), *provinces]
    if request.method == "GET" and len(schemes) == 1:
        form.scheme.data = form.scheme.choices[0].value


def _scheme(found: Round) -> str:
    return catalogue.workflow_of(found).spec.title.in_language(language())


def _version(form: RoundDatesForm) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _changed_meanwhile(found: Round, form: RoundDatesForm, refusal: Stale) -> str:
    """The page again with what was typed; sending it once more is a decision made in sight of the present dates."""
    form.version.data = str(found.version)
    form.form_errors.extend(refusal.reasons)
    form.form_errors.append(_("What you typed has not been saved. Compare it with the present dates and save again."))
    return _page(found, form, present=rounds.dues(found))


def _page(found: Round, form: RoundDatesForm, present: Sequence[Due] = ()) -> str:
    return render_template(
        "rounds/show.html",
        found=found,
        form=form,
        dues=rounds.dues(found),
        counted=rounds.counted(found),
        spec=catalogue.workflow_of(found).spec,
        present={due.spec.name: due for due in present},
        scheme=_scheme(found),
        newer=moving.targets(found),
        decider=deciders.of_round(found),
        notices=[notices.practice()] if found.practice else [],
    )
