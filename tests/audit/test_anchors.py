"""Anchors: told outside in time, and without them nothing is issued."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from certflow import clock, jobs
from certflow.audit import anchors, chain, state
from certflow.errors import SetupError
from certflow.gateways import installation
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.results import Document
from tests import make
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("inside_the_application")


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    """Let time pass."""
    now = clock.now() + dt.timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: now)


def swept() -> int:
    """How many anchors were told in all, after one more look."""
    jobs.anchor_audit()
    path = equipment().settings.anchors
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_the_chain_is_anchored_after_a_quarter_of_an_hour_or_a_hundred_entries_and_not_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.dossier("submitted")
    make.commit()
    head = anchors.last_entry()
    assert head is not None
    assert swept() == 0

    later(monkeypatch, minutes=15)
    assert [swept() for _again in range(2)] == [1, 1]
    later(monkeypatch, minutes=60)
    assert swept() == 1, "nothing new, but the entry that says so"

    for _entry in range(anchors.ROWS):
        assert swept() == 1
        chain.note(chain.STARTED)
        db.session.commit()
    assert swept() == 2
    first = json.loads(equipment().settings.anchors.read_text().splitlines()[0])
    assert (first["number"], first["mac"]) == (head.number, head.mac)


def test_nothing_is_issued_while_entries_wait_for_their_anchor_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier("recognised_level_2")
    make.commit()
    paper = db.session.query(Document).order_by(Document.id).first()
    assert paper is not None
    later(monkeypatch, hours=24, minutes=1)

    with pytest.raises(anchors.NotAnchored):
        jobs.issue_document({"document_id": paper.id})
    waiting = paper.last_fault
    jobs.anchor_audit()
    jobs.issue_document({"document_id": paper.id})
    db.session.commit()

    assert "chưa được neo ra ngoài từ" in waiting
    assert paper.storage_key


def test_a_place_that_cannot_be_told_leaves_no_anchor_in_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier()
    make.commit()
    later(monkeypatch, minutes=20)
    equipment().settings.anchors.mkdir()

    with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
        jobs.anchor_audit()

    assert anchors.last_anchored() is None
    assert anchors.is_due()


def test_lines_that_are_no_anchors_are_refused_and_a_line_cut_short_is_none(tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    anchors.append(path, anchors.Anchor(3, "ab", clock.now()))
    with path.open("a") as file:
        file.write('{"number": 4, "ma')
    assert [anchor.number for anchor in anchors.read([path])] == [3]

    path.write_text('{"number": "x"}\n')
    with pytest.raises(SetupError, match="line 1 of"):
        anchors.read([path])


def test_the_verification_of_a_day_is_noted_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier()
    make.commit()
    assert [job.job for job in jobs.audit_to_verify()] == [state.JOB]

    jobs.verify_audit({})
    db.session.commit()

    now = state.state()
    assert (now.faults, now.verified_at is not None) == (0, True)
    assert jobs.audit_to_verify() == []
    later(monkeypatch, hours=25)
    assert len(list(jobs.audit_to_verify())) == 1


def test_another_key_and_a_database_that_was_rolled_back_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    make.dossier()
    make.commit()
    anchors.tell()
    db.session.commit()
    state.note_start()
    db.session.commit()
    head = anchors.last_entry()
    assert head is not None

    anchors.append(equipment().settings.anchors, anchors.Anchor(head.number + 1, head.mac, clock.now()))
    with pytest.raises(SetupError, match="it is an older copy, or another one"):
        state.note_start()
    monkeypatch.setattr(chain, "_key", lambda: b"another")
    with pytest.raises(SetupError, match="another key"):
        state.note_start()


def test_anchors_are_mailed_once_an_hour(post: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = equipment()
    mailing = replace(kept.settings, smtp_url=post.url, mail_sender="a@example.gov.vn", anchor_mail="so@example.gov.vn")
    installation.keep(replace(kept, settings=mailing))
    make.dossier()
    make.commit()

    for minutes in (0, 20, 20, 21):
        later(monkeypatch, minutes=minutes)
        anchors.tell()
        db.session.commit()

    assert len(equipment().settings.anchors.read_text().splitlines()) == 4
    assert [mail["To"] for mail in post.mails] == ["so@example.gov.vn"] * 2
    assert json.loads(post.text().splitlines()[0])["number"] > 1
