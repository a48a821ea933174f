"""The policy has a line for every route and none for what is no route, and what it says of the public is said twice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.app import _require_lines
from certflow.http import guard
from certflow.http.rules import SIGNED_IN, Rule, Who
from certflow.http.table import TABLE, rule_for
from tests import make

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Said here once more, because whoever loosens a line must do so on purpose: all of these is for administrators.
ADMINISTRATION = {"moving", "people", "rounds", "working_days"}
READ_BY_ALL_WHO_ARE_SIGNED_IN = {"accounts", "authority", "definitions", "dossiers", "work"}
READ_BY_ALL_WHO_ARE_SIGNED_IN |= {
    "places",
    "proposals",
    "recusals",
    "second_factor",
    "sessions",
}  # public facts, and their own


@on_sqlite
def test_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    routes = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}

    assert guard.without_line(app) == []
    assert set(TABLE) <= routes


@on_sqlite
def test_a_route_without_a_line_stops_the_start_in_tests_and_is_closed_to_everybody(
    app: Flask, client: FlaskClient
) -> None:
    app.add_url_rule("/forgotten", "work.forgotten", lambda: "here it is")
    with app.app_context():
        make.sign_in(client, make.person("administrator"))

    assert guard.without_line(app) == ['("work.forgotten", "GET"): ...,']
    with pytest.raises(RuntimeError, match=r'\("work.forgotten", "GET"\)'):
        _require_lines(app)
    assert client.get("/forgotten").status_code == 404


def test_what_is_for_administrators_is_for_nobody_else() -> None:
    wrong = {
        line
        for line, rule in TABLE.items()
        if (line[0].split(".")[0] in ADMINISTRATION) and rule != Rule(Who.ADMINISTRATOR)
    }

    assert wrong == set()


def test_little_is_open_to_whoever_is_signed_in() -> None:
    open_to_all = {endpoint.split(".")[0] for (endpoint, _method), rule in TABLE.items() if rule == SIGNED_IN}

    assert open_to_all <= READ_BY_ALL_WHO_ARE_SIGNED_IN


def test_head_and_options_follow_get() -> None:
    for (endpoint, method), rule in TABLE.items():
        if method == "GET":
            assert rule_for(endpoint, "HEAD") is rule
            assert rule_for(endpoint, "OPTIONS") is rule


@on_sqlite
def test_head_does_nothing_that_only_a_form_may_do(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.sign_in(client, make.person("administrator"))
        officer = make.person("commune_officer", make.unit())
        appointment, found = officer.appointments[0].id, make.round_()

    assert client.head(f"/appointments/{appointment}/end").status_code == 200
    assert client.head(f"/rounds/{found.id}/close").status_code == 200

    assert "Kết thúc" in client.get(f"/appointments/{appointment}/end").text
    with app.app_context():
        again = make.person("commune_officer", make.unit())
        assert again.appointments[0].ended_at is None
        assert not make.round_().closed
