"""The pages of acts for two persons, from the first one's form to the second one's button."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import role_titles
from certflow.http.fields import shown_day
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.results import documents
from certflow.rounds import rounds
from tests import make
from tests.browsing import send

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_dates_are_proposed_by_one_and_confirmed_by_another(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        found = rounds.get(make.dossier().round_id)
        typed = {f"included_{date.deadline}": "yes" for date in found.dates} | {"version": str(found.version)}
        typed |= {f"due_{date.deadline}": shown_day(date.due_on.replace(year=2031)) for date in found.dates}
        first, second = (make.person(role_titles.ADMINISTRATOR, name=name) for name in ("", "second"))
        url = f"/rounds/{found.id}"
        make.sign_in(client, first)

        assert send(client, url, typed).status_code == 422
        asked = send(client, url, typed | {"reason": make.REASON})
        page = client.get(asked.location).text
        assert "31/2031" in page or "/2031" in page
        assert send(client, f"{asked.location}/confirm", {}, page=asked.location).status_code == 403
        assert "Có đề nghị thay đổi thời hạn" in client.get(url).text

        other = app.test_client()
        make.sign_in(other, second)
        assert "Có 1 việc chờ" in other.get("/").text
        assert make.REASON in other.get(asked.location).text
        assert send(other, f"{asked.location}/confirm", {}, page=asked.location).status_code == 302
        db.session.expire_all()
        assert {date.due_on.year for date in rounds.get(found.id).dates} == {2031}
        assert send(other, f"{asked.location}/refuse", {"reason": "x"}, page="/proposals/").status_code == 409


def test_a_revoked_result_says_so_to_whoever_verifies_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("recognised_level_1")
        for document_id in documents.pending(10):
            documents.issue(document_id)
        db.session.commit()
        code = db.session.query(Recognition).one().verify_code
        url = f"/dossiers/{dossier.id}/revocation"
        make.sign_in(client, make.person_for("district_appraiser", dossier))
        typed = {"document_number": "09/QĐ-PGDĐT", "document_date": "31/12/2999", "reason": make.REASON}
        wrong = send(client, url, typed)
        assert wrong.status_code == 422
        assert "09/QĐ-PGDĐT" in wrong.text
        day = shown_day(db.session.query(Recognition).one().recognised_on)
        asked = send(client, url, typed | {"document_date": day})
        assert asked.status_code == 302

        head = app.test_client()
        make.sign_in(head, make.person_for("education_head", dossier))
        assert send(head, f"{asked.location}/confirm", {}, page=asked.location).status_code == 302
        page = app.test_client().get(f"/verify/{code}").text
        assert "ĐÃ THU HỒI" in page
        assert make.REASON in page


def test_papers_are_recorded_by_the_office_that_receives_them_alone(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        url = f"/dossiers/{dossier.id}/paper-receipt"
        typed = {"received_on": shown_day(dossier.opened_at.date()), "way": "direct", "register_number": "7"}
        make.sign_in(client, make.person_for("commune_chair", dossier))
        assert send(client, url, typed, page="/proposals/").status_code == 403
        assert db.session.query(Proposal).count() == 0

        office = app.test_client()
        make.sign_in(office, make.person_for("education_officer", dossier))
        assert url in office.get(f"/dossiers/{dossier.id}/").text
        asked = send(office, url, typed)
        assert asked.status_code == 302
        assert "Nộp trực tiếp" in office.get(asked.location).text
        taken = send(office, f"{asked.location}/withdraw", {"reason": "Nhập nhầm"}, page=asked.location)
        assert taken.status_code == 302
        assert "Đã rút lại" in office.get("/proposals/").text


def test_a_proposal_of_others_is_as_good_as_absent(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        make.sign_in(client, make.person_for("education_officer", dossier))
        typed = {"received_on": shown_day(dossier.opened_at.date()), "way": "direct", "register_number": "7"}
        asked = send(client, f"/dossiers/{dossier.id}/paper-receipt", typed)
        stranger = app.test_client()
        make.sign_in(stranger, make.person("commune_officer", make.unit("Xã Suối Cát")))

        assert stranger.get(asked.location).status_code == 404
        assert stranger.get("/proposals/999").status_code == 404
