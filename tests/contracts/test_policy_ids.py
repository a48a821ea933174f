"""What is absent, what is somebody else's and what no database could hold are answered alike, word for word."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule as Route

from certflow.access.policy import DOSSIER
from certflow.accounts.pages.gate import Id
from certflow.assessment.policy import EVIDENCE
from certflow.criteria.policy import RATING_SET
from certflow.dossiers.policy import OPENING
from certflow.http.policy import Rule, table_of
from certflow.results.policy import DOCUMENT
from tests.browsing import counted
from tests.policy.cast import Person, people
from tests.policy.expected import Verdict, verdict
from tests.policy.seeds import World, world
from tests.policy.sending import Courier, parts_of, undoing

ABSENT = 999_999
HUGE = (2**31 - 1, 2**31, 10**30)
NAMES = {
    DOSSIER: "dossier_id",
    EVIDENCE: "evidence_id",
    DOCUMENT: "document_id",
    RATING_SET: "set_id",
    OPENING: "unit_id",
}
ASKING = {
    "commune_officer.own",
    "commune_officer.sibling",
    "province_reviewer.sibling",
    "administrator.any",
    "public.any",
}
SIGNED_IN = ASKING - {"public.any"}
COUNTED = {
    "dossier_id",
    "document_id",
    "evidence_id",
    "proposal_id",
}  # as many statements where nothing is: time tells nothing either
TOKEN = re.compile(r'(name="csrf_token"[^>]*value=")[^"]+')
STATES = ("drafting", "recognised_level_2")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_absent_foreign_and_huge_numbers_are_answered_alike(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        made = world(STATES)
    asking = [person for person in people() if person.name in ASKING]
    assert len(asking) == len(ASKING)
    courier, wrong, foreign = Courier(app, asking), [], 0
    with undoing(app) as connection, counted(app) as statements:
        for person, method, part, asked in _asked(app, made, asking):
            answers = set()
            for url, sent in asked:
                statements.clear()
                with connection.begin_nested() as this:
                    answer = _answer(courier, person, method, url, sent)
                    counts = part in COUNTED and person.name in SIGNED_IN
                    answers.add((*answer, len(statements) if counts else 0))
                    this.rollback()
            foreign += len(asked) - len(_huge(person)) - 1
            if len(answers) > 1:
                shown = [(status, len(page), count) for status, page, count in answers]
                wrong.append(f"{method} {asked[0][0]} by {part}, {person.name}: {shown}")

    assert wrong == []
    assert foreign > 100, "hardly anything of somebody else's was asked for"


Asked = list[tuple[str, dict[str, Any]]]


def _asked(app: Flask, made: World, asking: Iterable[Person]) -> Iterator[tuple[Person, str, str, Asked]]:
    """For each number in an address, and each person: the address with all the numbers that must be answered alike."""
    address = app.url_map.bind("localhost")
    for route in app.url_map.iter_rules():
        for method in sorted((route.methods or set()) & {"GET", "POST"}):
            rule = table_of(app)[route.endpoint, method]
            target = made.targets[rule.about][0]
            for part in _numbers(route, rule):
                for person in asking:
                    asked: Asked = []
                    for number in (ABSENT, *_huge(person), *_foreign(made, rule, person, part)):
                        named = {**made.parts, **target.named, part: number}
                        url = address.build(route.endpoint, parts_of(route, named), method=method)
                        sent = {name: named[name] for name in target.named} if rule.about == OPENING else {}
                        asked.append((url, sent))
                    yield person, method, part, asked


def _numbers(route: Route, rule: Rule) -> list[str]:
    found = [name for name, converter in route._converters.items() if isinstance(converter, Id)]
    return [*found, "unit_id", "round_id"] if rule.about == OPENING else found


def _huge(person: Person) -> tuple[int, ...]:
    """What no database could hold; a person from next door is answered like one from here, who asks for it."""
    return () if person.name.endswith(".sibling") else HUGE


def _foreign(made: World, rule: Rule, person: Person, part: str) -> list[int]:
    """The numbers of what is there and not the person's to see."""
    if NAMES.get(rule.about) != part:
        return []
    sees = Rule(rule.who, rule.about)
    hidden = [target for target in made.targets[rule.about] if verdict(sees, person, target) == Verdict.NOT_FOUND]
    return [target.named[part] for target in hidden]


def _answer(courier: Courier, person: Person, method: str, url: str, sent: dict[str, Any]) -> tuple[int, str]:
    """Status and page, without the address that was asked for and without the form's token."""
    status, page = courier.page(person, method, url, sent)
    for told in (url, url.removesuffix("/")):
        page = page.replace(told, "").replace(told.replace("/", "%2F"), "")
    return status, TOKEN.sub(r"\1", re.sub(r"(round|unit)_id(=|%3D)\d+", "", page))
