"""Resolutions applied to stored units: whole, once, on their day, and without touching anything that stands there."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.access import access
from certflow.catalogue import units
from certflow.errors import ActionNotOpen, Invalid, NotFound, Stale
from certflow.models.base import db
from certflow.models.units import Resolution, Succession, Unit, UnitVersion
from certflow.units import preview, resolutions
from certflow.units.changes import UnitRef
from tests import make
from tests.observing import everything
from tests.racing import at_once, refusals
from tests.resolutions import HEIR, NUMBER, applied, change, day, decree, named, reform, table

pytestmark = pytest.mark.usefixtures("inside_the_application")

WRITTEN = {"audit_entry", "unit", "unit_version", "succession", "resolution"}


def test_a_reform_touches_nothing_but_units_and_keeps_every_one_of_them() -> None:
    for state in ("recognised_level_1", None, "submitted", "appraising"):
        make.dossier(state)
    before = everything()
    told = preview.of(reform())

    _own, plan = resolutions.apply(reform(), seen=told.plan.fingerprint)
    make.commit()

    after = everything()
    assert {name for name in before if before[name] != after[name]} == WRITTEN
    assert {row[0] for row in before["unit"]} < {row[0] for row in after["unit"]}
    assert (told.effects.dossiers, told.effects.titles) == (3, 1)
    assert len(after["unit"]) - len(before["unit"]) == len(plan.made) == 4
    standing = set(db.session.scalars(sa.select(Unit.id).where(units.standing())))
    assert len(standing) == len(before["unit"]) + len(plan.made) - len(plan.ended)


def test_names_codes_and_places_are_answered_as_of_a_day() -> None:
    make.units()
    applied(*reform().changes)

    old = units.by_code("26000", on=day(1))
    assert (old.name, units.by_code("26000").name) == ("Xã Xuân Tây", HEIR)
    assert units.version_on(old, day(1)).ends_on == day(1)
    with pytest.raises(NotFound):
        units.version_on(old, day())
    assert [one.name for one in units.chain_on(old, day(1)).values()] == ["Xã Xuân Tây", "Huyện Cẩm Mỹ", make.PROVINCE]
    stays = units.by_code("26003")
    assert list(units.chain_on(stays, day())) == ["commune", "province"]
    assert list(units.chain_on(stays, day(1))) == ["commune", "district", "province"]
    assert list(access.chain(stays)) == ["commune", "province"]
    assert units.find("Xuan Tay") == []
    assert named(units.find("Xuan Tay", on=day(1))) == {"Xã Xuân Tây"}


def test_a_unit_renamed_twice_has_one_version_a_day_and_its_identity() -> None:
    place = make.unit()
    applied(change("continue", "26000", name="Xã Giữa"), number="1/NQ", on=day(10))
    applied(change("continue", "26000", "26999", "Phường Cuối"), number="2/NQ", on=day(5))

    assert [units.version_on(place, day(ago)).name for ago in (11, 10, 6, 5, 0)] == [
        *("Xã Xuân Tây", "Xã Giữa", "Xã Giữa", "Phường Cuối", "Phường Cuối"),
    ]
    assert named(units.find("xuan tay", on=day(11))) == named(units.find("giua", on=day(6))) == {"Phường Cuối"}
    assert (units.find("xuan tay"), units.find("giua")) == ([], [])
    assert units.by_code("26999").id == units.by_code("26000", on=day(7)).id == place.id
    changes = sa.select(UnitVersion.change).where(UnitVersion.unit_id == place.id).order_by(UnitVersion.id)
    assert list(db.session.scalars(changes)) == ["", "rename", "rename,recode"]


def test_heirs_are_handed_down_through_later_mergers_and_stop_where_a_unit_is_divided() -> None:
    first, second, third = (make.unit(name).id for name in ("Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San"))
    applied(change("merge", "26000", "90000", "Xã Một"), change("merge", "26001", "90000"), number="1/NQ", on=day(9))
    applied(change("merge", "90000", "90001", "Xã Hai"), change("merge", "26002", "90001"), number="2/NQ", on=day(6))
    heir = units.by_code("90001").id
    assert {db.session.get_one(Unit, one).heir_id for one in (first, second, third)} == {heir}

    applied(
        change("split", "90001", "90002", "Xã Ba", extent="part"),
        change("split", "90001", "90003", "Xã Bốn", extent="part"),
        number="3/NQ",
        on=day(3),
    )

    assert db.session.get_one(Unit, first).heir_id == heir
    assert db.session.get_one(Unit, heir).heir_id is None


def test_a_commune_that_takes_others_in_and_is_said_to_go_on_keeps_its_identity() -> None:
    taker = make.unit("Xã Xuân Tây")
    applied(change("continue", "26000"), change("merge", "26001", "26000"))

    assert units.by_code("26000").id == taker.id
    assert make.unit("Xã Sông Ray").heir_id == taker.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UnitVersion).filter_by(unit_id=taker.id)) == 1


def test_a_resolution_is_applied_once() -> None:
    make.units()
    applied(*reform().changes)
    before = everything()

    with pytest.raises(ActionNotOpen, match=NUMBER):
        resolutions.apply(reform())

    assert everything() == before


def test_a_resolution_waits_for_its_day_but_can_be_looked_at() -> None:
    make.units()
    early = reform(clock.today() + dt.timedelta(days=1))

    assert len(preview.of(early).made) == 4
    assert preview.of(early).early
    with pytest.raises(ActionNotOpen):
        resolutions.apply(early)


def test_one_with_faults_changes_nothing_and_says_all_of_them() -> None:
    make.units()
    before = everything()

    with pytest.raises(Invalid) as refused:
        resolutions.apply(decree(change("tier_removed", "740", of="district"), change("continue", "1", name="Xã X")))

    assert len(refused.value.reasons) == 7
    assert everything() == before


def test_what_was_looked_at_must_be_what_is_done() -> None:
    make.units()
    rename = decree(change("continue", "26000", name="Xã Mới"), number="2/NQ")
    seen = preview.of(rename).plan.fingerprint
    applied(change("continue", "26000", "26999"), number="1/NQ", on=day(1))

    with pytest.raises(Stale):
        resolutions.apply(rename, seen=seen)


def test_of_two_administrators_at_once_one_wins(app: Flask) -> None:
    make.units()
    resolution = reform()

    answers = at_once(app, [lambda: resolutions.apply(resolution)[0].number] * 2)

    assert [type(one) for one in refusals(answers)] == [ActionNotOpen]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Resolution)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Succession)) == 7


def test_what_a_row_cites_is_recorded_as_its_document() -> None:
    make.units()
    cited = replace(change("continue", "75", name="Thành phố Đồng Nai", of="province"), cites="30/2026/QH16")
    applied(change("continue", "26000", name="Phường Xuân Tây"), cited, number="237/NQ")
    province = units.by_code("75")

    assert units.version_on(province, day()).resolution.number == "30/2026/QH16"  # type: ignore[union-attr]
    assert [one.number for one in resolutions.applied()] == ["237/NQ"]
    with pytest.raises(ActionNotOpen):
        resolutions.apply(decree(number="237/NQ"))


def test_a_file_says_the_same_as_its_changes() -> None:
    rows = (
        "merge;26000;commune;90000;Xã Mới;;;",
        "merge;26001;commune;90000;;;;",
        "rename;26002;commune;;Phường Lâm San;;;",
        "move;26003;commune;;;;741;",
        "end;26004;commune;;;;;",
        "split;26005;commune;90005;Xã Năm;;;",
        "split;26005;commune;90006;Xã Sáu;;;",
        "continue;26100;commune;;;;;",
        "merge;26101;commune;26100;;;;",
        "create;;;90007;Xã Bảy;commune;740;",
    )
    make.units()

    resolutions.apply(resolutions.read(table(*rows)))
    make.commit()

    assert {units.by_code(code).name for code in ("90000", "90005", "90006", "90007")} == {
        *("Xã Mới", "Xã Năm", "Xã Sáu", "Xã Bảy"),
    }
    assert units.by_code("26003").parent == make.unit("Huyện Xuân Lộc")
    assert units.by_code("26002").short_name == "Lâm San"
    assert make.unit("Xã Xuân Hưng").heir_id == make.unit("Xã Suối Cát").id
    assert make.unit("Xã Thừa Đức").ends_on == day(1)
    assert UnitRef("commune", "90007") in {UnitRef(one.kind, one.code) for one in units.find("bay")}


def test_a_kept_file_is_found_by_its_hash_alone() -> None:
    content = table("rename;26000;commune;;Xã Mới;;;")

    digest = resolutions.keep(content)

    assert resolutions.keep(content) == digest
    assert resolutions.kept(digest) == content
    for wrong in ("0" * 64, "../x", "", "A" * 64):
        with pytest.raises(NotFound):
            resolutions.kept(wrong)


def test_entered_late_a_resolution_leaves_the_dossiers_of_meanwhile_their_places() -> None:
    about = make.dossier("endorsed", unit=make.unit())
    late = decree(change("merge", "26000", "90000", "Xã Mới"), change("merge", "26001", "90000"), on=day(30))

    assert preview.of(late).effects.late == 1
    resolutions.apply(late)
    make.commit()
    make.act(about, "recognise_level_1", "")

    places = units.places_of(about)
    assert {kind: place.name for kind, place in places.items()} == {
        "commune": "Xã Xuân Tây",
        "district": "Huyện Cẩm Mỹ",
        "province": make.PROVINCE,
    }
