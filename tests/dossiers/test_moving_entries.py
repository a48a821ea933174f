"""Ratings, records and chosen criteria sets move too: what was asked otherwise counts for nothing until confirmed."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import catalogue
from certflow.dossiers import actions, moving
from certflow.law.catalogue import Catalogue
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.rounds import Round
from certflow.rounds import rounds
from tests import make
from tests.assessment.made_schemes import scheme_with
from tests.browsing import again, send, signed_in, typed_in
from tests.definitions.made import RATING, RECORD, read
from tests.dossiers.moves import administrator, moved, planned
from tests.gateways import samples
from tests.versions import NEXT

AGAIN = "The answer must be confirmed again: the question has changed."
RECORD_AGAIN = "The entry must be confirmed again: its question has changed."
POINTS = {"1.1": {"value": "yes"}, "1.2": {"value": "7,5"}, "2.1": {"value": "4"}}
FINDINGS = {**POINTS, "3.1": {"value": "Thiếu kinh phí, ít lớp."}}


def newer(text: str, *, family: str = "") -> tuple[str, int]:
    """Use version 3 of the scheme in use, with a criteria set of its own; gives its name and version."""
    shipped = catalogue.definitions()
    form = replace(read(text), version=2)
    spec = replace(shipped.workflows[make.SCHEME], version=NEXT, form=form.name, form_version=2, form_family=family)
    catalogue.use(Catalogue(shipped.workflows | {spec.key: spec}, shipped.forms | {(form.name, 2): form}))
    return spec.key


@pytest.fixture
def record(app: Flask) -> Iterator[None]:
    with scheme_with(app, read(RECORD)):
        yield


@pytest.fixture
def rating(app: Flask) -> Iterator[None]:
    with scheme_with(app, read(RATING)):
        yield


def _attach(client: FlaskClient, dossier: Dossier) -> None:
    token = typed_in(client.get(f"/dossiers/{dossier.id}/criteria/2").text, "csrf_token")
    with io.BytesIO(samples.pdf()) as file:
        sent = {"csrf_token": token, "file": (file, "báo cáo.pdf")}
        assert client.post(f"/dossiers/{dossier.id}/evidence/2.4", data=sent).status_code == 200


@pytest.mark.usefixtures("record")
def test_entries_and_files_of_a_record_count_again_once_they_are_saved(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make.dossier()
    signed_in(app, client, "commune_officer", made)
    send(client, f"/dossiers/{made.id}/criteria/2", {"2.1-value": "12.500.000", "2.2-value": "12"})
    _attach(client, made)
    with app.app_context():
        target = newer(RECORD.replace('kind = "amount"', 'kind = "date"').replace("Bản ký", "Bản ký và đóng dấu"))
        told = moved(made.round_id, target)[made.id]
        found = again(made)
        counts = actions.claims_of(found)

    pages = {name: client.get(f"/dossiers/{made.id}/{name}") for name in ("", "check", "proof", "criteria/2")}
    versions = {f"2.{n}-version": typed_in(pages["criteria/2"].text, f"2.{n}-version") for n in range(1, 6)}
    saved = send(client, f"/dossiers/{made.id}/criteria/2", {"2.1-value": "5/12/2025", "2.2-value": "12", **versions})

    assert told.kind == "confirm"
    assert told.details[0].endswith(": 2.1, 2.4.")
    assert set(counts) == {"2.2"}
    assert all(page.status_code == 200 for page in pages.values())
    assert pages["check"].text.count(RECORD_AGAIN) == 2
    assert "To be confirmed again" in pages["proof"].text
    assert saved.status_code == 302
    check = client.get(f"/dossiers/{made.id}/check").text
    assert RECORD_AGAIN not in check
    assert "1 file" in check
    with app.app_context():
        found = again(made)
        counts = actions.claims_of(found)
        assert counts["2.4"] == {"files": 1}
        assert db.session.get_one(Claim, (made.id, "2.1")).answer == {"value": "2025-12-05"}


@pytest.mark.usefixtures("rating")
def test_points_on_another_scale_are_given_again(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make.dossier("appraising", claims=POINTS)
        make.findings(made, FINDINGS)
        scale = RATING.replace("most = 10,", "most = 12,").replace("total  = 20", "total  = 22")
        filed = planned(made.round_id, newer(scale))[made.id]
        assert filed.kind == "stays"
        assert "(1.2)" in filed.details[0]
        draft = make.dossier(claims=POINTS)
        draft_round, target = draft.round_id, (make.SCHEME[0], NEXT)
        moved(draft_round, target)
    signed_in(app, client, "commune_officer", draft)

    check, overview = client.get(f"/dossiers/{draft.id}/check").text, client.get(f"/dossiers/{draft.id}/").text

    assert AGAIN in check
    assert "9 / 22 points" in check
    assert "1.2" in overview
    assert "To confirm again: 1.2" in overview


@pytest.mark.usefixtures("rating")
def test_a_class_that_means_something_else_keeps_what_is_proposed(app: Flask) -> None:
    with app.app_context():
        made = make.dossier("under_review", level=2)
        assert made.proposed_level == 2
        assert planned(made.round_id, newer(RATING.replace("at_least = 15", "at_least = 16")))[made.id].kind == "moves"
        renamed = RATING.replace('"middle"', '"fair"')
        told = planned(made.round_id, newer(renamed))[made.id]

    assert told.kind == "stays"
    assert len(told.details) == 1


@pytest.mark.usefixtures("rating")
@pytest.mark.parametrize(("family", "kept"), [("ratings", True), ("others", False)])
def test_a_chosen_criteria_set_is_kept_by_a_version_that_lets_choose_it(app: Flask, family: str, kept: bool) -> None:
    with app.app_context():
        shipped, chosen = catalogue.definitions(), replace(read(RATING), name="entered_by_a_department")
        spec = replace(shipped.workflows[make.SCHEME], form_family="ratings")
        forms = shipped.forms | {(chosen.name, 1): chosen}
        catalogue.use(Catalogue(shipped.workflows | {spec.key: spec}, forms))
        opened = rounds.open_round(
            actor=administrator(),
            scheme=make.SCHEME,
            unit_id=make.province().id,
            assessed_year=2025,
            title="Đợt có bộ tiêu chí riêng",
        )
        opened.form, opened.form_version = chosen.name, 1  # as if a department had published it
        made = make.dossier(round_=opened)
        target = newer(RATING.replace("Chất lượng", "Chất lượng lớp"), family=family)

        told = moved(opened.id, target)[made.id]

        expected = (chosen.name, 1) if kept else ("made_rating", 2)
        dossier, found = again(made), db.session.get_one(Round, opened.id)
        assert told.kind == "moves"
        assert (dossier.form, dossier.form_version, dossier.workflow_version) == (*expected, NEXT)
        assert (found.form, found.form_version) == ((chosen.name, 1) if kept else (None, None))
        assert catalogue.form_of(found).name == expected[0]
        assert next(iter(moving.plan(opened.id, target))).kind == "done"
