"""The rules as they are loaded: schemes, criteria sets, and the confirmation of a criteria set."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from certflow.access import access
from certflow.catalogue import catalogue, published, territory, units
from certflow.catalogue.words import marks
from certflow.criteria import cases, confirmations, rating_sets
from certflow.criteria.forms.rating_sets import ConfirmForm
from certflow.criteria.policy import DEPARTMENT, READS_CASES
from certflow.criteria.words import tried_cases
from certflow.errors import DefinitionError, Invalid, NotFound
from certflow.http.fields import show_faults
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.law.difference.difference import Definition, difference
from certflow.law.guards import in_words
from certflow.law.specs.form import FormSpec
from certflow.law.specs.workflow import WorkflowSpec
from certflow.law.workflow import chart
from certflow.models.results import FormConfirmation
from certflow.models.units import Unit
from certflow.wording import language

bp = Room("definitions", __name__, url_prefix="/rules")


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """Every scheme and criteria set of this installation."""
    definitions = catalogue.renewed()
    workflows = [definitions.workflows[key] for key in sorted(definitions.workflows)]
    return render_template(
        "criteria/definitions/listed.html",
        workflows=_by_nearness(workflows),
        forms=_by_nearness([definitions.forms[key] for key in sorted(definitions.forms)]),
        confirmations=confirmations.by_set(),
        own_sets=rating_sets.may_look(actor()),
    )


def _by_nearness(specs: Sequence[Definition]) -> list[tuple[str, list[Definition]]]:
    """Those of the reader's own places, of the whole country, and of other places, each with a heading."""
    places = _places()
    own = [spec for spec in specs if territory.is_own(spec, places)]
    national = [spec for spec in specs if spec not in own and territory.is_national(spec)]
    others = [spec for spec in specs if spec not in own and spec not in national]
    headings = (_("Of your place"), _("Of the whole country"), _("Of other places"))
    return [(heading, those) for heading, those in zip(headings, (own, national, others), strict=True) if those]


def _places() -> list[Unit]:
    """Where the reader has a part, with all above it; for an administrator of all, the provinces."""
    chains = access.seats_with_chains(actor())
    return [unit for places in chains for unit in places.values()] or units.of_kind("province")


@bp.page("/criteria/<name>/<int:version>", SIGNED_IN)
def form(name: str, version: int) -> ResponseReturnValue:
    """One criteria set with its thresholds and clauses."""
    return _criteria_page(_form(name, version), ConfirmForm())


@bp.action("/criteria/<name>/<int:version>/confirm", DEPARTMENT)
def confirm(name: str, version: int) -> ResponseReturnValue:
    """Record that the set was compared with the signed law."""
    spec, confirmation = _form(name, version), ConfirmForm()
    if confirmation.validate_on_submit():
        try:
            confirmations.confirm(name, version, actor=actor(), document=confirmation.document.data)
        except Invalid as refusal:
            show_faults(confirmation, refusal)
        else:
            flash(_("The criteria set is confirmed for your province."))
            return redirect(url_for(".form", name=name, version=version))
    return _criteria_page(spec, confirmation), 422


@bp.page("/schemes/<name>/<int:version>", SIGNED_IN)
def workflow(name: str, version: int) -> ResponseReturnValue:
    """One scheme: its steps, who does them, its dates, and what is issued."""
    spec = _workflow(name, version)
    criteria = catalogue.known().form_of(spec)
    confirmed = confirmations.confirmations(criteria)
    return render_template(
        "criteria/definitions/workflow.html",
        spec=spec,
        versions=_versions(spec, catalogue.known().workflows),
        publications=published.publications(spec),
        chart=chart(catalogue.workflows()[spec.key], language()) if confirmations.looks_after_rules(actor()) else None,
        criteria=criteria,
        confirmations=confirmed,
        stages=_stages(spec),
        deadlines=sorted(spec.deadlines, key=lambda d: (d.counted, d.month, d.day)),
        in_words=in_words,
        closer=confirmations.looks_after_rules(actor()),
        notices=_marks(criteria, confirmed),
    )


@bp.page("/criteria/<name>/<int:version>/cases", READS_CASES)
def form_cases(name: str, version: int) -> ResponseReturnValue:
    """The cases of a criteria set, with what must come out and what comes out."""
    spec = _form(name, version)
    tried = _tried(spec)
    usual = tried_cases.usual_cases(spec, tried)
    return _cases_page(
        spec,
        tried,
        tried_cases.of_form(spec, tried),
        back=url_for(".form", name=name, version=version),
        usual=[(i, tried_cases.answer(i, usual[i.code])) for i in spec.indicators.values() if i.code in usual],
        headers={2: [_("Answers that differ from the usual"), _("Disadvantaged area")]},
        page_url=lambda n: url_for(".form_cases", name=name, version=version, page=n),
    )


@bp.page("/schemes/<name>/<int:version>/cases", READS_CASES)
def workflow_cases(name: str, version: int) -> ResponseReturnValue:
    """The cases of a scheme's actions and dates, with what must come out and what comes out."""
    spec = _workflow(name, version)
    tried = _tried(spec)
    return _cases_page(
        spec,
        tried,
        tried_cases.of_workflow(spec, tried),
        back=url_for(".workflow", name=name, version=version),
        usual=[],
        headers={3: [_("State"), _("Tried by"), _("What is known")], 2: [_("Assessed year"), _("Reached at")]},
        page_url=lambda n: url_for(".workflow_cases", name=name, version=version, page=n),
    )


def _cases_page(
    spec: FormSpec | WorkflowSpec, tried: Sequence[cases.Tried], groups: tried_cases.Groups, **more: object
) -> str:
    return render_template(
        "criteria/definitions/cases.html",
        spec=spec,
        count=len(tried),
        failed=sum(not outcome.passed for _case, outcome in tried),
        page=tried_cases.page_of(groups, asked_page()),
        **more,
    )


def _tried(spec: FormSpec | WorkflowSpec) -> Sequence[cases.Tried]:
    """The cases with their outcomes; none while the files of cases cannot be read, which `certflow check` reports."""
    confirmations.require_looking_after_rules(actor())
    try:
        return cases.tried(spec)
    except DefinitionError:
        return ()


@bp.page("/criteria/<name>/<int:old>/changes/<int:new>", SIGNED_IN, defaults={"kind": "criteria"})
@bp.page("/schemes/<name>/<int:old>/changes/<int:new>", SIGNED_IN, defaults={"kind": "schemes"})
def diff(kind: str, name: str, old: int, new: int) -> ResponseReturnValue:
    """What one version of a scheme or criteria set says otherwise than another."""
    find: Callable[[str, int], Definition] = _workflow if kind == "schemes" else _form
    before, after = find(name, old), find(name, new)
    page = "definitions.workflow" if kind == "schemes" else "definitions.form"
    return render_template(
        "criteria/definitions/diff.html",
        old=before,
        new=after,
        back=url_for(page, name=name, version=new),
        changes=changes(before, after),
    )


def changes(before: Definition, after: Definition) -> list[tuple[str, list[str]]]:
    """What `after` says otherwise than `before`: sentences under the heading of each part."""
    groups = groupby(difference(before, after), key=lambda change: change.section)
    return [(heading, [change.sentence for change in those]) for heading, those in groups]


def _versions(spec: Definition, definitions: Mapping[tuple[str, int], Definition]) -> list[Definition]:
    """All versions of the same definition, newest first."""
    return sorted(
        (other for other in definitions.values() if other.name == spec.name), key=lambda other: -other.version
    )


def _workflow(name: str, version: int) -> WorkflowSpec:
    spec = catalogue.known().workflows.get((name, version))
    if spec is None:
        raise NotFound(_("There is no such scheme."))
    return spec


def _form(name: str, version: int) -> FormSpec:
    try:
        return catalogue.form_at(name, version)
    except NotFound:
        raise NotFound(_("There is no such criteria set.")) from None


def _criteria_page(spec: FormSpec, form: ConfirmForm) -> str:
    confirmation_rows = confirmations.confirmations(spec)
    speaks_for = confirmations.provinces_confirmable_by(actor())
    confirmed = {each.unit_id for each in confirmation_rows}
    publications = published.publications(spec)
    missed = any((spec.name, version) not in catalogue.known().forms for version in publications)
    definitions = catalogue.renewed() if missed else catalogue.known()
    return render_template(
        "criteria/definitions/form.html",
        spec=spec,
        versions=_versions(spec, definitions.forms),
        publications=publications,
        schemes=_schemes_with(spec),
        confirmations=confirmation_rows,
        form=form,
        figure=_figure,
        may_confirm=spec.trust == "transcribed" and bool(speaks_for) and speaks_for[0].id not in confirmed,
        province=speaks_for[0] if speaks_for else None,
        closer=confirmations.looks_after_rules(actor()),
        notices=_marks(spec, confirmation_rows),
    )


def _schemes_with(spec: FormSpec) -> list[WorkflowSpec]:
    """The schemes that use a set: those that name it, and those whose rounds may choose it."""
    own = rating_sets.by_name(spec.name, spec.version) if spec.trust == "department" else None
    return [
        scheme
        for scheme in catalogue.known().workflows.values()
        if (scheme.form, scheme.form_version) == (spec.name, spec.version)
        or (own is not None and scheme.form_family == own.family)
    ]


def _figure(value: Fraction) -> str:
    """A threshold as the reader's language writes numbers, without needless zeros."""
    return str(format_decimal(float(value)))


def _marks(spec: FormSpec, confirmation_rows: Sequence[FormConfirmation]) -> list[str]:
    """The mark of the set for each province of the reader; for an administrator while nobody has confirmed it."""
    if provinces := access.provinces_of(actor()):
        return list(dict.fromkeys(mark for place in provinces for mark in marks.of_form(spec, place)))
    return [] if confirmation_rows or spec.trust == "department" else [marks.mark(spec)]


def _stages(spec: WorkflowSpec) -> list[dict[str, object]]:
    return [
        {"title": stage.title, "states": [s for s in spec.states.values() if s.stage == stage.name]}
        for stage in spec.stages
    ]
