"""The pages of recusal: a conflict declared, a council one short, a substitute named, and it goes on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.models.base import db
from certflow.models.impartiality import Conflict, Council, Substitute
from certflow.models.people import User
from tests import make
from tests.browsing import again, counted, in_english, send

ONE_SHORT = "The council has 4 members left for this dossier; it needs an odd number, at least 5"
TODAY = f"{clock.today():%d/%m/%Y}"


def test_a_recusal_leaves_the_council_one_short_and_a_substitute_member_lets_it_go_on(app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier("appraising")
        make.findings(dossier, make.answers(1))
        names = [make.user(f"member.{number}", f"Ủy viên {number}").sign_in_name for number in range(6)]
        appraiser, number = make.person_for("district_appraiser", dossier), dossier.round_id
        administrator, address = make.person("administrator"), f"/dossiers/{dossier.id}/"
    admin, member, district = (_signed_in(app, who) for who in (administrator, names[4], appraiser))
    page = f"/councils/new?round_id={number}&q=cam my"
    unit = re.search(r'name="unit_id"[^>]*value="(\d+)"', admin.get(page).text)
    assert unit
    typed = {"unit_id": unit[1], "document_number": "15/QĐ-PGDĐT", "document_date": TODAY}
    council = send(admin, page, typed).location
    for name, part in zip(names[:5], ("chair", "secretary", "member", "member", "member"), strict=True):
        put = {"role": part, "sign_in_name": name, "starts_on": TODAY}
        assert send(admin, council, put).status_code == 302
    assert "Complete" in admin.get("/councils/").text

    declared = send(member, f"/dossiers/{dossier.id}/conflict", {"reason": "Vợ là Chủ tịch xã"})
    assert declared.status_code == 302
    assert ONE_SHORT in district.get(address).text
    act = f"{address}actions/propose_level_1"
    assert ONE_SHORT in district.get(act).text

    named = {"role": "council_member", "sign_in_name": names[5], "document": "QĐ 16/QĐ-PGDĐT", "starts_on": TODAY}
    assert send(admin, f"/recusals/dossiers/{dossier.id}", named).status_code == 302
    assert ONE_SHORT not in district.get(address).text
    assert "Vợ là Chủ tịch xã" not in district.get(address).text
    assert send(district, act, {"note": "", "version": _version(district, act)}).status_code == 302
    with app.app_context():
        assert again(dossier).state == "under_review"
        assert db.session.query(Council).one().document_number == "15/QĐ-PGDĐT"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_not_act_is_told_so_wherever_it_would_be_their_turn(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("appraising")
        who = make.person_for("district_appraiser", dossier)
    make.sign_in(in_english(client), who)
    assert "It is your turn" in client.get(f"/dossiers/{dossier.id}/").text
    with counted(app) as before:
        client.get("/")

    assert send(client, f"/dossiers/{dossier.id}/conflict", {"reason": " - "}).status_code == 422
    send(client, f"/dossiers/{dossier.id}/conflict", {"reason": "Quan hệ họ hàng"})

    told = "You have a conflict of interest in this dossier"
    overview = client.get(f"/dossiers/{dossier.id}/").text
    assert told in overview
    assert "It is your turn" not in overview
    assert f"Its number is {dossier.id}." in overview
    assert "has a conflict of interest" in overview
    criterion = client.get(f"/dossiers/{dossier.id}/appraisal/1").text
    assert 'name="csrf_token"' not in criterion.split("<main")[1]
    assert told in client.get("/dossiers/").text
    with counted(app) as after:
        assert told in client.get("/").text
    assert len(after) == len(before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_administrator_sees_of_a_dossier_only_who_judges_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        officer = make.person_for("education_officer", dossier)
        stranger, administrator = make.user("steps.in", "Người Thay Thế"), make.person("administrator")
    make.sign_in(in_english(client), administrator)
    page = f"/recusals/dossiers/{dossier.id}"
    assert client.get(f"/dossiers/{dossier.id}/").status_code == 404
    assert officer.full_name in client.get(page).text
    assert f'href="{page}"' in client.get("/recusals/?q=xuan").text

    recorded = send(client, f"/dossiers/{dossier.id}/conflict", {"who": officer.id, "reason": "Có đơn"})
    assert recorded.status_code == 302
    assert "Nobody is left for the role" in client.get(page).text
    typed = {"role": "education_officer", "sign_in_name": "nobody", "document": "QĐ 1", "starts_on": TODAY}
    assert "Nobody has this sign-in name." in send(client, page, typed).text
    assert send(client, page, typed | {"sign_in_name": stranger.sign_in_name}).status_code == 302
    assert "Nobody is left" not in client.get(page).text
    with app.app_context():
        named = db.session.query(Substitute).one().id
    assert send(client, f"/recusals/substitutes/{named}/end", {}, page=page).status_code == 302
    assert "Nobody is left" in client.get(page).text
    with app.app_context():
        conflict = db.session.query(Conflict).one().id
    assert send(client, f"/recusals/{conflict}/withdraw", {"reason": "Đơn sai"}).status_code == 302
    assert "Đơn sai" in client.get("/recusals/").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_conflict_about_a_unit_and_accounts_of_one_person_are_kept(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        officer, second = make.person_for("education_officer", dossier), make.user("second.account")
        administrator = make.person("administrator")
    make.sign_in(in_english(client), administrator)
    page = "/recusals/new?q=xuan tay"
    unit = {"unit_id": dossier.unit_id, "sign_in_name": officer.sign_in_name}
    assert send(client, page, unit | {"unit_id": 10**12, "reason": "Quê quán"}).status_code == 422
    assert send(client, page, unit | {"reason": "Quê quán"}).status_code == 302
    same = f"/people/{second.id}/same"
    assert "Nobody has this sign-in name." in send(client, same, {"sign_in_name": "x"}).text
    assert send(client, same, {"sign_in_name": officer.sign_in_name}).status_code == 302
    assert officer.sign_in_name in client.get(f"/people/{second.id}").text

    theirs = _signed_in(app, second)
    assert "Quê quán" in theirs.get("/recusals/").text
    for closed in ("/councils/", "/councils/new", f"/recusals/dossiers/{dossier.id}", same):
        assert theirs.get(closed).status_code == 403, closed
    assert theirs.get(f"/dossiers/{dossier.id}/conflict").status_code == 404


def _signed_in(app: Flask, who: User | str) -> FlaskClient:
    browser = app.test_client()
    make.sign_in(in_english(browser), who)
    return browser


def _version(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', client.get(page).text)
    assert found
    return found[1]
