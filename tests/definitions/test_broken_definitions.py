"""A definition that does not hold together is refused with file, key and reason."""

from pathlib import Path

import pytest

from certflow.config import resource
from certflow.dossiers.effects import EFFECTS
from certflow.errors import DefinitionError
from certflow.law.catalogue import load
from certflow.law.guards import GUARDS
from certflow.law.soundness.soundness import Vocabulary

KNOWN = Vocabulary(
    frozenset(GUARDS), frozenset(EFFECTS), frozenset({"recognition_decision", "certificate", "refusal_letter"})
)
SCHEME = "workflows/dong_nai_2024/commune_recognition.v1.toml"
FORM = "forms/circular_25_2023/commune.v1.toml"
DISTRICT, PROVINCE = (f"forms/circular_25_2023/{tier}.v1.toml" for tier in ("district", "province"))


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A copy of the shipped definitions to break."""
    for name in ("workflows", "forms"):
        for file in resource(name).rglob("*.v1.toml"):
            copy = tmp_path / name / file.relative_to(resource(name))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def faults_after(folders: Path, file: str, old: str, new: str) -> tuple[str, ...]:
    path = folders / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the defect cannot be made: {old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refusal:
        load(folders / "workflows", folders / "forms", KNOWN)
    return refusal.value.faults


SCHEME_DEFECTS = [
    ("unknown role", 'by     = ["province_reviewer"]', 'by     = ["minister"]', "by", "'minister' is no role"),
    ("unknown turn", 'turn = "education_head"', 'turn = "mayor"', "states.endorsed.turn", "'mayor' is no role"),
    ("unknown guard", '"proposal_agrees"', '"moon_is_full"', "needs", "'moon_is_full' is no guard"),
    ("unknown effect", '"keep_proposal"', '"send_flowers"', "effects", "'send_flowers' is no effect"),
    ("unknown target", 'to     = "endorsed"', 'to     = "blessed"', "to", "'blessed' is no state"),
    ("unknown initial", 'initial = "drafting"', 'initial = "thinking"', "initial", "'thinking' is no state"),
    ("unknown form", '"learning_community_commune", version', '"poetry", version', "form", "'poetry' version 1"),
    ("unknown template", 'template = "certificate"', 'template = "banknote"', "outcome.certificate", "'banknote'"),
    ("unknown stage", 'stage = "review", ', 'stage = "lunch", ', "states.under_review.stage", "'lunch' is no stage"),
    ("no turn", 'turn = "district_appraiser", ', "", "states.appraising.turn", "is missing"),
    ("turn cannot act", 'turn = "district_appraiser"', 'turn = "commune_officer"', "turn", "no action in this state"),
    (
        "final with a turn",
        'declined     = { stage = "decision",',
        'declined = { stage = "decision", turn = "education_head",',
        "declined",
        "dead end",
    ),
    ("missing translation", ', en = "Recognised, level 1" }', " }", "states.recognised_level_1.title.en", "missing"),
    ("missing source", 'source = "Kế hoạch 367/KH-UBND, III.2.c, d"', "", "source", "is missing"),
    ("empty source", 'source = "Kế hoạch 367/KH-UBND, III.2.c, d"', 'source = ""', "source", "is empty"),
    ("deadline on no state", 'states   = ["endorsed"]', 'states   = ["approved"]', "review_plan", "'approved' is no"),
    ("deadline on no day", 'day      = "31/03"', 'day      = "31/02"', "day", "no day of a year"),
    ("deadline twice", 'name     = "review_plan"', 'name     = "submit_plan"', "submit_plan", "defined twice"),
    ("unknown layer", 'layer    = "statutory"', 'layer    = "weather"', "layer", "'weather'"),
    ("included not said", "included = false\n", "", "included", "is missing"),
    ("mistyped key", 'note   = "optional"', 'nota   = "optional"', "nota", "not known here"),
    ("note not asked", 'note   = "required"', 'note   = "optional"', "note", "needs reason_given"),
    ("wrong level", "level   = 2\n", "level   = 3\n", "level", "above the form's 2 levels"),
    (
        "recognition without findings",
        'needs   = ["findings_complete", "findings_reach_the_level", "proposal_agrees", "not_own_dossier"]',
        'needs   = ["not_own_dossier"]',
        "needs",
        "needs findings_reach_the_level",
    ),
    (
        "somebody else decides",
        'by      = ["education_head"]',
        'by      = ["commune_chair"]',
        "by",
        "only the decider",
    ),
    ("unknown placeholder", "{unit} đạt", "{planet} đạt", "title", "{planet} is no placeholder"),
    ("broken TOML", "[states]", "[states", "cannot be read as TOML", ""),
    ("number as text", "version = 1\n", 'version = "one"\n', "version", "a whole number"),
    ("bad name", 'action = "accept"', 'action = "Accept!"', "action", "is no name"),
    ("unknown edits", 'edits = "findings"', 'edits = "weather"', "edits", "'weather'"),
    ("unknown seat", 'seat = "province"', 'seat = "moon"', "roles.province_reviewer.seat", "'moon'"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"), [d[1:] for d in SCHEME_DEFECTS], ids=[d[0] for d in SCHEME_DEFECTS]
)
def test_a_broken_scheme_is_refused_with_file_key_and_reason(
    folders: Path, old: str, new: str, key: str, reason: str
) -> None:
    faults = faults_after(folders, SCHEME, old, new)

    assert any(f.startswith(f"{SCHEME}: ") and key in f and reason in f for f in faults), faults


FORM_DEFECTS = [
    ("falling thresholds", "at_least = [60, 80]", "at_least = [80, 60]", "at_least", "falls from 80 to 60"),
    ("one threshold for two levels", "at_least = [60, 80]", "at_least = [60]", "at_least", "each of the 2 levels"),
    ("over a hundred", "at_least = [60, 80]", "at_least = [60, 180]", "at_least", "outside 0 to 100"),
    ("level above the highest", "at_least = [1, 2]", "at_least = [1, 5]", "at_least", "outside 0 to 2"),
    ("lowered is higher", "area = [40, 50]", "area = [70, 80]", "disadvantaged_area", "higher than the usual"),
    ("inexact number", "at_least = [60, 80]", "at_least = [60.5, 80]", "at_least", "is no exact number"),
    ("unknown kind", 'kind    = "percentage"', 'kind    = "feeling"', "kind", "'feeling'"),
    ("missing clause", '"Điều 6 khoản 5 điểm a", ', "", "clauses", "one clause for each of the 2 levels"),
    ("reserved part", 'key = "share"', 'key = "denominator"', "key", "cannot be 'denominator'"),
    ("two parts in one percentage", 'kind    = "percentages"', 'kind    = "percentage"', "parts", "one part"),
    ("same part twice", 'key = "degree"', 'key = "technical"', "parts", "same key"),
    ("criteria out of order", "number  = 5\ntitle", "number  = 7\ntitle", "criteria", "numbered 1, 2, 3"),
    ("no denominator", 'denominator = { vi = "Số công dân trong xã"', 'x = { vi = "Số"', "denominator", "missing"),
    ("unknown trust", 'trust   = "transcribed"', 'trust   = "rumour"', "trust", "'rumour'"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"), [d[1:] for d in FORM_DEFECTS], ids=[d[0] for d in FORM_DEFECTS]
)
def test_a_broken_criteria_set_is_refused_with_file_key_and_reason(
    folders: Path, old: str, new: str, key: str, reason: str
) -> None:
    faults = faults_after(folders, FORM, old, new)

    assert any(f.startswith(f"{FORM}: ") and key in f and reason in f for f in faults), faults


UPPER_DEFECTS = [
    (PROVINCE, "half a programme", "at_least = [4, 4]", 'at_least = ["4.5", 5]', "at_least", "9/2 is no whole number"),
    (PROVINCE, "no programme", "at_least = [4, 4]", "at_least = [0, 4]", "at_least", "of 1 or more"),
    (PROVINCE, "fewer programmes later", "at_least = [4, 4]", "at_least = [4, 3]", "at_least", "falls from 4 to 3"),
    (PROVINCE, "no measure", 'measure = { vi = "phần trăm", en = "percent" }', "", "measure", "is missing"),
    (
        PROVINCE,
        "a threshold for a fall",
        'kind    = "fall"',
        'kind    = "fall"\nat_least = [1, 1]',
        "at_least",
        "not known",
    ),
    (DISTRICT, "unknown units", 'units   = "commune"', 'units   = "village"', "units", "'village'"),
    (DISTRICT, "no units", 'units   = "commune"\n', "", "units", "is missing"),
    (DISTRICT, "no set that counts", 'recognised_by = "learning_community_commune"\n', "", "recognised_by", "missing"),
    (DISTRICT, "no level of units", "units_at_level = [1, 2]\n", "", "units_at_level", "each of the 2 levels"),
    (DISTRICT, "level zero", "units_at_level = [1, 2]", "units_at_level = [0, 2]", "units_at_level", "0 is no level"),
    (DISTRICT, "falling level", "units_at_level = [1, 2]", "units_at_level = [2, 1]", "units_at_level", "falls from 2"),
    (DISTRICT, "over a hundred", "at_least = [90, 90]", "at_least = [90, 190]", "at_least", "outside 0 to 100"),
    (
        DISTRICT,
        "a typed share",
        'units   = "commune"',
        'units = "commune"\ndenominator = "x"',
        "denominator",
        "not known",
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [(d[0], *d[2:]) for d in UPPER_DEFECTS],
    ids=[d[1] for d in UPPER_DEFECTS],
)
def test_a_broken_count_comparison_or_share_of_units_is_refused(
    folders: Path, file: str, old: str, new: str, key: str, reason: str
) -> None:
    faults = faults_after(folders, file, old, new)

    assert any(f.startswith(f"{file}: ") and key in f and reason in f for f in faults), faults


def test_a_share_of_units_that_the_subject_does_not_have_below_it_is_refused(folders: Path) -> None:
    faults = faults_after(folders, DISTRICT, 'units   = "commune"', 'units   = "district"')

    assert any("indicator 4.1 counts units of kind 'district', and a district has none" in f for f in faults), faults


def test_a_share_of_units_by_a_criteria_set_that_is_not_there_is_refused(folders: Path) -> None:
    faults = faults_after(folders, DISTRICT, 'recognised_by = "learning_community_commune"', 'recognised_by = "poetry"')

    assert any("indicator 4.1 counts by 'poetry', and there is no such criteria set" in f for f in faults), faults


def test_two_destinations_for_one_action_from_one_state_are_refused(folders: Path) -> None:
    faults = faults_after(folders, SCHEME, 'action = "send_back"', 'action = "endorse"')

    assert any("leads from 'under_review' to 2 destinations" in fault for fault in faults), faults


def test_an_unreachable_state_and_one_without_an_end_are_refused(folders: Path) -> None:
    text = 'limbo = { stage = "review", turn = "province_reviewer", title = { vi = "Kẹt", en = "Limbo" } }\n'
    loop = (
        '[[transitions]]\naction = "wait"\ntitle = { vi = "Chờ", en = "Wait" }\nfrom = ["limbo"]\nto = "limbo"\n'
        'by = ["province_reviewer"]\nsource = "Thông tư 25/2023/TT-BGDĐT, Điều 9"\n\n'
    )
    path = folders / SCHEME
    path.write_text(path.read_text(encoding="utf-8").replace("[states]\n", f"[states]\n{text}", 1), encoding="utf-8")
    faults = faults_after(folders, SCHEME, "# Two layers of dates", f"{loop}# Two layers of dates")

    assert any("states.limbo: cannot be reached" in fault for fault in faults), faults
    assert any("states.limbo: has no way to a final state" in fault for fault in faults), faults


def test_all_faults_of_all_files_are_told_at_once(folders: Path) -> None:
    path = folders / FORM
    path.write_text(path.read_text(encoding="utf-8").replace("levels  = 2", "", 1), encoding="utf-8")

    faults = faults_after(folders, SCHEME, 'initial = "drafting"', "")

    assert any(f.startswith(FORM) for f in faults)
    assert any(f.startswith(SCHEME) for f in faults)


def test_a_second_file_with_the_same_name_and_version_is_refused(folders: Path) -> None:
    path = folders / FORM
    (path.parent / "copy.toml").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")

    with pytest.raises(DefinitionError, match="is already in"):
        load(folders / "workflows", folders / "forms", KNOWN)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "workflows").mkdir()

    with pytest.raises(DefinitionError, match="there is no definition"):
        load(tmp_path / "workflows", tmp_path / "forms", KNOWN)
