"""The administrator enters and withdraws authority rules; everybody reads them, their scans, and who decides."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from certflow.config import MAX_UPLOAD_BYTES
from certflow.models.base import db
from certflow.models.rules import AuthorityRule
from certflow.rules import authority
from tests import make, make_two_tier
from tests.browsing import counted, in_english, send, signed_in, typed_in
from tests.gateways import samples

NEW = "/authority/new"


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
    return in_english(client)


def typed(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        province = make_two_tier.province().id
    usual = {
        "unit_id": str(province),
        "decider": "two_tier_commune_recognition:province_chair",
        "starts_on": "01/07/2025",
        "ends_on": "",
        "document_number": make_two_tier.DOCUMENT,
        "document_date": "02/07/2025",
        "issued_by": make_two_tier.ISSUER,
        "file": (io.BytesIO(samples.pdf()), "quyết định.pdf"),
    }
    return usual | changes


def stored(app: Flask) -> list[AuthorityRule]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuthorityRule).order_by(AuthorityRule.id)))


def test_a_rule_is_entered_with_its_scan_and_read_by_everybody_signed_in(
    app: Flask, administrator: FlaskClient
) -> None:
    answer = send(administrator, NEW, typed(app))

    (rule,) = stored(app)
    assert (answer.status_code, answer.location) == (302, f"/authority/{rule.id}")
    assert "Waits for a second person" in administrator.get("/authority/").text
    with app.app_context():
        make_two_tier.confirm_rule(authority.get(rule.id))
        make.commit()
    page = administrator.get("/authority/").text
    assert "In force" in page
    assert "Chair of the provincial people&#39;s committee" in page
    reader = app.test_client()
    with app.app_context():
        make.sign_in(reader, make.person("commune_officer"))
    shown = in_english(reader).get(f"/authority/{rule.id}").text
    scan = reader.get(f"/authority/{rule.id}/scan")
    assert make_two_tier.DOCUMENT in shown
    assert "Withdraw" not in shown
    assert scan.data.startswith(b"%PDF-")
    assert scan.headers["Content-Disposition"].startswith("attachment; ")
    assert "sandbox" in scan.headers["Content-Security-Policy"]


def test_what_was_typed_is_kept_and_the_file_asked_for_again(app: Flask, administrator: FlaskClient) -> None:
    for changes, message in (
        ({"document_number": ""}, "Papers cite this; it must be filled in."),
        ({"starts_on": "31/02/2026"}, "Write day/month/year, for example 15/02/2026"),
        ({"ends_on": "01/06/2025"}, "The last day is before the first day."),
        ({"decider": "two_tier_commune_recognition:commune_chair"}, "Choose what is decided and who decides it."),
        ({"unit_id": "x" * 9}, "Choose the province where the rule applies."),
    ):
        answer = send(administrator, NEW, typed(app, **changes))

        assert answer.status_code == 422
        assert message in answer.text
        assert "Choose the file again" in answer.text
        assert f'value="{make_two_tier.ISSUER}"' in answer.text
    assert stored(app) == []


def test_a_bad_scan_and_a_missing_one_are_told_at_the_field(app: Flask, administrator: FlaskClient) -> None:
    bad = send(administrator, NEW, typed(app, file=(io.BytesIO(b"<html>"), "trang.html")))
    none = send(administrator, NEW, typed(app, file=""))

    assert "Files of this kind are not accepted" in bad.text
    assert "Choose the scan of the document." in none.text
    assert '<p class="error" id="file-error">' in none.text
    assert (bad.status_code, none.status_code, stored(app)) == (422, 422, [])


def test_a_rule_for_the_same_days_is_refused_with_the_document_of_the_first(
    app: Flask, administrator: FlaskClient
) -> None:
    send(administrator, NEW, typed(app))

    answer = send(administrator, NEW, typed(app, document_number="Quyết định số 99/2026/QĐ-UBND"))

    assert answer.status_code == 422
    assert f"01/07/2025 – until further notice, by {make_two_tier.DOCUMENT}" in answer.text
    assert "Quyết định số 99/2026/QĐ-UBND" in answer.text
    assert len(stored(app)) == 1


def test_a_file_too_large_is_told_so(app: Flask, administrator: FlaskClient) -> None:
    large = FileStorage(io.BytesIO(b"%" * (MAX_UPLOAD_BYTES + 3 * 2**20)), "a.pdf")
    token = typed_in(administrator.get(NEW).text, "csrf_token")
    boundary, body = encode_multipart(MultiDict([("csrf_token", token), ("file", large)]))
    answer = administrator.post(
        NEW, input_stream=io.BytesIO(body), content_type=f"multipart/form-data; boundary={boundary}"
    )

    assert answer.status_code == 413
    assert "Go back and choose a smaller file; what you typed is still there" in answer.text


def test_a_rule_is_withdrawn_with_a_reason_only(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        address = f"/authority/{make_two_tier.rule().id}"

    without = send(administrator, f"{address}/withdraw", {"reason": "  "})
    long = send(administrator, f"{address}/withdraw", {"reason": "ơ" * 4001})
    withdrawn = send(administrator, f"{address}/withdraw", {"reason": "Văn bản bị bãi bỏ"})

    assert (without.status_code, long.status_code, withdrawn.status_code) == (422, 422, 302)
    assert "ơ" * 4001 in long.text
    assert "A reason must be given" in without.text
    page = administrator.get(address).text
    assert "Văn bản bị bãi bỏ" in page
    assert "Withdraw this rule" not in page
    assert "This rule has already been withdrawn." in administrator.get(f"{address}/withdraw").text
    again = send(administrator, f"{address}/withdraw", {"reason": "Lần nữa"}, page=NEW)
    assert (again.status_code, "This rule has already been withdrawn." in again.text) == (409, True)


def test_nobody_else_enters_or_withdraws(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        rule = make_two_tier.rule().id
        make.sign_in(client, make.person("department_head", make_two_tier.province()))

    for path in (NEW, f"/authority/{rule}/withdraw"):
        assert client.get(path).status_code == 403, path
        assert send(client, path, {"reason": "x"}, page="/rules/").status_code == 403
    assert client.get("/authority/999").status_code == 404
    assert client.get("/authority/999/scan").status_code == 404


def test_the_round_and_the_work_of_the_administrator_lead_to_the_missing_rule(
    app: Flask, administrator: FlaskClient
) -> None:
    with app.app_context():
        round_id, province = make_two_tier.round_().id, make_two_tier.province().id

    assert 'href="/authority/"' in administrator.get("/").text
    assert "Đợt hai cấp" in administrator.get("/authority/").text
    page = administrator.get(f"/rounds/{round_id}").text
    assert "No authority rule is in force" in page
    assert f"/authority/new?unit_id={province}" in page
    assert f'selected value="{province}"' in administrator.get(f"/authority/new?unit_id={province}").text

    with app.app_context():
        make_two_tier.rule()

    assert "No authority rule" not in administrator.get(f"/rounds/{round_id}").text
    assert "Đợt hai cấp" not in administrator.get("/authority/").text


def test_the_dossier_says_who_decides_by_which_document_even_after_the_rule_is_gone(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        dossier = make_two_tier.dossier("proposed")
        address = f"/dossiers/{dossier.id}/"
    signed_in(app, client, "department_officer", dossier)
    before = client.get(address).text
    assert "No authority rule is in force: nothing can be issued." in before
    assert "an administrator must first enter the authority rule" in before

    with app.app_context():
        rule = make_two_tier.rule()
        make_two_tier.walk(db.session.merge(dossier), "recognised_level_1")
        authority.withdraw(rule.id, reason="Hết hiệu lực", actor=make.person("administrator"))
        make.commit()

    decided = f'Director of the province education department, by <a href="/authority/{rule.id}">'
    assert f"{decided}{make_two_tier.DOCUMENT}</a>" in client.get(address).text


def test_the_list_makes_the_same_few_queries_however_many_rules(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        make_two_tier.round_()
        make_two_tier.rule()
    with counted(app) as few:
        administrator.get("/authority/")
    with app.app_context():
        make_two_tier.rule(unit_id=make.province().id)
        make_two_tier.round_("Đợt khác", at=make.province())
    with counted(app) as many:
        administrator.get("/authority/")

    assert len(many) == len(few) <= 14, many
