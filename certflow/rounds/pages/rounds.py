"""Pages for administrators: open a round, change its dates, close it."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.approval import proposals
from certflow.catalogue import catalogue, department_sets, territory, units
from certflow.catalogue.words import marks
from certflow.errors import Invalid, Stale
from certflow.http.errors import status_of
from certflow.http.fields import show_faults, version_sent
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.http.typed import plain_number
from certflow.law.deadlines import Due
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.criteria import RatingSet
from certflow.models.rounds import Round
from certflow.rounds import round_dates, rounds
from certflow.rounds.forms import RoundDatesForm, RoundForm, SetForm, dates_form
from certflow.rules.words import deciders
from certflow.wording import language

bp = Room("rounds", __name__, only=ADMINISTRATORS, url_prefix="/rounds")


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """All rounds, the open and newest first."""
    newest = rounds.newest()
    sizes = rounds.sizes(newest)
    rows = [(each, sizes[each.id], rounds.dues(each), _scheme(each)) for each in newest]
    return render_template("rounds/listed.html", rows=rows)


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Open a round."""
    form = RoundForm()
    _fill_choices(form)
    if request.method == "GET":
        offers_more = not access.provinces_of(actor()) and "all" not in request.args
        return render_template("rounds/new.html", form=form, offers_more=offers_more)
    if not form.validate_on_submit():
        return render_template("rounds/new.html", form=form), 422
    chosen = _sets(form)
    if chosen is not None and not ("chosen" in request.form and chosen.validate()):
        return _choose(form, chosen)
    try:
        opened = _open(form, chosen)
    except Invalid as refusal:
        show_faults(form, refusal)
        return render_template("rounds/new.html", form=form), 422
    flash(_("The round is open. Check its dates now; you can set its own dates."))
    return redirect(url_for(".show", round_id=opened.id))


@bp.form("/<int:round_id>", ADMINISTRATOR)
def show(round_id: int) -> ResponseReturnValue:
    """One round and its dates."""
    round_ = rounds.get(round_id)
    form = dates_form(rounds.dues(round_), round_.version)
    if request.method == "GET":
        return _page(round_, form)
    if not form.validate_on_submit():
        return _page(round_, form), 422
    try:
        proposal = round_dates.change(
            round_id,
            form.choices(),
            actor=actor(),
            version=version_sent(form.version.data),
            reason=form.reason.data or "",
        )
    except Invalid as refusal:
        show_faults(form, refusal)
        return _page(rounds.get(round_id), form), 422
    except Stale as refusal:
        db.session.rollback()
        return _changed_meanwhile(rounds.get(round_id), form, refusal), status_of(refusal)
    if proposal is not None:
        flash(_("Proposed. It takes effect after a second person confirms it."))
        return redirect(url_for("proposals.show", proposal_id=proposal.id))
    flash(_("The dates are saved."))
    return redirect(url_for(".show", round_id=round_id))


@bp.form("/<int:round_id>/close", ADMINISTRATOR)
def close(round_id: int) -> ResponseReturnValue:
    """Close a round, after a confirmation page."""
    if request.method == "GET":
        return render_template("rounds/close.html", round=rounds.get(round_id))
    rounds.close(round_id, actor=actor())
    flash(_("The round is closed to new dossiers."))
    return redirect(url_for(".show", round_id=round_id))


def _choose(form: RoundForm, chosen: SetForm) -> ResponseReturnValue:
    """Show the second step: choose a criteria set of the department, or the sample."""
    sample = catalogue.definitions().form_of(_spec(form))
    alone = len(chosen.form.choices) == 1
    page = render_template("rounds/set.html", form=form, chosen=chosen, sample=sample, alone=alone)
    return page, 422 if "chosen" in request.form else 200


def _spec(form: RoundForm) -> WorkflowSpec:
    return catalogue.definitions().workflow(*_key(form.scheme.data))


def _key(chosen: str) -> tuple[str, int]:
    name, _colon, version = chosen.rpartition(":")
    return name, plain_number(version) or 0


def _sets(form: RoundForm) -> SetForm | None:
    """The sets that a round of this scheme in this province can use; None where the scheme has its own."""
    spec = _spec(form)
    if not spec.form_family:
        return None
    chosen = SetForm()
    sample = _("The sample: no legal force; its papers get no number and say so")
    chosen.form.choices = [
        *(_own_choice(own) for own in department_sets.published_for(form.unit, spec.form_family)),
        SelectChoice(f"{spec.form}:{spec.form_version}", sample),
    ]
    return chosen


def _own_choice(own: RatingSet) -> SelectChoice:
    label = _(
        "%(title)s, version %(version)s (%(document)s)",
        title=own.title_vi,
        version=own.version,
        document=department_sets.head_of(own).document,
    )
    return SelectChoice(f"{own.name}:{own.version}", label)


def _open(form: RoundForm, chosen: SetForm | None) -> Round:
    return rounds.open_round(
        actor=actor(),
        scheme=_key(form.scheme.data),
        form=_key(chosen.form.data) if chosen else None,
        unit_id=form.unit,
        assessed_year=form.year,
        title=form.title.data,
        practice=form.practice.data,
    )


def _fill_choices(form: RoundForm) -> None:
    own = access.provinces_of(actor())
    places = own or units.of_kind("province")
    of_all = not own and (request.method == "POST" or "all" in request.args)  # asked for, or chosen before
    schemes = [spec for spec in _schemes() if of_all or territory.serves(spec, places)]
    form.scheme.choices = [
        SelectChoice(
            f"{spec.name}:{spec.version}",
            _("%(title)s, version %(version)s", title=spec.title.in_language(language()), version=spec.version),
        )
        for spec in schemes
    ]
    provinces = [SelectChoice(str(unit.id), unit.name) for unit in places]
    form.unit_id.choices = [SelectChoice("", _("Choose a province")), *provinces]
    if request.method == "GET" and len(schemes) == 1:
        form.scheme.data = form.scheme.choices[0].value


def _schemes() -> list[WorkflowSpec]:
    """All schemes, those of one document together."""
    return sorted(catalogue.definitions().workflows.values(), key=lambda spec: (spec.path, spec.name, -spec.version))


def _scheme(round_: Round) -> str:
    return catalogue.workflow_of(round_).spec.title.in_language(language())


def _changed_meanwhile(round_: Round, form: RoundDatesForm, refusal: Stale) -> str:
    """The page with the entered values and the present dates, after another person changed the dates."""
    form.version.data = str(round_.version)
    form.form_errors.extend(refusal.reasons)
    form.form_errors.append(_("What you typed has not been saved. Compare it with the present dates and save again."))
    return _page(round_, form, present=rounds.dues(round_))


def _page(round_: Round, form: RoundDatesForm, present: Sequence[Due] = ()) -> str:
    return render_template(
        "rounds/show.html",
        round=round_,
        form=form,
        needs_two=round_dates.needs_two(round_),
        proposed=proposals.open_about(round_dates.KIND, round_id=round_.id),
        dues=rounds.dues(round_),
        counted=rounds.counted(round_),
        spec=catalogue.workflow_of(round_).spec,
        present={due.spec.name: due for due in present},
        scheme=_scheme(round_),
        newer=rounds.newer_versions(round_),
        decider=deciders.of_round(round_),
        criteria=catalogue.form_of(round_),
        notices=[marks.practice()] if round_.practice else [],
    )
