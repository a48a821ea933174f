"""Opening a dossier of a holder in the browser: whom it is about, what was typed kept, refusals at their field."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import role_titles
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.rounds import rounds
from tests import make
from tests.browsing import in_english, send, typed_in
from tests.schemes import loaded


@pytest.fixture
def where(app: Flask, client: FlaskClient) -> dict[str, int]:
    """The round and the unit; their officer is signed in and reads English."""
    with app.app_context():
        loaded.use()
        found = {"round_id": loaded.round_of(loaded.RATING).id, "unit_id": make.unit().id}
        make.sign_in(client, make.person("centre_officer", make.unit()))
    in_english(client)
    return found


def _address(where: dict[str, int]) -> str:
    return "/dossiers/open?round_id={round_id}&unit_id={unit_id}".format_map(where)


def _opened(app: Flask) -> list[tuple[str, str]]:
    """Name and detail of the holder of each dossier, in the order of their opening."""
    with app.app_context():
        found = db.session.scalars(sa.select(Dossier).order_by(Dossier.id)).unique()
        listed = [(one.holder.name, one.holder.detail) for one in found if one.holder]
        db.session.rollback()
    return listed


def test_my_work_leads_to_the_page_and_the_page_to_the_dossier(
    app: Flask, client: FlaskClient, where: dict[str, int]
) -> None:
    link = re.search(r'href="(/dossiers/open\?[^"]+)"', client.get("/").text)
    assert link
    page = client.get(link[1].replace("&amp;", "&")).text
    assert "Which community learning centre?" in page
    assert "Xã Xuân Tây" in page
    assert "Entered before" not in page
    assert "Sample criteria, without legal force" in page

    typed = {**where, "known": "", "name": " Trung tâm  Ấp 1 ", "detail": "Ấp 1"}
    answer = send(client, "/dossiers/open", typed, page=_address(where))

    assert answer.status_code == 302
    assert _opened(app) == [("Trung tâm Ấp 1", "Ấp 1")]
    overview = client.get(answer.location).text
    assert "Dossier of Trung tâm Ấp 1" in overview
    assert "/meeting" not in overview
    assert "/appraisal" not in overview


def test_one_entered_before_is_chosen_from_the_list(app: Flask, client: FlaskClient, where: dict[str, int]) -> None:
    with app.app_context():
        known = loaded.opened(loaded.RATING, detail="Ấp 1", practice=True).holder_id
    page = client.get(_address(where)).text
    assert f'<option value="{known}">{loaded.CENTRE}, Ấp 1</option>' in page

    answer = send(client, "/dossiers/open", {**where, "known": known, "name": "", "detail": ""}, page=_address(where))

    assert answer.status_code == 302
    assert _opened(app) == [(loaded.CENTRE, "Ấp 1")] * 2
    again = send(client, "/dossiers/open", {**where, "known": known, "name": ""}, page=_address(where))
    assert again.status_code == 422
    assert f"{loaded.CENTRE} already has a dossier in this round" in again.text
    assert f'<option value="{known}"' not in client.get(_address(where)).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "  ", "detail": "Ấp <1>"}, "Write the full name."),
        ({"name": "ờ" * 201, "detail": "Ấp <1>"}, "Shorten this to at most 200 characters."),
        ({"name": loaded.CENTRE, "detail": ""}, "already has a dossier in this round"),
    ],
    ids=["blank", "long", "twice"],
)
def test_a_name_that_cannot_be_is_told_at_its_field_and_what_was_typed_is_kept(
    app: Flask, client: FlaskClient, where: dict[str, int], typed: dict[str, str], told: str
) -> None:
    with app.app_context():
        loaded.opened(loaded.RATING)
    before = _opened(app)

    answer = send(client, "/dossiers/open", {**where, "known": "", **typed}, page=_address(where))

    assert answer.status_code == 422
    assert re.search(rf'id="name-error"[^>]*>.*?{told}', answer.text, re.DOTALL)
    assert typed_in(answer.text, "detail") == typed["detail"].replace("<", "&lt;").replace(">", "&gt;")
    assert typed_in(answer.text, "name") == typed["name"]
    assert typed_in(answer.text, "round_id") == str(where["round_id"])
    assert _opened(app) == before


def test_what_is_not_theirs_closed_or_nowhere_is_refused_with_the_form_and_without(
    app: Flask, client: FlaskClient, where: dict[str, int]
) -> None:
    with app.app_context():
        other, district = make.unit("Xã Sông Ray").id, make.unit("Huyện Cẩm Mỹ").id
    typed = {"known": "", "name": "Trung tâm", "detail": ""}
    for changed, status in (
        ({"unit_id": other}, 404),
        ({"unit_id": district}, 404),
        ({"unit_id": 4711}, 404),
        ({"round_id": 4711}, 404),
        ({"round_id": "x"}, 404),
        ({"round_id": 10**30}, 404),
    ):
        asked = {**where, **changed}
        answer = client.get("/dossiers/open", query_string=asked)
        assert (changed, answer.status_code) == (changed, status)
        assert send(client, "/dossiers/open", {**asked, **typed}, page="/account").status_code == status
    with app.app_context():
        rounds.close(where["round_id"], actor=make.person(role_titles.ADMINISTRATOR))
        db.session.commit()
    assert client.get(_address(where)).status_code == 409
    assert send(client, "/dossiers/open", {**where, **typed}, page="/account").status_code == 409
    assert "/dossiers/open?" not in client.get("/").text
    assert _opened(app) == []


@pytest.mark.parametrize("known", ["4711", "x", "-1", "9" * 40])
def test_a_holder_that_is_not_offered_is_not_taken(
    app: Flask, client: FlaskClient, where: dict[str, int], known: str
) -> None:
    typed = {**where, "known": known, "name": "", "detail": ""}
    answer = send(client, "/dossiers/open", typed, page=_address(where))

    assert answer.status_code == 422
    assert _opened(app) == []
