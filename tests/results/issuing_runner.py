"""A process that recognises every endorsed dossier and issues its papers, to be killed at any moment."""

from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from sqlalchemy import select

from certflow import jobs
from certflow.app import create_app
from certflow.config import Settings
from certflow.dossiers import actions
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.results import documents
from tests import make


def start(settings: Settings, *, issues: bool = True) -> ForkServerProcess:
    """The process at work: it has said that it is ready. Without `issues` it leaves the papers to others."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])  # one process imports the product, from which each is forked
    ours, its = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(settings, its, issues), daemon=True)
    process.start()
    its.close()
    assert ours.recv() == "ready"
    return process


def recognise_one() -> bool:
    """Decide the first endorsed dossier as proposed, if there is one."""
    waiting = select(Dossier).where(Dossier.state == "endorsed").order_by(Dossier.id)
    dossier = db.session.scalars(waiting.limit(1)).one_or_none()
    if dossier is None:
        return False
    head = make.person_for("education_head", dossier)
    actions.act(dossier.id, f"recognise_level_{dossier.proposed_level}", actor=head)
    db.session.commit()
    return True


def issue_pending() -> None:
    """Issue every paper that waits, as the worker's job does it."""
    for document_id in documents.pending(100):
        jobs.issue_document({"document_id": document_id})
        db.session.commit()


def work(settings: Settings, starter: Connection, issues: bool) -> None:
    """Work until nothing is left."""
    app = create_app(settings)
    starter.send("ready")
    more = True
    while more:
        with app.app_context():
            more = recognise_one()
            if issues:
                issue_pending()
