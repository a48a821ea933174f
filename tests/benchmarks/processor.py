"""Processor time of one request of the pages that are used most and of saving one field, against a page's hello.

Time of this process alone, which hardly depends on what else the machine does: waiting for the disk is not in it.
"""

import re
import time
from collections.abc import Callable
from html import unescape
from itertools import count as numbers

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.models.base import db
from certflow.models.dossiers import Claim, Submission
from tests import make
from tests.benchmarks.acts import alike
from tests.benchmarks.pages import ROW, add_hello, reader, signed_in, whole
from tests.benchmarks.places import application
from tests.benchmarks.timing import Checked, medians
from tests.browsing import typed_in

WAITING = 25  # a full page of the list
MOST_FILED = 50  # each by somebody who signs in first
# Half of what an earlier build took on a machine with two cores; printed, and no limit.
AIMS = {"my work": "≤ 11 ms", "overview": "≤ 8.8 ms", "appraisal page": "≤ 7 ms", "filing": "≤ 14 ms"}
FIELD = "1.1-explanation"
FORM = "data-autosave="
_CONTROL = re.compile(r"<(?:input|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
Request = Checked[TestResponse]


def measure(count: int) -> dict[str, float]:
    """Median milliseconds by what is asked for, on SQLite; "hello" is a page behind the same gate that holds a word."""
    with application("sqlite") as app:
        add_hello(app)
        officer = reader(app, WAITING)
        with app.app_context():
            drafted, appraised = make.dossier(claims=make.answers()), make.dossier(at="appraising")
            writer = make.person_for("commune_officer", drafted).sign_in_name
            appraiser = make.person_for("district_appraiser", appraised).sign_in_name
        commune, address = signed_in(app, writer), f"/dossiers/{drafted.id}/"
        appraisal = f"/dossiers/{appraised.id}/appraisal/1"
        requests = {
            "hello": _page(officer, "/hello", whole("hello")),
            "my work": _page(officer, "/", whole(ROW, WAITING)),
            "overview": _page(commune, address, whole(f'href="{address}criteria/1"')),
            "criterion page": _page(commune, f"{address}criteria/1", whole(FORM)),
            "saving a field": _saving(commune, f"{address}criteria/1"),
            "appraisal page": _page(signed_in(app, appraiser), appraisal, whole(FORM)),
        }
        times = medians(requests, count, time.process_time)
        with app.app_context():
            claim = db.session.get_one(Claim, (drafted.id, "1.1"))
            assert claim.explanation == _typed(count), "what was saved is not what was typed"
    return times | _filing(min(count, MOST_FILED))


def _filing(count: int) -> dict[str, float]:
    """Filing one dossier after another, each by the leader of its commune from the page that they have opened."""
    with application("sqlite") as app:
        with app.app_context():
            waiting = [(each.id, each.unit) for each in alike("awaiting_chair", count + 1)]
            leaders = {dossier_id: make.person("commune_chair", unit).sign_in_name for dossier_id, unit in waiting}
        opened = iter([_opened(signed_in(app, name), dossier_id) for dossier_id, name in leaders.items()])
        times = medians({"filing": (lambda: next(opened)(), _require_filed)}, count, time.process_time)
        with app.app_context():
            filed = db.session.scalar(sa.select(sa.func.count(sa.distinct(Submission.dossier_id))))
            assert filed == count + 1, f"{filed} of {count + 1} dossiers were filed"
        return times


def _opened(client: FlaskClient, dossier_id: int) -> Callable[[], TestResponse]:
    """The button of the page on which a leader files."""
    path = f"/dossiers/{dossier_id}/actions/submit"
    page = client.get(path).text
    sent = {name: typed_in(page, name) for name in ("csrf_token", "version")}
    return lambda: client.post(path, data=sent)


def _require_filed(answer: TestResponse) -> None:
    assert answer.status_code == 302, f"filing answered {answer.status}: {answer.text}"


def _page(client: FlaskClient, path: str, check: Callable[[TestResponse], None]) -> Request:
    return lambda: client.get(path), check


def _saving(client: FlaskClient, path: str) -> Request:
    """One field changed each time and the whole form sent, as the page's script does (http/static/typing.js)."""
    sent, number = _fields(client.get(path).text), numbers()
    headers = {"X-Requested-With": "certflow", "Accept": "application/json"}

    def save() -> TestResponse:
        sent[FIELD] = _typed(next(number))
        return client.post(path, data=sent, headers=headers)

    def check(answer: TestResponse) -> None:
        assert answer.status_code == 200, f"saving answered {answer.status}: {answer.text}"
        told = answer.json or {}
        assert (told["faults"], told["conflicts"], told["texts"][FIELD]) == ({}, {}, sent[FIELD]), told
        sent.update({name: str(mark) for name, mark in (told["versions"] | told["shown"]).items()})

    return save, check


def _typed(number: int) -> str:
    return f"Theo báo cáo lần {number}"


def _fields(page: str) -> dict[str, str]:
    """What a browser would send of the form that saves itself, files left out."""
    form = page[page.index(FORM) :].partition("</form>")[0]
    fields = {}
    for attributes, text in _CONTROL.findall(form):
        control = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        chosen = control.get("type") not in ("radio", "checkbox") or "checked" in control
        if chosen and control.get("type") != "file":
            fields[control["name"]] = control.get("value", unescape(text))
    assert {FIELD, "csrf_token", "1.1-value"} <= set(fields), fields
    return fields
