"""A case file that does not hold together is refused with file, key and reason; it is never taken for a definition."""

import shutil
from pathlib import Path

import pytest

from certflow.catalogue import catalogue
from certflow.config import resource
from certflow.dossiers.effects import EFFECTS
from certflow.errors import DefinitionError
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.guards import GUARDS
from tests.definitions.shipped import DEFINITIONS

SCHEME = "workflows/dong_nai_2024/commune_recognition.v1.cases.toml"
FORM = "forms/circular_25_2023/commune.v1.cases.toml"
PROVINCE = "forms/circular_25_2023/province.v1.cases.toml"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A copy of the shipped definitions and cases to break."""
    for name in ("workflows", "forms"):
        shutil.copytree(resource(name), tmp_path / name)
    return tmp_path


def faults_after(folders: Path, file: str, old: str, new: str) -> tuple[str, ...]:
    path = folders / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the defect cannot be made: {old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refusal:
        load_cases(folders / "workflows", folders / "forms", DEFINITIONS, GUARDS)
    return refusal.value.faults


DEFECTS = [
    (FORM, "unknown key", "level = 2 }", "level = 2, stars = 5 }", "cases[1].stars: is not known here"),
    (FORM, "unknown base", 'base = "ample"', 'base = "meagre"', "cases[1].base: 'meagre' is no base"),
    (FORM, "unknown indicator", '{ "1.1" = false }', '{ "9.1" = false }', "cases[3].change.9.1: is no indicator of"),
    (FORM, "unknown indicator in the base", '"4.1" = true', '"4.9" = true', "bases.ample.4.9: is no indicator of"),
    (FORM, "unknown unmet", 'unmet = ["1.1"]', 'unmet = ["9.1"]', "cases[3].unmet: '9.1' is no indicator of"),
    (FORM, "word for a yes", '"1.1" = true', '"1.1" = "perhaps"', "bases.ample.1.1: must be true or false"),
    (FORM, "level above the highest", '"4.4" = 2\n', '"4.4" = 3\n', "bases.ample.4.4: 3 is above the highest level, 2"),
    (FORM, "unknown part", "share = 90_000", "shore = 90_000", "bases.ample.5.1.shore: is not known here"),
    (FORM, "number for a share", "{ share = 59_999 }", "60", "change.5.1: must be a table"),
    (FORM, "nothing to divide by", "denominator = 100_000", "denominator = 0", "5.1.denominator: must be at least 1"),
    (FORM, "level the form has not", "level = 2 }", "level = 3 }", "cases[1].level: 3 is above the form's 2 levels"),
    (FORM, "nothing unmet below", 'level = 0, unmet = ["1.1"]', "level = 0", "cases[3].unmet: name the indicators"),
    (FORM, "area not said", "disadvantaged_area = false, ", "", "cases[1].disadvantaged_area: is missing"),
    (FORM, "same name", "1.2 not met, other", "1.1 not met, other", "2 cases are called '1.1 not met, other area'"),
    (FORM, "no cases", "cases = [", "cases = []\nothers = [", "cases: is empty; give at least one"),
    (FORM, "broken TOML", "cases = [", "cases = ", "cannot be read as TOML"),
    (PROVINCE, "unknown year", "current = ", "later = ", "cases[51].change.4.2.later: is not known here"),
    (
        PROVINCE,
        "comma in a year",
        'previous = "2.5"',
        'previous = "2,5"',
        "previous: is no number as it is stored: '2,5'",
    ),
    (PROVINCE, "fraction for a year", 'previous = "2.5"', 'previous = "5/2"', "previous: is no number as it is stored"),
    (
        PROVINCE,
        "over a hundred",
        'previous = "2.5"',
        'previous = "100.5"',
        "4.2.previous: 100.5 is more than 100 percent",
    ),
    (
        PROVINCE,
        "inexact year",
        'previous = "2.5"',
        "previous = 2.5",
        "bases.ample.4.2.previous: must be a text, not 2.5",
    ),
    (PROVINCE, "one year for both", '{ previous = "2.5", current = "1.9" }', '"1.9"', "ample.4.2: must be a table"),
    (PROVINCE, "part of a programme", '"3.4" = 9', '"3.4" = 9.5', "bases.ample.3.4: must be a whole number, not 9.5"),
    (PROVINCE, "fewer than none", '"3.4" = 9', '"3.4" = -1', "bases.ample.3.4: must be at least 0, not -1"),
    (
        PROVINCE,
        "unknown level of units",
        "level_1 = 950, level_2 = 950",
        "level_3 = 950, level_2 = 950",
        "ample.4.1.level_3: is not known here",
    ),
    (
        PROVINCE,
        "level of units left out",
        "level_1 = 950, level_2 = 950",
        "level_1 = 950",
        "bases.ample.4.1.level_2: is missing",
    ),
    (
        PROVINCE,
        "more than all",
        "level_1 = 950, level_2 = 950",
        "level_1 = 1001, level_2 = 950",
        "level_1: 1001 is more than the 1000 it is counted",
    ),
    (
        PROVINCE,
        "more of the higher",
        "level_1 = 950, level_2 = 950",
        "level_1 = 949, level_2 = 950",
        "level_2: 950 is more than the 949 it is counted",
    ),
    (SCHEME, "unknown action", 'action = "accept"', 'action = "bless"', ".action: 'bless' is no action"),
    (SCHEME, "unknown role", 'role = "commune_officer"', 'role = "mayor"', "actions[1].role: 'mayor' is no role"),
    (SCHEME, "unknown state", 'state = "drafting"', 'state = "limbo"', "actions[1].state: 'limbo' is no state"),
    (SCHEME, "unknown target", 'to = "awaiting_chair"', 'to = "limbo"', "actions[1].to: 'limbo' is no state"),
    (SCHEME, "unknown guard", 'refused = ["role"]', 'refused = ["moon"]', "actions[2].refused: 'moon' is no guard"),
    (SCHEME, "both", 'refused = ["role"]', 'refused = ["role"], to = "drafting"', "actions[2].to: give either"),
    (SCHEME, "neither", ', to = "awaiting_chair"', "", "actions[1].to: give either"),
    (SCHEME, "unknown base", 'base = "ready"', 'base = "done"', "actions[1].base: 'done' is no base"),
    (SCHEME, "unknown fact", "findings_level   = 2", "weather = 2", "bases.ready.weather: is not known here"),
    (SCHEME, "level too high", "claims_level     = 2", "claims_level = 3", "bases.ready.claims_level: 3 is above"),
    (SCHEME, "unknown part", '["commune_officer"] }', '["mayor"] }', "took_part_as: 'mayor' is no role"),
    (SCHEME, "unknown date", 'deadline = "submit_plan"', 'deadline = "tet"', "deadlines[1].deadline: 'tet' is no"),
    (SCHEME, "no zone", "23:59:59.999999+07:00", "23:59:59.999999", "deadlines[1].instant: says no zone"),
    (SCHEME, "no instant", "2025-02-15T23:59:59.999999+07:00", '"soon"', "deadlines[1].instant: must be an instant"),
    (
        SCHEME,
        "neither late nor not",
        "on_time = true",
        'on_time = "yes"',
        "deadlines[1].on_time: must be true or false",
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [(file, old, new, told) for file, _name, old, new, told in DEFECTS],
    ids=[f"{file.split('/')[0]}: {name}" for file, name, *_rest in DEFECTS],
)
def test_a_broken_case_file_is_refused(folders: Path, file: str, old: str, new: str, told: str) -> None:
    faults = faults_after(folders, file, old, new)

    assert any(fault.startswith(f"{file}: ") and told in fault for fault in faults), faults


def test_an_action_and_a_deadline_may_not_share_a_name(folders: Path) -> None:
    faults = faults_after(folders, SCHEME, "submit_plan, the last instant", "submit, by the right role")

    assert faults == (f"{SCHEME}: name: 2 cases are called 'submit, by the right role'; name them apart",)


def test_cases_without_a_definition_beside_them_are_refused(folders: Path) -> None:
    (folders / FORM).rename((folders / FORM).with_name("commune.v9.cases.toml"))

    with pytest.raises(DefinitionError, match=r"there is no definition forms/circular_25_2023/commune\.v9\.toml"):
        load_cases(folders / "workflows", folders / "forms", DEFINITIONS, GUARDS)


def test_definitions_load_without_a_look_at_the_cases(folders: Path) -> None:
    for file in (FORM, SCHEME):
        (folders / file).write_text("cases = ", encoding="utf-8")

    assert catalogue.read_from(folders / "workflows", folders / "forms", EFFECTS) == DEFINITIONS
