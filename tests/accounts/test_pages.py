"""One's own account: the roles one holds, and a new password."""

from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.browsing import in_english, send

NEW = "bảy ngọn đèn dầu"


def test_one_sees_one_s_own_roles(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_head"))

    page = in_english(client).get("/account").text

    assert "Head of the district education office" in page
    assert "Huyện Cẩm Mỹ" in page


def test_a_new_password_ends_the_session_and_works(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        name = make.user("officer").sign_in_name
        make.sign_in(client, name)

    answer = send(client, "/account", {"old_password": make.PASSWORD, "password": NEW})

    assert answer.status_code == 302
    assert client.get("/account").status_code == 302
    make.sign_in(client, name, NEW)
    assert client.get("/account").status_code == 200


def test_a_wrong_or_short_password_is_told_at_its_field(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.user("officer"))
    in_english(client)

    for typed, field, words in (
        ({"old_password": "sai", "password": NEW}, "old_password", "This is not your current password."),
        ({"old_password": make.PASSWORD, "password": "ngắn"}, "password", "Choose a password of 10 to 200"),
        ({"old_password": "", "password": ""}, "password", "Type a new password."),
    ):
        page = send(client, "/account", typed)
        assert page.status_code == 422
        assert f'<a href="#{field}">{words}' in page.text
        assert NEW not in page.text
