"""Both epochs of one province imported with what became of each unit; a database of the first is brought forward."""

import datetime as dt

import pytest
import sqlalchemy as sa

from certflow.access import access
from certflow.catalogue import units
from certflow.errors import Invalid, NotFound
from certflow.gateways.unit_sources.data import legacy_units
from certflow.models.base import db
from certflow.models.units import Resolution, Succession, Unit, UnitVersion
from certflow.units import importing, resolutions, store
from tests import make
from tests.observing import everything
from tests.resolutions import change, decree

pytestmark = pytest.mark.usefixtures("inside_the_application")

LAST = dt.date(2025, 6, 30)
LANG_SON = 65


def _standing(on: dt.date | None = None) -> dict[str, int]:
    counts = sa.select(Unit.kind, sa.func.count()).where(units.standing(on)).group_by(Unit.kind)
    return {kind: count for kind, count in db.session.execute(counts) if kind != "country"}


def test_a_province_is_imported_with_both_epochs_and_the_links_between_them() -> None:
    done = importing.import_both("dong nai")
    make.commit()

    assert _standing(LAST) == {"province": 2, "district": 22, "commune": 270}
    assert _standing() == {"province": 1, "commune": 95}
    assert (done.legacy.made, len(done.plan.ended), done.unlinked) == (294, 287, ())
    assert done.links == {"merge": 266, "tier_removed": 22, "continue": 7}
    old, new = units.by_code("75", on=LAST), units.by_code("75")
    assert (old.heir_id, old.ends_on, new.starts_on) == (new.id, LAST, importing.REFORM)
    assert units.by_code("70", on=LAST).heir_id == new.id
    goes_on = units.by_code("25225")
    assert (units.version_on(goes_on, LAST).name, goes_on.name) == ("Xã Đak Ơ", "Xã Đăk Ơ")
    assert list(access.chain(goes_on)) == ["commune", "province"]


def test_the_records_say_where_the_links_come_from_and_invents_no_day() -> None:
    importing.import_both("Lạng Sơn")
    make.commit()

    found = {one.number: one for one in db.session.scalars(sa.select(Resolution))}
    assert set(found) == {"203/2025/QH15", "1672/NQ-UBTVQH15"}
    assert all("vietnamadminunits 1.0.4" in one.source for one in found.values())
    assert {one.dated for one in found.values()} == {None, dt.date(2025, 6, 16)}


def test_tan_van_keeps_its_identity_apart_from_its_code() -> None:
    importing.import_both("20")
    make.commit()

    before, now = units.by_code("06121", on=LAST), units.by_code("06115")
    assert (before.name, now.name, before.heir_id) == ("Xã Tân Văn", "Xã Tân Văn", now.id)
    made_of = sa.select(Unit.code).join(Succession, Succession.predecessor_id == Unit.id).filter_by(successor_id=now.id)
    assert set(db.session.scalars(made_of)) == {"06115", "06118", "06121"}


def test_a_repeat_makes_nothing() -> None:
    importing.import_both("Lạng Sơn")
    make.commit()
    before = everything()

    again = importing.import_both("Lạng Sơn")

    assert (again.legacy.made, again.plan.made, again.plan.ended, again.links.total()) == (0, (), (), 0)
    assert everything() == before


def test_a_database_of_the_first_epoch_is_brought_forward_and_keeps_every_row() -> None:
    store.ensure_country()
    importing.import_units(legacy_units("Lạng Sơn"))
    make.commit()
    ids = set(db.session.scalars(sa.select(Unit.id)))

    done = importing.import_both("Lạng Sơn")
    make.commit()

    assert done.legacy.made == 0
    assert ids < set(db.session.scalars(sa.select(Unit.id)))
    assert _standing() == {"province": 1, "commune": LANG_SON}


def test_later_resolutions_stand() -> None:
    importing.import_both("Lạng Sơn")
    resolutions.apply(decree(change("continue", "06115", name="Phường Tân Văn")))
    make.commit()

    assert importing.import_both("Lạng Sơn").links.total() == 0
    assert units.by_code("06115").name == "Phường Tân Văn"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reform_that_does_not_fit_is_refused_whole() -> None:
    importing.import_units(legacy_units("Lạng Sơn"))
    taken = store.described("06115", "commune", "Xã Khác", "Khác")
    store.enter(taken, parent_id=units.by_code("20").id, starts_on=importing.REFORM)
    make.commit()
    before = everything()

    with pytest.raises(Invalid):
        importing.import_both("Lạng Sơn")
    db.session.rollback()

    assert everything() == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_province_that_was_merged_away_brings_its_successor_and_an_unknown_one_nothing() -> None:
    importing.import_both("Bình Phước")

    assert _standing() == {"province": 1, "commune": 95}
    with pytest.raises(NotFound):
        importing.import_both("Tỉnh Không Có")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UnitVersion)) == 390
