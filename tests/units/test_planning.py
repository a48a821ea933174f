"""What a resolution would do with a small tree of units, and everything that can stand against a row of it."""

import datetime as dt

import pytest

from certflow.units.changes import Change, Known, ResolutionPlan, UnitRef, Units
from certflow.units.planning import plan
from tests.resolutions import change

ON = dt.date(2025, 7, 1)
LAST = dt.date(2025, 6, 30)
NAMES = {10: "Xã A", 11: "Xã B", 12: "Xã C", 20: "Xã D"}
TREE = (
    Known(1, "province", "75", "Tỉnh Một", "Một", None),
    Known(2, "district", "740", "Huyện Một", "Một", 1),
    Known(3, "district", "741", "Huyện Hai", "Hai", 1),
    *(Known(n, "commune", f"260{n}", name, name, 3 if n == 20 else 2) for n, name in NAMES.items()),
)
ENDED_LATER = Known(30, "commune", "26030", "Xã E", "E", 3, until=dt.date(2025, 12, 31))
CHANGED_THEN = (
    Known(31, "commune", "26031", "Xã G", "G", 3, until=LAST),
    Known(31, "commune", "26032", "Xã G", "G", 3, since=ON),
)


def planned(*changes: Change, more: tuple[Known, ...] = ()) -> ResolutionPlan:
    before = tuple(one for one in more if one.since is None)
    later = tuple(one for one in more if one.since is not None)
    units = Units(TREE + before, later, (("26999", dt.date(2020, 1, 1)),))
    numbered = [Change(n, c.kind, c.unit, c.becomes, c.extent, c.cites) for n, c in enumerate(changes, 1)]
    return plan(units, numbered, ON)


def test_communes_that_merge_whole_end_and_have_the_new_one_for_their_heir() -> None:
    found = planned(change("merge", "26010", "26010", "Xã Mới"), change("merge", "26011", "26010"))

    (made,) = found.made
    assert (made.code, made.name, made.parent_id, made.id < 0) == ("26010", "Xã Mới", 2, True)
    assert {(one.unit.id, one.heir_id) for one in found.ended} == {(10, made.id), (11, made.id)}
    assert {(link.predecessor_id, link.successor_id, link.extent) for link in found.links} == {
        (10, made.id, "whole"),
        (11, made.id, "whole"),
    }
    assert (found.faults, found.changed) == ((), ())


def test_parts_have_no_heir_and_a_removed_tier_has_no_successor() -> None:
    found = planned(
        change("split", "26010", "26040", "Xã X", extent="part"),
        change("split", "26010", "26041", "Xã Y", extent="part"),
        change("tier_removed", "741", of="district"),
        change("continue", "26020", parent="75"),
    )

    assert found.faults == ()
    assert {(one.unit.id, one.heir_id) for one in found.ended} == {(10, None), (3, None)}
    assert (3, None) in {(link.predecessor_id, link.successor_id) for link in found.links}
    (moved,) = found.changed
    assert (moved.unit.id, moved.now.parent_id, moved.what) == (20, 1, ("move",))


def test_what_lies_in_a_unit_that_goes_whole_into_another_moves_along() -> None:
    found = planned(change("merge", "741", "740", of="district"), change("continue", "740", of="district"))

    assert found.faults == ()
    (moved,) = found.changed
    assert (moved.unit.id, moved.now.parent_id, moved.along) == (20, 2, True)
    assert [(one.unit.id, one.heir_id) for one in found.ended] == [(3, 2)]


def test_a_unit_that_goes_on_takes_others_in_and_gives_parts_away() -> None:
    found = planned(
        change("continue", "26010"),
        change("merge", "26011", "26010"),
        change("continue", "26020", name="Xã D Mới"),
        change("split", "26020", "26050", "Xã Con", extent="part"),
    )

    assert found.faults == ()
    assert [(one.unit.id, one.heir_id) for one in found.ended] == [(11, 10)]
    assert [(one.unit.id, one.what) for one in found.changed] == [(20, ("rename",))]
    assert [one.code for one in found.made] == ["26050"]


def test_codes_may_be_exchanged_on_one_day() -> None:
    found = planned(change("continue", "26010", "26011"), change("continue", "26011", "26010"))

    assert found.faults == ()
    assert {one.unit.code: one.now.code for one in found.changed} == {"26010": "26011", "26011": "26010"}


def test_a_commune_made_of_a_district_has_no_heir_of_its_kind() -> None:
    island = Change(
        1, "tier_changed", UnitRef("district", "741"), change("merge", "1", "26060", "Đặc khu", parent="75").becomes
    )
    found = planned(island, change("merge", "26020", "26060"))

    assert found.faults == ()
    assert {(one.unit.id, one.heir_id) for one in found.ended} == {(3, None), (20, -1)}


def test_the_fingerprint_is_another_one_when_the_units_are_others() -> None:
    rename = change("continue", "26010", name="Xã Khác")

    assert planned(rename).fingerprint == planned(rename).fingerprint
    assert planned(rename).fingerprint != planned(change("continue", "26010", name="Xã Nữa")).fingerprint


@pytest.mark.parametrize(
    ("changes", "row", "words"),
    [
        ((change("continue", "26777", name="Xã X"),), 1, "No unit of this kind has the code 26777"),
        ((change("continue", "26999", name="Xã X"),), 1, "already ended on 01/01/2020"),
        ((change("continue", "26030", name="Xã X"),), 1, "already ended or changed on 01/07/2025 or later"),
        ((change("continue", "26031", name="Xã X"),), 1, "already ended or changed on 01/07/2025 or later"),
        ((change("continue", "26032", name="Xã X"),), 1, "was created or changed on 01/07/2025 or later"),
        ((change("continue", "26010", name="Xã B"),), 1, "Another unit below the same unit has this name on this day"),
        ((change("continue", "26010", "26011"),), 1, "The code 26011 belongs to another unit"),
        ((change("continue", "26010", "26032"),), 1, "The code 26032 belongs to another unit"),
        ((change("continue", "26010", name="Xã A"),), 1, "The unit already has this name and code."),
        ((change("continue", "26010", parent="742"),), 1, "No unit above has the code 742"),
        ((change("continue", "740", of="district", parent="741"),), 1, "must be of a higher tier"),
        (
            (change("continue", "26010", name="Xã X"), change("continue", "26010", name="Xã Y")),
            2,
            "Two rows say different things",
        ),
        ((change("merge", "26010", "26040", extent="part", name="Xã X"),), 1, "where does the rest go?"),
        (
            (change("merge", "26010", "26040", "Xã X"), change("merge", "26010", "26041", "Xã Y", extent="part")),
            2,
            "This unit is moved as a whole, and then again",
        ),
        (
            (change("merge", "26010", "26040", "Xã X"), change("continue", "26010", name="Xã Y")),
            2,
            "This unit is moved as a whole, and then again",
        ),
        (
            tuple(change("split", "26010", "26040", "Xã X", extent="part") for _n in range(2)),
            2,
            "Two parts of this unit go to the same unit.",
        ),
        ((change("merge", "26010", "26040"), change("merge", "26011", "26040")), 1, "Write the name of the new unit"),
        (
            (change("merge", "26010", "26040", "Xã X"), change("merge", "26020", "26040")),
            1,
            "Write the code of the unit above the new unit; its predecessors do not show it",
        ),
        ((change("merge", "26010", "26011"),), 1, "Write the name of the new unit"),
        ((change("merge", "26010", "26011", "Xã X"),), 1, "The code 26011 belongs to another unit"),
        ((change("tier_removed", "740", of="district"),), 1, "Xã A (26010) would have no unit above it"),
        (
            (change("merge", "741", "740", of="district"), change("continue", "740", of="district")),
            1,
            "Xã E (26030) belongs to this unit and already ended or changed on a later day",
        ),
    ],
)
def test_what_stands_against_a_row_is_said_of_it(changes: tuple[Change, ...], row: int, words: str) -> None:
    more = (ENDED_LATER, *CHANGED_THEN)
    found = planned(*changes, more=more)

    assert row in {fault.row for fault in found.faults if words in fault.words}, found.faults


def test_the_faults_of_all_rows_are_said_at_once() -> None:
    found = planned(change("continue", "26777", name="Xã X"), change("continue", "26888", name="Xã Y"))

    assert [fault.row for fault in found.faults] == [1, 2]
