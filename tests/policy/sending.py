"""Sending the requests of the matrix: each is undone before the next, so that all of them find the same world."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask, templating
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from certflow.http import policy
from certflow.http.policy import NOTHING, Rule, table_of
from certflow.models.base import db
from tests import make
from tests.definitions.shipped import SCHEME
from tests.policy.cast import Person, seated
from tests.policy.expected import Target, Verdict, verdict
from tests.policy.seeds import World

# What those who are let in are told of these: nothing newer ships, and the department has a draft already.
TOLD = {("moving.show", "GET"): 404, ("moving.move", "POST"): 404, ("rating_sets.begin", "POST"): 409}
TOLD |= {("static", "GET"): 404}  # the name has no hash in it
TOLD |= {("handling.give_back", "POST"): 409, ("second_factor.reset", "POST"): 409}  # nobody handles it or has one
TOLD |= dict.fromkeys(
    [
        *(("invitations.redeem", "GET"), ("invitations.redeem", "POST"), ("sessions.end", "POST")),
        *(("recusals.withdraw", "GET"), ("recusals.withdraw", "POST"), ("recusals.end_substitute", "POST")),
        *(("councils.show", "GET"), ("councils.show", "POST"), ("councils.end_member", "POST")),
        *(("councils.dissolve", "GET"), ("councils.dissolve", "POST")),
        *(("delegations.show", "GET"), ("delegations.withdraw", "GET"), ("delegations.withdraw", "POST")),
        *(("signing_rules.show", "GET"), ("signing_rules.withdraw", "GET"), ("signing_rules.withdraw", "POST")),
        *(("places.show", "GET"), ("places.below", "GET"), ("offices.offices", "GET"), ("offices.offices", "POST")),
        *(("offices.disadvantaged", "GET"), ("offices.disadvantaged", "POST"), ("inheritance.show", "GET")),
        *(("offices.contact", "GET"), ("offices.contact", "POST")),
        *(("offices.end_office", "GET"), ("offices.end_office", "POST"), ("inheritance.withdraw", "GET")),
        *(("offices.end_attribute", "GET"), ("offices.end_attribute", "POST"), ("inheritance.withdraw", "POST")),
        *(("people_import.show", "GET"), ("people_import.faults", "GET")),
        *(("people_import.create", "POST"), ("people_import.discard", "POST")),
        *(("unit_changes.show", "GET"), ("unit_changes.apply", "POST")),
    ],
    404,  # of these none is there, as tests/policy/seeds.py says
)
TOLD |= {("evidence.upload", "GET"): 404, ("evidence.upload", "POST"): 404}  # no file is on its way
TOLD["dossiers.draft", "GET"] = 404  # most actions make no paper
ASKED_BY_THE_SCRIPT = {"X-Requested-With": "certflow"}  # so that whoever is not signed in is told so, and not led away


@dataclass(frozen=True)
class Cell:
    """One request that is sent: a route by one method, about one thing, by one person."""

    endpoint: str
    method: str
    url: str
    rule: Rule
    person: Person
    target: Target
    sent: Mapping[str, Any]

    @property
    def expected(self) -> Verdict:
        """What the table says."""
        return verdict(self.rule, self.person, self.target)

    def fits(self, status: int) -> bool:
        """Whether the address answered so."""
        told = TOLD.get((self.endpoint, self.method)) if self.expected == Verdict.LET_IN else None
        return status in self.expected.value or status == told

    def __str__(self) -> str:
        about = f" about {self.target.about.name.lower()} {self.target.state}" if self.target.state else ""
        return f"{self.method} {self.url} by {self.person.name}{about}: expected {self.expected.name}"


def cells(app: Flask, world: World, people: Iterable[Person]) -> Iterator[Cell]:
    """Every route by every method, about everything it can be about, by each of `people`."""
    address = app.url_map.bind("localhost")
    for route in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            rule = table_of(app)[route.endpoint, method]
            for target in _targets(route, rule, world):
                named = parts_of(route, world.parts | dict(target.named))
                url = address.build(route.endpoint, named, method=method)
                for person in people:
                    yield Cell(route.endpoint, method, url, rule, person, target, _sent(world, target, person))


def _targets(route: Route, rule: Rule, world: World) -> Iterator[Target]:
    """What the route can be about; for an action all that are open in the state, and one that is not."""
    for target in world.targets[rule.about]:
        if "action" not in route.arguments:
            yield target
            continue
        here = [t.action for t in SCHEME.transitions if target.state in t.origins]
        other = next(t.action for t in SCHEME.transitions if target.state not in t.origins)
        for action in (*here, other):
            yield replace(target, named={**target.named, "action": action})


def parts_of(route: Route, parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the route's address."""
    spec = SCHEME
    name = spec.form if "/criteria/" in route.rule else spec.name
    given = {**parts, "name": name, **(route.defaults or {})}
    missing = {part for part in route.arguments if part not in given}
    assert not missing, f"{route.rule}: say in tests/policy/seeds.py what {missing} is"
    return {part: given[part] for part in route.arguments}


def _sent(world: World, target: Target, person: Person) -> dict[str, Any]:
    """What comes with the request: what it is about, and for a department its own province and a paper."""
    if target.about == NOTHING:
        own = world.parts["units"].get(person.at, -1)
        return {"unit_id": own, "family": "learning_centre_rating", "document": "Biên bản số 1"}
    return {name: value for name, value in target.named.items() if isinstance(value, int)}


class Courier:
    """Sends requests as people who have signed in by the real form."""

    def __init__(self, app: Flask, people: Iterable[Person]) -> None:
        self.client = app.test_client(use_cookies=False)
        self.cookies = {person: _signed_in(app, person) for person in people if person.signed_in}

    def status(self, cell: Cell) -> int:
        """How a cell is answered."""
        response = self._sent(cell.person, cell.method, cell.url, cell.sent, ASKED_BY_THE_SCRIPT)
        response.close()
        return response.status_code

    def page(self, person: Person, method: str, url: str, sent: Mapping[str, Any]) -> tuple[int, str]:
        """Status and page, as a browser gets them."""
        with self._sent(person, method, url, sent, {}) as response:
            return response.status_code, response.get_data().decode("utf-8", "replace")

    def _sent(
        self, person: Person, method: str, url: str, sent: Mapping[str, Any], headers: Mapping[str, str]
    ) -> TestResponse:
        signed_in = {"Cookie": f"certflow={self.cookies[person]}"} if person in self.cookies else {}
        with_it: dict[str, Any] = {"query_string" if method == "GET" else "data": sent}
        return self.client.open(url, method=method, headers={**headers, **signed_in}, **with_it)


def _signed_in(app: Flask, person: Person) -> str:
    with app.app_context():
        account = seated(person).sign_in_name
    client = app.test_client()
    make.sign_in(client, account)
    cookie = client.get_cookie("certflow")
    assert cookie
    return cookie.value


@contextmanager
def undoing(app: Flask) -> Iterator[sa.Connection]:
    """All that is sent inside goes to one connection, in a transaction that is never committed."""
    with app.app_context():
        engines: dict[Any, Any] = db.engines  # type: ignore[assignment]
        engine = engines[None]
    with engine.connect() as connection, connection.begin() as all_of_it:
        engines[None] = connection
        try:
            yield connection
        finally:
            engines[None] = engine
            all_of_it.rollback()


def differences(app: Flask, courier: Courier, asked: Iterable[Cell]) -> tuple[int, list[str]]:
    """Send every cell; gives how many were sent, and those that were answered otherwise than expected.

    Views run to their end and pages are not written out: by then it is settled who is let in, and words take longest.
    """
    count, wrong = 0, []
    with undoing(app) as connection, _unwritten(app):
        for cell in asked:
            with connection.begin_nested() as this:
                status = courier.status(cell)
                this.rollback()
            count += 1
            if not cell.fits(status):
                wrong.append(f"{cell}, got {status}")
    return count, wrong


@contextmanager
def _unwritten(app: Flask) -> Iterator[None]:
    with patch.object(templating, "_render", return_value=""), patch.object(app.jinja_env, "get_or_select_template"):
        yield


@contextmanager
def without_the_guard(app: Flask) -> Iterator[None]:
    """The services and pages alone, to see that their own checks say the same."""
    before = app.before_request_funcs[None]
    place = before.index(policy.hold)
    before.remove(policy.hold)
    try:
        yield
    finally:
        before.insert(place, policy.hold)
