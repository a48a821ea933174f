"""Resolutions for tests: as changes of the rules, as files, and one that makes two tiers of `make`'s three."""

import datetime as dt
from collections.abc import Iterable

from certflow import clock
from certflow.models.units import Unit
from certflow.units import resolutions
from certflow.units.changes import Becomes, Change, ChangeKind, Extent, UnitRef
from certflow.units.resolutions import Decree
from tests import make

NUMBER = "1662/NQ-UBTVQH15"
HEIR = "Xã Cẩm Mỹ"
COLUMNS = "change;code;kind;new code;new name;new kind;parent code;extent"
HEAD = "number;{number}\ntitle;Sắp xếp\nissued by;Quốc hội\ndated;01/01/2025\neffective on;{on:%d/%m/%Y}\n"


def day(ago: int = 0) -> dt.date:
    """So many days ago."""
    return clock.today() - dt.timedelta(days=ago)


def change(
    kind: ChangeKind,
    code: str,
    to: str | None = None,
    name: str | None = None,
    *,
    of: str = "commune",
    parent: str | None = None,
    extent: Extent = "whole",
    row: int = 1,
) -> Change:
    """A change of the unit with `code`; a parent of two digits is a province, one of three a district."""
    above = UnitRef("province" if len(parent) == 2 else "district", parent) if parent else None
    becomes = Becomes(of, to, name, name, above) if to or name or above else None
    return Change(row, kind, UnitRef(of, code), becomes, extent)


def decree(*changes: Change, number: str = NUMBER, on: dt.date | None = None) -> Decree:
    """A resolution of these changes, in force today."""
    numbered = [Change(n, c.kind, c.unit, c.becomes, c.extent, c.cites) for n, c in enumerate(changes, 1)]
    return Decree(number, on or clock.today(), tuple(numbered), title="Sắp xếp")


def applied(*changes: Change, number: str = NUMBER, on: dt.date | None = None) -> None:
    """Apply a resolution and commit."""
    resolutions.apply(decree(*changes, number=number, on=on))
    make.commit()


def reform(on: dt.date | None = None) -> Decree:
    """`make`'s province becomes a new one of two tiers: two communes merge into HEIR, one is divided, others go on."""
    communes = {one.code: one for one in make.units().values() if one.kind == "commune"}
    staying = [code for code in communes if code not in ("26000", "26001", "26002")]
    return decree(
        change("merge", "75", "75", make.PROVINCE, of="province"),
        change("tier_removed", "740", of="district"),
        change("tier_removed", "741", of="district"),
        change("merge", "26000", "26000", HEIR, parent="75"),
        change("merge", "26001", "26000", HEIR, parent="75"),
        change("split", "26002", "90001", "Xã Lâm San Một", parent="75", extent="part"),
        change("split", "26002", "90002", "Xã Lâm San Hai", parent="75", extent="part"),
        *(change("continue", code, parent="75") for code in staying),
        on=on,
    )


def table(*rows: str, number: str = NUMBER, on: dt.date | None = None) -> bytes:
    """A resolution as a file, with rows as COLUMNS has them."""
    head = HEAD.format(number=number, on=on or clock.today())
    return "\n".join([head, COLUMNS, *rows]).encode()


def named(found: Iterable[Unit]) -> set[str]:
    """The names of units."""
    return {one.name for one in found}
