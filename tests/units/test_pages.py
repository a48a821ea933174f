"""Pages of units through time: searching, the tree of a day, one unit, and what an administrator enters of it."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.models.units import Organisation, UnitAttribute
from certflow.results import recognitions
from certflow.units import holders, register
from tests import make, merging
from tests.browsing import in_english, queries, send, typed_in
from tests.desk.test_budgets import HEAVIEST, weight

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

A, B = "Xã Xuân Tây", "Xã Sông Ray"


@pytest.fixture
def reader(app: Flask, client: FlaskClient) -> FlaskClient:
    """Somebody of another unit: units are read by everybody who is signed in."""
    with app.app_context():
        make.sign_in(client, make.person("commune_officer", make.unit("Xã Suối Cát")))
    return in_english(client)


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def yesterday() -> str:
    return f"{clock.today() - dt.timedelta(days=1):%d/%m/%Y}"


def titled(name: str, level: int, *, practice: bool = False, issue: bool = True) -> int:
    """A title of a commune whose papers are issued; the id of the unit."""
    found = make.round_(practice=practice, title=f"Đợt {practice}")
    dossier = make.dossier(f"recognised_level_{level}", unit=make.unit(name), round_=found)
    recognition = recognitions.of_dossier(dossier)
    assert recognition is not None
    if issue:
        for paper in (recognition.decision, recognition.certificate):
            assert paper is not None
            paper.storage_key, paper.issued_at = f"papers/{paper.id}", clock.now()
    make.commit()
    return dossier.unit_id


def merged(app: Flask, *levels: int) -> tuple[int, int]:
    """The ids of a unit with these titles, and of the one it was merged into with another."""
    with app.app_context():
        old = make.unit(A).id
        for name, level in zip((A, B), levels, strict=False):
            titled(name, level)
        return old, merging.merged([A, B]).id


def test_units_are_searched_and_ended_ones_marked(app: Flask, reader: FlaskClient) -> None:
    merged(app)

    page = reader.get("/units/?q=xuan tay").text
    assert A in page
    assert f"Ended on {yesterday()}" in page.replace("<time", "\n<time").replace(
        f'<time datetime="{clock.today() - dt.timedelta(days=1)}">{yesterday()}</time>', yesterday()
    )
    assert 'class="empty"' in reader.get("/units/?q=khongcoai").text
    wrong = reader.get("/units/?q=xuan&on=31/02/2026")
    assert wrong.status_code == 422
    assert typed_in(wrong.text, "q") == "xuan"
    assert 'id="on-error"' in wrong.text
    for page_number in ("0", "-1", "x", "9" * 20):
        assert reader.get(f"/units/?q=xa&page={page_number}").status_code == 200


def test_the_tree_leads_down_by_links_and_keeps_the_day(app: Flask, reader: FlaskClient) -> None:
    merged(app)
    with app.app_context():
        district = make.unit(merging.DISTRICT).id

    assert "1 province, 2 districts, 11 communes" in reader.get("/units/").text
    assert "12 communes" in reader.get(f"/units/?on={yesterday()}").text
    now, then = reader.get(f"/units/{district}/below").text, reader.get(f"/units/{district}/below?on={yesterday()}")
    assert merging.NEW in now
    assert A not in now
    assert A in then.text
    assert f"?on={yesterday().replace('/', '%2F')}" in then.text or f"?on={yesterday()}" in then.text
    assert reader.get("/units/999999").status_code == 404
    assert reader.get("/units/999999/below").status_code == 404


def test_a_successor_says_what_it_succeeds_and_that_it_is_not_decided(app: Flask, reader: FlaskClient) -> None:
    old, new = merged(app, 2)
    year = clock.today().year - 1

    page = reader.get(f"/units/{new}").text
    assert f"Succeeds {B} (none), {A} (level 2, {year})." in page
    assert "inherits the result; the result does not count for this unit" in page
    assert f"{merging.RESOLUTION} 26990" in page
    gone = reader.get(f"/units/{old}").text
    assert merging.NEW in gone
    assert "Its own results" in gone
    assert "Level 2" in gone
    assert "Enter or end an office" not in page


def test_by_a_rule_the_successor_has_the_lowest_level(app: Flask, reader: FlaskClient) -> None:
    _old, new = merged(app, 2, 1)
    with app.app_context():
        merging.rule()

    assert f"{merging.NEW} inherits level 1, kept until" in reader.get(f"/units/{new}").text


def test_only_what_is_published_is_shown_and_practice_apart(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        hidden, practised = titled(A, 2, issue=False), titled(B, 1, practice=True)

    assert "It has no published result of its own." in reader.get(f"/units/{hidden}").text
    page = reader.get(f"/units/{practised}").text
    assert "It has no published result of its own." in page
    assert "Practice: these are not real results" in page


def test_the_public_page_says_what_became_of_the_unit(app: Flask, client: FlaskClient) -> None:
    merged(app, 2, 1)
    with app.app_context():
        found = db.session.query(Recognition).filter_by(level=2).one().verify_code
    page = in_english(client).get(f"/verify/{found}").text
    assert f"This unit was merged into {merging.NEW} from" in page
    assert "is not decided" in page

    with app.app_context():
        merging.rule("suspended")
    assert f"The result is suspended for {merging.NEW}, by {merging.DOCUMENT}" in client.get(f"/verify/{found}").text


def test_what_is_typed_of_an_office_is_kept_when_it_is_refused(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        unit = make.unit().id
    typed: dict[str, Any] = {"kind": "learning_centre", "name": "Trung tâm", "starts_on": "", "source": ""}
    address = f"/units/{unit}/offices"

    refused = send(administrator, address, typed)
    assert (refused.status_code, typed_in(refused.text, "name")) == (422, "Trung tâm")
    assert send(administrator, address, typed | {"source": "QĐ 1"}).status_code == 302
    again = send(administrator, address, typed | {"source": "QĐ 1"})
    assert (again.status_code, "This unit already has an office of this kind and name" in again.text) == (422, True)
    with app.app_context():
        office = db.session.query(Organisation).one().id
    end = f"/units/offices/{office}/end"
    assert send(administrator, end, {"ends_on": "x", "source": "QĐ 2"}).status_code == 422
    assert send(administrator, end, {"ends_on": yesterday(), "source": "QĐ 2"}).status_code == 302
    assert "QĐ 1; QĐ 2" in administrator.get(f"/units/{unit}").text


def test_a_disadvantaged_area_is_entered_and_ended_by_forms(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        unit = make.unit().id
    address = f"/units/{unit}/disadvantaged"

    refused = send(administrator, address, {"source": "QĐ 861", "starts_on": ""})
    assert (refused.status_code, typed_in(refused.text, "source")) == (422, "QĐ 861")
    assert send(administrator, address, {"source": "QĐ 861", "starts_on": "01/01/2025"}).status_code == 302
    with app.app_context():
        entered = db.session.query(UnitAttribute).one().id
    end = f"/units/attributes/{entered}/end"
    assert send(administrator, end, {"ends_on": "01/01/2024", "source": "QĐ 9"}).status_code == 422
    assert send(administrator, end, {"ends_on": yesterday(), "source": "QĐ 9"}).status_code == 302
    assert administrator.post(end, data={"csrf_token": "x"}).status_code == 400


def test_a_centre_that_only_a_dossier_names_is_told_to_administrators_alone(app: Flask, reader: FlaskClient) -> None:
    administrator = app.test_client()
    with app.app_context():
        unit = make.unit().id
        holders.named(make.unit(), "learning_centre", "Trung tâm trong dự thảo", "Ấp 1")
        make.commit()

    assert "Trung tâm trong dự thảo" not in reader.get(f"/units/{unit}").text
    with app.app_context():
        make.sign_in(administrator, make.person("administrator"))
    assert "Trung tâm trong dự thảo" in administrator.get(f"/units/{unit}").text


def test_nobody_else_enters_anything(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        unit = make.unit().id
    paths = (
        f"/units/{unit}/offices",
        f"/units/{unit}/disadvantaged",
        "/units/offices/1/end",
        "/units/attributes/1/end",
    )
    for path in (*paths, "/inheritance/", "/inheritance/new", "/inheritance/1", "/inheritance/1/withdraw"):
        assert reader.get(path).status_code == 403, path


def test_a_rule_is_entered_read_and_withdrawn(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        province = make.province().id
    typed = {
        "unit_id": str(province),
        "scheme": make.SCHEME[0],
        "treatment": "reassess",
        "starts_on": "01/07/2025",
        "document_number": merging.DOCUMENT,
        "document_date": "02/07/2025",
        "issued_by": "",
    }

    refused = send(administrator, "/inheritance/new", typed)
    assert (refused.status_code, typed_in(refused.text, "document_number")) == (422, merging.DOCUMENT)
    made = send(administrator, "/inheritance/new", typed | {"issued_by": "Ủy ban nhân dân tỉnh"})
    assert made.status_code == 302
    assert "To be assessed again" in administrator.get("/inheritance/").text
    again = send(administrator, "/inheritance/new", typed | {"issued_by": "Ủy ban nhân dân tỉnh"})
    assert "A rule is already entered for some of these days" in again.text
    withdraw = f"{made.location}/withdraw"
    assert send(administrator, withdraw, {"reason": ""}).status_code == 422
    assert send(administrator, withdraw, {"reason": "Nhầm."}).status_code == 302
    assert "Withdrawn" in administrator.get(made.location).text


def test_the_pages_make_a_bounded_number_of_queries(app: Flask, reader: FlaskClient) -> None:
    _old, new = merged(app, 2, 1)
    with app.app_context():
        merging.rule()
        district = make.unit(merging.DISTRICT).id
    before = {path: queries(app, reader, path) for path in ("/units/", f"/units/{district}/below", "/units/?q=xa")}
    with app.app_context():
        make.communes(40)

    assert {path: queries(app, reader, path) for path in before} == before
    assert max(before.values()) <= 10, before
    assert queries(app, reader, f"/units/{new}") <= 30, queries(app, reader, f"/units/{new}")


def test_a_full_level_of_the_tree_is_light(app: Flask, reader: FlaskClient) -> None:
    with app.app_context():
        make.communes(220)
        district = make.unit(merging.DISTRICT).id

    page = reader.get(f"/units/{district}/below")

    assert page.text.count('scope="row"') == register.CHILDREN_AT_ONCE
    assert weight(reader, f"/units/{district}/below") < HEAVIEST
    assert "page=2" in page.text
