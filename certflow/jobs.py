"""What the worker does by itself: each item in its own transaction, safe to repeat."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, g

from certflow import clock
from certflow.accounts import kept_forms, outbox
from certflow.assessment import evidence, evidence_files, partial_uploads, previews
from certflow.audit import anchors, chain, state
from certflow.audit.chain import Occasion
from certflow.gateways.queue import STEADY, Pace, Pending
from certflow.gateways.worker import Job, Sweep, run_worker
from certflow.models.base import begin_reading, begin_writing, db
from certflow.models.running import deadlines, leases
from certflow.results import documents

# A sweep looks at this many rows that wait longest.
_SWEPT = 500
_STORAGE_SWEPT_EVERY = dt.timedelta(hours=1)


def issue_document(payload: dict[str, Any]) -> None:
    """Make and confirm the file of `document_id`; a fault is kept with the document and raised again."""
    document_id = payload["document_id"]
    try:
        anchors.require_recent()
        document = _made(document_id)
        if document is not None:
            documents.confirm(document)
    except Exception as fault:
        db.session.rollback()
        documents.note_fault(document_id, str(fault))
        _commit()
        raise


def _made(document_id: int) -> documents.PrintedPaper | None:
    """The document's file, made without holding SQLite's write lock."""
    begin_reading(True)
    try:
        return documents.make_file(document_id)
    finally:
        begin_writing()


def documents_to_issue() -> Iterable[Pending]:
    """The documents whose number is taken and whose file is not confirmed yet."""
    return [
        Pending(documents.JOB, str(document_id), {"document_id": document_id})
        for document_id in documents.pending(_SWEPT)
    ]


def send_mail(payload: dict[str, Any]) -> None:
    """Send the mail `mail_id`, or put it away when it is of no use any more; a fault is kept with it, raised again."""
    mail_id = payload["mail_id"]
    try:
        outbox.close(mail_id, sent=_sent(mail_id))
    except Exception as fault:
        db.session.rollback()
        outbox.note_fault(mail_id, str(fault))
        _commit()
        raise


def _sent(mail_id: int) -> bool:
    """Whether the mail went out just now; talking to the server does not hold SQLite's write lock."""
    begin_reading(True)
    try:
        return outbox.send(mail_id)
    finally:
        begin_writing()


def mails_to_send() -> Iterable[Pending]:
    """The mails that nobody has sent or put away yet."""
    return [Pending(outbox.JOB, str(mail_id), {"mail_id": mail_id}) for mail_id in outbox.pending(_SWEPT)]


SWEEPS_OF_STORAGE = (
    *(partial_uploads.sweep, previews.sweep, kept_forms.sweep),
    *(evidence.sweep_removed, evidence_files.sweep),
)


class StorageSweep:
    """Removes from the storage what has had its time; at most once an hour in this process."""

    def __init__(self) -> None:
        self._next = clock.now()

    def __call__(self) -> Iterable[Pending]:
        """Nothing is ever pending; sweeping twice does no harm."""
        if clock.now() >= self._next:
            self._next = clock.now() + _STORAGE_SWEPT_EVERY
            for sweep in SWEEPS_OF_STORAGE:
                sweep()
        return []


def anchor_audit() -> Iterable[Pending]:
    """Anchor the audit outside when it is due; the database is not held while it is told."""
    begin_reading(True)
    try:
        with chain.during(Occasion("job anchor_audit")):
            if anchors.is_due() and anchors.tell():
                db.session.commit()
    finally:
        begin_reading(False)
    return []


def verify_audit(payload: dict[str, Any]) -> None:
    """Compare the audit with the database and note what was found; nobody is held up meanwhile."""
    state.verify_and_note()


def audit_to_verify() -> Iterable[Pending]:
    """The verification of a day that has not had one; it is named by the day."""
    day = str(clock.today())
    return [Pending(state.JOB, day, {"day": day})] if state.is_verification_due() else []


JOBS: dict[str, Job] = {documents.JOB: issue_document, outbox.JOB: send_mail, state.JOB: verify_audit}
# What takes as long as the database is large has hours, not minutes.
SECONDS = {state.JOB: 6 * 3600.0}
SWEEPS: tuple[Sweep, ...] = (documents_to_issue, mails_to_send, anchor_audit, audit_to_verify)


def work(app: Flask, *, stop: threading.Event | None = None, pace: Pace = STEADY) -> bool:
    """Do the application's jobs until told to stop; False when another worker took over (see `run_worker`)."""
    database_url = app.config["SQLALCHEMY_DATABASE_URI"]
    lease = leases.Lease(database_url, leases.new_name(), looks=pace.looks)
    watch = deadlines.Watch()
    watch.start()
    try:
        return run_worker(
            database_url,
            {
                name: _committed(app, job, lease.name, SECONDS.get(name, deadlines.JOB_SECONDS))
                for name, job in JOBS.items()
            },
            [*(_read(app, sweep) for sweep in SWEEPS), _read(app, StorageSweep())],
            lease=lease,
            stop=stop,
            pace=pace,
        )
    finally:
        watch.stop()
        lease.close()


def _committed(app: Flask, job: Job, lease: str, seconds: float) -> Job:
    """`job` in its own transaction, which the end of the context rolls back if the job fails or the lease is lost."""

    def run(payload: dict[str, Any]) -> None:
        occasion = Occasion(f"job {job.__name__}", payload)
        with deadlines.within(seconds), app.app_context(), chain.during(occasion):
            g.lease = lease
            job(payload)
            _commit()

    return run


def _commit() -> None:
    """Commit what a job did; in a worker only while its lease is in force, raises LeaseLostError afterwards."""
    if (lease := g.get("lease")) is not None:
        leases.hold(db.session(), lease)
    db.session.commit()


def _read(app: Flask, sweep: Sweep) -> Callable[[], list[Pending]]:
    def run() -> list[Pending]:
        with app.app_context():
            return list(sweep())

    return run
