"""The administrator keeps accounts and appointments."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.access import access
from certflow.accounts import directory
from certflow.models.base import db
from certflow.models.people import User
from certflow.people import people
from certflow.units import organisations
from tests import make, merging
from tests.browsing import counted, send, typed_in

PASSWORD = "bốn con cá rô đồng"
ACCOUNT = {"full_name": "Lê Văn Tám", "position": "Chuyên viên", "sign_in_name": "le.van.tam", "password": PASSWORD}


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.units()
        make.sign_in(client, make.person("administrator"))
    return client


@pytest.fixture
def person(app: Flask) -> User:
    with app.app_context():
        return make.user("le.van.tam", "Lê Văn Tám")


def _roles(app: Flask, user_id: int) -> list[tuple[str, str]]:
    with app.app_context():
        held = access.appointments(directory.get(user_id))
        found = [(a.role, a.unit.name if a.unit else "") for a in held]
        db.session.rollback()
    return found


def test_only_an_administrator_sees_people(app: Flask, client: FlaskClient, person: User) -> None:
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))

    for path in ("/people/", "/people/new", f"/people/{person.id}", f"/people/{person.id}/appointments"):
        assert client.get(path).status_code == 403, path
    assert client.get("/appointments/1/end").status_code == 403


def test_a_person_is_found_by_a_part_of_the_name(administrator: FlaskClient, person: User) -> None:
    assert "Lê Văn Tám" in administrator.get("/people/?q=văn").text
    missing = administrator.get("/people/?q=khongcoai").text
    assert "Lê Văn Tám" not in missing
    assert 'class="empty"' in missing


def test_people_stand_in_the_order_of_their_given_names(app: Flask, administrator: FlaskClient) -> None:
    names = ("Trần Thị An", "Lê Văn Ân", "Bùi Văn Bình", "Phạm Thị Bình", "Nguyễn Thị Yến")
    with app.app_context():
        for n, name in enumerate(reversed(names)):
            make.user(f"so.{n}", name)

    page = administrator.get("/people/").text

    places = [page.index(name) for name in names]
    assert places == sorted(places)


def test_people_are_found_by_their_unit_and_role(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        for role in ("commune_officer", "commune_chair"):
            for unit in ("Xã Xuân Tây", "Xã Sông Ray"):
                make.person(role, make.unit(unit))
        names = {
            unit: make.person("commune_chair", make.unit(unit)).full_name for unit in ("Xã Xuân Tây", "Xã Sông Ray")
        }

    def shown(query: str) -> int:
        return administrator.get(f"/people/?{query}").text.count('<th scope="row"')

    assert shown("unit=xuan+tay") == 2
    assert shown("role=commune_chair") == 2
    page = administrator.get("/people/?role=commune_chair&unit=Sông+Ray").text
    assert names["Xã Sông Ray"] in page
    assert names["Xã Xuân Tây"] not in page
    assert shown("unit=nowhere") == 0
    assert shown("role=nonsense") == shown("")


def test_the_list_needs_no_query_per_row(app: Flask, administrator: FlaskClient) -> None:
    administrator.get("/people/")
    with counted(app) as few:
        administrator.get("/people/")
    with app.app_context():
        make.people()
        for commune in make.communes(8):
            make.person("commune_officer", commune)
    with counted(app) as many:
        administrator.get("/people/")

    assert len(many) == len(few) <= 7


def test_a_page_number_beyond_all_reason_is_answered(administrator: FlaskClient) -> None:
    for page in ("0", "-3", "x", "9" * 30):
        assert administrator.get(f"/people/?page={page}").status_code == 200


def test_a_new_person_can_sign_in_and_gets_a_role_next(app: Flask, administrator: FlaskClient) -> None:
    answer = send(administrator, "/people/new", ACCOUNT)

    assert answer.status_code == 302
    assert answer.location.endswith("/appointments")
    make.sign_in(app.test_client(), "le.van.tam", PASSWORD)


def test_a_faulty_account_is_refused_at_the_fields_and_keeps_what_was_typed(
    administrator: FlaskClient, person: User
) -> None:
    answer = send(administrator, "/people/new", {**ACCOUNT, "password": "ngắn"})

    assert answer.status_code == 422
    for field in ("sign_in_name", "password"):
        assert f'id="{field}-error"' in answer.text
    assert typed_in(answer.text, "full_name") == "Lê Văn Tám"
    assert "ngắn" not in answer.text.split("</header>")[1].replace("Rút ngắn", "")


def test_switching_an_account_off_ends_its_sessions(app: Flask, administrator: FlaskClient, person: User) -> None:
    other = app.test_client()
    make.sign_in(other, person)

    answer = send(administrator, f"/people/{person.id}", {"full_name": "Lê Văn Tám", "position": ""})

    assert answer.status_code == 302
    assert other.get("/rules/").status_code == 302
    assert 'class="tag neutral"' in administrator.get(f"/people/{person.id}").text


def test_a_refused_change_stores_nothing_and_keeps_what_was_typed(
    app: Flask, administrator: FlaskClient, person: User
) -> None:
    typed = {"full_name": "Tên mới", "position": "Chức vụ mới", "active": "y", "password": "ngắn"}

    answer = send(administrator, f"/people/{person.id}", typed)

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert typed_in(answer.text, "full_name") == "Tên mới"
    assert "<h1>Lê Văn Tám</h1>" in administrator.get(f"/people/{person.id}").text


def test_an_appointment_is_made_in_steps_without_any_script(
    app: Flask, administrator: FlaskClient, person: User
) -> None:
    address = f"/people/{person.id}/appointments"
    with app.app_context():
        commune, district = make.unit("Xã Xuân Tây").id, make.unit("Huyện Cẩm Mỹ").id
    assert 'name="role"' in administrator.get(address).text
    assert 'name="q"' in administrator.get(f"{address}?role=commune_officer").text
    found = administrator.get(f"{address}?role=commune_officer&q=xuan tay").text
    assert "Xã Xuân Tây, huyện Cẩm Mỹ, tỉnh Đồng Nai" in found
    assert typed_in(found, "starts_on") == f"{clock.today():%d/%m/%Y}"
    last = {"role": "commune_officer", "q": "xuan tay", "starts_on": "01/01/2026", "ends_on": ""}

    wrong = send(
        administrator, address, {**last, "unit_id": district}, page=f"{address}?role=commune_officer&q=xuan tay"
    )
    right = send(
        administrator, address, {**last, "unit_id": commune}, page=f"{address}?role=commune_officer&q=xuan tay"
    )

    assert wrong.status_code == 422
    assert 'id="unit_id-error"' in wrong.text
    assert typed_in(wrong.text, "starts_on") == "01/01/2026"
    assert right.status_code == 302
    assert _roles(app, person.id) == [("commune_officer", "Xã Xuân Tây")]


def test_words_that_name_no_unit_are_told_so(administrator: FlaskClient, person: User) -> None:
    page = administrator.get(f"/people/{person.id}/appointments?role=education_head&q=xuan tay").text

    assert 'class="box warning"' in page
    assert 'name="unit_id"' not in page


def test_an_administrator_is_proposed_without_a_unit(app: Flask, administrator: FlaskClient, person: User) -> None:
    address = f"/people/{person.id}/appointments"
    typed = {"role": "administrator", "starts_on": f"{clock.today():%d/%m/%Y}", "ends_on": "", "document": "QĐ 5"}

    answer = send(administrator, address, typed, page=f"{address}?role=administrator")

    assert answer.status_code == 302
    assert _roles(app, person.id) == []
    assert "/proposals/1" in administrator.get(address).text


def test_an_appointment_ends_after_a_page_that_says_what_it_means_and_only_once(
    app: Flask, administrator: FlaskClient
) -> None:
    with app.app_context():
        officer = make.person("commune_officer")
        ended = officer.appointments[0].id
    assert administrator.get(f"/appointments/{ended}/end").status_code == 200

    assert send(administrator, f"/appointments/{ended}/end", {}).status_code == 302
    assert send(administrator, f"/appointments/{ended}/end", {}, page="/people/new").status_code == 409

    assert _roles(app, officer.id) == []
    with app.app_context():
        assert people.get_appointment(ended).ends_on == clock.today()


def test_one_cannot_end_the_own_part_as_administrator(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        own = make.person("administrator").appointments[0].id

    assert send(administrator, f"/appointments/{own}/end", {}, page="/people/new").status_code == 409


def test_an_office_at_the_unit_is_named_with_the_appointment(
    app: Flask, administrator: FlaskClient, person: User
) -> None:
    with app.app_context():
        unit = make.unit()
        entry = organisations.OfficeEntry("people_committee", "Ủy ban nhân dân xã Xuân Tây", "Luật")
        office = organisations.add(unit.id, entry, actor=make.person("administrator")).id
        make.commit()
    address = f"/people/{person.id}/appointments"
    typed = {
        "role": "commune_officer",
        "q": "xuan tay",
        "unit_id": str(unit.id),
        "organisation_id": str(office),
        "starts_on": "01/01/2026",
        "document": "Quyết định 5/QĐ-UBND",
    }

    shown = administrator.get(f"{address}?role=commune_officer&q=xuan+tay").text
    answer = send(administrator, address, typed)

    assert "Ủy ban nhân dân xã Xuân Tây (xã Xuân Tây)" in shown
    assert answer.status_code == 302
    page = administrator.get(address).text
    assert "Ủy ban nhân dân xã Xuân Tây" in page
    assert "Quyết định 5/QĐ-UBND" in page


def test_at_an_ended_unit_the_page_asks_for_the_document(app: Flask, administrator: FlaskClient, person: User) -> None:
    with app.app_context():
        unit = make.unit().id
        merging.merged(["Xã Xuân Tây", "Xã Sông Ray"])
    address = f"/people/{person.id}/appointments"
    typed = {"role": "commune_officer", "q": "xuan tay", "unit_id": str(unit), "starts_on": "01/01/2026", "ended": "y"}

    assert f'value="{unit}"' not in administrator.get(f"{address}?role=commune_officer&q=xuan+tay").text
    assert f'value="{unit}"' in administrator.get(f"{address}?role=commune_officer&q=xuan+tay&ended=y").text
    refused = send(administrator, address, typed)
    assert (refused.status_code, 'id="document-error"' in refused.text) == (422, True)
    assert send(administrator, address, typed | {"document": "Công văn 7/UBND"}).status_code == 302
