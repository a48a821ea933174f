"""Bars: an answer on the scale of its thresholds, and none where there is no scale."""

import pytest

from certflow.assessment.words.bars import Bar, bar
from certflow.law.scoring.scoring import Answer, score
from certflow.law.specs.form import FormSpec
from tests.definitions.shipped import FORM


def _bars(form: FormSpec, code: str, answer: Answer) -> list[Bar | None]:
    """The bar of each part of an indicator with this answer alone."""
    result = score(form, {code: answer})
    at = list(form.indicators).index(code)
    verdicts = [result.at(level)[at] for level in range(1, form.levels + 1)]
    spec = form.indicators[code]
    return [bar(spec, [verdict.parts[n] for verdict in verdicts]) for n in range(len(spec.parts))]


@pytest.mark.parametrize(
    ("code", "answer", "bars"),
    [
        ("5.1", {"denominator": 300, "share": 200, "definition": "x"}, [Bar(66.67, (60.0, 80.0))]),
        ("5.1", {}, [Bar(None, (60.0, 80.0))]),
        (
            "5.2",
            {"denominator": 100, "technical": 100, "degree": 0, "definition": "x"},
            [Bar(100.0, (50.0, 60.0)), Bar(0.0, (12.0, 15.0))],
        ),
        ("4.2", {"value": 2}, [Bar(66.67, (66.67, 100.0))]),
        ("1.1", {"value": True}, [None]),
    ],
)
def test_an_answer_stands_on_the_scale_of_its_thresholds(code: str, answer: Answer, bars: list[Bar | None]) -> None:
    assert _bars(FORM, code, answer) == bars
