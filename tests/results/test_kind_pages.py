"""What people see of results that are no recognition at a level by an office here, and of samples."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.law.specs.form import FormSpec, Trust
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.results import documents, recognitions
from tests import make
from tests.browsing import in_english, send, typed_in
from tests.schemes import loaded

SAMPLE = "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"


@pytest.fixture(autouse=True)
def _graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormSpec, "grade", loaded.graded)


def _ended(
    app: Flask, client: FlaskClient, scheme: str, state: str, *, trust: Trust = "transcribed", name: str = loaded.CENTRE
) -> tuple[int, str]:
    """The id of a dossier and the code of its result, its papers issued; its head is signed in and reads English."""
    with app.app_context():
        loaded.use(trust=trust)
        dossier = loaded.walked(loaded.opened(scheme, name=name), state)
        for paper in documents.of_dossier(dossier):
            documents.issue(paper.id)
        make.commit()
        result = recognitions.of_dossier(dossier)
        found = dossier.id, result.verify_code if result else ""
        make.sign_in(client, make.person_for("rating_head", dossier))
    in_english(client)
    return found


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1]).split())


@pytest.mark.parametrize(
    ("scheme", "state", "box", "sentences"),
    [
        (loaded.RATING, "rated", "good", ["is rated “Good” by the decision of", "trong năm", "Decision no. 01"]),
        (loaded.RATING, "unrated", "bad", [f"Reasons {make.REASON}", "Written reply no. 01/THU"]),
        (loaded.COMMENDATION, "commended", "good", ["decided on", "“Commended”", "Decision no. 01/QĐ-KT"]),
        (loaded.OUTSIDE, "recorded", "good", ["is recognised at level 1 by decision no. 88/QĐ-BGDĐT of"]),
        (loaded.OUTSIDE, "ended", "bad", [f"Reasons {make.REASON}"]),
    ],
)  # fmt: skip
def test_a_finished_dossier_says_how_it_ended_whatever_was_decided(
    app: Flask, client: FlaskClient, scheme: str, state: str, box: str, sentences: list[str]
) -> None:
    number, code = _ended(app, client, scheme, state)

    page = client.get(f"/dossiers/{number}/").text

    assert f'class="next {box}"' in page
    assert f'class="tag {box}"' in page
    assert [words for words in sentences if words not in _words(page)] == []
    assert "kept until" not in page
    assert (f"/verify/{code}" in page) == bool(code)
    assert f'class="tag {box}"' in client.get("/dossiers/").text


@pytest.mark.parametrize(
    ("scheme", "state", "told", "untold"),
    [
        (
            loaded.RATING,
            "rated",
            ["Rating of a learning centre", "Good", "01/QĐ-THU", "01/GCN-THU", "trong năm"],
            ["Kept until", "level"],
        ),
        (
            loaded.COMMENDATION,
            "commended",
            ["Commendation of a person", "Commended", "01/QĐ-KT", "No last day is set for this result."],
            ["Kept until", "Read the certificate", "Level"],
        ),
        (
            loaded.OUTSIDE,
            "recorded",
            ["Recognition made elsewhere", "Level 1", "88/QĐ-BGDĐT"],
            ["Kept until", "Read the certificate", "Decided by"],
        ),
    ],
)
def test_the_public_page_tells_every_kind_of_result(
    app: Flask, client: FlaskClient, scheme: str, state: str, told: list[str], untold: list[str]
) -> None:
    _number, code = _ended(app, client, scheme, state)

    page = client.get(f"/verify/{code}")

    words = _words(page.text)
    assert page.status_code == 200
    assert (loaded.CENTRE if scheme != loaded.OUTSIDE else "Xã Xuân Tây") in words
    assert [each for each in told if each not in words] == []
    assert [each for each in untold if each in words] == []
    assert 'class="box bad"' not in page.text
    assert client.get(f"/verify/{code}/certificate").status_code == (200 if scheme == loaded.RATING else 404)


def test_a_sample_says_so_wherever_it_is_seen(app: Flask, client: FlaskClient) -> None:
    number, code = _ended(app, client, loaded.RATING, "rated", trust="sample")
    with app.app_context():
        papers = [paper.id for paper in documents.of_dossier(db.session.get_one(Dossier, number))]
        db.session.rollback()

    public = client.get(f"/verify/{code}").text
    assert 'class="box bad"' in public
    assert "SAMPLE: this is not a real result" in public
    assert "Without a number, of" in public
    assert SAMPLE in client.get(f"/verify/{code}/certificate").text
    assert "a sample without a number" in client.get(f"/dossiers/{number}/").text
    for paper in papers:
        page = client.get(f"/documents/{paper}").text
        assert "a sample without a number" in page
        assert "none: a sample has no number" in page
        copy = client.get(f"/documents/{paper}/copy").text
        assert SAMPLE in copy
        assert "Số: ……" in copy
        answer = client.get(f"/documents/{paper}/file")
        assert answer.data.startswith(b"%PDF-")
        assert f'filename="MAU-{paper}-' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("scheme", [loaded.RATING, loaded.OUTSIDE])
def test_what_a_scheme_does_not_ask_for_is_not_shown_and_not_found(
    app: Flask, client: FlaskClient, scheme: str
) -> None:
    with app.app_context():
        loaded.use()
        number = loaded.opened(scheme).id
        make.sign_in(client, make.person("centre_officer", make.unit()))
    in_english(client)

    for path in ("", "check", "criteria/1"):
        page = client.get(f"/dossiers/{number}/{path}")
        assert page.status_code == 200
        assert "/meeting" not in page.text
        assert "meeting" not in _words(page.text)
    assert "Save and check the answers" in client.get(f"/dossiers/{number}/criteria/1").text
    assert client.get(f"/dossiers/{number}/meeting").status_code == 404
    assert send(client, f"/dossiers/{number}/meeting", {}, page="/account").status_code == 404
    appraisal = {client.get(f"/dossiers/{number}/appraisal{path}").status_code for path in ("", "/1")}
    assert appraisal == ({403} if scheme == loaded.RATING else {404})
    typed = {"1.1-value": "yes", "1.2-value": "2", "1.1-version": 0, "1.2-version": 0, "go": "next"}
    answer = send(client, f"/dossiers/{number}/criteria/1", typed)
    assert (answer.status_code, answer.location) == (302, f"/dossiers/{number}/check")


@pytest.mark.parametrize("trust", ["sample", "transcribed"])
def test_who_decides_is_told_beforehand_whether_a_number_is_drawn(
    app: Flask, client: FlaskClient, trust: Trust
) -> None:
    with app.app_context():
        loaded.use(trust=trust)
        dossier = loaded.walked(loaded.opened(loaded.RATING), "checked")
        make.sign_in(client, make.person_for("rating_head", dossier))
        address = f"/dossiers/{dossier.id}/actions/"
    in_english(client)

    for action, numbered in (
        ("rate", "its decision gets a number"),
        ("decline", "The written reply gets a number, your name as signatory and today"),
    ):
        words = _words(client.get(f"{address}{action}").text)
        assert ("they get no number" in words) == (trust == "sample")
        assert (numbered in words) == (trust == "transcribed")


def _recording(app: Flask, client: FlaskClient) -> tuple[str, str]:
    """The address of the act that records a decision made elsewhere, and the version of its dossier."""
    with app.app_context():
        loaded.use()
        dossier = loaded.walked(loaded.opened(loaded.OUTSIDE), "sent")
        make.sign_in(client, make.person_for("rating_head", dossier))
        address = f"/dossiers/{dossier.id}/actions/record"
    return address, typed_in(in_english(client).get(address).text, "version")


def test_an_act_that_records_a_document_keeps_its_number_and_date_in_the_history(
    app: Flask, client: FlaskClient
) -> None:
    address, version = _recording(app, client)
    assert (
        "The decision of another office is recorded with its number and date; no paper is created here"
        in client.get(address).text
    )
    typed = {"version": version, "document_number": f" {loaded.DECISION} ", "document_date": "15/03/2026", "note": ""}

    answer = send(client, address, typed)

    assert answer.status_code == 302
    history = _words(client.get(f"{answer.location}history").text)
    assert "Document no. 88/QĐ-BGDĐT of 15/03/2026" in history
    with app.app_context():
        entry = db.session.scalars(sa.select(HistoryEntry).order_by(HistoryEntry.number.desc())).first()
        assert entry is not None
        assert (entry.document_number, entry.document_date) == (loaded.DECISION, dt.date(2026, 3, 15))
        assert db.session.query(HistoryEntry).filter(HistoryEntry.document_number != "").count() == 1
        db.session.rollback()


def test_a_document_that_cannot_be_is_told_at_the_field_and_what_was_typed_is_kept(
    app: Flask, client: FlaskClient
) -> None:
    address, version = _recording(app, client)
    tomorrow = f"{clock.today() + dt.timedelta(1):%d/%m/%Y}"
    for number, day, field, told in (
        ("  ", "15/03/2026", "document_number", "The number and the date of the document must be given"),
        ("88", "", "document_date", "The number and the date of the document must be given"),
        ("88", tomorrow, "document_date", "The date of the document is in the future"),
        ("88", "32/13/2026", "document_date", ""),
        ("8" * 81, "15/03/2026", "document_number", "Shorten this to at most 80 characters."),
    ):
        typed = {"version": version, "document_number": number, "document_date": day, "note": "Đã nhận"}
        answer = send(client, address, typed)
        assert (number, day, answer.status_code) == (number, day, 422)
        assert re.search(rf'id="{field}-error"[^>]*>.*?{told}', answer.text, re.DOTALL), (number, day)
        assert len(re.findall(r'id="[a-z_]+-error"', answer.text)) == 1
        assert typed_in(answer.text, "document_number") == number
        assert typed_in(answer.text, "document_date") == day
        assert "Đã nhận</textarea>" in answer.text
    with app.app_context():
        assert {state for (state,) in db.session.execute(sa.select(Dossier.state))} == {"sent"}
        db.session.rollback()
