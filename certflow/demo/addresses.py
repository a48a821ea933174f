"""The address on the papers of a practice season is the one at which it is served, so that their codes can be scanned.

Papers of an office are never touched; those of a practice round have no legal force.
"""

from sqlalchemy import select

from certflow.demo.stage import Progress
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document
from certflow.models.rounds import Round
from certflow.results import documents


def bring_up_to_date(base: str, progress: Progress) -> int:
    """Make the papers that name another address than `base` anew; gives how many. Commits after each."""
    query = select(Document).join(Dossier).join(Round).where(Round.practice).order_by(Document.id)
    stale = [document for document in db.session.scalars(query).all() if _address(document, base)]
    if stale:
        progress.begin("Addresses on papers", len(stale))
    for document in stale:
        document.facts = document.facts | {"verify_url": _address(document, base)}
        if document.storage_key is not None:
            document.storage_key, document.sha256 = documents.stored(document)
        db.session.commit()
        progress.tick()
    return len(stale)


def _address(document: Document, base: str) -> str:
    """The address that the paper is to name; "" where it names that one already, or none at all."""
    code = document.facts.get("verify_code")
    address = f"{base}/verify/{code}"
    return address if code and document.facts.get("verify_url") != address else ""
