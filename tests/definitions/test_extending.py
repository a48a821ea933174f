"""A definition that extends another is read whole, and a fault names the file to correct."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from certflow.errors import DefinitionError
from certflow.law.catalogue import read_one
from tests.definitions.test_broken_files import BROKEN as BROKEN_BASES
from tests.definitions.test_broken_files import REFUSED, SOUND, read

HERE = Path(__file__).parent / "extending"
BROKEN = sorted((HERE / "broken").rglob("*.toml"))
BASE, CHILD, GRANDCHILD = (f"workflows/{name}.v1.toml" for name in ("base", "child", "grandchild"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sound definitions, and beside them those that extend them."""
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    return Path(shutil.copytree(HERE / "sound", tmp_path, dirs_exist_ok=True))


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def _faults(folder: Path) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as refusal:
        read(folder)
    return refusal.value.faults


@pytest.mark.parametrize("file", BROKEN, ids=[f"{file.parent.name}-{file.stem}" for file in BROKEN])
def test_a_file_that_extends_badly_is_refused_with_file_place_and_what_to_do(file: Path, folder: Path) -> None:
    place = f"{file.parent.name}/child.v1.toml"
    shutil.copy(file, folder / place)
    lines = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(REFUSED) for line in lines if line.startswith(REFUSED)]

    assert list(_faults(folder)) == expected


@pytest.mark.parametrize("file", BROKEN_BASES, ids=[f"{file.parent.name}-{file.stem}" for file in BROKEN_BASES])
def test_what_is_wrong_in_an_extended_file_is_told_of_that_file_alone(file: Path, folder: Path) -> None:
    shutil.copy(file, folder / file.parent.name / "base.v1.toml")
    others = [fault for fault in _faults(folder) if not fault.startswith(f"{file.parent.name}/base.v1.toml: ")]

    assert [fault for fault in others if "version 1 to extend; name a definition that has a file" not in fault] == []


def test_an_entry_is_changed_by_its_name_left_out_and_added_in_its_place(folder: Path) -> None:
    loaded = read(folder)
    base, child = loaded.workflow("base_scheme", 1), loaded.workflow("child_scheme", 1)
    of_base, of_child = ({t.action: t for t in spec.transitions} for spec in (base, child))

    assert (child.title.en, child.source, child.subject) == ("Child scheme", base.source, base.subject)
    assert list(child.states) == ["drafting", "appraising", "endorsing", "proposed", "recognised", "declined"]
    assert child.states["proposed"].title.en == "Endorsed"
    assert child.states["proposed"].turn == base.states["proposed"].turn
    assert list(of_child) == ["submit", "propose", "endorse", "recognise", "decline"]
    assert (of_child["propose"].target, of_child["propose"].needs) == ("endorsing", of_base["propose"].needs)
    assert of_child["decline"] == of_base["decline"]
    assert child.deadline("submit").month == 1
    assert [json.loads(spec.content)["outcome"]["decision"].get("legal_bases") for spec in (base, child)] == [
        ["Căn cứ Điều 4"],
        None,
    ]


def test_a_numbered_entry_inside_another_is_changed_alone(folder: Path) -> None:
    loaded = read(folder)
    base, child = loaded.form("base_criteria", 1), loaded.form("child_criteria", 1)
    old, new = (form.indicators["2.1"].parts[0].thresholds[0] for form in (base, child))

    assert [*base.indicators, "2.3"] == list(child.indicators)
    assert new == replace(old, least=Fraction(70), least_in_disadvantaged_area=None)
    assert child.indicators["2.2"] == base.indicators["2.2"]


def test_what_extends_may_be_extended_and_is_stored_whole(folder: Path) -> None:
    grandchild = read(folder).workflow("grandchild_scheme", 1)
    table = json.loads(grandchild.content)

    assert [deadline.name for deadline in grandchild.deadlines] == ["early", "submit"]
    assert grandchild.deadline("submit").month == 1
    notes = {transition.action: transition.note for transition in grandchild.transitions}
    assert list(notes) == ["submit", "propose", "endorse", "recognise", "refuse", "decline"]
    assert notes["recognise"] == "required"
    assert "extends" not in table
    assert replace(grandchild, path="whole") == read_one(table, "whole")


def test_an_action_that_leads_from_two_states_to_two_others_stays_both(folder: Path) -> None:
    base = folder / BASE
    second = (
        base.read_text(encoding="utf-8")
        .split('action  = "decline"')[1]
        .split("[[")[0]
        .replace("proposed", "appraising")
    )
    _replace(base, "[[deadlines]]", f'[[transitions]]\naction = "decline"{second}\n[[deadlines]]')

    declining = [t.origins for t in read(folder).workflow("child_scheme", 1).transitions if t.action == "decline"]

    assert declining == [("proposed",), ("appraising",)]


def test_files_that_extend_each_other_are_refused_and_each_tells_the_way_round(folder: Path) -> None:
    _replace(folder / CHILD, '"base_scheme", version = 1', '"grandchild_scheme", version = 1')

    around = ((CHILD, GRANDCHILD, CHILD), (GRANDCHILD, CHILD, GRANDCHILD))
    assert list(_faults(folder)) == [
        f"{way[0]}: extends: leads back to this file: {' -> '.join(way)}; name another definition" for way in around
    ]


def test_a_table_that_is_no_file_cannot_extend() -> None:
    with pytest.raises(DefinitionError, match="set: extends: is followed only under workflows/ and forms/"):
        read_one({"extends": {"name": "base_criteria", "version": 1}}, "set")
