"""Every route states its policy rule, the table made of them is committed, and what is most closed is said twice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.access.policy import ADMINISTRATOR
from certflow.app import _require_rules, create_app
from certflow.config import Settings
from certflow.http.policy import SIGNED_IN, Room, rule_for, table_of, without_rule
from tests import make
from tests.policy.table import PAGE, table_in_words

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Said here once more, because whoever loosens a line must do so on purpose: all of these is for administrators.
ADMINISTRATION = {"moving", "people", "people_import", "rounds", "working_days", "councils", "delegations"}
ADMINISTRATION |= {"inheritance", "offices", "signing_rules", "unit_changes"}
READ_BY_ALL_WHO_ARE_SIGNED_IN = {"accounts", "authority", "definitions", "dossiers", "help", "work"}
READ_BY_ALL_WHO_ARE_SIGNED_IN |= {
    "kept",
    "places",
    "proposals",
    "recusals",
    "second_factor",
    "sessions",
}  # public facts, and their own


@on_sqlite
def test_the_committed_table_is_made_of_the_rules_at_the_routes(app: Flask) -> None:
    assert PAGE.read_text() == table_in_words(app), "run `poe policy`, and look at what changed before you commit it"


@on_sqlite
def test_every_route_has_a_rule_and_every_rule_a_route(app: Flask) -> None:
    routes = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}

    assert without_rule(app) == []
    assert set(table_of(app)) <= routes


@on_sqlite
def test_a_route_without_a_rule_stops_the_start_in_tests_and_is_closed_to_everybody(settings: Settings) -> None:
    app = create_app(settings)
    client = app.test_client()
    app.add_url_rule("/forgotten", "work.forgotten", lambda: "here it is")
    with app.app_context():
        make.sign_in(client, make.person("administrator"))

    assert without_rule(app) == [("work.forgotten", "GET")]
    with pytest.raises(RuntimeError, match=r"work\.forgotten"):
        _require_rules(app)
    assert client.get("/forgotten").status_code == 404


def test_a_room_takes_no_route_without_a_rule_and_none_looser_than_itself() -> None:
    room, closed = Room("hall", __name__), Room("vault", __name__, only=ADMINISTRATOR.who)

    with pytest.raises(TypeError, match="states no policy"):
        room.get("/door")(lambda: "in")
    with pytest.raises(TypeError, match="looser than the room, which is for administrators"):
        closed.form("/door", ADMINISTRATOR, post=SIGNED_IN)(lambda: "in")


@on_sqlite
def test_what_is_for_administrators_is_for_nobody_else(app: Flask) -> None:
    wrong = {
        line
        for line, rule in table_of(app).items()
        if (line[0].split(".")[0] in ADMINISTRATION) and rule != ADMINISTRATOR
    }

    assert wrong == set()


@on_sqlite
def test_little_is_open_to_whoever_is_signed_in(app: Flask) -> None:
    open_to_all = {endpoint.split(".")[0] for (endpoint, _method), rule in table_of(app).items() if rule == SIGNED_IN}

    assert open_to_all <= READ_BY_ALL_WHO_ARE_SIGNED_IN


@on_sqlite
def test_head_and_options_follow_get(app: Flask) -> None:
    table = table_of(app)
    for (endpoint, method), rule in table.items():
        if method == "GET":
            assert rule_for(table, endpoint, "HEAD") is rule
            assert rule_for(table, endpoint, "OPTIONS") is rule


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
