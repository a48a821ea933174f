"""Made-up answers to a form: a class that nothing leads to is given up, however many ways there are to try."""

from itertools import repeat

import pytest

from certflow.law.scoring import entries
from certflow.law.scoring.points import tallied
from tests.definitions.shipped import DEFINITIONS

RATING = DEFINITIONS.form("learning_centre_rating_sample", 1)


def test_the_search_for_an_example_ends_where_trying_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "_distributions", lambda _form: repeat({}))

    with pytest.raises(LookupError):
        entries.entries_reaching(RATING, RATING.levels)


@pytest.mark.parametrize("level", range(1, RATING.levels + 1))
def test_an_example_reaches_the_class_it_is_made_for(level: int) -> None:
    assert tallied(RATING, entries.entries_reaching(RATING, level), "findings").level == level
