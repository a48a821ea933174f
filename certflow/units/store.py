"""Storing units: single ones and many at once, each with its first version, and all that a plan does."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, text, update

from certflow.catalogue.units import COUNTRY_CODE, COUNTRY_NAME
from certflow.models.base import db
from certflow.models.units import Succession, Unit, UnitVersion
from certflow.units.changes import RANKS, CreatedUnit, ResolutionPlan
from certflow.vietnamese import search_key, sort_key

AT_ONCE = 5000  # SQLite takes 32,766 values in one statement

Row = dict[str, Any]
ResolutionOf = Callable[[str], int]
T = TypeVar("T")


def described(code: str, kind: str, name: str, short_name: str) -> dict[str, Any]:
    """The columns that a unit and its version have in common, with the keys for searching and sorting."""
    keys = {"search_key": search_key(name)[:120], "sort_key": sort_key(short_name)[:400]}
    return {"code": code, "kind": kind, "name": name, "short_name": short_name, **keys}


def enter(
    description: Row,
    *,
    parent_id: int | None = None,
    starts_on: dt.date | None = None,
    resolution_id: int | None = None,
) -> Unit:
    """Store a new unit, as `described`, with its first version."""
    row = description | {"parent_id": parent_id, "starts_on": starts_on}
    unit = Unit(**row)
    db.session.add(unit)
    db.session.flush()
    db.session.add(UnitVersion(unit_id=unit.id, resolution_id=resolution_id, **row))
    db.session.flush()
    return unit


def enter_all(rows: Sequence[Row], resolutions: Mapping[str, int] = MappingProxyType({})) -> dict[str, int]:
    """Store many new units, each with its first version; returns their ids by code.

    A row is as `described`, with parent and first day. `resolutions` are ids of resolutions by unit code.
    """
    ids: dict[str, int] = {}
    for portion in portions(rows):
        ids |= dict(db.session.execute(insert(Unit).returning(Unit.code, Unit.id), portion).all())
        versions = [
            row | {"unit_id": ids[row["code"]], "resolution_id": resolutions.get(row["code"])} for row in portion
        ]
        db.session.execute(insert(UnitVersion), versions)
    return ids


def portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in portions that fit into one statement."""
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def ensure_country() -> Unit:
    """The country; stored when it is not among the units yet."""
    unit = db.session.scalar(select(Unit).where(Unit.kind == "country"))
    if unit is None:
        unit = enter(described(COUNTRY_CODE, "country", COUNTRY_NAME, COUNTRY_NAME))
    return unit


def hold() -> None:
    """Lock the units against other changes until the end of the transaction; who only refers to a unit does not wait.

    On SQLite the one writer holds the lock from the beginning of the transaction.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE unit, unit_version, succession, resolution IN SHARE ROW EXCLUSIVE MODE"))


def carry_out(plan: ResolutionPlan, resolution_of: ResolutionOf) -> None:
    """Store everything that a plan without faults says; `resolution_of` returns the id of the record of a number."""
    resolution_of = cache(resolution_of)
    ids = _make(plan, resolution_of)
    _close([*(end.unit.id for end in plan.ended), *(change.unit.id for change in plan.changed)], plan.day_before)
    _change(plan, ids, resolution_of)
    _link(plan, ids, resolution_of)
    _hand_down(plan, ids)
    _end(plan)
    db.session.expire_all()
    db.session.info.pop("served", None)


def _make(plan: ResolutionPlan, resolution_of: ResolutionOf) -> dict[int, int]:
    """Store the new units, the higher tiers first; returns their ids by the numbers they have in the plan."""
    ids: dict[int, int] = {}
    for _rank, of_tier in groupby(plan.made, key=lambda unit: RANKS[unit.kind]):
        units = list(of_tier)
        rows = [_described(unit, plan.on, ids) for unit in units]
        codes = enter_all(rows, {unit.code: resolution_of(unit.cites) for unit in units})
        ids |= {unit.id: codes[unit.code] for unit in units}
    return ids


def _described(unit: CreatedUnit, on: dt.date, ids: dict[int, int]) -> Row:
    place = {"parent_id": ids.get(unit.parent_id, unit.parent_id) if unit.parent_id else None, "starts_on": on}
    return described(unit.code, unit.kind, unit.name, unit.short_name) | place


def _close(units: Sequence[int], last_day: dt.date) -> None:
    """End the versions that hold until further notice."""
    for portion in portions(units):
        holding = update(UnitVersion).where(UnitVersion.unit_id.in_(portion), UnitVersion.ends_on.is_(None))
        db.session.execute(holding.values(ends_on=last_day), execution_options={"synchronize_session": False})


def _link(plan: ResolutionPlan, ids: dict[int, int], resolution_of: ResolutionOf) -> None:
    links = [
        {
            "predecessor_id": link.predecessor_id,
            "successor_id": ids.get(link.successor_id, link.successor_id) if link.successor_id else None,
            "kind": link.kind,
            "extent": link.extent,
            "effective_on": plan.on,
            "resolution_id": resolution_of(link.cites),
        }
        for link in plan.links
    ]
    for portion in portions(links):
        db.session.execute(insert(Succession), portion)


def _hand_down(plan: ResolutionPlan, ids: dict[int, int]) -> None:
    """The heir of a unit also becomes the heir of the units that this one had taken over before."""
    heirs = [(end.unit.id, ids.get(end.heir_id, end.heir_id)) for end in plan.ended if end.heir_id]
    earlier = set(db.session.scalars(select(Unit.heir_id).where(Unit.heir_id.is_not(None)).distinct()))
    passed = [{"was": was, "now": now} for was, now in heirs if was in earlier]
    if passed:
        statement = update(db.metadata.tables["unit"]).where(Unit.heir_id == bindparam("was"))
        db.session.connection().execute(statement.values(heir_id=bindparam("now")), passed)


def _end(plan: ResolutionPlan) -> None:
    """End the units; one that went whole into a unit of its kind gets that unit for its heir, by the stored link."""
    link = select(Succession.successor_id).where(
        Succession.predecessor_id == Unit.id, Succession.effective_on == plan.on, Succession.extent == "whole"
    )
    whole = [end.unit.id for end in plan.ended if end.heir_id]
    alone = [end.unit.id for end in plan.ended if not end.heir_id]
    for units, heir in ((whole, {"heir_id": link.scalar_subquery()}), (alone, {})):
        for portion in portions(units):
            statement = update(Unit).where(Unit.id.in_(portion)).values(ends_on=plan.day_before, **heir)
            db.session.execute(statement, execution_options={"synchronize_session": False})


def _change(plan: ResolutionPlan, ids: dict[int, int], resolution_of: ResolutionOf) -> None:
    """Store a new version of each changed unit; the unit's own columns repeat its latest version."""
    units, versions = [], []
    for change in plan.changed:
        now = change.now
        parent_id = ids.get(now.parent_id, now.parent_id) if now.parent_id else None
        row = described(now.code, now.kind, now.name, now.short_name) | {"parent_id": parent_id}
        units.append(row | {"id": change.unit.id})
        cause = {"starts_on": plan.on, "change": ",".join(change.what), "resolution_id": resolution_of(change.cites)}
        versions.append(row | cause | {"unit_id": change.unit.id})
    for portion in portions(units):
        db.session.execute(update(Unit), portion)
    for portion in portions(versions):
        db.session.execute(insert(UnitVersion), portion)
