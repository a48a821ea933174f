"""The my-work page against a page that only says hello, both through the whole application and its gate."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.dossiers.dossiers import PAGE_SIZE
from certflow.http.policy import SIGNED_IN, Room
from tests import make
from tests.benchmarks.acts import submitted
from tests.benchmarks.places import application
from tests.benchmarks.timing import medians

ROW = '<th scope="row" role="rowheader"><a href="/dossiers/'


def measure(database: str, dossiers: int, count: int) -> tuple[float, float]:
    """Median milliseconds of my work with `dossiers` waiting for the reader, and of the server's hello."""
    with application(database) as app:
        add_hello(app)
        client = reader(app, dossiers)
        work = (lambda: client.get("/"), whole(ROW, min(dossiers, PAGE_SIZE)))
        times = medians({"work": work, "hello": (lambda: client.get("/hello"), whole("hello"))}, count)
        return times["work"], times["hello"]


def add_hello(app: Flask) -> None:
    """Let `app` say hello to whoever is signed in, behind the gate of every page."""
    room = Room("hello", __name__)
    room.page("/hello", SIGNED_IN, endpoint="hello")(lambda: "hello")
    app.register_blueprint(room)


def reader(app: Flask, dossiers: int) -> FlaskClient:
    """An officer who is signed in and for whom `dossiers` wait."""
    with app.app_context():
        submitted(dossiers)
        officer = make.person("education_officer")
    return signed_in(app, officer.sign_in_name)


def signed_in(app: Flask, name: str) -> FlaskClient:
    """A browser of the person who signs in by this name."""
    client = app.test_client()
    make.sign_in(client, name)
    return client


def whole(words: str, times: int = 1) -> Callable[[TestResponse], None]:
    """The check that an answer is the page that is measured: it holds `words` so many times."""

    def check(answer: TestResponse) -> None:
        assert answer.status_code == 200, f"{answer.request.path} answered {answer.status}"
        count = answer.text.count(words)
        assert count == times, f"{answer.request.path} holds {words!r} {count} times instead of {times}"

    return check
