"""Property: what a query finds by its days is what the row itself says of the day."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certflow.catalogue import role_titles
from certflow.models.base import db
from certflow.models.people import Appointment
from certflow.models.rules import AuthorityRule, SigningRule
from certflow.models.units import Organisation
from tests import make

DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(5)]
MOMENT = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
DOCUMENT = {"document_number": "", "document_date": DAYS[0], "issued_by": "", "entered_at": MOMENT}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
properties = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
day = st.sampled_from(DAYS)
limit = st.none() | day
Span = tuple[dt.date | None, dt.date | None]


def in_order(span: Span) -> bool:
    """As the database asks of two days."""
    return span[0] is None or span[1] is None or span[0] <= span[1]


spans: st.SearchStrategy[Span] = st.tuples(day, limit).filter(in_order)
open_spans: st.SearchStrategy[Span] = st.tuples(limit, limit).filter(in_order)


class Known:
    """What rows refer to: the id of a unit, and the signatures of two administrators."""

    def __init__(self) -> None:
        self.unit = make.unit().id
        self.first = make.person(role_titles.ADMINISTRATOR).signature
        self.second = make.person(role_titles.ADMINISTRATOR, name="second").signature

    def dated(self, span: Span, withdrawn: bool) -> dict[str, Any]:
        """The columns of a rule."""
        days = {"unit_id": self.unit, "starts_on": span[0], "ends_on": span[1], "entered_by": self.first}
        gone = {"withdrawn_at": MOMENT, "withdrawn_by": self.first, "withdrawn_reason": "x"} if withdrawn else {}
        return DOCUMENT | days | gone


@pytest.fixture
def known(app: Flask, inside_the_application: None) -> Known:
    return Known()


def agree(rows: Sequence[Any], *says: Callable[[Any], Any]) -> None:
    """A query by each condition finds the very rows of which it is true; nothing of them is kept."""
    table = type(rows[0])
    db.session.add_all(rows)
    db.session.flush()
    for condition in says:
        found = db.session.scalars(sa.select(table).where(condition(table)))
        assert set(found) & {*rows} == {row for row in rows if condition(row)}
    db.session.rollback()


@properties
@given(drawn=st.lists(open_spans, min_size=1, max_size=4), first=limit, last=limit, on=day)
def test_of_offices(known: Known, drawn: list[Span], first: dt.date | None, last: dt.date | None, on: dt.date) -> None:
    at = {"unit_id": known.unit, "kind": "agency", "search_key": "", "entered_at": MOMENT}
    offices = [Organisation(**at, name=str(n), starts_on=a, ends_on=b) for n, (a, b) in enumerate(drawn)]

    agree(offices, lambda office: office.meets(first, last), lambda office: office.stands_on(on))


@properties
@given(drawn=st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=4), on=day)
def test_of_appointments(known: Known, drawn: list[tuple[Span, bool]], on: dt.date) -> None:
    at = {"user_id": known.first.id, "unit_id": known.unit, "role": "commune_officer"}
    appointments = [
        Appointment(**at, starts_on=a, ends_on=b, ended_at=MOMENT if ended else None) for (a, b), ended in drawn
    ]

    agree(appointments, lambda part: part.held_on(on), lambda part: part.goes_on(on))


@properties
@given(drawn=st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=4), first=limit, last=limit, on=day)
def test_of_rules(
    known: Known, drawn: list[tuple[Span, bool]], first: dt.date | None, last: dt.date | None, on: dt.date
) -> None:
    own = {"role": "commune_chair", "mode": "KT", "signer_position": "Phó", "schemes": [], "papers": []}
    rules = [SigningRule(**own, **known.dated(*each)) for each in drawn]

    agree(rules, lambda rule: rule.runs(first, last), lambda rule: rule.counts_on(on))


@properties
@given(drawn=st.lists(st.tuples(spans, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4), on=day)
def test_of_rules_that_need_a_second_person(
    known: Known, drawn: list[tuple[Span, bool, bool, bool]], on: dt.date
) -> None:
    scan = {"workflow": "", "role": "", "original_name": "", "media_type": "", "size": 0, "sha256": ""}
    rules = []
    for number, (span, withdrawn, practice, confirmed) in enumerate(drawn):
        rule = AuthorityRule(**scan, **known.dated(span, withdrawn), storage_key=str(number), practice=practice)
        rule.confirmed_at, rule.confirmed_by = (MOMENT, known.second) if confirmed else (None, None)
        rules.append(rule)

    agree(rules, lambda rule: rule.counts_on(on))
