"""`certflow check` and `certflow draw`."""

import re
import shutil
from pathlib import Path

import pytest

from certflow.config import resource
from tests.cli.conftest import Certflow

SCHEME = "dong_nai_2024/commune_recognition.v1.toml"


@pytest.fixture
def workflows(tmp_path: Path) -> Path:
    """A copy of the schemes that may be spoilt."""
    return Path(shutil.copytree(resource("workflows"), tmp_path / "workflows"))


def _spoil(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)


def test_check_prints_what_was_loaded_and_needs_no_database(certflow: Certflow, tmp_path: Path) -> None:
    done = certflow("check")

    assert done.exit_code == 0
    for told in ("dong_nai_commune_recognition", "learning_community_commune", "transcribed", "14", "15"):
        assert told in done.output
    assert list(tmp_path.iterdir()) == []


def test_check_runs_the_cases_and_tells_how_many(certflow: Certflow) -> None:
    told = certflow("check").output

    assert re.search(r"forms/circular_25_2023/commune\.v1\.toml +\d+ +0\b", told)
    assert re.search(r"workflows/dong_nai_2024/commune_recognition\.v1\.toml +\d+ +0\b", told)


def test_check_ends_with_1_and_lists_every_case_that_fails(certflow: Certflow, workflows: Path) -> None:
    _spoil(workflows / SCHEME, ('day      = "15/02"', 'day      = "14/02"'), ('"meeting_recorded"]', "]"))

    done = certflow("check", "--workflows", str(workflows))

    failed = (
        "hand_over, no meeting recorded: expected refused by meeting_recorded; got leads to awaiting_chair",
        "submit_plan, the last instant: expected on time; got late",
        "submit_plan, on time seen from UTC: expected on time; got late",
    )
    assert done.exit_code == 1
    assert done.stderr.splitlines()[1:] == [  # version 2 extends it, and so do its cases
        f"workflows/dong_nai_2024/commune_recognition.v{version}.cases.toml: {line}"
        for version in (1, 2)
        for line in failed
    ]
    assert re.search(r"commune_recognition\.v1\.toml +\d+ +3\b", done.output)


def test_check_runs_the_cases_of_other_criteria_sets_and_tells_a_broken_case_file(
    certflow: Certflow, tmp_path: Path
) -> None:
    forms = Path(shutil.copytree(resource("forms"), tmp_path / "forms"))
    _spoil(forms / "circular_25_2023/commune.v1.toml", ("at_least = [60, 80]", 'at_least = ["60.001", 80]'))

    failed = certflow("check", "--forms", str(forms))
    cases = "forms/circular_25_2023/commune.v1.cases.toml"
    assert failed.exit_code == 1
    assert (
        f"{cases}: 5.1 share at 60 %, disadvantaged area: expected level 1, unmet for level 2: 5.1;"
        " got level 0, unmet for level 1: 5.1"
    ) in failed.stderr.splitlines()

    _spoil(tmp_path / cases, ('{ "1.1" = false }', '{ "7.7" = false }'))
    broken = certflow("check", "--forms", str(forms))
    assert broken.exit_code == 1
    assert f"{cases}: cases[3].change.7.7: is no indicator of learning_community_commune" in broken.stderr


def test_a_scheme_with_a_way_around_a_decision_is_refused_with_the_way(certflow: Certflow, workflows: Path) -> None:
    _spoil(workflows / SCHEME, ('effects = ["recognise"]\n', ""))

    done = certflow("check", "--workflows", str(workflows))

    assert done.exit_code == 1
    assert "commune_recognition.v1.toml: states.recognised_level_1: is worth level 1 but is reached" in done.stderr


def test_check_verbose_lists_states_actions_dates_and_indicators(certflow: Certflow) -> None:
    told = certflow("check", "--verbose").output

    assert re.search(r"submitted +education_officer +accept -> appraising, return_for_changes -> returned", told)
    for word in ("awaiting_chair", "return_for_changes", "reason_given", "by 15/02", "before 28/02", "5.2"):
        assert word in told


def test_check_tells_all_errors_at_once_and_where_they_are(certflow: Certflow, workflows: Path) -> None:
    _spoil(
        workflows / SCHEME, ('turn = "commune_chair"', 'turn = "mayor"'), ('day      = "31/03"', 'day      = "31/13"')
    )
    other = workflows / "dong_nai_2024" / "other.v1.toml"
    other.write_text("name = \n")

    done = certflow("check", "--workflows", str(workflows))

    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert any("other.v1.toml" in line and "TOML" in line for line in lines)
    assert any("commune_recognition.v1.toml: " in line and "31/13" in line for line in lines)


def test_check_tells_every_unsound_rule(certflow: Certflow, workflows: Path) -> None:
    _spoil(
        workflows / SCHEME,
        ('turn = "commune_chair"', 'turn = "mayor"'),
        ('needs  = ["reason_given"]', 'needs  = ["reason_given", "full_moon"]'),
    )

    done = certflow("check", "--workflows", str(workflows))

    assert done.exit_code == 1
    assert "workflows/dong_nai_2024/commune_recognition.v1.toml: states.awaiting_chair.turn: 'mayor'" in done.stderr
    assert "'full_moon' is no guard" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_diagrams_of_the_repository_are_current(certflow: Certflow) -> None:
    done = certflow("draw", "--check")

    assert done.exit_code == 0, done.stderr


def test_draw_writes_beside_the_scheme_and_check_sees_a_change(certflow: Certflow, workflows: Path) -> None:
    page = (workflows / SCHEME).with_suffix(".md")
    page.unlink(missing_ok=True)

    missing = certflow("draw", "--check", "--workflows", str(workflows))
    assert (missing.exit_code, page.exists()) == (1, False)
    assert "commune_recognition.v1.md: not current" in missing.stderr

    assert certflow("draw", "--workflows", str(workflows)).exit_code == 0
    drawn = page.read_text()
    assert certflow("draw", "--check", "--workflows", str(workflows)).exit_code == 0

    _spoil(workflows / SCHEME, ('vi = "Trả lại để bổ sung"', 'vi = "Trả lại xã: để bổ sung; sửa"'))
    assert certflow("draw", "--check", "--workflows", str(workflows)).exit_code == 1
    certflow("draw", "--workflows", str(workflows))
    assert page.read_text() != drawn


def test_the_diagram_shows_both_languages_whose_turn_it_is_and_what_is_final(
    certflow: Certflow, workflows: Path
) -> None:
    _spoil(workflows / SCHEME, ('vi = "Trả lại để bổ sung"', 'vi = "Trả lại: để bổ sung; sửa"'))
    certflow("draw", "--workflows", str(workflows))
    page = (workflows / SCHEME).with_suffix(".md").read_text()

    assert "    [*] --> drafting\n" in page
    assert "    declined --> [*]\n" in page
    assert "Đang thẩm định<br/>Being appraised<br/>→ Người thẩm định" in page
    assert "    awaiting_chair --> submitted: Gửi hồ sơ đến Phòng Giáo dục và Đào tạo<br/>File the dossier" in page
    assert "Trả lại, để bổ sung, sửa<br/>" in page, "a colon or semicolon ends a label in Mermaid"
    assert "| trước ngày / before 28/02 |" in page
