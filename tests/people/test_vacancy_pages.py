"""Filing to a part that nobody holds: said before the last person goes, before and after filing, to administrators."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.models.people import User
from tests import make
from tests.access.test_vacancies import LEAVING
from tests.browsing import in_english, send, typed_in

LINE = "Receiving officer, district education office, Huyện Cẩm Mỹ: <b>{waiting}</b>"


def _officer() -> User:
    return make.person("education_officer", make.unit("Huyện Cẩm Mỹ"))


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def test_the_page_says_so_before_the_last_holder_goes(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        make.dossier(at="submitted")
        officer = _officer()
        addresses = [f"/people/{officer.id}", f"/appointments/{officer.appointments[0].id}/end"]

    for address in addresses:
        page = administrator.get(address).text
        assert "Nobody else holds these roles" in page
        assert LINE.format(waiting="1 dossier waits") in page

    with app.app_context():
        make.person("education_officer", make.unit("Huyện Cẩm Mỹ"), "colleague")
    for address in addresses:
        assert "Nobody else holds these roles" not in administrator.get(address).text


@pytest.mark.parametrize("leave", LEAVING)
def test_administrators_see_what_waits_for_nobody(
    app: Flask, administrator: FlaskClient, leave: Callable[[User], None]
) -> None:
    with app.app_context():
        make.dossier(at="submitted")
        make.dossier(at="submitted")
        _officer()
    for address in ("/", "/people/"):
        assert "roles that nobody holds" not in administrator.get(address).text

    with app.app_context():
        leave(_officer())
        make.commit()

    for address in ("/", "/people/"):
        page = administrator.get(address).text
        assert "Dossiers wait for roles that nobody holds" in page
        assert LINE.format(waiting="2 dossiers wait") in page


@pytest.mark.parametrize("leave", LEAVING)
def test_whoever_files_to_nobody_is_told_before_and_after(
    app: Flask, client: FlaskClient, leave: Callable[[User], None]
) -> None:
    with app.app_context():
        dossier = make.dossier(at="awaiting_chair")
        address, chair = f"/dossiers/{dossier.id}/", make.person_for("commune_chair", dossier)
        leave(_officer())
        make.commit()
        make.sign_in(client, chair)
    in_english(client)

    before = client.get(f"{address}actions/submit").text
    assert "Nobody holds the role that comes next" in before
    assert "You can still take this step" in before

    filed = send(client, f"{address}actions/submit", {"version": typed_in(before, "version"), "note": ""})
    assert filed.status_code == 302
    after = client.get(address).text
    assert "At present nobody holds the role that the dossier now waits for: Receiving officer" in after
    assert "Nobody holds this role at present." in client.get(address).text


def test_whoever_files_to_somebody_reads_their_name(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="awaiting_chair")
        address, officer = f"/dossiers/{dossier.id}/", _officer().full_name
        make.sign_in(client, make.person_for("commune_chair", dossier))
    in_english(client)

    page = client.get(f"{address}actions/submit").text
    assert "Nobody holds the role that comes next" not in page
    assert officer in page

    send(client, f"{address}actions/submit", {"version": typed_in(page, "version"), "note": ""})
    after = client.get(address).text
    assert f"<b>({officer})</b>" in after
    assert "nobody holds the role" not in after
