"""What became of every unit on 1 July 2025, from the data package's converter and the resolutions it stands for."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from certflow.errors import SetupError
from certflow.gateways.unit_sources.data import UnitKind, UnitRow, current_units, data_folder, legacy_units, opened
from certflow.gateways.unit_sources.resolutions import (
    COMMUNES_RESOLUTION,
    DISTRICTS_RESOLUTION,
    PROVINCES_RESOLUTION,
    RULINGS,
    Extent,
    Ruling,
)
from certflow.wording import _, place

LinkKind = Literal["continue", "merge", "split", "tier_removed", "tier_changed"]
Changed = Literal["code", "label", "name"]
Reason = Literal["no_row", "several_rows", "same_name", "contradiction", "no_successor", "no_predecessor"]

_LEGACY_KEYS = """
    select provinceKey || '_' || districtKey || '_' || ifnull(wardKey, ''), wardCode, districtCode
    from admin_units_legacy
"""
_CURRENT_KEYS = "select provinceKey || '_' || wardKey, wardCode from admin_units"
_PROVINCE_KEYS = "select distinct provinceKey, provinceCode from {table}"


class SourceRef(NamedTuple):
    """A unit within its epoch; a code alone is not enough, as provinces, districts and communes share digits."""

    kind: UnitKind
    code: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    """What one unit of before became, or one part of it.

    `kind` is "continue" (the same unit goes on, and `changed` says what of it is new), "merge" (the successor
    has several predecessors), "split" (the successor is a part of this one alone), "tier_removed" (a district,
    without successor) or "tier_changed" (an island district that became a special zone). `resolution` is the
    number of the document; `clause` is a clause of its article 1 where the link was read there, else None.
    """

    predecessor_code: str
    predecessor_kind: UnitKind
    successor_code: str | None
    successor_kind: UnitKind | None
    kind: LinkKind
    extent: Extent
    changed: tuple[Changed, ...]
    resolution: str
    clause: int | None


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A unit, or a key of the converter, that is not linked, or not in full, and why, in the reader's language."""

    epoch: Literal["before", "after", "converter"]
    key: str
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class SourceLineage:
    """Every link and everything that could not be linked; `before` and `after` are the units, parents first."""

    before: tuple[UnitRow, ...]
    after: tuple[UnitRow, ...]
    links: tuple[SourceLink, ...]
    unlinked: tuple[Unlinked, ...]


class _Edge(NamedTuple):
    old: SourceRef
    new: SourceRef
    extent: Extent
    clause: int | None = None


def lineage() -> SourceLineage:
    """The whole country's lineage from the three tiers of 2025 to the two. Raises SetupError without the package.

    A commune that was divided is linked with every commune that has a part of it; which of them an address
    lies in is not told. Two communes of one name that the converter confuses are linked as their province's
    resolution says, and left unlinked where no ruling is known.
    """
    before, after = tuple(legacy_units()), tuple(current_units())
    edges, unlinked = _converter()
    edges, unruled = _ruled(edges, RULINGS, {_ref(row) for row in before}, {_ref(row) for row in after})
    doubts = {**_same_named(edges, before), **_contradictions(edges)}
    unlinked += unruled + [_doubt(edge, reason) for edge, reason in doubts.items()]
    links = [*_links(edges, doubts, before, after), *_removed(before, edges)]
    unlinked += _left_over(before, after, edges)
    return SourceLineage(before, after, tuple(links), tuple(unlinked))


def _ref(row: UnitRow) -> SourceRef:
    return SourceRef(row.kind, row.code)


class _Keys:
    """The converter's keys of one epoch, with the units each stands for: one, unless the data is at fault."""

    def __init__(self, rows: Iterable[tuple[str, SourceRef]]) -> None:
        self._refs: dict[str, set[SourceRef]] = defaultdict(set)
        for key, ref in rows:
            self._refs[key].add(ref)

    def find(self, key: str, faults: list[Unlinked]) -> SourceRef | None:
        """The one unit of a key; None, with the fault added, where there is none or more than one."""
        refs = self._refs.get(key, set())
        if len(refs) == 1:
            return next(iter(refs))
        faults.append(_several(key, len(refs)) if refs else _no_row(key))
        return None


def _no_row(key: str) -> Unlinked:
    return Unlinked("converter", key, "no_row", _("The converter names “%(key)s”, which is not a unit.", key=key))


def _several(key: str, count: int) -> Unlinked:
    words = _("The converter names “%(key)s”, which can mean any of %(count)s units.", key=key, count=count)
    return Unlinked("converter", key, "several_rows", words)


def _converter() -> tuple[list[_Edge], list[Unlinked]]:
    """All that the converter says, key by key, and the keys that fit no unit or more than one."""
    file = data_folder() / "converter_2025.json"
    if not file.is_file():
        raise SetupError(
            "the converter of administrative units is not installed", "pip install 'vietnamadminunits==1.0.4'"
        )
    document = json.loads(file.read_text("utf-8"))
    faults: list[Unlinked] = []
    with closing(opened()) as data:
        old, new = (
            _Keys((key, SourceRef("province", code)) for key, code in data.execute(_PROVINCE_KEYS.format(table=table)))
            for table in ("admin_units_legacy", "admin_units")
        )
        edges = list(_edges(_whole_provinces(document), old, new, faults))
        old = _Keys(
            (key, SourceRef("commune", code) if code else SourceRef("district", district))
            for key, code, district in data.execute(_LEGACY_KEYS)
        )
        new = _Keys((key, SourceRef("commune", code)) for key, code in data.execute(_CURRENT_KEYS))
    edges += _edges(_whole_communes(document), old, new, faults)
    edges += _edges(_parts(document), old, new, faults)
    return list(dict.fromkeys(edges)), faults


def _edges(links: Iterable[tuple[str, str, Extent]], old: _Keys, new: _Keys, faults: list[Unlinked]) -> Iterator[_Edge]:
    for old_key, new_key, extent in links:
        before, after = old.find(old_key, faults), new.find(new_key, faults)
        if before and after:
            yield _Edge(before, after, extent)


def _whole_provinces(document: Any) -> Iterator[tuple[str, str, Extent]]:
    for new, olds in document["DICT_PROVINCE"].items():
        yield from ((old, new, "whole") for old in olds)


def _whole_communes(document: Any) -> Iterator[tuple[str, str, Extent]]:
    for province, communes in document["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in communes.items():
            yield from ((old, f"{province}_{new}", "whole") for old in olds)


def _parts(document: Any) -> Iterator[tuple[str, str, Extent]]:
    """The divided communes; `isDefaultNewWard` is the package's guess at an address and says nothing of the law."""
    for province, communes in document["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, news in communes.items():
            yield from ((old, f"{province}_{new['newWardKey']}", "part") for new in news)


def _ruled(
    edges: list[_Edge], rulings: Iterable[Ruling], before: set[SourceRef], after: set[SourceRef]
) -> tuple[list[_Edge], list[Unlinked]]:
    """The edges with those of a ruled commune replaced; a ruling on a unit that is not there is reported."""
    new_edges, faults = [], []
    for ruling in rulings:
        edge = _Edge(
            SourceRef("commune", ruling.code), SourceRef("commune", ruling.new_code), ruling.extent, ruling.clause
        )
        if edge.old in before and edge.new in after:
            new_edges.append(edge)
        else:
            faults.append(_no_row(f"{ruling.code} -> {ruling.new_code}"))
    ruled = {edge.old for edge in new_edges}
    return [edge for edge in edges if edge.old not in ruled] + new_edges, faults


def _grouped(edges: Iterable[_Edge], by: Callable[[_Edge], SourceRef]) -> dict[SourceRef, list[_Edge]]:
    groups: dict[SourceRef, list[_Edge]] = defaultdict(list)
    for edge in edges:
        groups[by(edge)].append(edge)
    return groups


def _same_named(edges: list[_Edge], before: Iterable[UnitRow]) -> dict[_Edge, Reason]:
    """Parts that lead where another commune of the same name leads too: the converter knows only the name."""
    names = {_ref(row): row.name for row in before}
    doubts: dict[_Edge, Reason] = {}
    for group in _grouped(edges, lambda edge: edge.new).values():
        for edge in group:
            others = (other for other in group if other.old != edge.old and names[other.old] == names[edge.old])
            if edge.extent == "part" and edge.clause is None and any(others):
                doubts[edge] = "same_name"
    return doubts


def _contradictions(edges: list[_Edge]) -> dict[_Edge, Reason]:
    """A unit cannot go wholly to two, nor be divided into one."""
    return {
        edge: "contradiction"
        for group in _grouped(edges, lambda edge: edge.old).values()
        if (len(group) == 1) == (group[0].extent == "part") or len({edge.extent for edge in group}) > 1
        for edge in group
    }


def _doubt(edge: _Edge, reason: Reason) -> Unlinked:
    codes = {"old": edge.old.code, "new": edge.new.code}
    if reason == "same_name":
        words = _(
            "The data confuses communes with the same name: it is not known whether a part of %(old)s went to %(new)s.",
            **codes,
        )
    else:
        words = _("The data contradicts itself on how much of %(old)s went to %(new)s.", **codes)
    return Unlinked("before", edge.old.code, reason, words)


def _links(
    edges: list[_Edge], doubts: Mapping[_Edge, Reason], before: Iterable[UnitRow], after: Iterable[UnitRow]
) -> Iterator[SourceLink]:
    """A link for every edge that is beyond doubt; the doubtful still count as predecessors, so that none passes."""
    old, new = ({_ref(row): row for row in rows} for rows in (before, after))
    predecessors = _grouped(edges, lambda edge: edge.new)
    for edge in edges:
        if edge not in doubts:
            kind = _kind(edge, len(predecessors[edge.new]))
            changed = _changed(old[edge.old], new[edge.new]) if kind == "continue" else ()
            communes = COMMUNES_RESOLUTION.get(new[edge.new].parent_code or "", "")
            resolution = PROVINCES_RESOLUTION if edge.new.kind == "province" else communes
            yield SourceLink(
                edge.old.code, edge.old.kind, edge.new.code, edge.new.kind,
                kind, edge.extent, changed, resolution, edge.clause,
            )  # fmt: skip


def _kind(edge: _Edge, predecessors: int) -> LinkKind:
    if edge.old.kind != edge.new.kind:
        return "tier_changed"
    if predecessors > 1:
        return "merge"
    return "continue" if edge.extent == "whole" else "split"


def _changed(old: UnitRow, new: UnitRow) -> tuple[Changed, ...]:
    pairs: tuple[tuple[Changed, str, str], ...] = (
        ("code", old.code, new.code),
        ("label", old.kind_label, new.kind_label),
        ("name", old.short_name.casefold(), new.short_name.casefold()),
    )
    return tuple(what for what, was, now in pairs if was != now)


def _removed(before: Iterable[UnitRow], edges: Iterable[_Edge]) -> Iterator[SourceLink]:
    linked = {edge.old for edge in edges}
    for row in before:
        if row.kind == "district" and _ref(row) not in linked:
            yield SourceLink(row.code, "district", None, None, "tier_removed", "whole", (), DISTRICTS_RESOLUTION, None)


def _left_over(before: Iterable[UnitRow], after: Iterable[UnitRow], edges: list[_Edge]) -> Iterator[Unlinked]:
    old, new = {edge.old for edge in edges}, {edge.new for edge in edges}
    for row in before:
        if row.kind != "district" and _ref(row) not in old:
            words = _("The data does not say what %(unit)s (%(code)s) became.", unit=place(row.name), code=row.code)
            yield Unlinked("before", row.code, "no_successor", words)
    for row in after:
        if _ref(row) not in new:
            words = _("The data does not say what %(unit)s (%(code)s) was before.", unit=place(row.name), code=row.code)
            yield Unlinked("after", row.code, "no_predecessor", words)
