"""What is sent after the session has ended is kept for its person, encrypted, for an hour, and sent again by them."""

import datetime as dt
import html
import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from certflow import clock
from certflow.accounts import kept_forms
from certflow.gateways.installation import equipment
from certflow.models.accounts import KeptForm
from certflow.models.base import db
from certflow.models.dossiers import Claim, Evidence
from certflow.models.people import SignInSession, User
from tests import make
from tests.browsing import typed_in
from tests.gateways import samples

HIDDEN = re.compile(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', re.DOTALL)
KEPT_ID = re.compile(r'name="kept_form" value="(\d+)"')
FORMS = [
    ("commune_officer", "/dossiers/1/criteria/1", {"1.1-explanation": "Đã có nghị quyết", "1.1-value": "yes"}),
    ("commune_officer", "/dossiers/1/criteria/5", {"5.1-denominator": "7412", "5.1-definition": "Sổ hộ tịch"}),
    ("commune_officer", "/dossiers/1/meeting", {"chaired_by": "Nguyễn Văn Chủ", "conclusion": "Nhất trí"}),
    ("administrator", "/people/new", {"full_name": "Trần Thị Mới", "position": "Chuyên viên"}),
    ("administrator", "/inheritance/new", {"document": "Văn bản số 1"}),
    ("administrator", "/authority/new", {"document_number": "12/QĐ-UBND", "document_title": "Phân cấp"}),
]


@pytest.fixture(autouse=True)
def dossier(app: Flask) -> None:
    with app.app_context():
        assert make.dossier().id == 1


def sign_in(client: FlaskClient, name: str, *, target: str = "") -> str:
    """Sign in by the page; gives where it leads."""
    page = client.get("/sign-in", query_string={"next": target}).text
    sent = {"csrf_token": typed_in(page, "csrf_token"), "sign_in_name": name, "password": make.PASSWORD, "next": target}
    answer = client.post("/sign-in", data=sent)
    assert answer.status_code == 302, answer.text
    return answer.location


def person(app: Flask, role: str) -> str:
    """The sign-in name of the person in a role, who signs in with a password alone."""
    with app.app_context():
        return make.person(role).sign_in_name


def end_sessions(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.update(SignInSession).values(ended_at=clock.now()))
        db.session.commit()


def shown(page: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in HIDDEN.findall(page)}


def sent_again(client: FlaskClient, page: str, path: str) -> int:
    """Press “Save this now”."""
    fields = MultiDict(
        [("csrf_token", typed_in(page, "csrf_token")), *((n, html.unescape(t)) for n, t in HIDDEN.findall(page))]
    )
    if match := KEPT_ID.search(page):
        fields.add("kept_form", match[1])
    return client.post(path, data=fields).status_code


@pytest.mark.parametrize(("role", "path", "typed"), FORMS, ids=[path for _role, path, _typed in FORMS])
def test_every_form_sent_after_the_session_ended_comes_back_after_signing_in(
    app: Flask, client: FlaskClient, role: str, path: str, typed: Mapping[str, str]
) -> None:
    name = person(app, role)
    sign_in(client, name)
    page = client.get(path)
    assert page.status_code == 200
    end_sessions(app)

    answer = client.post(path, data={"csrf_token": typed_in(page.text, "csrf_token"), **typed})
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/kept/"
    assert sign_in(client, name, target="/kept/") == "/kept/"

    kept = client.get("/kept/").text
    assert typed.items() <= shown(kept).items()
    assert sent_again(client, kept, path) in (302, 422)
    with app.app_context():
        assert "Đã có nghị quyết" not in str(db.session.query(KeptForm.content).all())


def test_what_was_sent_again_and_saved_is_kept_no_longer(app: Flask, client: FlaskClient) -> None:
    _role, path, typed = FORMS[0]
    name = person(app, "commune_officer")
    sign_in(client, name)
    token = typed_in(client.get(path).text, "csrf_token")
    end_sessions(app)
    client.post(path, data={"csrf_token": token, **typed})
    sign_in(client, name, target="/kept/")

    assert sent_again(client, client.get("/kept/").text, path) == 302

    with app.app_context():
        assert db.session.get_one(Claim, (1, "1.1")).explanation == "Đã có nghị quyết"
        assert db.session.query(KeptForm).count() == 0


def test_after_signing_in_again_in_another_tab_the_open_form_is_saved(app: Flask, client: FlaskClient) -> None:
    _role, path, typed = FORMS[0]
    name = person(app, "commune_officer")
    sign_in(client, name)
    page = client.get(path).text
    client.post("/sign-out", data={"csrf_token": typed_in(page, "csrf_token")})
    sign_in(client, name)

    answer = client.post(path, data={"csrf_token": typed_in(page, "csrf_token"), **typed})

    assert answer.status_code == 302
    with app.app_context():
        assert db.session.get_one(Claim, (1, "1.1")).explanation == "Đã có nghị quyết"


@pytest.mark.parametrize("ended", [True, False], ids=["session ended", "page of another account"])
def test_files_sent_with_it_come_back_too(app: Flask, client: FlaskClient, ended: bool) -> None:
    _role, path, typed = FORMS[0]
    name = person(app, "commune_officer")
    sign_in(client, name)
    token = typed_in(client.get(path).text, "csrf_token")
    if ended:
        end_sessions(app)
    pdf = samples.pdf()
    files = [(io.BytesIO(pdf), "Nghị quyết số 12.pdf"), (io.BytesIO(pdf + b"\n"), "Kế hoạch.pdf")]
    sent = {"csrf_token": token if ended else "of another", **typed, "1.1-file": files}

    answer = client.post(path, data=sent)
    assert answer.status_code == (302 if ended else 400)
    page = answer.text
    if ended:
        sign_in(client, name, target="/kept/")
        page = client.get("/kept/").text
    assert "Nghị quyết số 12.pdf" in page
    with app.app_context():
        stored = [equipment().storage.read(key) for key, _at in equipment().storage.listed("kept")]
        assert len(stored) == 2
        assert not any(b"PDF" in content for content in stored)

    assert sent_again(client, page, path) == 302
    with app.app_context():
        kept = db.session.scalars(sa.select(Evidence).order_by(Evidence.id)).all()
        assert [file.original_name for file in kept] == ["Nghị quyết số 12.pdf", "Kế hoạch.pdf"]
        assert equipment().storage.read(kept[0].storage_key) == pdf

    again = {"csrf_token": typed_in(client.get(path).text, "csrf_token"), "kept_form": "1", "kept_files": "2"}
    client.post(path, data=again)
    assert "không còn được giữ" in client.get(path).text


def test_what_was_typed_is_kept_also_while_the_storage_is_away(app: Flask, client: FlaskClient) -> None:
    _role, path, typed = FORMS[0]
    sign_in(client, name := person(app, "commune_officer"))
    token = typed_in(client.get(path).text, "csrf_token")
    end_sessions(app)
    with app.app_context():
        folder = equipment().settings.storage_url.removeprefix("file://")
    Path(folder).rename(f"{folder}.away")
    file = (io.BytesIO(samples.pdf()), "Kế hoạch.pdf")

    answer = client.post(path, data={"csrf_token": token, **typed, "1.1-file": [file]})

    assert answer.status_code == 302
    sign_in(client, name, target="/kept/")
    page = client.get("/kept/").text
    assert typed.items() <= shown(page).items()
    assert "Không giữ được tệp này" in page


def test_another_person_gets_nothing_of_it_and_what_they_send_from_an_old_page_is_given_back(
    app: Flask, client: FlaskClient
) -> None:
    _role, path, typed = FORMS[0]
    name = person(app, "commune_officer")
    sign_in(client, name)
    page = client.get(path).text
    client.post("/sign-out", data={"csrf_token": typed_in(page, "csrf_token")})
    client.post(path, data={"csrf_token": typed_in(page, "csrf_token"), **typed})
    sign_in(client, person(app, "administrator"), target="/kept/")

    assert shown(client.get("/kept/").text) == {}
    refused = client.post(path, data={"csrf_token": typed_in(page, "csrf_token"), **typed})
    assert refused.status_code == 400
    assert typed.items() <= shown(refused.text).items()
    with app.app_context():
        assert db.session.query(Claim).count() == 0


def test_it_goes_after_an_hour_and_a_person_keeps_at_most_ten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        user = db.session.query(User).first()
        assert user is not None
        for number in range(kept_forms.MOST_KEPT + 3):
            kept_forms.keep(user.id, "/x", (("note", str(number)),))
        db.session.commit()
        newest = [form.pairs[0][1] for form in kept_forms.of(user.id)]
        later = clock.now() + dt.timedelta(hours=1, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)

        assert newest == [str(number) for number in range(12, 2, -1)]
        assert kept_forms.of(user.id) == []
        kept_forms.keep(user.id, "/x", (("note", "last"),))
        assert db.session.query(KeptForm).count() == 1


def test_no_password_and_no_code_is_kept() -> None:
    sent = [("password", "x"), ("old_password", "x"), ("csrf_token", "x"), ("code", "123456"), ("note", "y")]

    assert kept_forms.pairs_of(sent) == (("note", "y"),)
