"""Last year's answers beside the fields: the unit's own, or those of the units it came from with their names."""

from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.assessment import earlier
from certflow.catalogue import units
from certflow.dossiers import dossiers
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.units import resolutions
from tests import make, make_two_tier
from tests.browsing import queries, signed_in
from tests.definitions.shipped import FORM
from tests.resolutions import HEIR, reform

YEAR = clock.today().year - 1
ASKED = FORM.criterion(5).indicators


def _filed(name: str, share: str, *, years_ago: int = 1, at: str = "submitted", practice: bool = False) -> Dossier:
    """A dossier of an earlier year with so many of 100 citizens at 5.1."""
    typed = make.answers(1)
    typed["5.1"] |= {"denominator": "100", "share": share}
    title = "Đợt tập" if practice else "Đợt trước"
    round_ = make.round_(assessed_year=YEAR - years_ago, title=title, practice=practice)
    return make.dossier(at=at, unit=make.unit(name), round_=round_, claims=typed)


def _seen(dossier: Dossier, reader: User) -> list[tuple[int, str, object]]:
    """Year, unit and share of what is shown beside 5.1."""
    answers: Sequence[earlier.EarlierAnswer] = earlier.answers(dossier, ASKED, actor=reader).get("5.1", ())
    return [(one.year, one.whose, one.answer["share"]) for one in answers]


@pytest.mark.usefixtures("inside_the_application")
def test_the_units_own_latest_filed_answer_of_an_earlier_year_is_given() -> None:
    _filed("Xã Xuân Tây", "61", years_ago=2)
    _filed("Xã Xuân Tây", "62")
    _filed("Xã Xuân Tây", "64", practice=True)
    _filed("Xã Sông Ray", "65")
    _filed("Xã Lâm San", "66", at="drafting")
    now, unfiled = make.dossier(unit=make.unit()), make.dossier(unit=make.unit("Xã Lâm San"))

    assert _seen(now, make.person_for("commune_officer", now)) == [(YEAR - 1, "", 62)]
    assert _seen(now, make.person("commune_officer", make.unit("Xã Sông Ray"))) == []
    assert _seen(unfiled, make.person_for("commune_officer", unfiled)) == []


@pytest.mark.usefixtures("inside_the_application")
def test_a_merged_unit_is_shown_the_answers_of_those_it_came_from_with_their_names() -> None:
    _filed("Xã Xuân Tây", "61", years_ago=2)
    _filed("Xã Xuân Tây", "62")
    _filed("Xã Sông Ray", "65", years_ago=2)
    _filed("Xã Bảo Bình", "90")
    resolutions.apply(reform())
    make.commit()
    heir = units.by_code("26000")
    reader = make.person("commune_officer", heir, name="officer.of.the.heir")

    now = dossiers.open_dossier(make_two_tier.round_(at=heir.parent).id, actor=reader, unit_id=heir.id)

    assert heir.name == HEIR
    assert set(_seen(now, reader)) == {(YEAR - 1, "Xã Xuân Tây", 62), (YEAR - 2, "Xã Sông Ray", 65)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_stands_at_its_indicator_and_costs_one_query(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        now = make.dossier(unit=make.unit())
    signed_in(app, client, "commune_officer", now)
    address = f"/dossiers/{now.id}/criteria/5"
    alone = queries(app, client, address)
    with app.app_context():
        _filed("Xã Xuân Tây", "62")

    page = client.get(address).text

    assert f"Year {YEAR - 1}: 62 / 100 = 62%" in page.split('id="i5-1"')[1].split("</section>")[0]
    assert queries(app, client, address) == alone
