"""Administrative units: the real ones imported once, and found as people type them."""

import pytest

from certflow.access import access
from certflow.catalogue import units
from certflow.errors import Invalid, NotFound
from certflow.gateways.unit_sources.data import legacy_units
from certflow.models.base import db
from certflow.models.units import Unit
from certflow.units import attributes, importing
from tests import make
from tests.observing import everything

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_the_real_units_of_a_province_are_imported_once() -> None:
    rows = list(legacy_units("Đồng Nai"))
    ticks: list[None] = []

    first = importing.import_units(rows, lambda: ticks.append(None))
    make.commit()
    before = everything()
    second = importing.import_units(rows)

    assert (first.made, first.kept, len(ticks)) == (len(rows), 0, len(rows))
    assert (second.made, second.kept) == (0, len(rows))
    assert everything() == before
    assert {kind: db.session.query(Unit).filter_by(kind=kind).count() for kind in ("province", "district")} == {
        "province": 1,
        "district": 11,
    }
    (commune,) = units.find("xuan tay", "commune")
    assert [place.name for place in access.chain(commune).values()] == ["Xã Xuân Tây", "Huyện Cẩm Mỹ", "Tỉnh Đồng Nai"]


def test_an_import_leaves_alone_what_somebody_changed() -> None:
    place = make.unit()
    attributes.mark_disadvantaged(place, "Quyết định 861/QĐ-TTg")
    make.commit()

    importing.import_units(make._rows())

    assert units.disadvantage(place) == "Quyết định 861/QĐ-TTg"


@pytest.mark.parametrize("words", ["Sông Ray", "song ray", "SÔNG RAY", "sông", "  song   RAY ", "xã sông"])
def test_a_unit_is_found_with_or_without_marks(words: str) -> None:
    make.units()

    assert [unit.name for unit in units.find(words)] == ["Xã Sông Ray"]


def test_what_is_found_is_bounded_ordered_and_of_the_kind_asked_for() -> None:
    make.communes(40)

    assert len(units.find("xa")) == units.MOST_FOUND
    assert [unit.name for unit in units.find("xuan", "district")] == ["Huyện Xuân Lộc"]
    assert [unit.short_name for unit in units.find("bao")] == ["Bảo Bình", "Bảo Hòa"]
    assert units.find("100%") == []
    assert units.find("_") == []


def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        units.get(10**6)
    with pytest.raises(NotFound):
        units.by_code("00000")


def test_a_disadvantaged_area_is_marked_by_the_document_that_says_so() -> None:
    place = make.unit()

    with pytest.raises(Invalid):
        attributes.mark_disadvantaged(place, "  ")
    attributes.mark_disadvantaged(place, " Quyết định 861/QĐ-TTg ")

    assert units.disadvantage(place) == "Quyết định 861/QĐ-TTg"


def test_a_dossier_keeps_the_standing_its_unit_had_when_it_was_opened() -> None:
    before = make.dossier(unit=make.unit())
    attributes.mark_disadvantaged(make.unit(), "Quyết định 861/QĐ-TTg")
    make.commit()

    assert not before.disadvantaged_area
    assert make.dossier(unit=make.unit(), round_=make.round_(title="Đợt sau")).disadvantaged_area
