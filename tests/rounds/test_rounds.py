"""Rounds: opening and closing them, their dates, and how dossiers stand against both layers."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.catalogue import role_titles
from certflow.dossiers import dossiers, retractions
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.rounds import rounds
from tests import make
from tests.browsing import signed_in
from tests.observing import everything

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_new_round_has_the_dates_of_its_scheme_in_two_layers() -> None:
    found = make.round_(assessed_year=2024)

    shown = {due.spec.name: (due.on, due.included, due.spec.layer) for due in rounds.dues(found)}

    assert shown == {
        "submit_plan": (dt.date(2025, 2, 15), True, "plan"),
        "review_plan": (dt.date(2025, 2, 25), True, "plan"),
        "submit_statutory": (dt.date(2025, 2, 28), False, "statutory"),
        "decide_statutory": (dt.date(2025, 3, 31), False, "statutory"),
    }
    assert all(due.spec.source for due in rounds.dues(found))


def test_a_round_may_set_its_own_days_and_whether_the_day_counts() -> None:
    found = make.round_(dates={"submit_plan": (dt.date(2026, 3, 1), False)})

    (due,) = [due for due in rounds.dues(found) if due.spec.name == "submit_plan"]

    assert (due.on, due.included, due.last_day) == (dt.date(2026, 3, 1), False, dt.date(2026, 2, 28))


def test_who_changes_dates_over_an_older_version_is_told() -> None:
    found, administrator = make.round_(), make.person(role_titles.ADMINISTRATOR)
    seen = found.version
    rounds.change_dates(found.id, {"submit_plan": (clock.today(), True)}, actor=administrator, version=seen)
    make.commit()
    before = everything()

    with pytest.raises(Stale):
        rounds.change_dates(found.id, {"submit_plan": (clock.today(), False)}, actor=administrator, version=seen)

    assert everything() == before


def test_a_closed_round_takes_no_new_dossier_and_no_new_date_while_those_under_way_go_on() -> None:
    under_way = make.dossier("submitted")
    found, administrator = rounds.get(under_way.round_id), make.person(role_titles.ADMINISTRATOR)
    rounds.close(found.id, actor=administrator)
    make.commit()
    place = make.unit("Xã Suối Cát")
    officer = make.person("commune_officer", place)

    with pytest.raises(ActionNotOpen):
        dossiers.open_dossier(found.id, actor=officer, unit_id=place.id)
    with pytest.raises(ActionNotOpen):
        rounds.change_dates(found.id, {}, actor=administrator, version=found.version)
    assert rounds.open_for(place) == []
    assert make.act(under_way, "accept").state == "appraising"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "Đợt đánh giá hằng năm"}, "title"),
        ({"assessed_year": 2022}, "assessed_year"),
        ({"assessed_year": clock.today().year + 2}, "assessed_year"),
        ({"unit_id": 10**6}, "unit_id"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    make.round_(assessed_year=2024)

    with pytest.raises(Invalid) as refusal:
        open_round(**changes)

    assert list(refusal.value.fields) == [field]


def test_a_round_runs_in_a_province_and_nowhere_else() -> None:
    with pytest.raises(Invalid) as refusal:
        open_round(unit_id=make.unit("Huyện Cẩm Mỹ").id)

    assert list(refusal.value.fields) == ["unit_id"]


def test_only_the_administrator_opens_changes_and_closes_rounds() -> None:
    found = make.round_()
    for role in make.scheme().roles:
        person = make.person(role)
        with pytest.raises(NotPermitted):
            open_round(actor=person)
        with pytest.raises(NotPermitted):
            rounds.change_dates(found.id, {}, actor=person, version=found.version)
        with pytest.raises(NotPermitted):
            rounds.close(found.id, actor=person)


def test_a_round_that_does_not_exist_is_not_found() -> None:
    for asked in (0, -1, 10**6):
        with pytest.raises(NotFound):
            rounds.get(asked)


def test_a_commune_opens_its_dossier_once_and_only_where_it_belongs() -> None:
    found, place = make.round_(), make.unit()
    officer = make.person("commune_officer", place)
    opened = dossiers.open_dossier(found.id, actor=officer, unit_id=place.id)
    make.commit()

    assert (opened.state, opened.version, opened.workflow, opened.workflow_version) == ("drafting", 1, *make.SCHEME)
    assert rounds.open_for(place) == []
    with pytest.raises(Invalid):
        dossiers.open_dossier(found.id, actor=officer, unit_id=place.id)
    for unit_id in (make.unit("Xã Sông Ray").id, make.unit("Huyện Cẩm Mỹ").id, 10**6):
        with pytest.raises(NotFound):
            dossiers.open_dossier(found.id, actor=officer, unit_id=unit_id)
    for role, refusal in (
        ("commune_chair", NotPermitted),
        ("education_officer", NotFound),
        (role_titles.ADMINISTRATOR, NotFound),
    ):
        with pytest.raises(refusal):
            dossiers.open_dossier(found.id, actor=make.person(role), unit_id=place.id)
    assert db.session.query(Dossier).count() == 1


@pytest.mark.parametrize(
    ("included", "filed", "on_time"),
    [
        (True, dt.datetime(2026, 2, 15, 23, 59, 59, 999000, clock.ZONE), True),
        (True, dt.datetime(2026, 2, 16, 0, 0, 0, 0, clock.ZONE), False),
        (False, dt.datetime(2026, 2, 14, 23, 59, 59, 999000, clock.ZONE), True),
        (False, dt.datetime(2026, 2, 15, 0, 0, 0, 0, clock.ZONE), False),
    ],
)
def test_a_day_ends_at_midnight_in_vietnam_on_either_database(
    included: bool, filed: dt.datetime, on_time: bool
) -> None:
    found = make.round_(assessed_year=2025, dates={"submit_plan": (dt.date(2026, 2, 15), included)})
    dossier = make.dossier("submitted", round_=found)
    db.session.execute(sa.update(HistoryEntry).where(HistoryEntry.to_state == "submitted").values(at=filed))
    make.commit()

    standing = {s.due.spec.name: s for s in dossiers.standings(dossier)}["submit_plan"]

    assert (standing.on_time, standing.reached_at) == (on_time, filed)


def test_late_is_a_label_in_each_layer_and_never_a_refusal() -> None:
    yesterday, tomorrow = (clock.today() + dt.timedelta(days=n) for n in (-1, 1))
    found = make.round_(dates={"submit_plan": yesterday, "submit_statutory": tomorrow, "review_plan": yesterday})
    dossier = make.dossier("submitted", round_=found)

    standings = {s.due.spec.name: s for s in dossiers.standings(dossier)}

    assert standings["submit_plan"].on_time is False
    assert standings["submit_statutory"].on_time is True
    assert standings["review_plan"].overdue
    assert make.dossier("recognised_level_1", round_=found).state == "recognised_level_1"


def test_a_date_moved_after_a_filing_changes_no_label_of_it(app: Flask, client: FlaskClient) -> None:
    yesterday, tomorrow = (clock.today() + dt.timedelta(days=n) for n in (-1, 1))
    found = make.round_(dates={"submit_plan": yesterday})
    dossier, draft = make.dossier("submitted", round_=found), make.dossier(round_=found)
    taken_back = make.dossier("submitted", round_=found)
    retractions.retract(taken_back.id, actor=make.person_for("commune_chair", taken_back), seen=taken_back.version)
    moved = {"submit_plan": (tomorrow, False), "submit_statutory": (tomorrow, True)}
    administrator = make.person(role_titles.ADMINISTRATOR)
    rounds.change_dates(found.id, moved, actor=administrator, version=rounds.get(found.id).version)
    make.commit()

    of_each = {each.id: {s.due.spec.name: s for s in dossiers.standings(each)} for each in (dossier, draft, taken_back)}

    kept = of_each[dossier.id]["submit_plan"]
    assert (kept.on_time, kept.due.on, kept.due.included) == (False, yesterday, True)
    assert kept.moved_to is not None
    assert (kept.moved_to.on, kept.moved_to.included) == (tomorrow, False)
    for other in (draft, taken_back):
        now = of_each[other.id]["submit_plan"]
        assert (now.on_time, now.due.on, now.moved_to) == (None, tomorrow, None)
    make.commit()
    signed_in(app, client, "education_officer", dossier)
    make.commit()
    page = client.get(f"/dossiers/{dossier.id}/").text
    assert f"thời hạn đã được dời đến trước ngày {tomorrow:%d/%m/%Y}; lần gửi vẫn tính" in page
    assert "Quá hạn</" in page


def test_a_second_filing_does_not_make_the_first_one_late() -> None:
    dossier = make.dossier("submitted")
    (first,) = [s.reached_at for s in dossiers.standings(dossier) if s.due.spec.name == "submit_plan"]
    for action in ("return_for_changes", "hand_over", "submit"):
        make.act(dossier, action)

    (again,) = [s.reached_at for s in dossiers.standings(dossier) if s.due.spec.name == "submit_plan"]
    assert first is not None
    assert again == first


def open_round(**changes: Any) -> None:
    usual = {"actor": None, "unit_id": None, "assessed_year": 2024, "title": "Đợt mới"} | changes
    rounds.open_round(
        actor=usual["actor"] or make.person(role_titles.ADMINISTRATOR),
        scheme=make.SCHEME,
        unit_id=usual["unit_id"] or make.province().id,
        assessed_year=usual["assessed_year"],
        title=usual["title"],
    )
