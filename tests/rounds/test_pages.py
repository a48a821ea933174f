"""The administrator opens rounds, dates them and closes them."""

import datetime as dt
import re
from itertools import groupby

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.models.base import db
from certflow.people import people
from certflow.rounds import rounds
from tests import make
from tests.browsing import counted, in_english, send, typed_in
from tests.definitions.shipped import DEFINITIONS

DAYS = {
    "due_submit_plan": "20/02/2027",
    "included_submit_plan": "no",
    "due_review_plan": "25/02/2027",
    "included_review_plan": "yes",
    "due_submit_statutory": "28/02/2027",
    "included_submit_statutory": "no",
    "due_decide_statutory": "31/03/2027",
    "included_decide_statutory": "no",
}


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return client


@pytest.fixture
def round_id(app: Flask) -> int:
    with app.app_context():
        return make.round_(title="Đợt thử").id


def _stored(app: Flask, round_id: int) -> dict[str, tuple[dt.date, bool]]:
    with app.app_context():
        found = {d.deadline: (d.due_on, d.included) for d in rounds.get(round_id).dates}
        db.session.rollback()
    return found


def test_only_an_administrator_sees_and_changes_rounds(app: Flask, client: FlaskClient, round_id: int) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_head"))

    for path in ("/rounds/", "/rounds/new", f"/rounds/{round_id}", f"/rounds/{round_id}/close"):
        assert client.get(path).status_code == 403, path
    assert send(client, f"/rounds/{round_id}/close", {}, page="/rules/").status_code == 403


def test_the_list_without_rounds_says_what_to_do(administrator: FlaskClient) -> None:
    page = administrator.get("/rounds/").text

    assert 'class="empty"' in page
    assert "/rounds/new" in page


def test_the_list_shows_each_round_with_its_dossiers_and_needs_no_query_per_row(
    app: Flask, administrator: FlaskClient
) -> None:
    with app.app_context():
        make.dossier(round_=make.round_(title="Đợt 0"))
    administrator.get("/rounds/")
    with counted(app) as few:
        administrator.get("/rounds/")
    with app.app_context():
        for number in range(1, 6):
            make.round_(title=f"Đợt {number}", practice=True)
    with counted(app) as many:
        page = administrator.get("/rounds/").text

    assert all(f"Đợt {number}" in page for number in range(6))
    assert len(many) == len(few) <= 8


def test_a_new_round_begins_with_the_dates_of_its_scheme(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        province = make.province().id
    typed = {
        "scheme": "dong_nai_commune_recognition:1",
        "unit_id": province,
        "assessed_year": "2026",
        "title": "Đợt đánh giá năm 2026",
        "practice": "y",
    }

    answer = send(administrator, "/rounds/new", typed)

    assert answer.status_code == 302
    page = administrator.get(answer.location).text
    assert "Đợt đánh giá năm 2026" in page
    assert typed_in(page, "due_submit_plan") == "15/02/2027"
    assert "Kế hoạch số 367/KH-UBND, III.5.c" in page


def test_a_faulty_new_round_is_refused_at_the_fields_and_keeps_what_was_typed(administrator: FlaskClient) -> None:
    typed = {"scheme": "no_such:1", "unit_id": "999999999999999999999", "assessed_year": "26", "title": "Đợt giữ lại"}

    answer = send(administrator, "/rounds/new", typed)

    assert answer.status_code == 422
    for field in ("scheme", "unit_id", "assessed_year"):
        assert f'id="{field}-error"' in answer.text
    assert typed_in(answer.text, "title") == "Đợt giữ lại"
    assert typed_in(answer.text, "assessed_year") == "26"


def test_a_year_out_of_range_is_told_by_the_service_at_its_field(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        province = make.province().id
    typed = {"scheme": "dong_nai_commune_recognition:1", "unit_id": province, "assessed_year": "1999", "title": "Đợt"}

    answer = send(administrator, "/rounds/new", typed)

    assert answer.status_code == 422
    assert 'id="assessed_year-error"' in answer.text


def test_changed_dates_are_kept(app: Flask, administrator: FlaskClient, round_id: int) -> None:
    answer = send(administrator, f"/rounds/{round_id}", {"version": "1", **DAYS})

    assert answer.status_code == 302
    assert _stored(app, round_id)["submit_plan"] == (dt.date(2027, 2, 20), False)
    assert _stored(app, round_id)["review_plan"] == (dt.date(2027, 2, 25), True)


@pytest.mark.parametrize("text", ["31/02/2027", "01/01/0001", "31/12/9999"])
def test_a_text_that_is_no_date_is_refused_at_its_field_and_kept(
    app: Flask, administrator: FlaskClient, round_id: int, text: str
) -> None:
    before = _stored(app, round_id)

    answer = send(administrator, f"/rounds/{round_id}", {"version": "1", **DAYS, "due_submit_plan": text})

    assert answer.status_code == 422
    assert 'id="due_submit_plan-error"' in answer.text
    assert typed_in(answer.text, "due_submit_plan") == text
    assert _stored(app, round_id) == before


def test_who_comes_second_is_told_sees_both_dates_and_may_then_decide(
    app: Flask, administrator: FlaskClient, round_id: int
) -> None:
    send(administrator, f"/rounds/{round_id}", {"version": "1", **DAYS})
    mine = {**DAYS, "due_submit_plan": "22/02/2027"}

    second = send(administrator, f"/rounds/{round_id}", {"version": "1", **mine})

    assert second.status_code == 409
    assert typed_in(second.text, "due_submit_plan") == "22/02/2027"
    assert "20/02/2027" in second.text
    assert _stored(app, round_id)["submit_plan"] == (dt.date(2027, 2, 20), False)
    again = send(administrator, f"/rounds/{round_id}", {"version": typed_in(second.text, "version"), **mine})
    assert again.status_code == 302
    assert _stored(app, round_id)["submit_plan"] == (dt.date(2027, 2, 22), False)


def test_a_round_is_closed_after_a_page_that_says_what_it_means(
    app: Flask, administrator: FlaskClient, round_id: int
) -> None:
    assert administrator.get(f"/rounds/{round_id}/close").status_code == 200

    answer = send(administrator, f"/rounds/{round_id}/close", {})

    assert answer.status_code == 302
    page = administrator.get(f"/rounds/{round_id}").text
    assert "due_submit_plan" not in page
    assert send(administrator, f"/rounds/{round_id}", {"version": "2", **DAYS}, page="/rounds/new").status_code == 409


def test_a_round_that_does_not_exist_is_not_found(administrator: FlaskClient) -> None:
    for path in ("/rounds/4711", "/rounds/4711/close"):
        assert administrator.get(path).status_code == 404


def test_the_schemes_of_one_document_stand_together(administrator: FlaskClient) -> None:
    page = in_english(administrator).get("/rounds/new?all=1").text

    offered = re.findall(r'name="scheme"[^>]*value="([^":]+):(\d+)"', page)
    folders = [DEFINITIONS.workflows[name, int(version)].path.rsplit("/", 1)[0] for name, version in offered]
    assert len(offered) == len(DEFINITIONS.workflows)
    assert [folder for folder, _same in groupby(folders)] == sorted(set(folders))
    assert "The next page shows the dates of the chosen scheme." in page


def _offered(page: str) -> set[str]:
    return set(re.findall(r'name="scheme"[^>]*value="([^":]+):', page))


def test_a_round_is_opened_for_schemes_of_the_province_and_of_the_whole_country(
    app: Flask, administrator: FlaskClient
) -> None:
    with app.app_context():
        make.units()
    page = administrator.get("/rounds/new").text
    with app.app_context():
        officer = make.person("administrator", name="hai.viec")
        people.give(officer, role="province_reviewer", unit_id=make.province().id, starts_on=clock.today())
        make.commit()
    both = app.test_client()
    make.sign_in(both, officer)

    offered = _offered(page)

    assert {"dong_nai_commune_recognition", "commune_recognition", "learning_unit_district"} <= offered
    assert not [name for name in offered if name.startswith(("lai_chau", "lang_", "thanh_hoa"))]
    assert "/rounds/new?all=1" in page
    assert _offered(both.get("/rounds/new?all=1").text) == offered
    assert "/rounds/new?all=1" not in both.get("/rounds/new").text
    typed = {"scheme": "lai_chau_centre_rating:1", "unit_id": "1", "assessed_year": "2026", "title": "Đợt lạ"}
    refused = send(both, "/rounds/new", typed)
    assert refused.status_code == 422
    assert 'id="scheme-error"' in refused.text
