"""The register through time: found by any name, ended units marked, the tree of a day, and the story of one unit."""

import datetime as dt

import pytest

from certflow import clock
from certflow.errors import NotFound
from certflow.units import register
from tests import make, merging

pytestmark = pytest.mark.usefixtures("inside_the_application")

A, B = "Xã Xuân Tây", "Xã Sông Ray"
TODAY = clock.today()
BEFORE = TODAY - dt.timedelta(days=1)


def names(words: str, on: dt.date = TODAY) -> list[str]:
    return [one.version.name for one in register.search(words, on)]


@pytest.mark.parametrize("words", ["dong nai", "đồng nai", "ĐỒNG  NAI", "75"])
def test_a_unit_is_found_with_or_without_marks_and_by_its_code(words: str) -> None:
    make.units()

    assert names(words) == ["Tỉnh Đồng Nai"]
    assert names("cam my") == ["Huyện Cẩm Mỹ"]
    assert (names("%"), names(""), names(" ")) == ([], [], [])


def test_an_ended_unit_is_found_and_marked_after_those_that_exist() -> None:
    new = merging.merged([A, B])

    page = register.search("xuan tay", TODAY)
    (first,) = page.items
    found = register.search("xã xuân", TODAY).items

    assert page.total == 1
    assert (first.version.name, first.ended_on, first.above) == (A, BEFORE, ("Huyện Cẩm Mỹ", "Tỉnh Đồng Nai"))
    assert [one.version.name for one in found][-1] == A
    assert merging.NEW in [one.version.name for one in found if one.ended_on is None]
    (then,) = register.search("xuan song", BEFORE)
    assert (then.version.unit_id, then.begins_on) == (new.id, TODAY)


def test_a_unit_is_found_by_a_name_and_a_code_it_had_before() -> None:
    old = make.unit("Xã Lâm San").code
    unit = merging.renamed("Xã Lâm San", "Xã Lâm Mới", "26995")

    for words, formerly in (("lam san", "Xã Lâm San"), (old, old), ("lâm mới", ""), ("26995", "")):
        (found,) = register.search(words, TODAY)
        assert (found.version.unit_id, found.version.name, found.formerly) == (unit.id, "Xã Lâm Mới", formerly)
    (then,) = register.search("lam moi", BEFORE)
    assert (then.version.name, then.formerly, then.begins_on) == ("Xã Lâm San", "Xã Lâm Mới", None)
    assert [one.change for one in register.story(unit.id)] == ["", "rename,recode"]


def test_the_tree_of_a_day_has_the_units_of_that_day() -> None:
    district = make.unit(merging.DISTRICT)
    new = merging.merged([A, B])

    def below(on: dt.date) -> set[str]:
        return {one.version.name for one in register.below(district.id, on)}

    assert below(BEFORE) - below(TODAY) == {A, B}
    assert below(TODAY) - below(BEFORE) == {merging.NEW}
    assert register.counts(BEFORE) == {"province": 1, "district": 2, "commune": 12}
    assert register.counts(TODAY)["commune"] == 11
    (province,) = register.provinces(TODAY)
    assert province.counts == {"district": 2}
    assert [one.name for one in register.above(register.story(new.id)[0], TODAY)] == [
        "Huyện Cẩm Mỹ",
        "Tỉnh Đồng Nai",
    ]


def test_links_lead_both_ways_with_the_resolution() -> None:
    new = merging.merged([A, B])

    came, went = register.links(new.id)
    assert ([one.predecessor.name for one in came], went) == ([A, B], [])
    assert {one.resolution.number for one in came} == {f"{merging.RESOLUTION} 26990"}
    assert [one.successor.name for one in register.links(make.units()[A].id)[1] if one.successor] == [merging.NEW]
    with pytest.raises(NotFound):
        register.story(10**6)


def test_pages_are_bounded() -> None:
    make.communes(30)

    first, second = register.search("xa", TODAY), register.search("xa", TODAY, 2)

    assert (len(first.items), first.total, second.total) == (register.FOUND_AT_ONCE, 28, 28)
    assert len(second.items) == 8
    assert not {one.version.id for one in first} & {one.version.id for one in second}
