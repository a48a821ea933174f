"""What is wrong with a department's set is said in words of the office, at the row and field where it was typed."""

import re
import time
import tomllib
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from certflow.law.reading.toml_writing import toml_text
from certflow.law.sets.faults import faults_of, spec_of
from certflow.law.sets.tables import Head, completed, looks_at, points, table_of, without_group, without_row
from tests.sets import CONTENT, HEAD

Table = dict[str, Any]
GIVEN = Head("made_set", 1, HEAD.title_vi, "", HEAD.document_number, HEAD.document_date, HEAD.issuer)
OF_A_FILE = re.compile(r"\w+\[\d+\]|is (missing|empty|no |none)|must be |at_least|choose one")


def broken(change: Callable[[Table], object]) -> list[tuple[str, int, str, str]]:
    """The faults of the usual set after `change`."""
    content = deepcopy(CONTENT)
    change(content)
    return [(fault.page, fault.row, fault.field, fault.words) for fault in faults_of(content, GIVEN)]


def row(content: Table, number: int = 2) -> Table:
    """A row of the first group."""
    found: Table = content["criteria"][0]["indicators"][number - 1]
    return found


CASES: list[tuple[str, Callable[[Table], object], tuple[str, int, str]]] = [
    ("a row without words", lambda c: row(c)["title"].update(vi=""), ("1", 2, "title_vi")),
    ("points that are none", lambda c: row(c).update(most="mười"), ("1", 2, "most")),
    ("points left out", lambda c: row(c, 1).update(most=""), ("1", 1, "most")),
    ("points below nought", lambda c: row(c).update(most="-1"), ("1", 2, "most")),
    ("a power of ten", lambda c: row(c).update(most="1e999999999"), ("1", 2, "most")),
    ("three decimals", lambda c: row(c).update(most="1.125"), ("1", 2, "most")),
    ("a step that does not divide", lambda c: row(c).update(step="0.7"), ("1", 2, "step")),
    ("a step of nought", lambda c: row(c).update(step="0"), ("1", 2, "step")),
    ("too many steps", lambda c: row(c).update(step="0.05"), ("1", 2, "step")),
    ("no step", lambda c: row(c).update(step=""), ("1", 2, "step")),
    ("a group without a title", lambda c: c["criteria"][0]["title"].update(vi=""), ("1", 0, "title_vi")),
    ("a group without rows", lambda c: c["criteria"][1].update(indicators=[]), ("2", 0, "indicators")),
    ("no group", lambda c: c.update(criteria=[], caps=[]), ("head", 0, "")),
    ("a remark without words", lambda c: c["criteria"][1]["indicators"][0].update(title={}), ("2", 1, "title_vi")),
    ("another sum", lambda c: c.update(total="30"), ("head", 0, "total")),
    ("no sum", lambda c: c.update(total="trăm"), ("head", 0, "total")),
    ("no class", lambda c: c.update(bands=[], caps=[]), ("bands", 0, "")),
    ("a class without a name", lambda c: c["bands"][0]["title"].update(vi=""), ("bands", 1, "title_vi")),
    ("a class that begins nowhere", lambda c: c["bands"][1].update(at_least="?"), ("bands", 2, "at_least")),
    ("a class below nought", lambda c: c["bands"][0].update(at_least="-1"), ("bands", 1, "at_least")),
    ("classes upside down", lambda c: c["bands"].reverse(), ("bands", 0, "")),
    ("a class out of reach", lambda c: c["bands"][1].update(at_least="21"), ("bands", 0, "")),
    ("a cap without words", lambda c: c["caps"][0]["title"].update(vi=""), ("caps", 1, "title_vi")),
    ("a cap that leaves the highest", lambda c: c["caps"][0].update(band="band_2"), ("caps", 1, "band")),
    ("a cap that leaves none", lambda c: c["caps"][0].update(band=""), ("caps", 1, "band")),
    ("a cap above the most", lambda c: c["caps"][0].update(below="16"), ("caps", 1, "below")),
    ("a cap on a remark", lambda c: c["caps"][0].update(indicator="2.1"), ("caps", 1, "indicator")),
    ("a cap on nothing", lambda c: c["caps"][0].pop("indicator"), ("caps", 1, "indicator")),
]


@pytest.mark.parametrize(("change", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_fault_that_can_be_typed_is_told_at_its_place_in_own_words(
    change: Callable[[Table], object], place: tuple[str, int, str]
) -> None:
    found = broken(change)

    assert place in [fault[:3] for fault in found], found
    for *_place, words in found:
        assert not OF_A_FILE.search(words), f"{words!r} is written for files"


def test_a_set_in_order_has_no_fault_and_reads_as_a_form_of_its_own() -> None:
    assert faults_of(CONTENT, GIVEN) == ()

    form = spec_of(CONTENT, GIVEN)
    assert form.trust == "department"
    assert form.method == "points"
    assert (form.total, len(form.indicators)) == (Fraction(20), 3)
    assert form.indicators["1.1"].title.en == "Có ban giám đốc"


def test_a_head_without_a_paper_is_told_field_by_field() -> None:
    found = faults_of(CONTENT, Head("made_set", 1, "", "", "", None, ""))

    assert {(fault.page, fault.field) for fault in found} == {
        ("head", field) for field in ("title_vi", "number", "dated", "issuer")
    }


def test_steps_too_fine_to_be_added_up_are_refused_at_once() -> None:
    started = time.process_time()
    content = deepcopy(CONTENT)
    rows = [{"kind": "points", "most": "999", "step": "6.25", "title": {"vi": "x"}} for _n in range(20)]
    content["criteria"] = [{"title": {"vi": "x"}, "indicators": deepcopy(rows)} for _n in range(20)]
    for group in content["criteria"]:
        for n, each in enumerate(group["indicators"]):
            each.update(most="1000", step="6.25" if n else "5.01")
        group["indicators"][0].update(most="501", step="5.01")
    content["total"], content["caps"] = str(points(content)), []

    assert [fault.field for fault in faults_of(content, GIVEN)] == ["total"]
    assert time.process_time() - started < 2


def test_what_a_cap_looks_at_follows_the_rows_that_go() -> None:
    content = deepcopy(CONTENT)
    content["caps"] += [{"criterion": 1}, {"criterion": 2}, {"indicator": "2.1"}]

    def seen(changed: Table) -> list[tuple[int, int] | None]:
        return [looks_at(cap) for cap in changed["caps"]]

    assert seen(content) == [(1, 2), (1, 0), (2, 0), (2, 1)]
    assert seen(without_row(content, 1, 1)) == [(1, 1), (1, 0), (2, 0), (2, 1)]
    assert seen(without_row(content, 1, 2)) == [None, (1, 0), (2, 0), (2, 1)]
    assert seen(without_group(content, 1)) == [None, None, (1, 0), (1, 1)]
    assert seen(content) == [(1, 2), (1, 0), (2, 0), (2, 1)], "the given content stays as it was"


def test_a_row_keeps_only_what_its_kind_can_say() -> None:
    content = deepcopy(CONTENT)
    row(content, 1)["step"] = "0.5"
    content["criteria"][1]["indicators"][0] |= {"most": "3", "step": "1"}

    assert faults_of(content, GIVEN) == ()


def test_the_file_reads_back_as_the_same_table_whatever_its_words() -> None:
    table = completed(table_of(CONTENT, GIVEN), GIVEN)
    table["title"] = {"vi": 'Dấu " \\ \x7f \t và\nxuống dòng', "en": "’“”'"}

    assert tomllib.loads(toml_text(table)) == table
