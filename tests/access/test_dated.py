"""What everything with days and a document shares, asked directly."""

import datetime as dt

import pytest

from certflow import clock
from certflow.access import dated
from certflow.errors import Invalid
from certflow.models.days import LONGEST_REASON

TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("reason", ["", " \n ", "…", " - ", "ơ" * (LONGEST_REASON + 1)])
def test_a_reason_says_something_and_is_not_too_long(reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        dated.required_reason(reason)
    assert set(refusal.value.fields) == {"reason"}


def test_a_reason_is_kept_without_the_blanks_around_it() -> None:
    assert dated.required_reason(f" {'ơ' * (LONGEST_REASON - 2)}\n") == "ơ" * (LONGEST_REASON - 2)


@pytest.mark.parametrize(
    ("first", "last", "document", "fields"),
    [
        (None, None, None, {"starts_on"}),
        (None, TODAY, TODAY, {"starts_on"}),
        (TODAY, None, None, set()),
        (TODAY, TODAY, TODAY, set()),
        (TODAY, TODAY - DAY, None, {"ends_on"}),
        (TODAY - DAY, None, TODAY, {"starts_on"}),
        (TODAY - DAY, TODAY - 2 * DAY, TODAY, {"starts_on", "ends_on"}),
        (TODAY - DAY, None, TODAY + DAY, set()),  # the date of the document is at fault, and is told as such
    ],
)
def test_days_are_told_at_their_fields(
    monkeypatch: pytest.MonkeyPatch,
    first: dt.date | None,
    last: dt.date | None,
    document: dt.date | None,
    fields: set[str],
) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)

    assert set(dated.faults_in_days(first, last, document)) == fields


def test_a_document_is_dated_today_at_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)

    assert dated.faults_in_date(TODAY) == {}
    assert set(dated.faults_in_date(TODAY + DAY)) == set(dated.faults_in_date(None)) == {"document_date"}
