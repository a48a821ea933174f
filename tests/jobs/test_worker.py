"""The application's own jobs, worked off by a real worker on both databases."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import jobs
from certflow.audit import state
from certflow.config import Settings
from certflow.gateways.queue import Queue, open_queue
from certflow.models.base import db
from certflow.results import documents
from tests.jobs.stub_worker import PATIENT
from tests.waiting import eventually


@pytest.fixture
def queue(app: Flask, settings: Settings) -> Iterator[Queue]:
    queue = open_queue(settings.database_url)
    queue.migrate()
    yield queue
    queue.close()


@pytest.fixture
def issued(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Documents 1 to 3 wait for a service that writes what it does; at 2 the printer jams, at 3 the lease ends."""
    done: set[int] = set()
    with app.app_context():
        db.session.execute(sa.text("create table printed (document_id integer)"))
        db.session.execute(sa.text("create table faults (document_id integer, fault text)"))
        db.session.commit()

    def confirm(made: documents.PrintedPaper) -> None:
        document_id = made.document_id
        db.session.execute(sa.text("insert into printed values (:id)"), {"id": document_id})
        done.add(document_id)
        if document_id == 2:
            raise RuntimeError("kẹt giấy")
        if document_id == 3:
            db.session.execute(sa.text("update worker_lease set ended_at = renewed_at"))

    def pending(limit: int) -> list[int]:
        return sorted({1, 2, 3} - done)[:limit]

    def note_fault(document_id: int, fault: str) -> None:
        text = sa.text("insert into faults values (:id, :fault)")
        db.session.execute(text, {"id": document_id, "fault": fault})

    monkeypatch.setattr(state, "is_verification_due", lambda: False)
    monkeypatch.setattr(documents, "make_file", lambda document_id: documents.PrintedPaper(document_id, "key", "hash"))
    monkeypatch.setattr(documents, "confirm", confirm)
    monkeypatch.setattr(documents, "note_fault", note_fault)
    monkeypatch.setattr(documents, "pending", pending)
    return done


def test_each_job_has_its_own_transaction_under_the_lease_and_what_nobody_asked_for_is_swept_up(
    app: Flask, queue: Queue, issued: set[int]
) -> None:
    with app.app_context():
        queue.enqueue(db.session(), documents.JOB, "1", {"document_id": 1})
        db.session.commit()
    stop = threading.Event()
    options = {"stop": stop, "pace": PATIENT}
    worker = threading.Thread(target=jobs.work, args=(app,), kwargs=options)
    worker.start()
    try:
        eventually(lambda: issued == {1, 2, 3})
        eventually(lambda: {run.key: run.state for run in queue.status()} == {"2": "failed", "3": "failed"})
        assert {run.error.partition(" of")[0] for run in queue.status()} == {
            "RuntimeError: kẹt giấy",
            "LeaseLostError: the lease",
        }
    finally:
        stop.set()
        worker.join(20)

    with app.app_context():
        assert sorted(db.session.scalars(sa.text("select document_id from printed"))) == [1]
        assert db.session.execute(sa.text("select * from faults")).all() == [(2, "kẹt giấy")]


def test_every_swept_job_is_a_job_the_worker_knows(app: Flask, issued: set[int]) -> None:
    with app.app_context():
        swept = [pending for sweep in jobs.SWEEPS for pending in sweep()]

    assert [(pending.key, pending.payload) for pending in swept] == [
        ("1", {"document_id": 1}),
        ("2", {"document_id": 2}),
        ("3", {"document_id": 3}),
    ]
    assert {pending.job for pending in swept} <= set(jobs.JOBS)
