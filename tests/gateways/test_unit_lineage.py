import importlib.util
import json
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from certflow.errors import NotFound, SetupError
from certflow.gateways.unit_sources import data as unit_data
from certflow.gateways.unit_sources import lineage
from certflow.gateways.unit_sources.lineage import SourceLineage, SourceLink
from certflow.gateways.unit_sources.resolutions import COMMUNES_RESOLUTION, RULINGS, Ruling


@pytest.fixture(scope="module")
def found() -> SourceLineage:
    return lineage.lineage()


def _of(found: SourceLineage, kind: str, code: str) -> list[SourceLink]:
    return [link for link in found.links if (link.predecessor_kind, link.predecessor_code) == (kind, code)]


def _from(found: SourceLineage, code: str) -> set[tuple[str, str]]:
    return {(link.predecessor_code, link.extent) for link in found.links if link.successor_code == code}


def test_since_july_2025_there_are_34_provinces_and_3321_communes_labelled_from_their_names() -> None:
    units = list(unit_data.current_units())
    seen: set[str] = set()

    for unit in units:
        assert unit.name.startswith(f"{unit.kind_label} ")
        assert (unit.parent_code in seen) if unit.kind == "commune" else unit.parent_code is None
        seen.add(unit.code)

    assert len(seen) == len(units)
    assert Counter(unit.kind for unit in units) == {"province": 34, "commune": 3_321}
    labels = Counter(unit.kind_label for unit in units if unit.kind == "commune")
    assert labels == {"Xã": 2_621, "Phường": 687, "Đặc khu": 13}


@pytest.mark.parametrize(
    ("province", "communes"),
    [("dong nai", 95), ("Lạng Sơn", 65), ("Tỉnh Thanh Hóa", 166), ("12", 38), ("Bắc Ninh", 99)],
)
def test_a_province_has_as_many_communes_as_its_resolution_says(province: str, communes: int) -> None:
    assert len(list(unit_data.current_units(province))) == communes + 1


def test_dong_nai_of_july_2025_has_72_communes_and_23_wards() -> None:
    labels = Counter(unit.kind_label for unit in unit_data.current_units("75") if unit.kind == "commune")

    assert labels == {"Xã": 72, "Phường": 23}


def test_a_province_that_was_merged_away_is_found_before_and_not_after() -> None:
    assert next(unit_data.legacy_units("Bình Phước")).name == "Tỉnh Bình Phước"
    with pytest.raises(NotFound):
        unit_data.current_units("Bình Phước")


def test_lang_giang_is_a_commune_of_bac_ninh() -> None:
    assert unit_data.UnitRow("07375", "commune", "Xã", "Xã Lạng Giang", "Lạng Giang", "24") in list(
        unit_data.current_units("24")
    )


def test_tan_van_is_made_of_three_communes_under_the_code_of_another(found: SourceLineage) -> None:
    """1672/NQ-UBTVQH15, article 1, clause 9: Hồng Thái, Bình La and Tân Văn; its own code was 06121."""
    assert _from(found, "06115") == {("06115", "whole"), ("06118", "whole"), ("06121", "whole")}
    (link,) = _of(found, "commune", "06121")
    assert (link.successor_code, link.kind, link.extent) == ("06115", "merge", "whole")
    assert link.resolution == "1672/NQ-UBTVQH15"


def test_nothing_of_the_installed_data_is_left_unlinked(found: SourceLineage) -> None:
    assert found.unlinked == ()


def test_the_links_are_counted(found: SourceLineage) -> None:
    assert Counter((link.predecessor_kind, link.kind, link.extent) for link in found.links) == {
        ("province", "continue", "whole"): 11,
        ("province", "merge", "whole"): 52,
        ("district", "tier_changed", "whole"): 5,
        ("district", "tier_removed", "whole"): 691,
        ("commune", "continue", "whole"): 132,
        ("commune", "split", "part"): 3,
        ("commune", "merge", "whole"): 9_461,
        ("commune", "merge", "part"): 970,
    }


def test_every_link_joins_units_of_its_epochs_and_cites_a_resolution(found: SourceLineage) -> None:
    before = {(row.kind, row.code) for row in found.before}
    after = {(row.kind, row.code) for row in found.after}

    for link in found.links:
        assert (link.predecessor_kind, link.predecessor_code) in before
        assert ((link.successor_kind, link.successor_code) in after) is (link.kind != "tier_removed")
        assert link.resolution


def test_every_unit_of_before_and_after_is_linked(found: SourceLineage) -> None:
    old = {(link.predecessor_kind, link.predecessor_code) for link in found.links}
    new = {(link.successor_kind, link.successor_code) for link in found.links if link.successor_code}

    assert old == {(row.kind, row.code) for row in found.before}
    assert new == {(row.kind, row.code) for row in found.after}


def test_a_unit_goes_wholly_to_one_or_in_parts_to_several(found: SourceLineage) -> None:
    extents: dict[tuple[str, str], list[str]] = defaultdict(list)
    for link in found.links:
        extents[link.predecessor_kind, link.predecessor_code].append(link.extent)

    assert all(shares == ["whole"] or (len(shares) > 1 and set(shares) == {"part"}) for shares in extents.values())


def test_what_continues_is_one_to_one_and_says_what_of_it_is_new(found: SourceLineage) -> None:
    going_on = [link for link in found.links if link.kind == "continue"]
    successors = Counter((link.successor_kind, link.successor_code) for link in found.links)

    assert all(successors[link.successor_kind, link.successor_code] == 1 for link in going_on)
    assert all(link.predecessor_kind == link.successor_kind and link.extent == "whole" for link in going_on)
    assert {link.predecessor_code: link.changed for link in going_on if link.changed} == {
        "24235": ("name",),  # Krông Na -> Buôn Đôn
        "25114": ("name",),  # Bà Gia -> Đạ Huoai 3
        "04603": ("name",),  # Tà Si Láng -> Tà Xi Láng
        "26119": ("name",),  # Đắc Lua -> Đak Lua
        "25225": ("name",),  # Đak Ơ -> Đăk Ơ
        "20695": ("label",),  # thị trấn Thạnh Mỹ -> xã
        "14845": ("label",),  # thị trấn Mường Lát -> xã
        "31105": ("label",),  # xã Thổ Châu -> đặc khu
    }


def test_a_merged_province_is_new_even_under_the_code_and_name_of_one_of_its_predecessors(found: SourceLineage) -> None:
    (link,) = _of(found, "province", "75")

    assert (link.successor_code, link.kind, link.extent, link.resolution) == ("75", "merge", "whole", "202/2025/QH15")
    assert _from(found, "75") == {("70", "whole"), ("75", "whole")}


def test_an_island_district_becomes_a_special_zone_and_other_districts_end(found: SourceLineage) -> None:
    islands = {
        link.predecessor_code: link.successor_code
        for link in found.links
        if link.predecessor_kind == "district" and link.successor_code
    }

    assert islands == {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}
    (ended,) = _of(found, "district", "739")
    assert (ended.successor_code, ended.successor_kind, ended.kind) == (None, None, "tier_removed")


def test_a_divided_commune_is_linked_with_all_its_parts_not_with_the_default_of_the_package(
    found: SourceLineage,
) -> None:
    assert {(link.successor_code, link.kind, link.extent) for link in _of(found, "commune", "27007")} == {
        ("27004", "merge", "part"),
        ("27007", "split", "part"),
    }


@pytest.mark.parametrize("ruling", RULINGS, ids=lambda ruling: f"{ruling.code}-{ruling.new_code}")
def test_a_ruling_joins_a_commune_with_a_neighbour_of_its_own_district(found: SourceLineage, ruling: Ruling) -> None:
    """The one exception is the piece of land of Hòa Bình (Kim Thành) that went to Hà Nam (Thanh Hà)."""
    district = {row.code: row.parent_code for row in found.before if row.kind == "commune"}
    neighbours = {district[code] for code, _extent in _from(found, ruling.new_code) if code != ruling.code}

    assert (district[ruling.code] in neighbours) is (ruling.clause != 79)
    assert (ruling.new_code, ruling.extent, ruling.clause) in {
        (link.successor_code, link.extent, link.clause) for link in _of(found, "commune", ruling.code)
    }


def test_every_province_has_the_resolution_on_its_communes(found: SourceLineage) -> None:
    assert set(COMMUNES_RESOLUTION) == {row.code for row in found.after if row.kind == "province"}
    assert len(set(COMMUNES_RESOLUTION.values())) == 34


def test_without_rulings_communes_of_one_name_are_reported_and_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "RULINGS", ())

    found = lineage.lineage()

    assert {fault.key for fault in found.unlinked} == {ruling.code for ruling in RULINGS}
    assert {fault.reason for fault in found.unlinked} == {"same_name"}
    linked = {(link.predecessor_code, link.successor_code) for link in found.links}
    assert ("31268", "31666") not in linked
    assert ("31268", "31288") not in linked
    assert all(link.kind != "continue" for link in found.links if link.successor_code == "31666")


def _doctored(monkeypatch: pytest.MonkeyPatch, folder: Path, province: str, **changed: object) -> SourceLineage:
    """The lineage by a converter in which entries of one province are others."""
    real = unit_data.data_folder()
    said = json.loads((real / "converter_2025.json").read_text("utf-8"))
    for name, entries in changed.items():
        said[name].setdefault(province, {}).update(entries)
    (folder / "converter_2025.json").write_text(json.dumps(said), "utf-8")
    monkeypatch.setattr(lineage, "data_folder", lambda: folder)
    return lineage.lineage()


def test_a_key_that_is_no_unit_is_reported_and_what_it_stood_for_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = {"xatanvan": ["tinhlangson_huyenbinhgia_xatanvan", "tinhlangson_huyenbinhgia_xakhongco"]}

    found = _doctored(monkeypatch, tmp_path, "tinhlangson", DICT_PROVINCE_WARD_NO_DIVIDED=wrong)

    assert {(fault.reason, fault.key) for fault in found.unlinked} == {
        ("no_row", "tinhlangson_huyenbinhgia_xakhongco"),
        ("no_successor", "06115"),
        ("no_successor", "06118"),
    }


def test_a_commune_said_to_go_wholly_and_in_part_is_not_linked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parts = {"tinhlangson_huyenbinhgia_xatanvan": [{"newWardKey": "xabinhgia"}, {"newWardKey": "xahongphong"}]}

    found = _doctored(monkeypatch, tmp_path, "tinhlangson", DICT_PROVINCE_WARD_DIVIDED=parts)

    assert {(fault.reason, fault.key) for fault in found.unlinked} == {("contradiction", "06121")}
    assert _of(found, "commune", "06121") == []


def test_a_key_of_two_units_is_reported_and_neither_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = tmp_path / "dataset.db"
    copy.write_bytes((unit_data.data_folder() / "dataset.db").read_bytes())
    with sqlite3.connect(copy) as data:
        data.execute("update admin_units_legacy set wardKey = 'xatanvan' where wardCode = '06118'")
    data.close()
    monkeypatch.setattr(lineage, "opened", lambda: sqlite3.connect(copy))

    found = lineage.lineage()

    assert ("several_rows", "tinhlangson_huyenbinhgia_xatanvan") in {(f.reason, f.key) for f in found.unlinked}
    assert {fault.key for fault in found.unlinked if fault.reason == "no_successor"} == {"06118", "06121"}


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(SetupError):
        lineage.lineage()
