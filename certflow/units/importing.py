"""Import of the real units before and after the reform of 1 July 2025, with their successions."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from certflow.errors import Invalid, NotFound
from certflow.gateways.unit_sources.data import UnitRow, current_units, legacy_units
from certflow.gateways.unit_sources.lineage import SourceLineage, SourceLink, Unlinked, lineage
from certflow.gateways.unit_sources.resolutions import COMMUNES_RESOLUTION
from certflow.models.base import db
from certflow.models.units import UnitVersion
from certflow.units import resolutions, store
from certflow.units.changes import Becomes, Change, ResolutionPlan, UnitRef
from certflow.units.planning import plan
from certflow.wording import _

REFORM = dt.date(2025, 7, 1)  # since when there are two tiers
TITLE = "Sắp xếp đơn vị hành chính, chính quyền địa phương hai cấp từ ngày 01/7/2025"
PACKAGE = "vietnamadminunits 1.0.4"
SOURCE = (
    f"Quan hệ giữa đơn vị cũ và mới: gói dữ liệu {PACKAGE} (MIT), không phải văn bản của nghị quyết; "
    "chỗ gói nhầm các xã trùng tên được sửa theo các nghị quyết in lại trong kho dvhcvn/20250701 (MIT), "
    "là nơi lấy số hiệu nghị quyết của từng tỉnh."
)
DATED = dt.date(2025, 6, 16)  # of the 34 resolutions on communes


@dataclass(frozen=True, slots=True)
class Imported:
    """The number of units that an import created, and the number that already existed."""

    made: int
    kept: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The result of importing both epochs: `links` counts new successions by kind, `unlinked` has rows without one."""

    legacy: Imported
    plan: ResolutionPlan
    links: Counter[str]
    unlinked: tuple[Unlinked, ...]


def import_units(rows: Iterable[UnitRow], tick: Callable[[], None] = lambda: None) -> Imported:
    """Store the units of three tiers; existing codes are skipped, so a repeated import changes nothing.

    The parent of each unit must be stored or in `rows`.
    """
    last_day = UnitVersion.stands_on(REFORM - dt.timedelta(days=1))
    unit_ids = dict(db.session.execute(select(UnitVersion.code, UnitVersion.unit_id).where(last_day)).all())
    rows = list(rows)
    new_count = 0
    for kind in ("province", "district", "commune"):
        new = {row.code: row for row in rows if row.kind == kind and row.code not in unit_ids}
        versions = []
        for row in new.values():
            place = {"parent_id": unit_ids[row.parent_code] if row.parent_code else None, "starts_on": None}
            versions.append(store.described(row.code, row.kind, row.name, row.short_name) | place)
            tick()
        unit_ids |= store.enter_all(versions)
        new_count += len(new)
    for _stored_row in rows[new_count:]:
        tick()
    return Imported(new_count, len(rows) - new_count)


def import_both(province: str | None = None, tick: Callable[[int], None] = lambda _count: None) -> Linked:
    """Store the units of three tiers, then apply the reform of July 2025, which leaves two tiers.

    What is there already stays as it is, so that a repeat makes nothing, and a database of the first epoch alone is
    brought forward. A province comes with all that was merged with it. Raises Invalid when units were changed so
    that the reform does not fit them any more, NotFound for a name that no province has.
    """
    store.hold()
    links_of_reform = _of_province(lineage(), province)
    legacy = import_units(links_of_reform.before, lambda: tick(1))
    pending = _pending(links_of_reform)
    planned = plan(resolutions.known(REFORM, set()), pending, REFORM)
    if planned.faults:
        words = _("The reform of 1 July 2025 does not fit the stored units, which were changed in another way:")
        raise Invalid(words, *(fault.words for fault in planned.faults[:20]))
    store.carry_out(planned, _record)
    tick(len(links_of_reform.links))
    counts: Counter[str] = Counter(link.kind for link in planned.links)
    counts["continue"] = sum(not change.along for change in planned.changed)
    return Linked(legacy, planned, counts, links_of_reform.unlinked)


def ticks(province: str | None = None) -> int:
    """The total number of steps that `import_both` reports to `tick`."""
    reform = _of_province(lineage(), province)
    return len(reform.before) + len(reform.links)


def _of_province(reform: SourceLineage, province: str | None) -> SourceLineage:
    """The part of the lineage for one province of either epoch, with the provinces merged with it; raises NotFound."""
    if province is None:
        return reform
    province_codes = {row.code for row in _named(legacy_units, province)}
    after = {row.code for row in _named(current_units, province)}
    became = {
        link.predecessor_code: link.successor_code for link in reform.links if link.predecessor_kind == "province"
    }
    after |= {new for old, new in became.items() if new and old in province_codes}
    if not after:
        raise NotFound(_("No province is called “%(name)s”.", name=province))
    old = set(_below(reform.before, {code for code, new in became.items() if new in after}))
    new = set(_below(reform.after, after))
    return SourceLineage(
        tuple(row for row in reform.before if UnitRef(row.kind, row.code) in old),
        tuple(row for row in reform.after if UnitRef(row.kind, row.code) in new),
        tuple(link for link in reform.links if UnitRef(link.predecessor_kind, link.predecessor_code) in old),
        tuple(
            unmatched
            for unmatched in reform.unlinked
            if unmatched.epoch == "converter" or unmatched.key in {ref.code for ref in old | new}
        ),
    )


def _named(read: Callable[[str], Iterator[UnitRow]], province: str) -> list[UnitRow]:
    """The provinces of one epoch with this name."""
    try:
        return [row for row in read(province) if row.kind == "province"]
    except NotFound:
        return []


def _below(rows: Iterable[UnitRow], provinces: Collection[str]) -> Iterator[UnitRef]:
    """The provinces and all units inside them; `rows` must have parents before children."""
    inside: set[str] = set()
    for row in rows:
        if (row.code in provinces and row.kind == "province") or row.parent_code in inside:
            inside.add(row.code)
            yield UnitRef(row.kind, row.code)


def _pending(reform: SourceLineage) -> list[Change]:
    """The changes of the reform that are not applied to the stored units yet."""
    versions = resolutions.known(REFORM, set()).before
    waiting = {UnitRef(unit.kind, unit.code) for unit in versions if unit.until is None}
    rows = {UnitRef(row.kind, row.code): row for row in reform.after}
    changes = (_change(number, link, rows) for number, link in enumerate(reform.links, 1))
    return [change for change in changes if change.unit in waiting]


def _change(number: int, link: SourceLink, rows: dict[UnitRef, UnitRow]) -> Change:
    unit = UnitRef(link.predecessor_kind, link.predecessor_code)
    becomes = None
    if link.successor_code and link.successor_kind:
        row = rows[UnitRef(link.successor_kind, link.successor_code)]
        parent = UnitRef("province", row.parent_code) if row.parent_code else None
        becomes = Becomes(row.kind, row.code, row.name, row.short_name, parent)
    if link.kind == "continue" and unit.kind == "province" and not link.changed:
        becomes = None
    return Change(number, link.kind, unit, becomes, link.extent, link.resolution)


def _record(number: str) -> int:
    """The id of the record of one of the resolutions."""
    dated = DATED if number in COMMUNES_RESOLUTION.values() else None
    return resolutions.record(number, REFORM, title=TITLE, dated=dated, source=SOURCE).id


def unlinked_words(unlinked: Sequence[Unlinked], most: int = 50) -> list[str]:
    """Sentences about the rows without succession: the first `most`, then the number of the others."""
    more = [_("and %(count)s more", count=len(unlinked) - most)] if len(unlinked) > most else []
    return [row.words for row in unlinked[:most]] + more
