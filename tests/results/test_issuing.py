"""Issuing papers: intent, file, confirmation; cut at any moment, nothing is lost, doubled or half.

CERTFLOW_TEST_KILLS says how often the process at work is killed; `poe crash` kills it 40 times on each database.
"""

import os
import random
import signal
import threading
import time
from collections import defaultdict

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock, jobs
from certflow.config import Settings
from certflow.dossiers import actions
from certflow.errors import NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing
from certflow.models.base import db
from certflow.models.dossiers import Dossier, FilingReceipt, HistoryEntry
from certflow.models.results import Document, NumberBook, Recognition
from certflow.results import documents
from tests import make
from tests.jobs.stub_worker import BRISK
from tests.observing import everything
from tests.results import issuing_runner
from tests.waiting import AT_MOST, eventually

pytestmark = pytest.mark.usefixtures("inside_the_application")

KILLS = int(os.environ.get("CERTFLOW_TEST_KILLS", "8"))
LONGEST_LIFE = 0.15


@pytest.mark.timeout(3600)
def test_killed_again_and_again_while_issuing_nothing_is_lost_doubled_or_half(app: Flask, settings: Settings) -> None:
    made = [make.dossier("endorsed", level=1 + n % 2) for n in range(4 * KILLS)]
    for dossier in made:
        make.person_for("education_head", dossier)  # in two commits: not to be cut between them
    seed = random.randrange(2**32)

    ends = [_killed(settings, life) for life in _lives(seed)]

    assert ends.count(-signal.SIGKILL) >= KILLS * 3 // 4, f"too little to do: seed {seed}, {ends}"
    last = issuing_runner.start(settings, issues=False)
    last.join(AT_MOST)
    assert last.exitcode == 0
    _let_a_worker_finish(app)
    _check_papers({dossier.id: dossier.proposed_level for dossier in made})
    _check_books()


def _lives(seed: int) -> list[float]:
    """How long each process lives after its start, in seconds."""
    chance = random.Random(seed)
    return [chance.uniform(0, LONGEST_LIFE) for _n in range(KILLS)]


def _killed(settings: Settings, life: float) -> int | None:
    process = issuing_runner.start(settings)
    time.sleep(life)
    process.kill()
    process.join(AT_MOST)
    return process.exitcode


def _let_a_worker_finish(app: Flask) -> None:
    stop = threading.Event()
    options = {"stop": stop, "pace": BRISK}
    worker = threading.Thread(target=jobs.work, args=(app,), kwargs=options, daemon=True)
    worker.start()
    try:
        eventually(_nothing_waits)
    finally:
        stop.set()
        worker.join(AT_MOST)


def _nothing_waits() -> bool:
    """Asks and lets go of the database at once: SQLite's one writer is the worker now."""
    count = documents.pending_count()
    db.session.rollback()
    return count == 0


def _check_papers(proposed: dict[int, int | None]) -> None:
    storage = equipment().storage
    for dossier_id, level in proposed.items():
        dossier = db.session.get_one(Dossier, dossier_id, populate_existing=True)
        recognition = db.session.query(Recognition).filter_by(dossier_id=dossier_id).one()
        papers = {paper.id: paper for paper in documents.of_dossier(dossier)}
        decided = [entry for entry in dossier.history if entry.to_state == f"recognised_level_{level}"]
        assert (dossier.state, recognition.level, len(decided)) == (f"recognised_level_{level}", level, 1)
        assert set(papers) == {recognition.decision_id, recognition.certificate_id}
        assert sorted(paper.kind for paper in papers.values()) == ["certificate", "decision"]
        printed = papers[recognition.certificate_id or 0].facts["decision_number_text"]
        assert printed == papers[recognition.decision_id or 0].number_text
        for paper in papers.values():
            assert paper.storage_key, "no paper without its file"
            assert storage.verify(paper.storage_key, paper.sha256)
            assert storage.read(paper.storage_key).startswith(b"%PDF-")


def _check_books() -> None:
    books = defaultdict(list)
    for paper in db.session.query(Document):
        books[paper.unit_id, paper.notation, paper.year].append(paper.number or 0)
    for receipt in db.session.query(FilingReceipt):
        books[receipt.unit_id, receipt.notation, receipt.year].append(receipt.number or 0)
    last = {(b.unit_id, b.notation, b.year): b.last_number for b in db.session.query(NumberBook)}

    assert {key: sorted(numbers) for key, numbers in books.items()} == {
        key: list(range(1, number + 1)) for key, number in last.items()
    }
    numbers = db.session.execute(sa.select(HistoryEntry.dossier_id, HistoryEntry.number)).all()
    for dossier_id, version in db.session.execute(sa.select(Dossier.id, Dossier.version)):
        assert sorted(n for d, n in numbers if d == dossier_id) == list(range(2, version + 1))


def test_an_act_that_fails_after_drawing_its_numbers_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = make.dossier("endorsed")
    head = make.person_for("education_head", dossier)
    make.commit()
    before = everything()

    with monkeypatch.context() as patch:
        patch.setattr(Recognition, "__init__", _broken)
        with pytest.raises(RuntimeError):
            actions.act(dossier.id, "recognise_level_1", actor=head)
        db.session.rollback()
    assert everything() == before
    make.act(dossier, "recognise_level_1")

    assert {paper.number for paper in documents.of_dossier(dossier)} == {1}


def _broken(_self: Recognition, **_values: object) -> None:
    raise RuntimeError("hết mực")


def test_a_paper_whose_file_cannot_be_made_says_why_and_is_made_later(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = documents.of_dossier(make.dossier("recognised_level_1"))[0]
    with monkeypatch.context() as patch:
        patch.setattr(printing, "render", _broken_render)
        with pytest.raises(RuntimeError):
            jobs.issue_document({"document_id": paper.id})

    db.session.refresh(paper)
    assert (paper.attempts, paper.last_fault, paper.issued_at) == (1, "hết mực " * 62 + "hết ", None)
    with pytest.raises(NotFound):
        documents.content(paper)

    jobs.issue_document({"document_id": paper.id})
    make.commit()
    db.session.refresh(paper)
    assert paper.issued_at is not None
    assert paper.last_fault == ""
    assert b"".join(documents.content(paper)).startswith(b"%PDF-")


def _broken_render(*_args: object, **_options: object) -> bytes:
    raise RuntimeError("hết mực " * 100)


def test_a_paper_is_issued_once_and_its_file_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = documents.of_dossier(make.dossier("declined"))[0]
    first = documents.make_file(paper.id)
    assert first is not None
    again = documents.make_file(paper.id)
    assert again is not None, "cut before it was confirmed"
    documents.confirm(first)
    make.commit()
    kept = (paper.storage_key, paper.sha256, paper.issued_at)

    documents.confirm(documents.PrintedPaper(paper.id, "documents/ff/other", "0" * 64))
    documents.issue(paper.id)
    documents.note_fault(paper.id, "late")
    make.commit()

    db.session.refresh(paper)
    assert (paper.storage_key, paper.sha256, paper.issued_at) == kept
    assert documents.make_file(paper.id) is None


def test_the_books_of_two_offices_years_and_kinds_count_for_themselves() -> None:
    here, there, year = make.unit("Huyện Cẩm Mỹ").id, make.unit("Huyện Xuân Lộc").id, clock.today().year

    drawn = [
        documents.draw_number(*book)
        for book in [
            (here, "QĐ", year),
            (here, "QĐ", year),
            (there, "QĐ", year),
            (here, "GCN", year),
            (here, "QĐ", 1999),
        ]
    ]

    assert drawn == [1, 2, 1, 1, 1]


@pytest.mark.parametrize(("number", "text"), [(1, "01/QĐ"), (9, "09/QĐ"), (10, "10/QĐ"), (1234, "1234/QĐ")])
def test_a_number_below_ten_is_printed_with_a_leading_zero(number: int, text: str) -> None:
    assert Document(number=number, notation="QĐ").number_text == text


def test_a_paper_of_a_dossier_one_does_not_see_is_as_absent_as_none() -> None:
    paper = documents.of_dossier(make.dossier("recognised_level_1"))[0]
    stranger = make.person("commune_chair", make.unit("Xã Suối Cát"))

    for document_id in (paper.id, paper.id + 1000):
        with pytest.raises(NotFound):
            documents.document(document_id, stranger)
