"""What changed between two versions of a rating or a record is told in sentences people can read."""

import pytest

from certflow import wording
from certflow.law.difference.difference import difference
from tests.definitions.made import RATING, RECORD, read

RATING_CHANGES = [
    ("at_least = 15", "at_least = 16", "Class “High”, the points where the class starts changed from “15” to “16”."),
    (
        'below = "2.5"',
        "below = 3",
        "Limit “1.2 below 2.5”, the points below which it applies changed from “2.5” to “3”.",
    ),
    (
        'band = "middle"',
        'band = "low"',
        "Limit “1.2 below 2.5”, the highest class allowed changed from “Middle” to “Low”.",
    ),
    ('step = "0.5"', "step = 1", "Indicator 1.2, the step of points changed from “0.5” to “1”."),
    ("least_characters = 10", "least_characters = 20", "Indicator 3.1, the minimum number of characters changed from"),
    ("optional = true, ", "", "Indicator 2.2, whether it is optional changed from “yes” to “no”."),
    ('part = "findings", ', "", "Indicator 3.1, who is asked was “findings”; now it is empty."),
]
RECORD_CHANGES = [
    ('en = "Good"', 'en = "Very good"', "Indicator 1.3, “Very good”, the title changed from “Good” to “Very good”."),
    ('kind = "amount"', 'kind = "text"', "Indicator 2.1, the kind of answer changed from “amount” to “text”."),
]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as they stand in the code, whatever application ran before in this process."""
    monkeypatch.setattr(wording._Translator, "language", staticmethod(lambda: "en"))
    monkeypatch.setattr(wording._Translator, "single", staticmethod(wording._plain))


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [(text, *change) for text, changes in ((RATING, RATING_CHANGES), (RECORD, RECORD_CHANGES)) for change in changes],
)
def test_a_change_is_told_in_one_sentence(text: str, old: str, new: str, told: str) -> None:
    assert old in text
    changes = difference(read(text), read(text.replace(old, new, 1)))

    assert len(changes) == 1, changes
    assert told in changes[0].sentence


def test_a_larger_maximum_is_told_with_the_total_it_makes() -> None:
    old, new = RATING, RATING.replace("most = 10,", "most = 12,").replace("total  = 20", "total = 22")
    told = {change.sentence for change in difference(read(old), read(new))}

    assert told == {
        "Indicator 1.2, the maximum points changed from “10” to “12”.",
        "The total of points changed from “20” to “22”.",
    }


def test_a_class_that_comes_is_told() -> None:
    band = '{ name = "top", title = { vi = "Nhất", en = "Top" }, at_least = 19, source = "Made up" },\n]\ncaps'
    told = [change.sentence for change in difference(read(RATING), read(RATING.replace("]\ncaps", band)))]

    assert "Class “Top” is new." in told
    assert "The number of levels changed from “3” to “4”." in told
