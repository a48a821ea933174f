"""The first screen of a dossier's page: for every role and in every state its state, next action and date are on it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize

from certflow.models.base import db
from certflow.results import documents
from tests import make
from tests.browser import Screenshot, assert_accessible, assert_fits, sign_in

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
MOST_HEADER = 100
BOTTOMS = """() => {
    const bottom = (selector) => document.querySelector(selector)?.getBoundingClientRect().bottom;
    const head = document.querySelector("main").getBoundingClientRect().top;
    return [head, bottom("[data-state]"), bottom("[data-next-action]"), bottom("[data-due]")];
}"""


@pytest.fixture
def dossiers(app: Flask) -> dict[str, str]:
    """The address of a dossier of one commune in each state of the commune's scheme, by state; practice, so marked."""
    with app.app_context():
        make.people()
        made = {
            state: make.dossier(at=state, unit=make.unit(), round_=make.round_(title=f"Đợt {state}", practice=True))
            for state in sorted(make.scheme().states, key=_level, reverse=True)
        }
        for document_id in documents.pending(10):
            documents.issue(document_id)
        db.session.commit()
        return {state: f"/dossiers/{dossier.id}/" for state, dossier in made.items()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_next_action_is_on_the_first_screen_for_every_role_in_every_state(
    app: Flask, dossiers: dict[str, str], open_page: Callable[..., Page], screenshot: Screenshot
) -> None:
    with app.app_context():
        names = {role: person.sign_in_name for role, person in make.people().items() if role in make.scheme().roles}
    rows: list[tuple[str, str, int, list[float | None]]] = []
    for role, name in names.items():
        page = sign_in(open_page(DESKTOP), name)
        for state, address in dossiers.items():
            answer = page.goto(address)
            if answer is not None and answer.status == 404:
                continue  # what is not filed is its commune's alone
            for viewport in (PHONE, DESKTOP):
                page.set_viewport_size(viewport)
                rows.append((role, state, viewport["width"], page.evaluate(BOTTOMS)))
                screenshot(page, f"first-{state}-{role}")
    _print(rows)

    assert len(rows) >= 2 * (2 * len(dossiers) + 4 * (len(dossiers) - 2))
    assert [row for row in rows if not _on_first_screen(row[2], row[3], final=_final(app, row[1]))] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_is_accessible_and_fits_at_both_sizes(
    app: Flask, dossiers: dict[str, str], open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        names = [make.person("commune_officer", make.unit()).sign_in_name, make.people()["education_head"].sign_in_name]
    for name in names:
        page = sign_in(open_page(PHONE), name)
        for state in ("drafting", "returned", "endorsed", "recognised_level_1"):
            page.goto(dossiers[state])
            for viewport in (PHONE, DESKTOP):
                page.set_viewport_size(viewport)
                assert_accessible(page)
                assert_fits(page)


def _level(state: str) -> int:
    """A higher level first: it may not follow a lower one within the year."""
    return make.scheme().states[state].level


def _final(app: Flask, state: str) -> bool:
    with app.app_context():
        return make.scheme().states[state].final


def _on_first_screen(width: int, bottoms: list[float | None], *, final: bool) -> bool:
    head, *told = bottoms
    phone = width == PHONE["width"]
    height = PHONE["height"] if phone else DESKTOP["height"]
    asked = told[:2] if final else told  # what is decided has no date any more
    low = head is None or (phone and head > MOST_HEADER)
    return not low and all(bottom is not None and bottom <= height for bottom in asked)


def _print(rows: list[tuple[str, str, int, list[float | None]]]) -> None:
    if not (folder := os.environ.get("CERTFLOW_SCREENSHOTS")):
        return
    lines = ["| role | state | width | header | state | next action | date |", "|---|---|---|---|---|---|---|"]
    for role, state, width, bottoms in rows:
        told = " | ".join("–" if bottom is None else f"{bottom:.0f}" for bottom in bottoms)
        lines.append(f"| {role} | {state} | {width} | {told} |")
    Path(folder, "first-screen.md").write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write("\n".join(lines) + "\n")
