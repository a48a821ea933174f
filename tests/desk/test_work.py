"""My work says whose turn it is, by when, and where a dossier can be opened."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from tests import make
from tests.browsing import counted, in_english, send

# Three for the table of work (levels filed, days to answer, rounds to choose from), one for the contacts below it.
MOST_QUERIES = 21


def test_the_days_left_are_told_in_words(app: Flask, client: FlaskClient) -> None:
    later = {d: clock.today() + dt.timedelta(30) for d in ("submit_statutory", "review_plan", "decide_statutory")}
    with app.app_context():
        for title, days in (("Đợt một", 5), ("Đợt hai", -3), ("Đợt ba", 0)):
            dates = later | {"submit_plan": clock.today() + dt.timedelta(days)}
            make.dossier(unit=make.unit(), round_=make.round_(title=title, dates=dates))
        make.sign_in(client, make.person("commune_officer"))

    page = client.get("/").text

    told = ("Đợt hai</th>", "Quá hạn 3 ngày", "Đợt ba</th>", "Hôm nay là ngày cuối", "Đợt một</th>", "Còn 5 ngày")
    places = [page.index(words) for words in told]
    assert places == sorted(places)
    assert all(page.count(words) == 1 for words in told)


def test_what_waits_for_the_person_comes_before_what_waits_for_others(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.dossier(at="appraising", unit=make.unit("Xã Xuân Tây"))
        make.dossier(at="submitted", unit=make.unit("Xã Lâm San"))
        make.sign_in(client, make.person("education_officer", make.unit("Huyện Cẩm Mỹ")))

    page = in_english(client).get("/").text

    assert page.index("Waiting for you (1)") < page.index("Xã Lâm San") < page.index("With others, or finished (1)")
    assert page.index("With others, or finished (1)") < page.index("Xã Xuân Tây")
    assert "Waits for: Appraiser, district education office, Huyện Cẩm Mỹ" in page


def test_an_officer_opens_the_dossier_of_a_round_with_one_button(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        opened = make.round_(title="Đợt mở", practice=True)
        make.sign_in(client, make.person("commune_officer"))
        typed = {"round_id": opened.id, "unit_id": make.unit().id}
    page = in_english(client).get("/").text
    assert "Đợt mở · practice" in page
    assert f'name="round_id" value="{opened.id}"' in page

    answer = send(client, "/dossiers/open", typed, page="/")

    assert answer.status_code == 302
    assert "Xã Xuân Tây" in client.get(answer.location).text
    assert "Open the dossier" not in client.get("/").text
    again = send(client, "/dossiers/open", typed, page="/")
    assert again.status_code == 422
    assert "already has a dossier" in again.text


def test_only_the_commune_s_officer_opens_its_dossier(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        round_id, unit_id = make.round_().id, make.unit().id
        make.sign_in(client, make.person("commune_chair"))

    assert "/dossiers/open" not in client.get("/").text
    for typed, status in (
        ({"round_id": round_id, "unit_id": unit_id}, 403),
        ({"round_id": "x", "unit_id": ""}, 404),
        ({"round_id": 10**30, "unit_id": unit_id}, 404),
        ({"round_id": round_id, "unit_id": -5}, 404),
    ):
        assert send(client, "/dossiers/open", typed, page="/").status_code == status, typed


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("commune_officer", "When a dossier of your unit is returned"),
        ("commune_chair", "When the officer of your unit hands over"),
        ("district_appraiser", "When a dossier reaches your step, it appears here"),
        ("province_reviewer", "When a dossier reaches your step, it appears here"),
        ("administrator", "Open a round for a year"),
        ("", "You hold no role today"),
    ],
)
def test_an_empty_page_says_what_will_come(app: Flask, client: FlaskClient, role: str, words: str) -> None:
    with app.app_context():
        make.sign_in(client, make.person(role) if role else make.user("nobody"))

    page = in_english(client).get("/").text

    assert words in page
    assert ('href="/people/"' in page) == (role == "administrator")


def test_the_number_of_queries_does_not_grow_with_the_dossiers(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        _some_dossiers(2)
        make.sign_in(client, make.person("education_officer", make.unit("Huyện Cẩm Mỹ")))
    client.get("/")
    few = _queries(app, client, rows=2)
    with app.app_context():
        _some_dossiers(4)

    many = _queries(app, client, rows=6)

    assert few == many <= MOST_QUERIES


def _some_dossiers(count: int) -> None:
    """Dossiers of one district, half of which wait for its education officer."""
    for n in range(count):
        make.dossier(at=("submitted", "appraising")[n % 2])


def _queries(app: Flask, client: FlaskClient, *, rows: int) -> int:
    with counted(app) as statements:
        page = client.get("/").text
    assert page.count('<th scope="row"') == rows
    return len(statements)
