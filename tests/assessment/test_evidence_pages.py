"""Evidence: attaching, refusing, removing and downloading."""

import datetime as dt
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from certflow import clock
from certflow.assessment import evidence, evidence_files
from certflow.audit import verification
from certflow.config import Settings
from certflow.errors import Invalid
from certflow.gateways import installation
from certflow.gateways.files import content, preview
from certflow.gateways.files.preview import PagePreview
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Evidence
from tests import make
from tests.browsing import again, counted, send, signed_in, typed_in
from tests.gateways import samples

NAME = "Kế hoạch “2025” của xã.pdf"


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> Dossier:
    """A dossier being drafted; its officer is signed in and reads English."""
    with app.app_context():
        dossier = make.dossier()
    signed_in(app, client, "commune_officer", dossier)
    return dossier


def _attach(client: FlaskClient, dossier: Dossier, *files: tuple[bytes, str], code: str = "1.1") -> TestResponse:
    """Send files by the page's form; the body is made here, as the client would keep a large one in an open file."""
    token = typed_in(client.get(f"/dossiers/{dossier.id}/criteria/1").text, "csrf_token")
    sent = [FileStorage(io.BytesIO(content), name) for content, name in files]
    typed = [("csrf_token", token), ("go", f"files:{code}")]
    boundary, body = encode_multipart(MultiDict([*typed, *((f"{code}-file", file) for file in sent)]))
    return client.post(
        f"/dossiers/{dossier.id}/criteria/1",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def _stored(app: Flask) -> list[Evidence]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Evidence).order_by(Evidence.id)))


def test_several_files_are_attached_at_once_and_listed(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    answer = _attach(client, draft, (samples.pdf(), NAME), (samples.picture("JPEG"), "ảnh.jpg"))

    assert answer.status_code == 302
    assert answer.location == f"/dossiers/{draft.id}/criteria/1#i1-1-files"
    page = client.get(f"/dossiers/{draft.id}/criteria/1").text
    for file in _stored(app):
        assert f'<a href="/evidence/{file.id}" download>' in page
        assert file.original_name in page
    assert "2 files are attached." in page


def test_a_refused_file_keeps_the_page_and_says_the_reason_at_the_field(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    with app.app_context():
        make.claims(again(draft), {"1.1": {"value": "yes"}})

    answer = _attach(client, draft, (b"<html>", "trang.html"))

    assert answer.status_code == 422
    assert '<p class="error" id="i1-1-file-error">' in answer.text
    assert "“trang.html”: Files of this kind are not accepted" in answer.text
    assert f'action="/dossiers/{draft.id}/criteria/1"' in answer.text
    assert "checked" in answer.text
    assert _stored(app) == []


def test_good_files_are_kept_when_another_is_refused(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    answer = _attach(client, draft, (samples.pdf(), "tốt.pdf"), (b"", "rỗng.pdf"))

    assert answer.status_code == 200
    assert "1 file is attached." in answer.text
    assert "“rỗng.pdf”: The file is empty" in answer.text
    assert [file.original_name for file in _stored(app)] == ["tốt.pdf"]


def test_sending_without_a_file_is_told_at_the_field(client: FlaskClient, draft: Dossier) -> None:
    answer = _attach(client, draft, (b"", ""))

    assert answer.status_code == 422
    assert "Choose at least one file first." in answer.text


def test_too_much_at_once_is_told_at_the_field(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    large = samples.pdf() + b"\0" * 23 * 2**20
    answer = _attach(client, draft, (large, "lớn.pdf"))
    token = typed_in(client.get(f"/dossiers/{draft.id}/criteria/1").text, "csrf_token")
    boundary, body = encode_multipart(MultiDict([("csrf_token", token), ("file", FileStorage(io.BytesIO(large), "l"))]))
    by_script = client.post(
        f"/dossiers/{draft.id}/evidence/1.1",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"X-Requested-With": "certflow"},
    )

    assert answer.status_code == 422
    assert 'id="i1-1-file-error"' in answer.text
    assert "20 MB" in answer.text
    assert (by_script.status_code, "20 MB" in by_script.get_json()["reasons"][0]) == (413, True)
    assert _stored(app) == []


def test_too_much_from_a_stranger_shows_no_dossier(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier()

    answer = client.post(
        f"/dossiers/{dossier.id}/evidence/1.1",
        input_stream=io.BytesIO(b"\0" * 23 * 2**20),
        content_type="multipart/form-data; boundary=here",
    )

    assert answer.location == "/sign-in"


def test_an_unknown_indicator_and_a_closed_dossier_take_no_file(
    app: Flask, client: FlaskClient, draft: Dossier
) -> None:
    token_page = f"/dossiers/{draft.id}/criteria/1"
    file = {"file": (io.BytesIO(samples.pdf()), NAME)}
    unknown = send(client, f"/dossiers/{draft.id}/evidence/9.9", file, page=token_page)
    with app.app_context():
        make.claims(again(draft), make.answers())
        make.meeting(again(draft))
        make.act(again(draft), "hand_over")
    sent = {"file": (io.BytesIO(samples.pdf()), NAME)}
    late = send(client, f"/dossiers/{draft.id}/evidence/1.1", sent, page=token_page)

    assert (unknown.status_code, late.status_code) == (404, 409)
    assert _stored(app) == []


def test_a_file_comes_back_as_an_attachment_and_nothing_else(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    content = samples.picture("JPEG") + b"\0" * 2**20
    _attach(client, draft, (content, NAME.replace(".pdf", ".jpg")))
    (file,) = _stored(app)

    answer = client.get(f"/evidence/{file.id}")

    assert answer.data == content
    assert answer.content_type == "image/jpeg"
    assert answer.content_length == len(content)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_shown_to_those_who_may_see_its_dossier_only(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    _attach(client, draft, (samples.pdf(), NAME))
    (file,) = _stored(app)
    with app.app_context():
        other = make.dossier()
    stranger, reviewer, nobody = app.test_client(), app.test_client(), app.test_client()
    signed_in(app, stranger, "commune_officer", other)
    signed_in(app, reviewer, "district_appraiser", draft)

    assert stranger.get(f"/evidence/{file.id}").status_code == 404
    assert reviewer.get(f"/evidence/{file.id}").status_code == 404
    assert nobody.get(f"/evidence/{file.id}").status_code == 302
    assert client.get("/evidence/999").status_code == 404


def test_a_page_is_drawn_once_and_shown_beside_the_claim_to_those_who_may_download_it(
    app: Flask, client: FlaskClient, draft: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    _attach(client, draft, (samples.pdf(), NAME), (samples.docx(), "b.docx"))
    send(client, f"/dossiers/{draft.id}/criteria/1", {"1.1-value": "yes", "1.1-explanation": "Có kế hoạch từ tháng 1"})
    stranger = app.test_client()
    with app.app_context():
        other = make.dossier()
    signed_in(app, stranger, "commune_officer", other)
    listed, file = client.get(f"/dossiers/{draft.id}/criteria/1").text, _stored(app)[0]
    address = f"/evidence/{file.id}/pages/1"

    page, first = client.get(address), client.get(f"{address}/picture?size=small")
    monkeypatch.setattr(preview, "draw", None)  # whatever would be drawn once more fails
    second = client.get(f"{address}/picture?size=small")
    known = client.get(f"{address}/picture?size=small", headers={"If-None-Match": first.headers["ETag"]})

    assert re.findall(r'<img src="([^"]*)" width="84" height="112" loading="lazy"', listed) == [
        f"{address}/picture?size=small"
    ]
    for words in ("Có kế hoạch từ tháng 1", 'width="848" height="1200"', "Download the file", file.original_name):
        assert words in page.text
    assert "Finding" not in page.text
    assert (first.data[8:12], first.data, known.status_code) == (b"WEBP", second.data, 304)
    assert (first.content_type, first.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert "sandbox" in first.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert "Cookie" in first.headers["Vary"]
    for missing in (
        "/evidence/999/pages/1",
        f"/evidence/{file.id}/pages/2/picture?size=9",
        f"{address}/picture?size=9",
    ):
        assert client.get(missing).status_code == 404
    assert client.get(f"/evidence/{file.id + 1}/pages/1").status_code == 404
    assert [stranger.get(f"{address}{rest}").status_code for rest in ("", "/picture?size=small")] == [404, 404]


def test_what_cannot_be_drawn_is_told_with_the_download_and_tried_again_another_day(
    app: Flask, client: FlaskClient, draft: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    _attach(client, draft, (samples.jpeg(400, 300), "ảnh.jpg"), (samples.picture("PNG"), "b.png"))
    broken, slow = _stored(app)
    faults: Iterator[preview.Fault] = iter(("limits", "busy"))
    for file, words, brief in ((broken, "This file is damaged", "Damaged"), (slow, "too much time", "Too large here")):
        if file is slow:
            monkeypatch.setattr(preview, "draw", lambda *_args, **_named: PagePreview(fault=next(faults)))
        page, picture = client.get(f"/evidence/{file.id}/pages/1"), client.get(f"/evidence/{file.id}/pages/1/picture")

        assert words in page.text
        assert f'href="/evidence/{file.id}" download' in page.text
        assert (picture.content_type, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
        assert brief in picture.text

    tomorrow = clock.today() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert "Many pages are being prepared" in client.get(f"/evidence/{slow.id}/pages/1").text
    assert "This file is damaged" in client.get(f"/evidence/{broken.id}/pages/1").text


def test_a_file_is_removed_from_the_draft_once(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    _attach(client, draft, (samples.pdf(), NAME))
    (file,) = _stored(app)
    page = f"/dossiers/{draft.id}/criteria/1"

    removed = send(client, page, {"remove": file.id})
    again = send(client, page, {"remove": file.id})

    assert removed.location == f"{page}#i1-1-files"
    shown = client.get(again.location).text
    assert f'href="/evidence/{file.id}"' not in shown
    assert "This file has already been removed." in shown


def test_the_page_asks_no_query_per_file(app: Flask, client: FlaskClient, draft: Dossier) -> None:
    page = f"/dossiers/{draft.id}/criteria/1"
    _attach(client, draft, (samples.pdf(), "một.pdf"))
    client.get(page)
    with counted(app) as one:
        client.get(page)
    _attach(client, draft, *[(samples.pdf(), f"tệp {n}.pdf") for n in range(5)])
    client.get(page)

    with counted(app) as many:
        client.get(page)

    assert len(many) == len(one)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_waits_for_a_page_whose_files_are_judged(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        dossier = make.dossier()
        make.commit()
    signed_in(app, client, "commune_officer", dossier)
    judge, free = content.recognise, list[bool]()

    def judging(file: Any, name: str) -> Any:
        with closing(sqlite3.connect(settings.data_dir / "certflow.sqlite3", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # raises where this request holds up everybody who writes
            free.append(True)
        return judge(file, name)

    monkeypatch.setattr(content, "recognise", judging)
    pictures = [(io.BytesIO(samples.picture("PNG", width) + b"\0" * 40_000), f"{width}.png") for width in (8, 9, 10)]
    sent = send(client, f"/dossiers/{dossier.id}/criteria/1", {"1.1-file": pictures, "1.1-explanation": "Có ba ảnh."})

    assert sent.status_code == 302, sent.text
    assert len(free) == 3
    with app.app_context():
        assert db.session.query(Evidence).count() == 3
        assert db.session.query(Claim).one().explanation == "Có ba ảnh."
        assert verification.verify().count == 0


def test_a_dossier_has_room_for_so_many_megabytes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        dossier = make.dossier()
        officer = make.person_for("commune_officer", dossier)
        sent = samples.picture("PNG")
        kept = equipment()
        installation.keep(replace(kept, settings=replace(kept.settings, dossier_quota=2 * len(sent))))

        for name in ("1.png", "2.png"):
            evidence.attach(dossier.id, "1.1", io.BytesIO(sent), name, actor=officer)
        with pytest.raises(Invalid) as refusal:
            evidence.attach(dossier.id, "1.1", io.BytesIO(sent), "3.png", actor=officer)

        assert list(refusal.value.fields) == ["file"]
        assert db.session.query(Evidence).count() == 2


def test_what_was_removed_and_never_filed_is_deleted_after_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        make.act(dossier, "return_for_changes")
        officer = make.person_for("commune_officer", dossier)
        removed, kept = (
            evidence.attach(dossier.id, "1.1", io.BytesIO(samples.picture("PNG", width)), f"{width}.png", actor=officer)
            for width in (8, 9)
        )
        evidence.remove(removed.id, actor=officer)
        make.commit()
        key, number = removed.storage_key, kept.id
        evidence.sweep_removed()
        assert db.session.query(Evidence).count() == 2

        later = clock.now() + dt.timedelta(days=1, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        evidence.sweep_removed()
        evidence_files.sweep()
        monkeypatch.setattr(clock, "now", lambda: later + dt.timedelta(days=1, minutes=1))
        evidence_files.sweep()

        assert [row.id for row in db.session.query(Evidence)] == [number]
        assert not equipment().storage.exists(key)
        assert verification.verify().count == 0
