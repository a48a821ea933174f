import importlib.util
import sys
from collections import Counter

import pytest

from certflow.errors import NotFound, SetupError
from certflow.gateways.unit_sources import data


def test_dong_nai_before_july_2025_has_11_districts_and_159_communes() -> None:
    units = list(data.legacy_units("Đồng Nai"))

    assert Counter(unit.kind for unit in units) == {"province": 1, "district": 11, "commune": 159}
    assert units[0] == data.UnitRow("75", "province", "Tỉnh", "Tỉnh Đồng Nai", "Đồng Nai", None)
    assert data.UnitRow("739", "district", "Huyện", "Huyện Cẩm Mỹ", "Cẩm Mỹ", "75") in units
    assert data.UnitRow("26356", "commune", "Xã", "Xã Xuân Tây", "Xuân Tây", "739") in units


def test_the_whole_country_comes_parents_first_with_every_label_taken_from_the_name() -> None:
    units = list(data.legacy_units())
    seen: set[tuple[str, str]] = set()
    above = {"district": "province", "commune": "district"}

    for unit in units:
        assert unit.kind == "province" or (above[unit.kind], unit.parent_code) in seen
        assert unit.name.startswith(f"{unit.kind_label} ")
        assert "(" not in unit.short_name
        seen.add((unit.kind, unit.code))

    assert len(seen) == len(units)
    assert Counter(unit.kind for unit in units) == {"province": 63, "district": 696, "commune": 10_035}


@pytest.mark.parametrize("asked", ["75", "Tỉnh Đồng Nai", "đồng nai", "dong nai", "  Dong  Nai "])
def test_a_province_is_found_by_code_or_name_with_or_without_marks(asked: str) -> None:
    assert next(data.legacy_units(asked)).name == "Tỉnh Đồng Nai"


def test_a_numbered_ward_keeps_its_kind_in_the_short_name() -> None:
    numbered = [unit for unit in data.legacy_units("Hồ Chí Minh") if unit.name == "Phường 1"]

    assert {unit.short_name for unit in numbered} == {"Phường 1"}


def test_an_unknown_province_is_refused_by_name() -> None:
    with pytest.raises(NotFound) as refusal:
        data.legacy_units("Đồng Mai")

    assert "Đồng Mai" in refusal.value.reasons[0]


def test_the_data_package_is_not_imported() -> None:
    list(data.legacy_units("75"))

    assert "vietnamadminunits" not in sys.modules


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(SetupError) as fault:
        data.legacy_units("75")

    assert fault.value.command == "pip install 'vietnamadminunits==1.0.4'"
