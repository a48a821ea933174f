"""Dossiers: the list, opening one, its overview, history and receipts."""

import json
from dataclasses import replace

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from certflow.access import access, parts, turns
from certflow.access.policy import DOSSIER, LOOKS_AT_ACTION, SEES, SEES_FILED, TAKES_ACTION
from certflow.accounts.words import with_present_name
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.clock import ZONE, local_day
from certflow.dossiers import dossiers, submissions
from certflow.dossiers.pages import actions, openings, overview, proof
from certflow.dossiers.policy import OPENS
from certflow.dossiers.words import rows, timeline
from certflow.handling import handling
from certflow.handling.words import handled
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room, subject
from certflow.http.typed import plain_number
from certflow.law.deadlines import standing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.rounds import rounds
from certflow.wording import language, place

bp = Room("dossiers", __name__, url_prefix="/dossiers")
bp.form("/open", OPENS, endpoint="open")(openings.open_dossier)
bp.form("/<int:dossier_id>/actions/<action>", LOOKS_AT_ACTION, post=TAKES_ACTION, endpoint="act")(actions.act)
bp.page("/<int:dossier_id>/actions/<action>/draft/<paper>", LOOKS_AT_ACTION, endpoint="draft")(actions.draft)
bp.page("/<int:dossier_id>/", SEES, endpoint="show")(overview.show)
bp.page("/<int:dossier_id>/proof", SEES, endpoint="proof")(proof.show)


class FilterForm(FlaskForm):
    """Narrows the list; sent with the address, so it can be kept as a bookmark."""

    class Meta:
        """Reading needs no token."""

        csrf = False

    q = StringField(
        lazy_gettext("Name of the unit, centre, agency or person"),
        description=lazy_gettext("With or without diacritics, for example xuan tay"),
    )
    round = SelectField(lazy_gettext("Round"))
    state = SelectField(lazy_gettext("State"))


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The dossiers the person may see, narrowed by round, state and name."""
    form = FilterForm(request.args)
    form.round.choices = [("", _("All rounds")), *_round_choices(actor())]
    form.state.choices = [("", _("All states")), *_state_choices()]
    chosen_round, state = _chosen(form.round), _chosen(form.state)
    words = (form.q.data or "").strip()[:120]
    page = dossiers.seen_by(actor(), asked_page(), round_id=plain_number(chosen_round), state=state, words=words)
    return render_template(
        "dossiers/listed.html",
        form=form,
        page=page,
        rows=rows.rows(page.items, actor(), handled.of_all(each.dossier for each in page.items)),
        narrowed=bool(chosen_round or state or words),
        page_url=lambda n: url_for("dossiers.listed", round=chosen_round, state=state, q=words, page=n),
    )


def _chosen(field: SelectField) -> str:
    """What is chosen in the address, "" for all; what is not among the choices counts as all."""
    if field.data not in [value for value, _label in field.choices]:
        field.data = ""
    return str(field.data)


def _round_choices(reader: User) -> list[tuple[str, str]]:
    """The rounds of the reader's provinces; of all provinces for people of the country, as far as they file upwards."""
    chains = [access.chain(part.unit) for part in parts.held(reader) if part.unit is not None]
    provinces = {places["province"].id for places in chains if "province" in places}
    country = any("country" in places for places in chains)
    return [
        (str(each.id), each.title if each.unit_id in provinces else f"{each.title}, {place(each.unit.name)}")
        for each in rounds.newest()
        if each.unit_id in provinces or (country and workflow_of(each).spec.place == "province")
    ]


def _state_choices() -> list[tuple[str, str]]:
    states = {state.name: state for workflow in workflows().values() for state in workflow.spec.states.values()}
    return [(name, state.title.in_language(language())) for name, state in states.items()]


@bp.page("/<int:dossier_id>/history", SEES)
def history(dossier_id: int) -> ResponseReturnValue:
    """Everything that was done with the dossier."""
    dossier = subject(DOSSIER, dossier_id)
    entries = [timeline.told(dossier, entry) for entry in reversed(dossiers.history(dossier))]
    opened = {
        "what": _("Dossier opened"),
        "who": with_present_name(dossier.opened_by, dossier.opener),
        "when": dossier.opened_at.astimezone(ZONE),
    }
    return render_template(
        "dossiers/history.html",
        entries=[*entries, opened],
        handlings=handled.record(dossier, handling.record(dossier, actor())),
        most_handlings=handling.MOST_RECORDED,
        **overview.head(turns.reading(dossier, actor())),
    )


@bp.page("/<int:dossier_id>/submissions/<int:number>", SEES_FILED)
def receipt(dossier_id: int, number: int) -> ResponseReturnValue:
    """The receipt of one filing: what, when, by whom, on time or late, and the hash of it all."""
    dossier = subject(DOSSIER, dossier_id)
    filed = submissions.submission(dossier, number)
    dues, frozen = rounds.filing_dues(dossier), json.loads(filed.manifest)
    signature, for_whom = filed.filed_by, frozen.get("signs_for")
    if for_whom:
        signature = replace(signature, position=f"{for_whom['position']} ({for_whom['mode']}.)")
    return render_template(
        "dossiers/receipt.html",
        filed=filed,
        who=with_present_name(signature, filed.filer),
        files=frozen["evidence"],
        standings=[standing(due, filed.filed_at, today=local_day(filed.filed_at)) for due in dues],
        groups=[filed.manifest_hash[n : n + 8] for n in range(0, len(filed.manifest_hash), 8)],
        file_name=_manifest_name(dossier, number),
        **overview.head(turns.reading(dossier, actor())),
    )


@bp.page("/<int:dossier_id>/submissions/<int:number>/manifest.json", SEES_FILED)
def manifest(dossier_id: int, number: int) -> ResponseReturnValue:
    """What was filed, byte for byte as its hash was taken."""
    dossier = subject(DOSSIER, dossier_id)
    filed = submissions.submission(dossier, number)
    answer = Response(filed.manifest.encode(), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_manifest_name(dossier, number)}"'
    return answer


def _manifest_name(dossier: Dossier, number: int) -> str:
    return f"certflow-{dossier.id}-{number}.json"
