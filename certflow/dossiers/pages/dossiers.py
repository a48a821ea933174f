"""Dossiers: the list, opening one, its overview, history and receipts."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import turns
from certflow.access.policy import DOSSIER, LOOKS_AT_ACTION, READS_CLAIMS, SEES, SEES_FILED, TAKES_ACTION
from certflow.accounts.words import with_present_name
from certflow.assessment import supplements
from certflow.audit import state
from certflow.audit.words import chain_words
from certflow.clock import ZONE
from certflow.dossiers import dossiers
from certflow.dossiers.pages import actions, filing_receipts, lists, openings, overview, proof
from certflow.dossiers.policy import OPENS
from certflow.dossiers.words import rows, timeline
from certflow.gateways.spreadsheets import tables
from certflow.handling import handling
from certflow.handling.words import handled
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room, subject

bp = Room("dossiers", __name__, url_prefix="/dossiers")
bp.form("/open", OPENS, endpoint="open")(openings.open_dossier)
ACT = "/<int:dossier_id>/actions/<action>"
bp.form(ACT, LOOKS_AT_ACTION, post=TAKES_ACTION, endpoint="act", weighs=actions.decides)(actions.act)
bp.page(f"{ACT}/draft/<paper>", LOOKS_AT_ACTION, endpoint="draft")(actions.draft)
bp.page("/<int:dossier_id>/", SEES, endpoint="show")(overview.show)
bp.page("/<int:dossier_id>/proof", READS_CLAIMS, endpoint="proof", noted="read")(proof.show)
FILING = "/<int:dossier_id>/submissions/<int:number>"
bp.page(FILING, SEES_FILED, endpoint="receipt")(filing_receipts.show)
bp.page(f"{FILING}/receipt.pdf", SEES_FILED, endpoint="receipt_pdf", noted="read")(filing_receipts.pdf)
bp.page(f"{FILING}/manifest.json", SEES_FILED, endpoint="manifest", noted="read")(filing_receipts.manifest)


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The dossiers the person may see, narrowed and in the order that the address asks for."""
    asked = lists.asked("dossiers.listed")
    page = dossiers.seen_by(actor(), asked_page(), choice=asked.choice)
    return render_template(
        "desk/dossiers.html", asked=asked, page=page, groups=lists.groups(rows.rows(page.items, actor()))
    )


@bp.page("/export.xlsx", SIGNED_IN, defaults={"kind": "xlsx"}, noted="export")
@bp.page("/export.ods", SIGNED_IN, defaults={"kind": "ods"}, noted="export")
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
    reading = turns.reading(dossier, actor())
    entries = [timeline.told(reading, step, asked.get(step.number)) for step in steps]
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
        chain=chain_words(state.state()),
        **overview.head(reading),
    )
