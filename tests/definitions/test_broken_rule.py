"""A scheme that leaves the decision to a rule is refused where the rule could not be followed safely."""

from pathlib import Path

import pytest

from tests.definitions.test_broken_definitions import faults_after, folders

__all__ = ["folders"]

SCHEME = "workflows/two_tier_2025/commune_recognition.v1.toml"
CHAIR = 'province_chair = { seat = "province"'
DEFECTS = [
    (
        "the unit itself may be named",
        CHAIR,
        'province_chair = { seat = "commune"',
        "outcome.offices.province_chair",
        "would decide about itself",
    ),
    (
        "one book for two offices",
        'notation = "QĐ-{office_initials}"',
        'notation = "QĐ"',
        "decision.notation",
        "its own",
    ),
    ("no initials", 'initials  = "UBND"\n', "", "outcome.offices.province_chair.initials", "is missing"),
    ("another placeholder", '"QĐ-{office_initials}"', '"QĐ-{unit}"', "notation", "{unit} is no placeholder"),
    (
        "forwarded to nobody known",
        'authority = "department_head"',
        'authority = "mayor"',
        "authority",
        "none of the outcome's deciders",
    ),
    (
        "decided without the rule",
        '"not_own_dossier", "authority_established"]',
        '"not_own_dossier"]',
        "needs",
        "authority_established exactly where",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "reason"), [d[1:] for d in DEFECTS], ids=[d[0] for d in DEFECTS])
def test_a_scheme_whose_rule_could_not_be_followed_is_refused(
    folders: Path, old: str, new: str, key: str, reason: str
) -> None:
    faults = faults_after(folders, SCHEME, old, new)

    assert any(f.startswith(f"{SCHEME}: ") and key in f and reason in f for f in faults), faults
