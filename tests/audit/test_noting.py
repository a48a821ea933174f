"""What requests leave in the audit: who did what, which file was opened, and what was refused."""

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.audit import chain, verification
from certflow.audit.pages.noting import LatelyRead
from certflow.gateways.installation import kept
from certflow.models.audit import AuditEntry
from certflow.models.base import db
from tests import make
from tests.assessment.test_evidence import attach
from tests.browsing import in_english, send, signed_in
from tests.gateways import samples


def entries(app: Flask, kind: str = "") -> list[dict[str, Any]]:
    """All entries in their order, or those of a kind."""
    with app.app_context():
        query = sa.select(AuditEntry.__table__).order_by(AuditEntry.number)
        rows = [dict(row) for row in db.session.execute(query).mappings()]
    return [row for row in rows if not kind or row["kind"] == kind]


def test_an_act_by_a_page_names_the_person_the_page_and_every_row_it_changed(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        number, name = dossier.id, make.person_for("education_officer", dossier).full_name
        make.commit()
    signed_in(app, client, "education_officer", dossier)

    response = send(client, f"/dossiers/{number}/actions/return_for_changes", {"note": make.REASON, "version": "3"})

    assert response.status_code < 400
    entry = entries(app)[-1]
    assert (entry["actor"], entry["dossier_id"], entry["kind"]) == (name, number, chain.CHANGE)
    assert f'["dossier","{number}"' in entry["changes"]


def test_an_overwritten_claim_keeps_what_it_was(app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier()
        make.claims(dossier, {"1.1": {"value": "yes"}} | make.answers(1))
        make.commit()
        make.claims(dossier, make.answers(2))
        make.commit()
        was = {key: row[0] for _table, key, _digest, *row in json.loads(entries(app)[-1]["changes"]) if row}

    assert was
    assert all("answer" in json.loads(content) for content in was.values())


def test_who_opens_a_file_is_noted_once_and_again_after_a_while(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        dossier = make.dossier()
        file = attach(dossier, samples.picture("PNG"), "ảnh.png").id
        kept(LatelyRead).clear()  # the application has served other tests
    signed_in(app, client, "commune_officer", dossier)

    assert [client.get(f"/evidence/{file}").status_code for _time in range(2)] == [200, 200]

    read = entries(app, chain.READ)
    assert [(row["what"], row["subject"]) for row in read] == [("GET evidence.show", f'{{"evidence_id":{file}}}')]
    assert read[0]["dossier_id"] == dossier.id
    later = clock.now() + dt.timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.get(f"/evidence/{file}")
    assert len(entries(app, chain.READ)) == 2


def test_a_refusal_and_a_list_that_was_exported_are_noted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier, other = make.dossier(), make.dossier()
        officer = make.person_for("commune_officer", dossier).full_name
        make.commit()
    signed_in(app, client, "commune_officer", dossier)

    statuses = [client.get(address).status_code for address in (f"/dossiers/{other.id}/", "/audit/", "/nothing")]
    exported = client.get("/dossiers/export.xlsx").status_code

    assert (statuses, exported) == ([404, 403, 404], 200)
    denied = entries(app, chain.DENIED)
    assert [(row["actor"], row["what"]) for row in denied] == [
        (officer, "GET dossiers.show"),
        (officer, "GET audit.listed"),
    ]
    assert [row["what"] for row in entries(app, chain.EXPORT)] == ["GET dossiers.export"]


def test_signing_in_and_failing_to_are_noted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make.user("lan")
        make.commit()
        known, name = person.id, person.full_name

    for typed, password in (("lan", "not the password"), ("nobody", "not the password"), ("lan", make.PASSWORD)):
        send(client, "/sign-in", {"sign_in_name": typed, "password": password})

    notes = [json.loads(row["notes"])[0] for row in entries(app) if row["kind"].startswith("sign")]
    assert notes == [
        ["sign_in_refused", {"user_id": known, "name": name, "what": "wrong_password"}],
        ["sign_in_refused", {"name": "nobody"}],
        ["signed_in", {"user_id": known, "name": name, "what": "signed_in"}],
    ]


def test_administrators_read_the_audit_and_an_entry(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        make.person("administrator", name="admin")
        make.commit()
        assert verification.verify().count == 0
        number = entries(app)[-1]["number"]
    make.sign_in(client, "admin")
    in_english(client)

    listed = client.get("/audit/").text
    chosen = client.get(f"/audit/?kind=change&dossier={dossier.id}&before={number}").text
    shown = client.get(f"/audit/{number}").text

    assert f'href="/audit/{number}"' in listed
    assert "not verified yet" in listed
    assert f'href="/audit/{number}"' not in chosen
    assert "Rows changed" in shown
    assert client.get("/audit/99999999").status_code == 404
