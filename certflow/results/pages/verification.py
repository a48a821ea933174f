"""The public page: what was recognised, rated or approved, for anyone who holds the code of a paper."""

import datetime as dt
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow import clock
from certflow.catalogue.catalogue import is_sample
from certflow.catalogue.words import marks
from certflow.errors import NotFound
from certflow.http.errors import status_of
from certflow.http.policy import PUBLIC, Room
from certflow.http.sections import section
from certflow.models import row_security
from certflow.models.results import Recognition
from certflow.models.units import Unit
from certflow.results import recognitions, titles
from certflow.results.codes import LONGEST_TYPED, code_in
from certflow.results.forms import CodeForm
from certflow.results.pages import lookups
from certflow.results.pages.documents import html_copy
from certflow.results.words import awards, lineage
from certflow.rules.words import inheritance

bp = Room("verification", __name__, url_prefix="/verify")


@bp.before_request
def _published_only() -> None:
    """Limit row-level security to published results, for every visitor, signed in or not, and how often one may ask."""
    row_security.see(row_security.PUBLISHED)
    lookups.take_one()


@bp.page("/", PUBLIC)
def start() -> ResponseReturnValue:
    """Type the code; with one in the address, go to what it stands for."""
    form = CodeForm(request.args)
    if "code" not in request.args:
        return _page("start", form=form)
    code = code_in(form.code.data or "")
    if code:
        return redirect(url_for(".show", code=code))
    form.code.errors = [_("Type the code that is printed on the paper.")]
    return _page("start", form=form), 422


@bp.page("/<code>", PUBLIC, strict_slashes=False)
def show(code: str) -> ResponseReturnValue:
    """What was recognised and how it stands today."""
    try:
        recognition = recognitions.by_code(code_in(code))
    except NotFound as refusal:
        return _nothing(code, refusal)
    names = titles.names(recognition, clock.today())
    return _page(
        "show",
        recognition=recognition,
        places=recognition.dossier.places,
        year=recognition.dossier.round.assessed_year,
        practice=recognition.dossier.round.practice,
        sample=is_sample(recognition.dossier),
        scheme=awards.scheme(recognition.dossier),
        awarded=awards.awarded(recognition),
        kept=awards.kept(recognition),
        lapsed=recognitions.lapsed(recognition),
        facts=recognition.decision.facts if recognition.decision else {},
        signed_by=awards.signed_by(recognition.decision.facts) if recognition.decision else "",
        notices=_marks(recognition),
        names=names.then,
        renamed=[lineage.renamed(each) for each in names.since],
        fates=[lineage.fate(fate) for fate in titles.fates(recognition, clock.today())],
    )


@bp.page("/<code>/certificate", PUBLIC)
def document(code: str) -> ResponseReturnValue:
    """The HTML copy of the certificate."""
    try:
        recognition = recognitions.by_code(code_in(code))
    except NotFound as refusal:
        return _nothing(code, refusal)
    if recognition.certificate is None:
        return _nothing(code, NotFound(_("No certificate was issued with this result.")))
    return html_copy(recognition.certificate)


def _marks(recognition: Recognition) -> list[str]:
    """The marks of the dossier; the practice mark has a place of its own on the page."""
    return [mark for mark in marks.of_dossier(recognition.dossier) if mark != marks.practice()]


def _nothing(code: str, refusal: NotFound) -> ResponseReturnValue:
    """The same answer to a code that is unknown, malformed or not published yet, with what was typed."""
    form = CodeForm(None, code=code[:LONGEST_TYPED])
    form.code.errors = list(refusal.reasons)
    return _page("start", form=form), status_of(refusal)


def _page(name: str, **context: Any) -> str:
    """A page without navigation, the same for every visitor."""
    return render_template(
        f"results/verification/{name}.html", navigation=[], home_url=url_for("verification.start"), **context
    )


@section("places.show", "results/titles.html")
def _of_unit(unit: Unit, on: dt.date) -> dict[str, Any]:
    """The published results of a unit and of its predecessors, for the page of the unit."""
    return {"titles": titles.titles(unit, on), "lineage": lineage, "inheritance": inheritance}
