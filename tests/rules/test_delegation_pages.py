"""Administrators keep delegations and signing rules; the delegate is told before acting, everybody reads it after."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from certflow import clock
from certflow.catalogue import role_titles
from certflow.http.fields import shown_day
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.models.rules import Delegation, SigningRule
from certflow.results import documents
from certflow.rules import delegations
from tests import make, make_delegated
from tests.browser import OpenPage, assert_accessible, assert_fits, sign_in
from tests.browsing import counted, in_english, send
from tests.make_delegated import DAY, DOCUMENT, HEAD, POSITION, REGULATION

NEW, NEW_RULE = "/delegations/new", "/signing-rules/new"
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE: Any = {"width": 360, "height": 740}


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person(role_titles.ADMINISTRATOR))
    return in_english(client)


def typed(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        head, deputy = make.person(HEAD), make_delegated.deputy()
        part, delegate = str(head.appointments[0].id), str(deputy.id)
    usual = {
        "part": part,
        "d": "Lê Thị Phó",
        "delegate_id": delegate,
        "position": "",
        "mode": "KT",
        "scheme": "",
        "starts_on": shown_day(clock.today()),
        "ends_on": shown_day(clock.today() + 5 * DAY),
        "document_number": DOCUMENT,
        "document_date": shown_day(clock.today() - DAY),
    }
    return usual | changes


def typed_rule(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        unit = make.unit("Huyện Cẩm Mỹ").id
    usual = {
        "role": HEAD,
        "q": "cam my",
        "unit_id": str(unit),
        "mode": "KT",
        "signer_role": "",
        "signer_position": POSITION,
        "papers": ["decision", "certificate"],
        "starts_on": shown_day(clock.today()),
        "ends_on": "",
        "document_number": REGULATION,
        "document_date": shown_day(clock.today() - DAY),
        "issued_by": make_delegated.ISSUER,
    }
    return usual | changes


def stored(app: Flask, kind: type[Any]) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(sa.select(kind).order_by(kind.id)))


def test_a_delegation_is_entered_in_steps_and_withdrawn_with_a_reason(app: Flask, administrator: FlaskClient) -> None:
    given = typed(app)
    with app.app_context():
        head = make.person(HEAD).full_name

    first = administrator.get(f"{NEW}?q={head}").text
    second = administrator.get(f"{NEW}?part={given['part']}").text
    answer = send(administrator, NEW, given, page=f"{NEW}?part={given['part']}&d=le+thi+pho")

    assert f'value="{given["part"]}"' in first
    assert "2. The person who acts" in second
    (made,) = stored(app, Delegation)
    assert (answer.status_code, answer.location) == (302, f"/delegations/{made.id}")
    assert (made.position, made.mode, made.document_number) == (POSITION, "KT", DOCUMENT)
    shown = administrator.get(f"/delegations/{made.id}").text
    assert "In force" in shown
    assert "There is no signing rule for" in shown
    assert head in administrator.get("/delegations/?q=le thi pho").text
    assert "No delegation was found" in administrator.get("/delegations/?q=khong ai").text
    withdraw = f"/delegations/{made.id}/withdraw"
    assert send(administrator, withdraw, {"reason": " "}).status_code == 422
    assert send(administrator, withdraw, {"reason": "Đã trở lại làm việc"}).status_code == 302
    assert "Đã trở lại làm việc" in administrator.get(f"/delegations/{made.id}").text
    late = send(administrator, withdraw, {"reason": "Một lần nữa"}, page=NEW_RULE)
    assert late.status_code == 409


def test_what_was_typed_is_kept_and_what_is_wrong_told_at_its_field(app: Flask, administrator: FlaskClient) -> None:
    page = f"{NEW}?part={typed(app)['part']}&d=le+thi+pho"
    for changes, message in (
        ({"ends_on": ""}, "Enter the last day: a delegation is always limited in time."),
        ({"ends_on": "31/02/2026"}, "Write day/month/year, for example 15/02/2026"),
        ({"mode": "TUQ"}, ") must be limited (Decree 30/2020/NĐ-CP art"),
        ({"mode": "Q"}, "Choose how it is signed"),
        ({"delegate_id": "99999999999"}, "Choose the person who will act."),
        ({"document_date": shown_day(clock.today() + DAY)}, "The date of the document is in the future"),
        ({"part": "99999"}, "Choose the role that is delegated and the person who holds it."),
    ):
        answer = send(administrator, NEW, typed(app, **changes), page=page)

        assert answer.status_code == 422, changes
        assert message in answer.text, changes
        assert "part" in changes or f'value="{DOCUMENT}"' in answer.text
    assert stored(app, Delegation) == []


def test_what_is_held_by_delegation_is_offered_only_to_say_that_it_cannot_be(
    app: Flask, administrator: FlaskClient
) -> None:
    with app.app_context():
        made = make_delegated.delegation().id

    page = administrator.get(f"{NEW}?q=le+thi+pho").text
    chosen = administrator.get(f"{NEW}?q=le+thi+pho&part=d{made}").text
    sent = send(administrator, NEW, typed(app, part=f"d{made}"), page=NEW_RULE)

    assert "(by delegation)" in page
    for answer in (chosen, sent.text):
        assert "This role is held by delegation and cannot be delegated again (Decree 30/2020/NĐ-CP art" in answer
    assert (sent.status_code, len(stored(app, Delegation))) == (422, 1)


def test_a_signing_rule_is_entered_in_steps_and_each_unit_has_its_list(app: Flask, administrator: FlaskClient) -> None:
    given = typed_rule(app)
    page = f"{NEW_RULE}?role={HEAD}&q=cam+my"
    wrong = send(administrator, NEW_RULE, given | {"signer_role": "education_officer"}, page=page)
    by_order = send(administrator, NEW_RULE, given | {"mode": "TL", "papers": []}, page=page)

    answer = send(administrator, NEW_RULE, given, page=page)

    assert "Enter who signs: either a role at the same unit or the title of a position" in wrong.text
    assert "Choose the papers: only some kinds are signed by order (TL" in by_order.text
    assert f'value="{REGULATION}"' in wrong.text
    (rule,) = stored(app, SigningRule)
    assert (answer.status_code, answer.location) == (302, f"/signing-rules/{rule.id}")
    assert (rule.papers, rule.schemes, rule.signer_position) == (["decision", "certificate"], [], POSITION)
    for address in ("/signing-rules/", f"/signing-rules/?unit={rule.unit_id}", f"/signing-rules/{rule.id}"):
        listed = administrator.get(address).text
        assert REGULATION in listed, address
        assert "In force" in listed, address
    assert administrator.get("/signing-rules/?unit=99999").status_code == 404
    withdraw = f"/signing-rules/{rule.id}/withdraw"
    assert send(administrator, withdraw, {"reason": ""}).status_code == 422
    assert send(administrator, withdraw, {"reason": "Quy chế đã thay đổi"}).status_code == 302
    assert send(administrator, withdraw, {"reason": "Một lần nữa"}, page=page).status_code == 409
    assert "Withdraw this rule" not in administrator.get(f"/signing-rules/{rule.id}").text


@ONLY_SQLITE
def test_nobody_else_sees_or_changes_them(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made, rule = make_delegated.delegation().id, make_delegated.rule().id
        make.sign_in(client, make_delegated.deputy())
    addresses = ["/delegations/", NEW, f"/delegations/{made}", f"/delegations/{made}/withdraw"]
    addresses += ["/signing-rules/", NEW_RULE, f"/signing-rules/{rule}", f"/signing-rules/{rule}/withdraw"]

    for address in addresses:
        assert client.get(address).status_code == 403, address
    for address in (NEW, f"/delegations/{made}/withdraw", NEW_RULE, f"/signing-rules/{rule}/withdraw"):
        assert send(client, address, {"reason": "Không có quyền"}, page="/account").status_code == 403, address


def test_the_delegate_is_told_before_and_everybody_reads_it_after(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("endorsed", unit=make.unit()).id
        head = make.person(HEAD).full_name
        make_delegated.rule()
        make_delegated.delegation()
        make.sign_in(client, make_delegated.deputy())
    address = f"/dossiers/{dossier}"

    page = client.get(f"{address}/actions/recognise_level_1").text
    assert f"Ông/bà đang ký thay (KT.): Trưởng phòng Giáo dục và Đào tạo, huyện Cẩm Mỹ, {head}, theo {DOCUMENT}" in page
    version = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    assert send(client, f"{address}/actions/recognise_level_1", {"version": version}).status_code == 302

    history = client.get(f"{address}/history").text
    assert "KT. Trưởng phòng" in history
    assert f"Thay cho {head}, theo {DOCUMENT}" in history
    with app.app_context():
        papers = [paper.id for paper in documents.of_dossier(db.session.get_one(Dossier, dossier))]
        for paper in papers:
            documents.issue(paper)
        db.session.commit()
        code = db.session.scalars(sa.select(Recognition.verify_code)).one()
    signed = "KT. TRƯỞNG PHÒNG, PHÓ TRƯỞNG PHÒNG, Lê Thị Phó"
    assert signed in client.get(f"/documents/{papers[0]}").text
    assert "KT. TRƯỞNG PHÒNG" in client.get(f"{address}/").text
    assert signed in app.test_client().get(f"/verify/{code}").text


def test_a_delegation_ends_overnight_in_an_open_session(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    with app.app_context():
        dossier = make.dossier("endorsed", unit=make.unit()).id
        make_delegated.rule()
        make_delegated.delegation(ends_on=today)
        make.sign_in(client, make_delegated.deputy())
    address = f"/dossiers/{dossier}/"
    assert "KT. Trưởng phòng" in client.get("/").text
    assert client.get(address).status_code == 200

    monkeypatch.setattr(clock, "today", lambda: today + DAY)

    assert client.get(address).status_code == 404
    assert client.get(f"{address}actions/recognise_level_1").status_code == 404
    assert send(client, f"{address}actions/recognise_level_1", {"version": "1"}, page="/account").status_code == 404
    assert "KT. Trưởng phòng" not in client.get("/").text


@ONLY_SQLITE
def test_a_person_reads_what_they_gave_and_received(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make_delegated.delegation()
        head, deputy = make.person(HEAD), make_delegated.deputy()
        delegations.withdraw(made.id, reason="Đã trở lại làm việc", actor=make.person(role_titles.ADMINISTRATOR))
        make.commit()
    for person, other, title in ((deputy, head, "Delegated to you"), (head, deputy, "Delegated by you")):
        reader = in_english(app.test_client())
        make.sign_in(reader, person)
        shown = in_english(reader).get("/account").text

        assert title in shown
        assert other.full_name in shown
        assert "Withdrawn" in shown
        assert DOCUMENT in shown


@ONLY_SQLITE
def test_a_delegate_costs_no_query_for_each_dossier_or_delegation(app: Flask, client: FlaskClient) -> None:
    counts = []
    with app.app_context():
        make_delegated.rule()
        make_delegated.delegation()
        make.dossier("endorsed")
        make.sign_in(client, make_delegated.deputy())
    for more in range(2):
        with counted(app) as statements:
            assert client.get("/").status_code == 200
        counts.append(len(statements))
        with app.app_context():
            make.dossier("endorsed")
            make.dossier("endorsed")
            make_delegated.delegation(of=make.person(HEAD, make.unit("Huyện Xuân Lộc"), f"truong.{more}"))

    assert counts[0] == counts[1] <= 20, counts


@ONLY_SQLITE
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_the_pages_are_accessible_and_fit(app: Flask, served: str, open_page: OpenPage, viewport: Any) -> None:
    with app.app_context():
        made, rule = make_delegated.delegation(), make_delegated.rule()
        appointment, name = made.appointment_id, make.person(HEAD).full_name
        who = make.person(role_titles.ADMINISTRATOR).sign_in_name
    page: Page = open_page(viewport)
    sign_in(page, who)
    addresses = ["/delegations/", f"{NEW}?q={name}", f"{NEW}?part={appointment}&d=le+thi+pho"]
    addresses += [f"/delegations/{made.id}", f"/delegations/{made.id}/withdraw", "/account", "/signing-rules/"]
    addresses += [NEW_RULE, f"{NEW_RULE}?role={HEAD}&q=cam+my", f"/signing-rules/{rule.id}"]
    for address in [*addresses, f"/signing-rules/{rule.id}/withdraw"]:
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
