"""The my-work page against a page that only says hello, both through the whole application and its gate."""

import statistics
import time

from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.benchmarks.acts import submitted
from tests.benchmarks.places import application


def measure(database: str, dossiers: int, count: int) -> tuple[float, float]:
    """Median milliseconds of my work with `dossiers` waiting for the reader, and of the server's hello."""
    with application(database) as app:
        app.add_url_rule("/hello", "health.hello", lambda: "hello")
        client = _reader(app, dossiers)
        return _median(client, "/", count), _median(client, "/hello", count)


def _reader(app: Flask, dossiers: int) -> FlaskClient:
    with app.app_context():
        submitted(dossiers)
        officer = make.person("education_officer").sign_in_name
    client = app.test_client()
    make.sign_in(client, officer)
    return client


def _median(client: FlaskClient, path: str, count: int) -> float:
    assert client.get(path).status_code == 200
    times = []
    for _n in range(count):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
