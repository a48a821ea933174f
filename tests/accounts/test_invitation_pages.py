"""The pages of links: an administrator gives one, a person asks for one, and it is redeemed once."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import jobs
from certflow.catalogue import role_titles
from certflow.config import Settings
from certflow.models.base import db
from certflow.models.people import User
from tests import make
from tests.browsing import in_english, send, typed_in
from tests.mailbox import LINK, Mailbox

NEW = "bảy ngọn đèn dầu"
PERSON = {"full_name": "Lê Văn Tám", "position": "", "sign_in_name": "le.van.tam", "email": "Tam@Example.gov.vn"}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person(role_titles.ADMINISTRATOR))
    return in_english(client)


def invited(administrator: FlaskClient) -> str:
    """The address of the page of a person who was made without a password."""
    answer = send(administrator, "/people/new", PERSON)
    assert answer.status_code == 302, answer.text
    return answer.location.removesuffix("/appointments")


def test_without_mail_the_link_is_shown_once_and_works_once(app: Flask, administrator: FlaskClient) -> None:
    person = invited(administrator)
    assert 'class="tag waiting"' in administrator.get(person).text
    shown = send(administrator, f"{person}/links", {}, page=person)
    assert shown.status_code == 200
    assert "This installation sends no mail" in shown.text
    link = LINK.search(shown.text.replace("</textarea>", " "))
    assert link
    assert link[1] not in administrator.get(person).text
    other = in_english(app.test_client())
    address = f"/links/{link[1]}"

    assert other.get(address).status_code == other.get(address).status_code == 200, "looking uses nothing up"
    assert send(other, address, {"password": "ngắn"}).status_code == 422
    assert send(other, address, {"password": NEW}).location == "/sign-in"

    assert other.get(address).status_code == 404
    make.sign_in(other, "le.van.tam", NEW)
    assert "Used" in administrator.get(person).text


def test_a_bad_address_is_told_at_its_field_and_kept(administrator: FlaskClient) -> None:
    answer = send(administrator, "/people/new", {**PERSON, "email": "tam@"})

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert typed_in(answer.text, "email") == "tam@"


def test_only_administrators_give_links(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make.person("commune_officer")
    make.sign_in(client, user)

    assert send(client, f"/people/{user.id}/links", {}, page="/account").status_code == 403


def test_without_mail_nobody_is_promised_any(client: FlaskClient) -> None:
    page = in_english(client).get("/sign-in/forgotten").text

    assert "This installation sends no mail" in page
    assert 'name="named"' not in page


class TestMailed:
    """With a mail server."""

    @pytest.fixture
    def settings(self, settings: Settings, post: Mailbox) -> Settings:
        return replace(settings, smtp_url=post.url, mail_sender="certflow@example.gov.vn")

    def test_an_invitation_is_mailed_and_the_page_tells_what_became_of_it(
        self, app: Flask, administrator: FlaskClient, post: Mailbox
    ) -> None:
        person = invited(administrator)
        answer = send(administrator, f"{person}/links", {}, page=person)
        assert answer.status_code == 302
        assert "waits to be sent to tam@example.gov.vn" in administrator.get(person).text
        post.refusing = "550 no such mailbox"
        assert not self._work(app)
        assert re.search(r"not sent after 1 attempts: .*no such mailbox", administrator.get(person).text)
        post.refusing = ""
        assert self._work(app)

        assert "sent to tam@example.gov.vn at" in administrator.get(person).text
        send(app.test_client(), f"/links/{post.token()}", {"password": NEW})
        make.sign_in(app.test_client(), "le.van.tam", NEW)

    def test_who_forgot_is_answered_like_who_is_unknown(self, app: Flask, client: FlaskClient, post: Mailbox) -> None:
        with app.app_context():
            user = db.session.merge(make.user("officer"))
            user.email = "officer@example.gov.vn"
            db.session.commit()
        in_english(client)
        answers = [send(client, "/sign-in/forgotten", {"named": name}) for name in ("officer", "nobody")]
        bodies = {re.sub(r'value="[^"]+"', "", answer.text) for answer in answers}

        assert [answer.status_code for answer in answers] == [200, 200]
        assert len(bodies) == 1
        assert self._work(app)
        assert len(post.mails) == 1

    def test_asking_too_often_is_told_to_wait(self, client: FlaskClient) -> None:
        for _turn in range(5):
            assert send(client, "/sign-in/forgotten", {"named": "nobody"}).status_code == 200
        answer = send(client, "/sign-in/forgotten", {"named": "nobody"})

        assert answer.status_code == 429
        assert "Retry-After" in answer.headers

    def test_the_link_is_a_way_in_while_somebody_else_guesses(
        self, app: Flask, client: FlaskClient, post: Mailbox
    ) -> None:
        with app.app_context():
            user = db.session.merge(make.user("officer"))
            user.email = "officer@example.gov.vn"
            db.session.commit()
        in_english(client)
        for n in range(5):
            send(app.test_client(), "/sign-in", {"sign_in_name": "officer", "password": f"guess {n}"})
        waits = send(client, "/sign-in", {"sign_in_name": "officer", "password": make.PASSWORD})
        assert waits.status_code == 429
        assert "You do not need to wait" in waits.text
        send(client, "/sign-in/forgotten", {"named": "officer"})
        assert self._work(app)

        send(client, f"/links/{post.token()}", {"password": NEW})

        make.sign_in(client, "officer", NEW)

    @staticmethod
    def _work(app: Flask) -> bool:
        """One round of the worker; whether everything went out."""
        with app.app_context():
            for pending in jobs.mails_to_send():
                try:
                    jobs.send_mail(pending.payload)
                except Exception:
                    return False
                db.session.commit()
        return True


def test_a_person_who_is_switched_off_is_given_none(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        user: User = db.session.merge(make.user("officer"))
        user.active = False
        db.session.commit()
        address = f"/people/{user.id}"

    assert f"{address}/links" not in administrator.get(address).text
    assert send(administrator, f"{address}/links", {}, page=address).status_code == 409
