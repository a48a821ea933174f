"""Dossiers: the list, opening one, its overview, history and receipts."""

import json
from dataclasses import replace

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import turns
from certflow.access.policy import DOSSIER, LOOKS_AT_ACTION, SEES, SEES_FILED, TAKES_ACTION
from certflow.accounts.words import with_present_name
from certflow.assessment import supplements
from certflow.clock import ZONE, local_day
from certflow.dossiers import dossiers, submissions
from certflow.dossiers.pages import actions, lists, openings, overview, proof
from certflow.dossiers.policy import OPENS
from certflow.dossiers.words import rows, timeline
from certflow.gateways.spreadsheets import tables
from certflow.handling import handling
from certflow.handling.words import handled
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room, subject
from certflow.law.deadlines import standing
from certflow.models.dossiers import Dossier
from certflow.rounds import rounds

bp = Room("dossiers", __name__, url_prefix="/dossiers")
bp.form("/open", OPENS, endpoint="open")(openings.open_dossier)
bp.form("/<int:dossier_id>/actions/<action>", LOOKS_AT_ACTION, post=TAKES_ACTION, endpoint="act")(actions.act)
bp.page("/<int:dossier_id>/actions/<action>/draft/<paper>", LOOKS_AT_ACTION, endpoint="draft")(actions.draft)
bp.page("/<int:dossier_id>/", SEES, endpoint="show")(overview.show)
bp.page("/<int:dossier_id>/proof", SEES, endpoint="proof")(proof.show)


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The dossiers the person may see, narrowed and in the order that the address asks for."""
    asked = lists.asked("dossiers.listed")
    page = dossiers.seen_by(actor(), asked_page(), choice=asked.choice)
    return render_template(
        "desk/dossiers.html", asked=asked, page=page, groups=lists.groups(rows.rows(page.items, actor()))
    )


@bp.page("/export.xlsx", SIGNED_IN, defaults={"kind": "xlsx"})
@bp.page("/export.ods", SIGNED_IN, defaults={"kind": "ods"})
def export(kind: tables.Kind) -> ResponseReturnValue:
    """The same list as a file."""
    asked = lists.asked("dossiers.listed")
    return lists.exported(dossiers.seen(actor(), asked.choice), kind, _("Dossiers"))


@bp.page("/<int:dossier_id>/history", SEES)
def history(dossier_id: int) -> ResponseReturnValue:
    """Everything that was done with the dossier."""
    dossier = subject(DOSSIER, dossier_id)
    asked = {request.number: request for request in supplements.of_dossier(dossier)}
    steps = reversed(dossiers.history(dossier))
    entries = [timeline.told(dossier, step, asked.get(step.number)) for step in steps]
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
