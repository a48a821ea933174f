"""Evidence: what may be attached by whom and when, and what stays for ever."""

import datetime as dt
import hashlib
import io
import os
import threading
from typing import BinaryIO

import pytest
from flask import Flask

from certflow import clock
from certflow.assessment import assessments, evidence, evidence_files
from certflow.config import Settings
from certflow.demo import walking
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.gateways.installation import equipment
from certflow.gateways.storage import Stored
from certflow.models import row_security
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Evidence
from tests import make
from tests.gateways import samples
from tests.observing import everything
from tests.waiting import AT_MOST

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_file_is_kept_as_it_came_under_a_name_nobody_can_guess() -> None:
    dossier, sent = make.dossier(), samples.pdf()

    kept = attach(dossier, sent, "Kế hoạch số 12 (bản ký).pdf")

    assert b"".join(evidence.chunks(kept)) == sent
    assert (kept.size, kept.sha256) == (len(sent), hashlib.sha256(sent).hexdigest())
    assert kept.media_type == "application/pdf"
    assert kept.original_name == "Kế hoạch số 12 (bản ký).pdf"
    assert "ho" not in kept.storage_key.removeprefix("evidence/")
    assert kept.storage_key != attach(dossier, sent, "lần hai.pdf").storage_key


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (b"", "empty.pdf"),
        (b"<script>alert(1)</script>", "page.html"),
        (b"MZ\x90\x00" + b"\x00" * 100, "program.pdf"),
        (samples.pdf(script="JavaScript"), "script.pdf"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_its_field_and_nothing_is_stored(sent: bytes, name: str) -> None:
    dossier = make.dossier()
    before = everything()

    with pytest.raises(Invalid) as refusal:
        attach(dossier, sent, name)

    assert list(refusal.value.fields) == ["file"]
    assert everything() == before


def test_an_indicator_holds_so_many_files_and_no_more() -> None:
    dossier, sent = make.dossier(), samples.picture("PNG")
    kept = [attach(dossier, sent, f"{n}.png") for n in range(evidence.MOST_FILES)]

    with pytest.raises(Invalid) as refusal:
        attach(dossier, sent, "one.too.many.png")
    assert str(evidence.MOST_FILES) in refusal.value.reasons[0]

    attach(dossier, sent, "another.png", indicator="1.2")
    evidence.remove(kept[0].id, actor=make.person_for("commune_officer", dossier))
    attach(dossier, sent, "instead.png")


def test_an_indicator_that_does_not_exist_takes_no_file() -> None:
    with pytest.raises(NotFound):
        attach(make.dossier(), samples.pdf(), "a.pdf", indicator="9.9")


@pytest.mark.parametrize("state", ["awaiting_chair", "submitted", "appraising", "endorsed", "recognised_level_1"])
def test_nothing_is_attached_or_removed_once_the_dossier_is_out_of_hand(state: str) -> None:
    dossier = make.dossier(claims=make.answers(1))
    kept = attach(dossier, samples.pdf(), "a.pdf")
    walk_on(dossier, state)
    before = everything()

    with pytest.raises(ActionNotOpen):
        attach(dossier, samples.pdf(), "b.pdf")
    with pytest.raises(ActionNotOpen):
        evidence.remove(kept.id, actor=make.person_for("commune_officer", dossier))

    assert everything() == before


@pytest.mark.parametrize(("role", "refusal"), [("commune_chair", NotPermitted), ("education_officer", NotPermitted)])
def test_only_the_communes_officer_attaches_and_removes(role: str, refusal: type[Exception]) -> None:
    dossier = make.dossier(claims=make.answers(1))
    kept = attach(dossier, samples.pdf(), "a.pdf")
    walk_on(dossier, "returned")
    person = make.person_for(role, dossier)

    with pytest.raises(refusal):
        evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "b.pdf", actor=person)
    with pytest.raises(refusal):
        evidence.remove(kept.id, actor=person)


def test_a_removed_file_is_out_of_the_draft_and_cannot_be_removed_twice() -> None:
    dossier = make.dossier()
    kept = attach(dossier, samples.pdf(), "a.pdf")
    officer = make.person_for("commune_officer", dossier)

    evidence.remove(kept.id, actor=officer)

    assert assessments.contents(dossier).evidence == {}
    with pytest.raises(ActionNotOpen):
        evidence.remove(kept.id, actor=officer)


def test_what_was_filed_stays_stored_though_it_is_removed_later() -> None:
    dossier = make.dossier(claims=make.answers(1))
    kept = attach(dossier, samples.pdf(), "a.pdf")
    walk_on(dossier, "returned")

    evidence.remove(kept.id, actor=make.person_for("commune_officer", dossier))
    make.commit()

    assert equipment().storage.verify(kept.storage_key, kept.sha256)
    assert db.session.query(Evidence).count() == 1


def attach(dossier: Dossier, sent: bytes, name: str, *, indicator: str = "1.1") -> Evidence:
    """Attach as the commune's officer."""
    officer = make.person_for("commune_officer", dossier)
    kept = evidence.attach(dossier.id, indicator, io.BytesIO(sent), name, actor=officer)
    make.commit()
    return kept


def walk_on(dossier: Dossier, state: str) -> None:
    """Bring a dossier with complete claims on to `state` at level 1."""
    course = walking.Course(
        make.answers(1), make.answers(1), make.minutes(), note=lambda t: make.REASON if t.note == "required" else ""
    )
    for transition in walking.way(make.scheme(), state, 1):
        walking.step(dossier, transition, course, make.person)
    make.commit()


def _aged(settings: Settings, age: dt.timedelta) -> None:
    """Let everything in the storage have been written so long ago."""
    at = (clock.now() - age).timestamp()
    for path in (settings.data_dir / "files").rglob("*"):
        os.utime(path, (at, at))


def test_a_file_that_got_no_row_goes_after_a_day_and_none_that_a_row_names(settings: Settings) -> None:
    storage, named = equipment().storage, attach(make.dossier(), samples.pdf(), "a.pdf").storage_key
    make.commit()
    _stored, lost = evidence_files.store(io.BytesIO(b"the process was killed"))
    _aged(settings, dt.timedelta(hours=23))
    evidence_files.sweep()
    assert storage.exists(lost)

    _aged(settings, dt.timedelta(hours=25))
    with row_security.seeing(row_security.NOTHING):
        evidence_files.sweep()

    assert storage.exists(named)
    assert not storage.exists(lost)
    assert storage.listed("intent") == []


def test_a_file_that_is_swept_before_it_gets_its_row_gets_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, store = make.dossier(), evidence_files.store
    make.commit()

    def stored_long_ago(file: BinaryIO, key: str = "") -> tuple[Stored, str]:
        stored = store(file, key)
        _aged(settings, dt.timedelta(days=2))
        evidence_files.sweep()
        return stored

    monkeypatch.setattr(evidence_files, "store", stored_long_ago)
    with pytest.raises(Stale):
        attach(dossier, samples.pdf(), "a.pdf")


def test_the_sweep_waits_for_a_row_that_is_not_committed_yet(app: Flask, settings: Settings) -> None:
    dossier = make.dossier()
    make.commit()
    officer = make.person_for("commune_officer", dossier)
    make.commit()
    named = evidence.attach(dossier.id, "1.1", io.BytesIO(samples.pdf()), "a.pdf", actor=officer).storage_key
    _aged(settings, dt.timedelta(days=2))

    def swept() -> None:
        with app.app_context():
            evidence_files.sweep()

    sweeping = threading.Thread(target=swept)
    sweeping.start()
    sweeping.join(0.5)
    waits = sweeping.is_alive()
    make.commit()
    sweeping.join(AT_MOST)

    assert waits
    assert equipment().storage.exists(named)
