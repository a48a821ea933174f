"""What tests of pages do again and again: send a form with its token, and count a page's queries."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.models.base import db
from certflow.models.dossiers import Dossier
from tests import make

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def send(client: FlaskClient, url: str, typed: Mapping[str, Any], *, page: str = "") -> TestResponse:
    """Send a form as a browser does, with the token of `page` (the form's own address by default)."""
    token = _TOKEN.search(client.get(page or url).text)
    assert token, f"there is no form on {page or url}"
    return client.post(url, data={"csrf_token": token[1], **typed})


def in_english(client: FlaskClient) -> FlaskClient:
    """`client` reading English from now on, whose sentences are those of the code."""
    with client.session_transaction() as session:
        session["language"] = "en"
    return client


def again(dossier: Dossier) -> Dossier:
    """The dossier in the session of now."""
    return db.session.get_one(Dossier, dossier.id)


def signed_in(app: Flask, client: FlaskClient, role: str, dossier: Dossier, language: str = "en") -> None:
    """Sign in as the person in `role` for `dossier`, who reads `language`."""
    with app.app_context():
        person = make.person_for(role, again(dossier))
    make.sign_in(client, person)
    with client.session_transaction() as session:
        session["language"] = language


def queries(app: Flask, client: FlaskClient, url: str) -> int:
    """How many statements the page at `url` sends."""
    with counted(app) as statements:
        assert client.get(url).status_code == 200
    return len(statements)


def typed_in(page: str, name: str) -> str:
    """The value that the field `name` shows."""
    control = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    assert control, f"there is no field {name}"
    value = re.search(r'value="([^"]*)"', control[0])
    return value[1] if value else ""


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collects the statements that reach the database meanwhile, transaction control left out."""
    statements: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
