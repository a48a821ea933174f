"""Numbered documents: intent first, then file, then confirm; every step safe to repeat."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from certflow.access import access
from certflow.catalogue import units
from certflow.errors import ActionBlocked, NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import glyphs, printing
from certflow.law.specs.outcome import PaperSpec
from certflow.models.base import db, instant
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Document, NumberBook
from certflow.models.running import clocks
from certflow.results import papers
from certflow.rules import signing
from certflow.wording import _

JOB = "issue_document"
LONGEST_FAULT = 500


def draw_number(unit_id: int, notation: str, year: int) -> int:
    """The next number of a book, in the caller's transaction: rolled back with it, so no number is ever lost."""
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    drawn = dialect.insert(NumberBook).values(unit_id=unit_id, notation=notation, year=year, last_number=1)
    drawn = drawn.on_conflict_do_update(
        index_elements=["unit_id", "notation", "year"],
        set_={"last_number": NumberBook.last_number + 1},
    )
    return int(db.session.execute(drawn.returning(NumberBook.last_number)).scalar_one())


def intend(paper: papers.Paper, kind: str, spec: PaperSpec, *, decision: Document | None = None) -> Document:
    """Draw a number, freeze what the paper says, and have its file made in the background.

    Raises ActionBlocked while the clocks are wrong, or when it could never be printed.
    """
    signs_for = signing.stated(paper.dossier, kind, paper.signed.delegation, paper.dated)
    office = units.seat_for(paper.dossier, paper.office.seat)
    notation = paper.notation(spec)
    number = None if paper.sample else draw_number(office.id, notation, paper.dated.year)
    document = Document(
        dossier_id=paper.dossier.id,
        kind=kind,
        template=spec.template,
        unit_id=office.id,
        notation=notation,
        year=paper.dated.year,
        number=number,
        dated=paper.dated,
        facts={},
        intended_at=clocks.trusted_instant(db.session()),
    )
    public_url = equipment().settings.public_url
    document.facts = papers.facts(paper, spec, document.number_text, public_url=public_url, decision=decision)
    document.facts |= signs_for
    _refuse_unprintable(document)
    db.session.add(document)
    db.session.flush()
    equipment().queue.enqueue(db.session(), JOB, str(document.id), {"document_id": document.id})
    return document


def _refuse_unprintable(document: Document) -> None:
    """A paper that could never be printed must not take a number: the words are corrected first."""
    try:
        printing.check_printable(document.template, document.facts, engine=equipment().settings.pdf_engine)
    except glyphs.UnprintableError as fault:
        raise ActionBlocked(str(fault)) from fault


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """A document's file, stored under its own hash but not yet confirmed."""

    document_id: int
    storage_key: str
    sha256: str


def make_file(document_id: int) -> PrintedPaper | None:
    """Render and store the file of an intended document; None when it is already issued. Writes no row.

    The file's name is its own hash, so a run that was cut after storing finds its file again.
    """
    document = db.session.get(Document, document_id)
    if document is None:
        raise NotFound(_("There is no such document."))
    if document.issued_at is not None:
        return None
    return PrintedPaper(document_id, *stored(document))


def stored(document: Document) -> tuple[str, str]:
    """Make a document by its facts and store the file under its own hash; gives the key and the hash.

    Raises FaultyPaperError when something of it cannot be seen in the file.
    """
    content = printing.checked(document.template, document.facts, engine=equipment().settings.pdf_engine)
    digest = hashlib.sha256(content).hexdigest()
    key = f"documents/{digest[:2]}/{digest}"
    with suppress(FileExistsError):
        equipment().storage.put(key, iter([content]))
    return key, digest


def confirm(paper: PrintedPaper) -> None:
    """Mark the document as issued with this file; does nothing when it is already issued."""
    db.session.execute(
        update(Document)
        .where(Document.id == paper.document_id, Document.issued_at.is_(None))
        .values(storage_key=paper.storage_key, sha256=paper.sha256, issued_at=instant(), last_fault=""),
        execution_options={"synchronize_session": "fetch"},
    )


def issue(document_id: int) -> None:
    """Make the file of an intended document and confirm it; safe to repeat."""
    paper = make_file(document_id)
    if paper is not None:
        confirm(paper)


def note_fault(document_id: int, fault: str) -> None:
    """Remember why making the file failed, for the people who wait for it."""
    db.session.execute(
        update(Document)
        .where(Document.id == document_id, Document.issued_at.is_(None))
        .values(attempts=Document.attempts + 1, last_fault=fault[:LONGEST_FAULT])
    )


def pending(limit: int) -> list[int]:
    """The ids of documents that still wait for their file, oldest first."""
    query = select(Document.id).where(Document.issued_at.is_(None)).order_by(Document.id).limit(limit)
    return list(db.session.scalars(query))


def pending_count() -> int:
    """How many documents still wait for their file."""
    return db.session.scalar(select(func.count()).where(Document.issued_at.is_(None))) or 0


def of_dossier(dossier: Dossier) -> list[Document]:
    """The documents of a dossier the caller may see, in the order of their making."""
    return list(db.session.scalars(select(Document).where(Document.dossier_id == dossier.id).order_by(Document.id)))


def document(document_id: int, actor: User) -> Document:
    """A document of a dossier `actor` may see; raises the same NotFound when it is absent and when access is denied."""
    row = db.session.scalar(select(Document).where(Document.id == document_id).options(joinedload(Document.dossier)))
    seen = access.sees(actor, row.dossier_id if row else 0)  # asked of an absent one too, so that both take as long
    if row is None or not seen:
        raise NotFound(_("There is no such document, or you are not allowed to see it."))
    return row


def content(document: Document) -> Iterator[bytes]:
    """The bytes of an issued document's file; raises NotFound while it is being made."""
    if document.storage_key is None:
        raise NotFound(_("The file of this document is still being created. Try again in a moment."))
    return equipment().storage.open(document.storage_key)


def html(document: Document, stylesheet_url: str) -> str:
    """The HTML copy of a document, a complete page that uses the stylesheet at `stylesheet_url`."""
    facts: dict[str, object] = document.facts | {"stylesheet_url": stylesheet_url}
    return printing.html_copy(document.template, facts)
