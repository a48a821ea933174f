"""Receipts of filings: a number in the book of the receiving office, what the receipt states, and its file.

No law of these procedures prescribes the receipt or its numbers. It has the name and the contents of the form that
offices hand out (Giấy tiếp nhận hồ sơ và hẹn trả kết quả). Its facts are frozen with the filing: it never changes.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from certflow.catalogue import units
from certflow.catalogue.catalogue import is_sample, workflow_of
from certflow.clock import local_day
from certflow.dossiers import dates
from certflow.errors import ActionBlocked
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing
from certflow.gateways.pdf.glyphs import FaultyPaperError
from certflow.law.deadlines import Due, on_time
from certflow.models.base import db
from certflow.models.dossiers import Dossier, FilingReceipt, Submission
from certflow.results import documents
from certflow.results.papers import PRACTICE_SUFFIX
from certflow.rounds import rounds
from certflow.units import contacts

NOTATION = "TNHS"  # tiếp nhận hồ sơ; the books of practice rounds are their own
TEMPLATE = "filing_receipt"


def issue(dossier: Dossier, filed: Submission) -> FilingReceipt:
    """Draw the receipt's number and freeze its facts, in the transaction of the filing; so numbers have no gap."""
    receipt = _receipt(dossier, filed, workflow_of(dossier).spec.states[dossier.state].turn)
    if not is_sample(dossier):
        receipt.number = documents.draw_number(receipt.unit_id, receipt.notation, receipt.year)
    db.session.add(receipt)
    db.session.flush()
    return receipt


def of(dossier: Dossier, filed: Submission) -> FilingReceipt:
    """The receipt of a filing; of one from before there were receipts, what it would state now, without a number."""
    receipt = db.session.get(FilingReceipt, (dossier.id, filed.number))
    return receipt or _receipt(dossier, filed, min(workflow_of(dossier).spec.receivers))


def _receipt(dossier: Dossier, filed: Submission, role: str) -> FilingReceipt:
    seat = units.seat_for(dossier, workflow_of(dossier).spec.roles[role].seat)
    return FilingReceipt(
        dossier_id=dossier.id,
        submission=filed.number,
        unit_id=seat.id,
        notation=NOTATION + (PRACTICE_SUFFIX if dossier.round.practice else ""),
        year=local_day(filed.filed_at).year,
        number=None,
        facts={"role": role, "contact": _contact(seat.seat_id), **_days(dossier, filed)},
    )


def _contact(unit_id: int) -> dict[str, str] | None:
    contact = contacts.of_unit(unit_id)
    if contact is None:
        return None
    return {"name": contact.name, "telephone": contact.telephone, "hours": contact.hours}


def _days(dossier: Dossier, filed: Submission) -> dict[str, Any]:
    """The filing dates with how the filing stands, the days of the result, and what of these has no day yet."""
    ends, of_dossier = workflow_of(dossier).spec.final_states, dates.of(dossier)
    results = [each.due for each in of_dossier.standings if set(each.due.spec.states) <= ends]
    return {
        "filing": [_day(due) | {"on_time": on_time(due, filed.filed_at)} for due in rounds.filing_dues(dossier)],
        "results": [_day(due) for due in results],
        "undated": [each.spec.name for each in of_dossier.undated if set(each.spec.states) <= ends],
    }


def _day(due: Due) -> dict[str, Any]:
    return {"deadline": due.spec.name, "on": due.on.isoformat(), "included": due.included}


def pdf(facts: Mapping[str, Any]) -> bytes:
    """The file of a receipt with these printed facts: made when it is first asked for, then the same for ever.

    Raises ActionBlocked when something of it cannot be read in the file.
    """
    engine, storage = equipment().settings.pdf_engine, equipment().storage
    printed = printing.legible(facts, engine=engine)
    digest = hashlib.sha256(json.dumps([engine, printed], sort_keys=True).encode()).hexdigest()
    key = f"receipts/{digest[:2]}/{digest}"
    if not storage.exists(key):
        try:
            content = printing.checked(TEMPLATE, printed, engine=engine)
        except FaultyPaperError as fault:
            raise ActionBlocked(str(fault)) from fault
        with suppress(FileExistsError):  # by somebody who asked at the same moment
            storage.put(key, iter([content]))
    return storage.read(key)
