"""Files that come in parts: a line that drops goes on where it stopped, and what arrives twice is attached once."""

import base64
import datetime as dt
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from certflow import clock
from certflow.assessment import evidence, partial_uploads
from certflow.assessment.partial_uploads import PART, PartialUpload
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.gateways.files import content
from certflow.gateways.files.content import JPEG, FileKind
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Evidence
from certflow.models.people import User
from tests import make
from tests.browsing import signed_in, typed_in
from tests.gateways import samples

inside = pytest.mark.usefixtures("inside_the_application")
SCAN = samples.picture("JPEG") + b"\0" * (2 * PART + 1000)


@pytest.fixture
def dossier() -> Dossier:
    return make.dossier()


@pytest.fixture
def officer(dossier: Dossier) -> User:
    return make.person_for("commune_officer", dossier)


def begun(dossier: Dossier, officer: User, whole: bytes = SCAN, fingerprint: str = "") -> PartialUpload:
    return partial_uploads.begin(dossier.id, "1.1", len(whole), "biên bản.pdf", fingerprint, actor=officer)


def sent(upload: PartialUpload, whole: bytes = SCAN, *, parts: int = 9) -> None:
    """Send the next parts as a browser does."""
    for _part in range(min(parts, upload.parts)):
        at = partial_uploads.offset(upload)
        partial_uploads.append(upload, at, whole[at : at + PART])


def left() -> list[str]:
    return [key for key, _begun in equipment().storage.listed("upload")]


@inside
def test_parts_become_the_file_once_however_often_it_is_finished(dossier: Dossier, officer: User) -> None:
    upload = begun(dossier, officer)
    sent(upload, parts=2)
    again = partial_uploads.find(upload.name, dossier.id, "1.1", officer)
    half = partial_uploads.offset(again)
    sent(again)

    file = partial_uploads.finish(again, actor=officer)
    make.commit()

    assert (half, partial_uploads.offset(again)) == (2 * PART, len(SCAN))
    assert b"".join(evidence.chunks(file)) == SCAN
    assert (file.original_name, file.media_type) == ("biên bản.jpg", "image/jpeg")  # the ending follows the content
    assert partial_uploads.finish(again, actor=officer).id == file.id
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 1
    assert left() == []


@inside
def test_the_same_file_chosen_again_goes_on_and_another_one_begins_anew(dossier: Dossier, officer: User) -> None:
    upload, unmarked = begun(dossier, officer, fingerprint="0123456789abcdef"), begun(dossier, officer)
    assert partial_uploads.unfinished(dossier.id, officer) == {}
    for sending in (upload, unmarked):
        sent(sending, parts=2)

    again = begun(dossier, officer, fingerprint="0123456789abcdef")
    others = [begun(dossier, officer, fingerprint=other) for other in ("0123456789abcdee", "../../name", "")]

    assert (again, partial_uploads.offset(again)) == (upload, 2 * PART)
    assert partial_uploads.unfinished(dossier.id, officer) == {"1.1": [(upload, 2 * PART)]}
    assert [partial_uploads.offset(other) for other in others] == [0, 0, 0]
    assert partial_uploads.unfinished(dossier.id, make.user("other")) == {}
    sent(again)
    partial_uploads.finish(again, actor=officer)
    assert partial_uploads.unfinished(dossier.id, officer) == {}
    assert (
        partial_uploads.offset(begun(dossier, officer, fingerprint="0123456789abcdef")) == 0
    )  # taken out, put in anew


@inside
def test_a_file_stored_before_the_process_was_killed_is_attached_and_no_other_in_its_place(
    dossier: Dossier, officer: User
) -> None:
    upload, other = begun(dossier, officer), begun(dossier, officer)
    for one, stored in ((upload, SCAN), (other, b"something else")):
        equipment().storage.put(one.evidence_key, [stored])
        sent(one)

    assert partial_uploads.finish(upload, actor=officer).sha256
    with pytest.raises(FileExistsError):
        partial_uploads.finish(other, actor=officer)


@inside
def test_only_the_next_whole_part_is_kept(dossier: Dossier, officer: User) -> None:
    upload = begun(dossier, officer)
    sent(upload, parts=1)

    for at, part in ((0, SCAN[:PART]), (2 * PART, SCAN[2 * PART :]), (PART, SCAN[:10]), (-1, b""), (PART + 1, b"")):
        assert partial_uploads.append(upload, at, part) is None
    assert partial_uploads.offset(upload) == PART
    with pytest.raises(NotFound):
        partial_uploads.finish(upload, actor=officer)


@inside
def test_what_a_single_request_refuses_is_refused_in_parts(dossier: Dossier, officer: User) -> None:
    page = b"<p>" + b"\0" * PART
    upload = begun(dossier, officer, page)
    sent(upload, page)

    with pytest.raises(Invalid):
        partial_uploads.finish(upload, actor=officer)
    for length in (0, 20 * 2**20 + 1):
        with pytest.raises(Invalid):
            partial_uploads.begin(dossier.id, "1.1", length, "a.pdf", actor=officer)
    assert left() == []
    for person, about in ((make.user("other"), dossier.id), (officer, dossier.id + 1)):
        with pytest.raises(NotFound):
            partial_uploads.find(upload.name, about, "1.1", person)


@inside
def test_of_a_persons_open_uploads_the_oldest_gives_way_and_none_lasts_longer_than_a_day(
    dossier: Dossier, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = [begun(dossier, officer) for _number in range(partial_uploads.MOST_OPEN + 1)]
    for upload in uploads:
        sent(upload, parts=2)
    offsets = [partial_uploads.offset(upload) for upload in uploads]

    tomorrow = clock.now() + dt.timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    partial_uploads.sweep()

    assert offsets == [0] + [2 * PART] * partial_uploads.MOST_OPEN
    assert left() == []


@inside
def test_nothing_is_attached_once_the_dossier_is_out_of_hand(
    dossier: Dossier, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(dossier, officer)
    sent(upload)
    make.claims(dossier, make.answers())
    make.meeting(dossier)

    def handed_over_meanwhile(*_file: object) -> FileKind:
        make.act(dossier, "hand_over")
        return JPEG

    monkeypatch.setattr(content, "recognise", handed_over_meanwhile)
    with pytest.raises(ActionNotOpen):
        partial_uploads.finish(upload, actor=officer)
    with pytest.raises(ActionNotOpen):
        begun(dossier, officer)
    assert not equipment().storage.exists(upload.evidence_key)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_addresses_speak_tus(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier()
    signed_in(app, client, "commune_officer", dossier)
    token = typed_in(client.get(f"/dossiers/{dossier.id}/criteria/1").text, "csrf_token")
    by_script = {"X-Requested-With": "certflow", "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}
    name = base64.b64encode("Ảnh họp.pdf".encode()).decode()
    file = io.BytesIO(SCAN)

    made = client.post(
        f"/dossiers/{dossier.id}/evidence/1.1/uploads",
        headers=by_script | {"Upload-Length": str(len(SCAN)), "Upload-Metadata": f"x,filename {name}"},
    )
    answers, offsets = [made], []
    while answers[-1].status_code in (201, 204):
        offset = client.head(made.location).headers["Upload-Offset"]
        offsets.append(int(offset))
        file.seek(int(offset))
        said = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": offset}
        kind = "application/offset+octet-stream"
        answers.append(client.post(made.location, headers=by_script | said, data=file.read(PART), content_type=kind))
    wrong = client.post(made.location + "x", headers=by_script | {"Upload-Offset": "0"}, data=b"x")
    repeated = client.post(made.location, headers=by_script | {"Upload-Offset": "0"})

    assert [answer.status_code for answer in answers] == [201, 204, 204, 200]
    assert offsets == [0, PART, 2 * PART]
    for answer in (answers[-1], repeated):
        assert answer.get_json()["html"].count("<span>Ảnh họp.jpg</span>") == 1
    assert wrong.status_code == 404
    refused = client.post(made.request.path, headers=by_script | {"Upload-Length": "-3"})
    assert refused.status_code == 422
    assert refused.get_json()["reasons"][0].startswith("The file is empty.")
