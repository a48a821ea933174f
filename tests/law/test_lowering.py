"""What counts as lower than the claim, for each kind of indicator."""

from fractions import Fraction

import pytest

from certflow.law.scoring.lowering import is_lower
from certflow.law.specs.form import IndicatorKind, IndicatorSpec, PartSpec
from certflow.law.specs.words import Text

WORDS = Text("Chỉ tiêu", "Indicator")


def indicator(kind: IndicatorKind) -> IndicatorSpec:
    parts = tuple(PartSpec(key, WORDS, ()) for key in ("technical", "degree"))
    most = Fraction(10) if kind == "points" else None
    return IndicatorSpec("1.1", kind, WORDS, parts, most=most, step=Fraction(1, 2) if most else None)


@pytest.mark.parametrize(
    ("kind", "claimed", "found", "lower"),
    [
        ("yes_no", {"value": True}, {"value": False}, True),
        ("yes_no", {"value": False}, {"value": False}, False),
        ("attained_level", {"value": 2}, {"value": 1}, True),
        ("count", {"value": 9}, {"value": 10}, False),
        ("points", {"value": "7.5"}, {"value": "7"}, True),
        ("points", {"value": "7.5"}, {"value": "10"}, False),
        ("rise", {"previous": "1", "current": "2.5"}, {"previous": "1", "current": "2.4"}, True),
        ("fall", {"previous": "3", "current": "2"}, {"previous": "3", "current": "1"}, False),
        (
            "percentages",
            {"denominator": 100, "technical": 50, "degree": 10},
            {"denominator": 50, "technical": 25, "degree": 4},
            True,
        ),
        ("percentages", {"denominator": 100, "technical": 50}, {"denominator": 0, "technical": 1}, False),
        ("yes_no", {}, {"value": False}, False),
        ("share_of_units", {"units": []}, {"units": []}, False),
    ],
)
def test_lower_is_what_falls_in_any_part(
    kind: IndicatorKind, claimed: dict[str, object], found: dict[str, object], lower: bool
) -> None:
    assert is_lower(indicator(kind), claimed, found) is lower
