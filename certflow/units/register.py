"""The register of all units through time: search by name or code, look-up for lists, and the tree of a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from certflow import clock
from certflow.catalogue import units
from certflow.errors import NotFound
from certflow.models.base import ListPagination, Pagination, db, paginate
from certflow.models.units import Succession, Unit, UnitVersion
from certflow.vietnamese import search_key
from certflow.wording import _

MOST_LINKS = 200
FOUND_AT_ONCE = 20
CHILDREN_AT_ONCE = 200
MOST_DISTRICTS = 200
CODE_LENGTH = {"province": 2, "district": 3, "commune": 5}
TIERS = ("province", "district", "commune")
_RANK = case({"country": 0, "province": 1, "district": 2}, value=Unit.kind, else_=3)
_ABOVE = 2  # a commune has at most a district and a province above it


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A search result: the version of a unit nearest to a day, with the names of its parents then.

    `ended_on` is the unit's last day if it is before the day; `begins_on` is its first day if it is after the day.
    `formerly` is the matching former name or code if the version itself does not match.
    """

    version: UnitVersion
    above: tuple[str, ...]
    formerly: str = ""
    ended_on: dt.date | None = None
    begins_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """One unit of the tree, with the number of its children by kind on the day."""

    version: UnitVersion
    counts: dict[str, int]


class _Matches(Pagination):
    """A page of ids from the query `select`; each row also has the total, so that one query does both."""

    def _query_items(self) -> list[int]:
        query = self._query_args["select"].limit(self.per_page).offset(self._query_offset)
        rows = db.session.execute(query).all()
        self._matches = rows[0][1] if rows else 0
        return [row[0] for row in rows]

    def _query_count(self) -> int:
        return self._matches


def search(words: str, on: dt.date, page: int = 1) -> Pagination:
    """One page of units (RegisterEntry) that ever had `words` in their name or as their code; empty without words.

    Units that exist on the day come first, higher tiers before lower ones.
    """
    key, code = search_key(words), words.strip()
    if not key:
        return ListPagination((), page, FOUND_AT_ONCE)
    order = case((units.standing(on), 0), else_=1), _RANK, Unit.sort_key, Unit.id
    matching = or_(_called(Unit, key, code), Unit.id.in_(_called_before(key, code)))
    query = select(Unit.id, func.count().over()).where(matching).order_by(*order)
    matches = _Matches(page, FOUND_AT_ONCE, error_out=False, select=query)
    matches.items = _entries(matches.items, on, key, code)
    return matches


def _called(table: type[Unit] | type[UnitVersion], key: str, code: str) -> ColumnElement[bool]:
    return or_(table.search_key.contains(key, autoescape=True), table.code == code)


def _called_before(key: str, code: str) -> Select[int]:
    """The ids of units that had the name or code in an earlier version; `Unit` has those of the last one."""
    later = aliased(UnitVersion)
    changed = select(UnitVersion.unit_id).join(later, later.unit_id == UnitVersion.unit_id)
    return changed.where(later.change != "", _called(UnitVersion, key, code))


def _entries(ids: Sequence[int], on: dt.date, key: str, code: str) -> list[RegisterEntry]:
    stories = _versions(ids)
    versions = {unit_id: nearest(stories[unit_id], on) for unit_id in ids}
    names = names_above(list(versions.values()))
    entries = []
    for unit_id in ids:
        version, first, last = versions[unit_id], stories[unit_id][0].starts_on, stories[unit_id][-1].ends_on
        formerly = "" if _fits(version, key, code) else _former(stories[unit_id], key, code)
        ended = last if last is not None and last < on else None
        begins = first if first is not None and first > on else None
        entries.append(RegisterEntry(version, names[version.id], formerly, ended, begins))
    return entries


def _fits(version: UnitVersion, key: str, code: str) -> bool:
    return key in version.search_key or version.code == code


def _former(versions: Iterable[UnitVersion], key: str, code: str) -> str:
    fitting = [version for version in versions if _fits(version, key, code)]
    return (fitting[-1].code if fitting[-1].code == code else fitting[-1].name) if fitting else ""


def _versions(ids: Collection[int], *loaded: ExecutableOption) -> dict[int, list[UnitVersion]]:
    """All versions of these units by unit id, in order of time, with what is loaded beside them."""
    query = select(UnitVersion).where(UnitVersion.unit_id.in_(ids)).options(*loaded)
    by_unit: dict[int, list[UnitVersion]] = {}
    for version in db.session.scalars(query.order_by(UnitVersion.starts_on.nulls_first())):
        by_unit.setdefault(version.unit_id, []).append(version)
    return by_unit


def nearest(versions: Sequence[UnitVersion], on: dt.date) -> UnitVersion:
    """The version valid on a day; if there is none, the last before it or else the first after it."""
    begun = [version for version in versions if version.meets(None, on)]
    return begun[-1] if begun else versions[0]


def names_above(versions: Sequence[UnitVersion]) -> dict[int, tuple[str, ...]]:
    """The names of the parents of each version on its last day (or now), lowest tier first; one query for each tier."""
    names: dict[int, tuple[str, ...]] = {version.id: () for version in versions}
    step = {version.id: version for version in versions}
    for _tier in range(_ABOVE):
        stories = _versions({version.parent_id for version in step.values() if version.parent_id})
        step = {
            id_: nearest(stories[version.parent_id], version.ends_on or dt.date.max)
            for id_, version in step.items()
            if version.parent_id
        }
        for id_, version in step.items():
            names[id_] += (version.name,)
    return names


def counts(on: dt.date) -> dict[str, int]:
    """The number of units of each tier on a day."""
    query = select(UnitVersion.kind, func.count()).where(UnitVersion.stands_on(on), UnitVersion.kind.in_(TIERS))
    by_kind = dict(db.session.execute(query.group_by(UnitVersion.kind)).all())
    return {kind: by_kind[kind] for kind in TIERS if kind in by_kind}


def provinces(on: dt.date) -> list[Child]:
    """The provinces of a day in Vietnamese order; without pages, because there are at most 63."""
    query = select(UnitVersion).where(UnitVersion.kind == "province", UnitVersion.stands_on(on))
    return _children(db.session.scalars(query.order_by(UnitVersion.sort_key, UnitVersion.id)).all(), on)


def districts_of(provinces: Collection[int]) -> list[Unit]:
    """The districts of provinces in Vietnamese order, also those that have ended; at most MOST_DISTRICTS."""
    if not provinces:
        return []
    query = select(Unit).where(Unit.parent_id.in_(provinces), Unit.kind == "district")
    return list(db.session.scalars(query.order_by(Unit.sort_key, Unit.id).limit(MOST_DISTRICTS)))


def below(unit_id: int, on: dt.date, page: int = 1) -> Pagination:
    """One page of the children (Child) of a unit on a day."""
    query = select(UnitVersion).where(UnitVersion.parent_id == unit_id, UnitVersion.stands_on(on))
    children = paginate(query.order_by(UnitVersion.sort_key, UnitVersion.id), page, CHILDREN_AT_ONCE)
    children.items = _children(children.items, on)
    return children


def _children(versions: Sequence[UnitVersion], on: dt.date) -> list[Child]:
    query = select(UnitVersion.parent_id, UnitVersion.kind, func.count())
    here = UnitVersion.parent_id.in_([version.unit_id for version in versions if version.kind != "commune"])
    by_parent: dict[int, dict[str, int]] = {}
    for parent_id, kind, count in db.session.execute(
        query.where(here, UnitVersion.stands_on(on)).group_by(UnitVersion.parent_id, UnitVersion.kind)
    ):
        by_parent.setdefault(parent_id or 0, {})[kind] = count
    return [Child(version, by_parent.get(version.unit_id, {})) for version in versions]


def ended(words: str, kind: str) -> list[Unit]:
    """Ended units of a kind by a part of their last name, latest end first; at most FOUND_AT_ONCE."""
    query = select(Unit).where(Unit.search_key.contains(search_key(words), autoescape=True), Unit.kind == kind)
    query = query.where(Unit.ends_on < clock.today()).options(joinedload(Unit.parent).joinedload(Unit.parent))
    return list(db.session.scalars(query.order_by(Unit.ends_on.desc(), Unit.sort_key, Unit.id).limit(FOUND_AT_ONCE)))


def counts_below(unit_id: int, on: dt.date) -> dict[str, int]:
    """The number of children of a unit on a day, by kind."""
    query = select(UnitVersion.kind, func.count()).where(UnitVersion.parent_id == unit_id, UnitVersion.stands_on(on))
    return dict(db.session.execute(query.group_by(UnitVersion.kind)).all())


def story(unit_id: int) -> list[UnitVersion]:
    """All versions of a unit in order of time, with their resolutions; raises NotFound."""
    query = select(UnitVersion).where(UnitVersion.unit_id == unit_id)
    query = query.options(joinedload(UnitVersion.resolution), joinedload(UnitVersion.unit))
    versions = list(db.session.scalars(query.order_by(UnitVersion.starts_on.nulls_first())))
    if not versions:
        raise NotFound(_("There is no such unit."))
    return versions


def stories(unit_ids: Collection[int]) -> dict[int, list[UnitVersion]]:
    """All versions of these units by unit id, in order of time, with their resolutions; one query."""
    return _versions(unit_ids, joinedload(UnitVersion.resolution))


def above(version: UnitVersion, on: dt.date) -> list[UnitVersion]:
    """The parents of a version on a day, lowest tier first; for an ended version, on its last day."""
    day = min(on, version.ends_on or dt.date.max)
    parents: list[UnitVersion] = []
    step: UnitVersion | None = version
    while step is not None and step.parent_id is not None:
        step = nearest(_versions([step.parent_id])[step.parent_id], day)
        parents.append(step)
    return parents


def links(unit_id: int) -> tuple[list[Succession], list[Succession]]:
    """The successions into a unit, and the successions out of it; at most MOST_LINKS together."""
    both = or_(Succession.predecessor_id == unit_id, Succession.successor_id == unit_id)
    query = select(Succession).where(both).order_by(Succession.effective_on, Succession.id).limit(MOST_LINKS)
    people = joinedload(Succession.predecessor), joinedload(Succession.successor), joinedload(Succession.resolution)
    successions = list(db.session.scalars(query.options(*people)))
    return [succession for succession in successions if succession.successor_id == unit_id], [
        succession for succession in successions if succession.successor_id != unit_id
    ]


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit with the values by which a list of people can name it."""

    id: int
    code: str
    kind: str
    name: str
    short_name: str
    parent_id: int | None
    key: str

    @property
    def short_key(self) -> str:
        """The search key of the short name: the last words of `key`, as many as the short name has."""
        return " ".join(self.key.split()[-len(self.short_name.split()) :])


class UnitNames:
    """All units of today, loaded by one query, for the look-up of codes and names of a list."""

    def __init__(self) -> None:
        columns = (Unit.id, Unit.code, Unit.kind, Unit.name, Unit.short_name, Unit.parent_id, Unit.search_key)
        self._by_id = {row.id: NamedUnit(*row) for row in db.session.execute(select(*columns).where(units.standing()))}
        self._by_code = {unit.code.casefold(): unit for unit in self._by_id.values()}
        self._by_key: dict[str, list[NamedUnit]] = defaultdict(list)
        for unit in self._by_id.values():
            for key in {unit.key, unit.short_key}:
                self._by_key[key].append(unit)

    def found(self, words: str, kind: str) -> list[NamedUnit]:
        """The units of `kind` with this code or name ("Xã Xuân Tây, Huyện Cẩm Mỹ"); exact accents come first.

        A code whose leading zeros were removed by a spreadsheet program is found too.
        """
        code = words.casefold()
        if code.isdecimal() and code.isascii():
            code = code.zfill(CODE_LENGTH.get(kind, 0)) if code not in self._by_code else code
        if code in self._by_code:
            unit = self._by_code[code]
            return [unit] if unit.kind == kind else []
        parts = [part.strip() for part in words.split(",")]
        fitting = [unit for unit in self._by_key[search_key(parts[0])] if unit.kind == kind]
        fitting = [unit for unit in fitting if self._lies_in(unit, parts[1:])]
        exact = [unit for unit in fitting if parts[0].casefold() in (unit.name.casefold(), unit.short_name.casefold())]
        return exact or fitting

    def _lies_in(self, unit: NamedUnit, above: list[str]) -> bool:
        """Whether the parents have these names, lowest tier first; the list may leave out tiers."""
        keys = [search_key(name) for name in above if name]
        step = self._parent(unit)
        while keys and step is not None:
            if keys[0] in (step.key, step.short_key):
                keys.pop(0)
            step = self._parent(step)
        return not keys

    def _parent(self, unit: NamedUnit) -> NamedUnit | None:
        return self._by_id[unit.parent_id] if unit.parent_id is not None else None

    def full_name(self, unit: NamedUnit) -> str:
        """The name of a unit with its parents: "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai"."""
        names, step = [unit.name], self._parent(unit)
        while step is not None:
            names.append(step.name)
            step = self._parent(step)
        return ", ".join(names)
