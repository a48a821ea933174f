"""The generated matrix: everybody asks every address about everything in every state, and the table says what comes."""

import os
import sys
from collections import Counter
from collections.abc import Iterable

import pytest
from flask import Flask

from tests.policy.cast import people
from tests.policy.seeds import world
from tests.policy.sending import Cell, Courier, cells, differences, without_the_guard

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

# Steps that share no factor with the number of people, so that a sample meets everybody. `poe matrix` sends every cell.
EVERY_FIFTH, EVERY_NINETEENTH, EVERY_SIXTY_FIRST = 5, 19, 61
SHARES = 2  # of the sample, for two processes
WHOLE = os.environ.get("CERTFLOW_TEST_MATRIX") == "whole"


@on_sqlite
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
def test_everybody_is_answered_as_the_table_says(app: Flask, capsys: pytest.CaptureFixture[str], share: int) -> None:
    courier, asked = _asked(app)
    asked = (asked if WHOLE else asked[::EVERY_FIFTH])[share::SHARES]

    count, wrong = differences(app, courier, asked)

    with capsys.disabled():
        sys.stdout.write(f"\n{_told(asked)}; {count} requests sent, {len(wrong)} differences\n")
    assert count == len({(cell.method, cell.url, cell.person, tuple(cell.sent.items())) for cell in asked})
    assert wrong == []


@on_sqlite
def test_services_and_pages_say_the_same_without_the_guard(app: Flask) -> None:
    """Otherwise a line that is loosened by mistake would loosen the page and this test alike, and nobody would know."""
    courier, asked = _asked(app)

    with without_the_guard(app):
        _count, wrong = differences(app, courier, asked[:: EVERY_FIFTH if WHOLE else EVERY_NINETEENTH])

    assert wrong == []


@on_postgresql
def test_a_sample_is_answered_alike_on_postgresql(app: Flask) -> None:
    courier, asked = _asked(app, ("appraising", "drafting", "recognised_level_2"))

    _count, wrong = differences(app, courier, asked[::EVERY_SIXTY_FIRST])

    assert wrong == []


def _asked(app: Flask, states: Iterable[str] = ()) -> tuple[Courier, list[Cell]]:
    """The world, everybody signed in, and all cells; a form's token is for test_gate.py."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        made = world(states)
    asking = people()
    return Courier(app, asking), list(cells(app, made, asking))


def _told(asked: list[Cell]) -> str:
    verdicts = Counter(cell.expected.name.lower().replace("_", " ") for cell in asked)
    routes = len({(cell.endpoint, cell.method) for cell in asked})
    asking = len({cell.person for cell in asked})
    said = ", ".join(f"{count} {name}" for name, count in verdicts.most_common())
    return f"policy matrix: {len(asked)} cells ({routes} lines, {asking} people by relation): {said}"
