"""The calendar of working days as the administrator keeps it, and dates counted by it on other pages."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.results import documents
from tests import make, tiers
from tests.browsing import counted, in_english, send, typed_in

PAGE = "/working-days/"
DAY = {"day": "26/04/2025", "working": "yes", "source": "Thông báo 6150/TB-BLĐTBXH"}


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def test_only_an_administrator_sees_and_changes_the_calendar(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("education_head"))

    assert client.get(PAGE).status_code == 403
    assert send(client, PAGE, DAY, page="/rules/").status_code == 403


def test_a_year_shows_its_holidays_and_what_was_entered_with_its_document(administrator: FlaskClient) -> None:
    answer = send(administrator, PAGE, DAY)

    assert (answer.status_code, answer.location) == (302, f"{PAGE}?year=2025")
    page = administrator.get(answer.location).text
    assert DAY["source"] in page
    assert "Lunar New Year" in page
    assert f"Working days of {clock.today().year}" in administrator.get(PAGE).text
    assert DAY["source"] not in administrator.get(PAGE).text


def test_a_faulty_day_is_told_at_its_field_and_what_was_typed_stays(administrator: FlaskClient) -> None:
    for changes, told in (
        ({"day": "30/02/2025"}, "Write day/month/year, for example 15/02/2026"),
        ({"day": "26/04/2150"}, "No public holidays are known for the year 2150."),
        ({"day": ""}, "Enter the day"),
        ({"working": ""}, "Choose whether this is a working day."),
        ({"working": "perhaps"}, "Choose whether this is a working day."),
        ({"source": "  "}, "Enter the document that orders it."),
        ({"source": "x" * 301}, "Shorten this to at most 300 characters."),
    ):
        answer = send(administrator, f"{PAGE}?year=2025", DAY | changes)

        assert answer.status_code == 422, changes
        assert told in answer.text, changes
        assert typed_in(answer.text, "source") == (DAY | changes)["source"]
    assert "Nothing has been entered" in administrator.get(f"{PAGE}?year=2025").text


def test_any_year_in_the_address_gives_a_page(administrator: FlaskClient) -> None:
    for year in ("-5", "0", "1", "2101", "9999", "123456789012345", "tet"):
        assert administrator.get(f"{PAGE}?year={year}").status_code == 200, year
    assert (
        "No public holidays are known for this year, so no date can be counted in it"
        in administrator.get(f"{PAGE}?year=2101").text
    )


def test_a_counted_date_is_shown_for_the_round_and_in_the_scheme(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        round_id = tiers.opened(tiers.MINISTRY, tiers.PROVINCE).round_id
    words = "within 20 working days after “Full dossier received, council to be set up”"

    shown = administrator.get(f"/rounds/{round_id}").text
    assert words in shown
    assert 'name="due_decide_statutory"' not in shown
    typed = {"due_submit_statutory": "30/07/2026", "included_submit_statutory": "yes"}
    typed |= {"version": typed_in(shown, "version"), "reason": make.REASON}
    assert send(administrator, f"/rounds/{round_id}", typed).status_code == 302
    scheme = administrator.get("/rules/schemes/province_recognition/1").text
    assert words in scheme
    assert "central authority" in scheme
    recorded = administrator.get("/rules/schemes/dong_nai_province_recognition/1").text
    assert "before 01/01/2030" in recorded
    assert "None: another office makes the decision, and it is recorded here" in recorded


def test_the_dossier_says_from_which_day_its_date_is_counted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        tiers.lower_tiers()
        dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "submitted")
        address, officer = f"/dossiers/{dossier.id}/", make.person("ministry_officer", tiers.place(""))
    make.sign_in(client, officer)
    in_english(client)

    assert "Not started yet" in client.get(address).text
    act = f"{address}actions/accept"
    assert send(client, act, {"version": typed_in(client.get(act).text, "version")}).status_code == 302
    page = client.get(address).text
    assert f"20 working days after {clock.today():%d/%m/%Y}" in page
    assert "Not started yet" not in page


def test_people_of_the_ministry_have_their_pages(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        tiers.lower_tiers()
        dossier = tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE), "proposed")
        round_id, address = dossier.round_id, f"/dossiers/{dossier.id}/"
        minister = make.person("minister", tiers.place(""))
    make.sign_in(client, minister)
    in_english(client)

    pages = ["/", "/dossiers/", f"/dossiers/?round={round_id}", "/rules/"]
    pages.append("/rules/criteria/learning_community_province/1")
    pages += [address, *(address + page for page in ("history", "appraisal", "check", "actions/recognise_level_2"))]
    for path in pages:
        assert client.get(path).status_code == 200, path
    assert f'href="{address}"' in client.get(f"/dossiers/?round={round_id}").text
    act = f"{address}actions/recognise_level_2"
    assert send(client, act, {"version": typed_in(client.get(act).text, "version")}).status_code == 302
    with app.app_context():
        for document_id in documents.pending(10):
            documents.issue(document_id)
            db.session.commit()
        code = db.session.scalars(sa.select(Recognition.verify_code).filter_by(dossier_id=dossier.id)).one()
    assert f"/verify/{code}" in client.get(address).text
    public = client.get(f"/verify/{code}").text
    assert "<dd>BỘ GIÁO DỤC VÀ ĐÀO TẠO</dd>" in public
    assert "01/QĐ-BGDĐT" in public


def test_an_answer_of_the_ministry_is_typed_with_its_number_and_shown(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        tiers.lower_tiers(1)
        dossier = tiers.walk(tiers.opened(tiers.ANSWERED, tiers.PROVINCE), "awaiting_ministry", 1)
        address, officer = f"/dossiers/{dossier.id}/", make.person_for("province_officer", dossier)
    make.sign_in(client, officer)
    in_english(client)
    act = f"{address}actions/record_level_1"
    typed = {"version": typed_in(client.get(act).text, "version"), "document_number": "345/QĐ-BGDĐT"}

    assert send(client, act, typed).status_code == 422
    assert send(client, act, typed | {"document_date": f"{clock.today():%d/%m/%Y}"}).status_code == 302
    page = client.get(address).text
    assert "by decision no. 345/QĐ-BGDĐT of" in page


def test_an_administrator_appoints_people_of_the_ministry(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        country, user_id = tiers.place("").id, make.user("bo.truong").id
    page = f"/people/{user_id}/appointments?role=minister&q=trung"

    assert "Trung ương" in administrator.get(page).text
    typed = {"role": "minister", "q": "trung", "unit_id": str(country), "starts_on": "01/01/2026", "document": "QĐ 1"}
    assert send(administrator, f"/people/{user_id}/appointments", typed, page=page).status_code == 302
    assert "Trung ương" in administrator.get("/proposals/1").text


def test_a_list_asks_for_its_counted_dates_to_order_and_to_show_them_and_no_more_by_row(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        tiers.lower_tiers()
        for year in (2023, 2024):
            tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE, year=year), "awaiting_council")
        minister = make.person("minister", tiers.place(""))
    make.sign_in(client, minister)
    with counted(app) as two:
        assert client.get("/").status_code == 200
    with app.app_context():
        tiers.walk(tiers.opened(tiers.MINISTRY, tiers.PROVINCE, year=2025), "awaiting_council")
    with counted(app) as three:
        assert client.get("/").status_code == 200

    assert len(three) == len(two)
    assert len([statement for statement in three if "calendar_day" in statement]) == 2
