"""How offices are reached: entered by administrators, shown at the foot of pages and where people sign in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.errors import Invalid, NotPermitted
from certflow.gateways.unit_sources.data import UnitRow
from certflow.units import contacts, importing
from certflow.units.contacts import ContactEntry
from tests import make
from tests.browsing import counted, in_english, send

NAME, TELEPHONE, HOURS = "Phòng Giáo dục và Đào tạo huyện Cẩm Mỹ", "0251 3822 310", "7:30-17:00, thứ Hai đến thứ Sáu"


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


@pytest.mark.usefixtures("inside_the_application")
@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("telephone", text) for text in ("", "12345", "abc", "0251<b>", "0" * 41, "-- -- -- --", "0251 3822 310 x")),
        *(("name", text) for text in ("", " - ", "x" * 201, "<script>alert(1)</script>")),
        *(("hours", text) for text in ("x" * 201, "<i>")),
    ],
)
def test_what_is_no_contact_is_refused_at_its_field(field: str, text: str) -> None:
    entry = ContactEntry(**({"name": NAME, "telephone": TELEPHONE} | {field: text}))

    with pytest.raises(Invalid) as refusal:
        contacts.enter(make.province().id, entry, actor=make.person("administrator"))

    assert set(refusal.value.fields) == {field}


@pytest.mark.usefixtures("inside_the_application")
def test_a_contact_is_shown_to_its_people_and_those_below_the_nearest_first() -> None:
    administrator = make.person("administrator")
    for unit in ("Tỉnh Đồng Nai", "Huyện Cẩm Mỹ", "Huyện Xuân Lộc"):
        entry = ContactEntry(f"Cơ quan {unit}", " 0251   3822 310 ")
        contacts.enter(make.unit(unit).id, entry, actor=administrator)
    make.commit()

    shown = [each.unit.name for each in contacts.shown_to([make.unit("Xã Xuân Tây").id])]

    assert shown == ["Huyện Cẩm Mỹ", "Tỉnh Đồng Nai"]
    assert [each.unit.name for each in contacts.shown_to([make.province().id])] == ["Tỉnh Đồng Nai"]
    assert [each.unit.name for each in contacts.shown_to([])] == ["Tỉnh Đồng Nai"]
    assert contacts.listed()[0].telephone == "0251 3822 310"
    assert contacts.listed()[0].dialled == "02513822310"


@pytest.mark.usefixtures("inside_the_application")
def test_only_administrators_enter_and_remove() -> None:
    officer = make.person("education_head")

    with pytest.raises(NotPermitted):
        contacts.enter(make.province().id, ContactEntry(NAME, TELEPHONE), actor=officer)
    with pytest.raises(NotPermitted):
        contacts.remove(make.province().id, actor=officer)


def test_it_is_entered_changed_and_removed_on_its_page(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        address = f"/units/{make.unit('Huyện Cẩm Mỹ').id}/contact"
        officer = make.person("commune_officer")
    typed = {"name": NAME, "telephone": TELEPHONE, "hours": HOURS}
    reader = app.test_client()
    make.sign_in(reader, officer)

    wrong = send(administrator, address, typed | {"telephone": "x"})
    assert wrong.status_code == 422
    assert 'id="telephone-error"' in wrong.text
    assert HOURS in wrong.text
    assert send(administrator, address, typed).status_code == 302
    assert NAME in administrator.get("/units/contacts").text
    foot = reader.get("/").text.split("<footer")[1]
    assert all(words in foot for words in (NAME, TELEPHONE, HOURS, 'href="tel:02513822310"'))
    assert send(administrator, address, typed | {"name": "Phòng & Sở"}).status_code == 302
    assert "Phòng &amp; Sở" in reader.get("/dossiers/").text
    assert send(administrator, address, {"remove": "yes"}).status_code == 302
    assert TELEPHONE not in reader.get("/").text


def test_the_sign_in_page_says_whose_system_it_is_and_whom_to_call(app: Flask, client: FlaskClient) -> None:
    page = in_english(client).get("/sign-in").text
    assert "agency" not in page
    assert 'href="/verify/"' in page
    assert 'data-reveal="password"' in page
    with app.app_context():
        make.round_()
    assert "Education department of Tỉnh Đồng Nai" in client.get("/sign-in").text
    with app.app_context():
        entry = ContactEntry("Sở GDĐT tỉnh Đồng Nai", TELEPHONE)
        contacts.enter(make.province().id, entry, actor=make.person("administrator"))
        make.commit()

    page = client.get("/sign-in").text

    assert '<b class="agency">Sở GDĐT tỉnh Đồng Nai</b>' in page
    assert TELEPHONE in page.split("<footer")[1]


def test_the_readers_own_department_leads_the_head_of_every_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.units()
        importing.import_units([UnitRow("76", "province", "Tỉnh", "Tỉnh Bình Phước", "Bình Phước", None)])
        administrator = make.person("administrator")
        for place, name in (
            (make.province(), "Sở GDĐT Đồng Nai"),
            (make.unit("Tỉnh Bình Phước"), "Sở GDĐT Bình Phước"),
        ):
            contacts.enter(place.id, ContactEntry(name, TELEPHONE), actor=administrator)
        make.commit()
        officer = make.person("education_officer")
    assert "agency" not in client.get("/sign-in").text, "of two provinces none leads"
    make.sign_in(client, officer)
    with counted(app) as statements:
        page = client.get("/units/").text

    assert '<b class="agency">Sở GDĐT Đồng Nai</b>' in page
    assert len([each for each in statements if "office_contact" in each]) == 1, "head and foot ask once"
