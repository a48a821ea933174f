"""The receipt of a filing, as a page and as a paper, and the list of what was filed."""

import re

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from certflow.access import turns
from certflow.access.policy import DOSSIER
from certflow.dossiers import filing_receipts, submissions
from certflow.dossiers.pages import overview
from certflow.dossiers.words import receipt_papers
from certflow.dossiers.words.filed import FiledWords
from certflow.gateways.installation import equipment
from certflow.http.person import actor
from certflow.http.policy import subject
from certflow.models.dossiers import Dossier


def show(dossier_id: int, number: int) -> ResponseReturnValue:
    """Whose dossier, when, by whom, received where, on time or late, the day of the result, and how to prove it."""
    words = _words(dossier_id, number)
    dossier, filed = words.dossier, words.filed
    return render_template(
        "dossiers/receipt.html",
        filed=filed,
        words=words,
        first=submissions.first_number(dossier),
        files=words.manifest["evidence"],
        groups=[filed.manifest_hash[n : n + 8] for n in range(0, len(filed.manifest_hash), 8)],
        file_name=_manifest_name(dossier, number),
        address=_address(dossier),
        **overview.head(turns.reading(dossier, actor())),
    )


def pdf(dossier_id: int, number: int) -> ResponseReturnValue:
    """The receipt as a paper, always in Vietnamese."""
    words = _words(dossier_id, number)
    with force_locale("vi"):
        facts = receipt_papers.facts(words, _address(words.dossier))
    answer = Response(filing_receipts.pdf(facts), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(words)}"'
    return answer


def manifest(dossier_id: int, number: int) -> ResponseReturnValue:
    """What was filed, byte for byte as its hash was taken."""
    dossier = subject(DOSSIER, dossier_id)
    filed = submissions.submission(dossier, number)
    answer = Response(filed.manifest.encode(), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_manifest_name(dossier, number)}"'
    return answer


def _words(dossier_id: int, number: int) -> FiledWords:
    dossier = subject(DOSSIER, dossier_id)
    filed = submissions.submission(dossier, number)
    return FiledWords(dossier, filed, filing_receipts.of(dossier, filed))


def _manifest_name(dossier: Dossier, number: int) -> str:
    return f"certflow-{dossier.id}-{number}.json"


def _file_name(words: FiledWords) -> str:
    """A name that every machine takes: "05-TNHS-2026.pdf"; without a number by those of the dossier and the filing."""
    number = words.receipt.number_text or f"TNHS/{words.dossier.id}/{words.filed.number}"
    return f"{re.sub('[^A-Z0-9]+', '-', number)}-{words.receipt.year}.pdf"


def _address(dossier: Dossier) -> str:
    """Where those who may sign in see how the dossier stands."""
    return equipment().settings.public_url + url_for("dossiers.show", dossier_id=dossier.id)
