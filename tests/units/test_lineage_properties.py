"""Any course of mergers, divisions and renamings: no unit is lost, and every day has one answer."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certflow.catalogue import units
from certflow.models.base import db
from certflow.models.units import Succession, Unit, UnitVersion
from certflow.units import resolutions
from certflow.units.changes import Change
from tests import make
from tests.properties import examples
from tests.resolutions import change, day, decree

pytestmark = [
    pytest.mark.usefixtures("inside_the_application"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

KINDS = ("merge", "part", "absorb", "divide", "rename", "recode", "move", "tier", "province", "give")
CHOICE = st.integers(0, 4)  # the newest come first, so that much happens to the same few
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), CHOICE, CHOICE), min_size=1, max_size=6)
QUICK = settings(examples(25), suppress_health_check=list(HealthCheck))

Step = tuple[str, int, int]
State = list[tuple[object, ...]]


class Course:
    """Resolutions on the units as they are at each moment, one every ten days, with codes never given before."""

    def __init__(self, steps: list[Step]) -> None:
        self.days: list[dt.date] = []
        self.made = self.ended = 0
        for number, step in enumerate(steps):
            on = day(100 - 10 * number)
            changes = list(changes_of(step, _living("commune"), f"{80 + number}"))
            if changes:
                _own, plan = resolutions.apply(decree(*changes, number=f"{number}/NQ", on=on))
                self.days.append(on)
                self.made, self.ended = self.made + len(plan.made), self.ended + len(plan.ended)


def changes_of(step: Step, communes: list[Unit], code: str) -> Iterator[Change]:
    """One kind of change of the communes that the numbers choose; nothing where there are too few."""
    kind, first, second = step
    if len(communes) < 2:
        return
    one = communes[first % len(communes)]
    other = [unit for unit in communes if unit.id != one.id][second % (len(communes) - 1)]
    above = _above(one)
    said: dict[str, Iterable[Change]] = {
        "merge": (_into(one, f"{code}001", above), _into(other, f"{code}001", above)),
        "part": (
            change("merge", one.code, f"{code}001", f"Xã {code}001", parent=above, extent="part"),
            change("split", one.code, f"{code}002", f"Xã {code}002", parent=above, extent="part"),
            _into(other, f"{code}001", above),
        ),
        "absorb": (change("continue", one.code), change("merge", other.code, one.code)),
        "divide": tuple(
            change("split", one.code, f"{code}00{n}", f"Xã {code}00{n}", parent=above, extent="part") for n in (1, 2)
        ),
        "rename": (change("continue", one.code, name=f"Phường {code}"),),
        "recode": (change("continue", one.code, f"{code}009"),),
        "move": (change("continue", one.code, parent=_above(other)),) if _above(other) != above else (),
        "tier": _tier(one),
        "province": (change("merge", _province().code, f"{code}", f"Tỉnh {code}", of="province"),),
        "give": (change("continue", one.code), change("continue", other.code), _piece(one, other)),
    }
    yield from said[kind]


def _into(unit: Unit, code: str, above: str) -> Change:
    return change("merge", unit.code, code, f"Xã {code}", parent=above)


def _piece(one: Unit, other: Unit) -> Change:
    return change("merge", one.code, other.code, extent="part")


def _tier(one: Unit) -> Iterator[Change]:
    """The district above ends, and what lies in it comes directly under the province."""
    district = one.parent
    if district is None or district.kind != "district":
        return
    yield change("tier_removed", district.code, of="district")
    for unit in _living("commune"):
        if unit.parent_id == district.id:
            yield change("continue", unit.code, parent=_province().code)


def _living(kind: str) -> list[Unit]:
    return list(db.session.scalars(sa.select(Unit).where(Unit.kind == kind, units.standing()).order_by(Unit.id.desc())))


def _province() -> Unit:
    (found,) = _living("province")
    return found


def _above(unit: Unit) -> str:
    assert unit.parent is not None
    return unit.parent.code


@pytest.fixture(autouse=True)
def _tree(inside_the_application: None) -> None:
    make.units()


@given(STEPS)
@QUICK
def test_no_unit_is_lost_and_heirs_are_those_that_the_links_give(steps: list[Step]) -> None:
    before = {one.id for one in db.session.scalars(sa.select(Unit))}
    try:
        course = Course(steps)
        all_units = {one.id: one for one in db.session.scalars(sa.select(Unit))}
        links = list(db.session.scalars(sa.select(Succession)))

        assert before <= set(all_units)
        assert len(_standing()) == len(before) + course.made - course.ended
        _check_reachable(all_units, links)
        for unit in all_units.values():
            assert unit.heir_id == _heir(unit, all_units, links)
    finally:
        db.session.rollback()


@given(STEPS)
@QUICK
def test_every_day_has_one_answer(steps: list[Step]) -> None:
    try:
        course = Course(steps)
        all_units = list(db.session.scalars(sa.select(Unit)))
        versions: dict[int, list[UnitVersion]] = defaultdict(list)
        for version in db.session.scalars(sa.select(UnitVersion).order_by(UnitVersion.starts_on.asc().nulls_first())):
            versions[version.unit_id].append(version)

        for on in {day(200), day(0), *course.days, *(on - dt.timedelta(days=1) for on in course.days)}:
            _check_day(on, all_units, versions)
        for unit in all_units:
            _check_versions(unit, versions[unit.id])
    finally:
        db.session.rollback()


@given(st.tuples(st.sampled_from(KINDS[:6]), CHOICE, CHOICE), st.data())
@QUICK
def test_two_resolutions_on_different_districts_may_come_in_either_order(first: Step, data: st.DataObject) -> None:
    second = data.draw(st.tuples(st.sampled_from(KINDS[:6]), CHOICE, CHOICE))
    districts = [make.unit("Huyện Cẩm Mỹ").id, make.unit("Huyện Xuân Lộc").id]
    ends = [_after(order, (first, second), districts) for order in ((0, 1), (1, 0))]

    assert ends[0] == ends[1]


def _after(order: tuple[int, int], steps: tuple[Step, Step], districts: list[int]) -> State:
    """What is stored in the end, in names and codes, when the steps come in this order on one day."""
    try:
        for place in order:
            mine = [one for one in _living("commune") if one.parent_id == districts[place]]
            changes = changes_of(steps[place], mine, f"{80 + place}")
            resolutions.apply(decree(*changes, number=f"{place}/NQ", on=day(5)))
        codes = {one.id: (one.kind, one.code, one.starts_on) for one in db.session.scalars(sa.select(Unit))}
        versions = [
            (v.kind, v.code, v.name, codes.get(v.parent_id or 0), v.starts_on, v.ends_on, v.change)
            for v in db.session.scalars(sa.select(UnitVersion))
        ]
        links = [
            (codes[s.predecessor_id], codes.get(s.successor_id or 0), s.kind, s.extent)
            for s in db.session.scalars(sa.select(Succession))
        ]
        heirs = [(codes[one.id], codes.get(one.heir_id or 0)) for one in db.session.scalars(sa.select(Unit))]
        return sorted([*versions, *links, *heirs], key=repr)
    finally:
        db.session.rollback()


def _standing() -> set[int]:
    return set(db.session.scalars(sa.select(Unit.id).where(units.standing())))


def _check_reachable(all_units: dict[int, Unit], links: list[Succession]) -> None:
    """Whatever a unit holds is found from the units of today, unless its tier was removed."""
    predecessors: dict[int, set[int]] = defaultdict(set)
    for link in links:
        if link.successor_id:
            predecessors[link.successor_id].add(link.predecessor_id)
    found, ahead = set[int](), list(_standing())
    while ahead:
        unit_id = ahead.pop()
        if unit_id not in found:
            found.add(unit_id)
            ahead.extend(predecessors[unit_id])
    removed = {link.predecessor_id for link in links if link.successor_id is None}
    assert found | removed == set(all_units)


def _heir(unit: Unit, all_units: dict[int, Unit], links: list[Succession]) -> int | None:
    """The end of the way by whole links between units of one kind."""
    step = unit
    while True:
        mine = [link for link in links if link.predecessor_id == step.id and link.extent == "whole"]
        following = [all_units[link.successor_id] for link in mine if link.successor_id]
        same = [one for one in following if one.kind == unit.kind]
        if not same:
            return step.id if step.id != unit.id else None
        (step,) = same


def _check_day(on: dt.date, all_units: list[Unit], versions: dict[int, list[UnitVersion]]) -> None:
    holding = {}
    for unit in all_units:
        held = [v for v in versions[unit.id] if (v.starts_on or on) <= on <= (v.ends_on or on)]
        assert len(held) == unit.stands_on(on), (unit.name, on)
        if held:
            holding[unit.id] = held[0]
    codes = Counter(version.code for version in holding.values())
    assert codes.most_common(1)[0][1] == 1, codes
    for version in holding.values():
        assert version.parent_id is None or version.parent_id in holding, (version.name, on)


def _check_versions(unit: Unit, held: list[UnitVersion]) -> None:
    """One follows the other, the first begins with the unit, and the last is what the unit says of itself."""
    assert held[0].starts_on == unit.starts_on
    assert held[-1].ends_on == unit.ends_on
    for one, following in pairwise(held):
        assert one.ends_on is not None
        assert following.starts_on == one.ends_on + dt.timedelta(days=1)
    last = held[-1]
    assert (last.code, last.name, last.parent_id) == (unit.code, unit.name, unit.parent_id)
