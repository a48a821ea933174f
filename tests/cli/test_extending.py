"""What extends a shipped definition, as people use it: checked, drawn, compared and tried."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from certflow.config import resource
from tests import make
from tests.cli.conftest import Certflow

PLACE = "dong_nai_2024/commune_recognition"
SCHEME = """\
# Version 3: Plan 99/KH-UBND of 2025 moves the filing of the plan from 15/02 to 10/02.
name    = "dong_nai_commune_recognition"
version = 3
extends = { name = "dong_nai_commune_recognition", version = 1 }

deadlines = [
  { name = "submit_plan", day = "10/02", source = "Kế hoạch 99/KH-UBND, II.1" },
]
"""
CASES = """\
# The cases of version 1 with the edges of the new date.
extends = { name = "dong_nai_commune_recognition", version = 1 }

deadlines = [
  { name = "submit_plan, the last instant", instant = 2025-02-10T23:59:59.999999+07:00 },
  { name = "submit_plan, the first instant that is late", instant = 2025-02-11T00:00:00+07:00 },
  { name = "submit_plan, on time seen from UTC", instant = 2025-02-10T16:59:59Z },
  { name = "submit_plan, late seen from UTC", instant = 2025-02-10T17:00:00Z },
]
"""
STRICTER = """\
extends = { name = "learning_community_commune", version = 1 }
name    = "learning_community_commune"
version = 2
criteria = [{ number = 5, indicators = [{ number = 1, parts = [{ key = "share", at_least = [60, 100] }] }] }]
"""


@pytest.fixture
def workflows(tmp_path: Path) -> Path:
    """A copy of the schemes with a further version of one of them, in which one rule is another."""
    folder = Path(shutil.copytree(resource("workflows"), tmp_path / "workflows"))
    (folder / f"{PLACE}.v3.toml").write_text(SCHEME, encoding="utf-8")
    (folder / f"{PLACE}.v3.cases.toml").write_text(CASES, encoding="utf-8")
    return folder


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """A second version of a criteria set, outside the application's folders."""
    file = tmp_path / "stricter.toml"
    file.write_text(STRICTER, encoding="utf-8")
    return file


def test_a_scheme_with_one_other_rule_takes_25_lines_with_its_cases(certflow: Certflow, workflows: Path) -> None:
    checked = certflow("check", "--workflows", str(workflows))
    drawn = certflow("draw", "--workflows", str(workflows))
    compared = certflow("definitions", "diff", "dong_nai_commune_recognition:1", str(workflows / f"{PLACE}.v3.toml"))

    assert len((SCHEME + CASES).splitlines()) <= 25
    assert checked.exit_code == 0, checked.stderr
    assert drawn.output.splitlines() == ["commune_recognition.v3.md: written"]
    pictures = [(workflows / f"{PLACE}.v{n}.md").read_text(encoding="utf-8").splitlines() for n in (1, 3)]
    assert len(pictures[0]) == len(pictures[1])
    assert sum(old != new for old, new in zip(*pictures, strict=True)) == 2
    assert [line.split(", ")[1].split(" changed")[0] for line in compared.output.splitlines()[1:]] == [
        "the legal basis",
        "the day",
    ]


def test_a_case_that_is_not_moved_with_its_rule_fails_in_the_file_that_extends(
    certflow: Certflow, workflows: Path
) -> None:
    cases = workflows / f"{PLACE}.v3.cases.toml"
    cases.write_text('extends = { name = "dong_nai_commune_recognition", version = 1 }\n', encoding="utf-8")

    failed = certflow("check", "--workflows", str(workflows))

    assert failed.exit_code == 1
    path = f"workflows/{PLACE}.v3.cases.toml"
    assert failed.stderr.splitlines()[1:] == [
        f"{path}: submit_plan, the last instant: expected on time; got late",
        f"{path}: submit_plan, on time seen from UTC: expected on time; got late",
    ]


def test_a_fault_in_cases_names_the_file_it_comes_from_and_is_told_once(certflow: Certflow, workflows: Path) -> None:
    own, extended = (workflows / f"{PLACE}.v{n}.cases.toml" for n in (3, 1))
    own.write_text(CASES.replace("the last instant", "the last moment", 1), encoding="utf-8")
    in_own = certflow("check", "--workflows", str(workflows)).stderr
    extended.write_text(extended.read_text(encoding="utf-8").replace("role = ", "roll = ", 1), encoding="utf-8")
    in_extended = certflow("check", "--workflows", str(workflows)).stderr

    assert f"workflows/{PLACE}.v3.cases.toml: deadlines.submit_plan, the last moment.deadline: is missing" in in_own
    assert "v1.cases" not in in_own
    assert f"workflows/{PLACE}.v1.cases.toml: actions[1].roll: is not known here" in in_extended
    assert "v3.cases" not in in_extended


def test_a_file_elsewhere_may_extend_what_is_shipped(
    certflow: Certflow, environment: dict[str, str], app: Flask, stricter: Path
) -> None:
    with app.app_context():
        round_id = make.dossier(at="recognised_level_2").round_id

    compared = certflow("definitions", "diff", "learning_community_commune:1", str(stricter))
    tried = certflow("whatif", "--round", str(round_id), "--definition", str(stricter))

    assert compared.output.count("“100”") == 1
    assert "1 dossier(s): level 2 becomes 1" in tried.output


def test_a_file_elsewhere_that_extends_nothing_shipped_is_refused(certflow: Certflow, stricter: Path) -> None:
    stricter.write_text(STRICTER.replace("learning_community_commune", "poetry"), encoding="utf-8")

    refused = certflow("definitions", "diff", "learning_community_commune:1", str(stricter))

    assert refused.exit_code == 1
    assert "stricter.toml: extends: there is no 'poetry' version 1 to extend" in refused.stderr


def test_where_a_scheme_and_a_criteria_set_share_a_name_the_file_is_of_the_kind_it_speaks_of(
    certflow: Certflow, tmp_path: Path
) -> None:
    head = (
        'name = "lang_son_commune_report"\nversion = 2\nextends = { name = "lang_son_commune_report", version = 1 }\n'
    )
    scheme, criteria = tmp_path / "scheme.toml", tmp_path / "criteria.toml"
    scheme.write_text(f'{head}transitions = [{{ action = "accept", by = ["commune_chair"] }}]\n', encoding="utf-8")
    criteria.write_text(f'{head}criteria = [{{ number = 2, title = {{ vi = "Khác", en = "Other" }} }}]\n', "utf-8")

    told = [certflow("definitions", "diff", str(file), str(file)) for file in (scheme, criteria)]
    mixed = certflow("definitions", "diff", str(scheme), str(criteria))

    assert [done.output for done in told] == ["Nothing changes.\n"] * 2
    assert mixed.exit_code == 1
