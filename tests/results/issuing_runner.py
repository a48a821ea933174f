"""A process that recognises every endorsed dossier and issues its papers, to be killed at any moment.

`python -m tests.results.issuing_runner SETTINGS [recognise]` prints "ready" when it begins and ends when nothing is
left to do; SETTINGS is JSON by the names of `Settings`. With "recognise" it leaves the papers to others.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select

from certflow import jobs
from certflow.app import create_app
from certflow.config import Settings
from certflow.dossiers import actions
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.results import documents
from tests import make

ROOT = Path(__file__).parents[2]


def start(settings: Settings, *mode: str) -> "subprocess.Popen[bytes]":
    """The process at work: it has said that it is ready."""
    given = json.dumps(asdict(settings), default=str)
    command = [sys.executable, "-m", "tests.results.issuing_runner", given, *mode]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
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


def main(given: str, mode: str = "issue") -> None:
    """Work until nothing is left."""
    read = json.loads(given)
    app = create_app(Settings(**(read | {"data_dir": Path(read["data_dir"])})))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    more = True
    while more:
        with app.app_context():
            more = recognise_one()
            if mode == "issue":
                issue_pending()


if __name__ == "__main__":
    main(*sys.argv[1:])
