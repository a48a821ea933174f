"""Numbers as officers type them, read in one way wherever they are typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.http.typed import decimal, typed_decimal, typed_whole, whole_number
from certflow.law.cases.form_cases import STORED_DECIMAL

SIGNS = st.text(st.sampled_from("0015.. ,"), max_size=12)


@pytest.mark.parametrize(
    "typed", ["0.875", "0.500", "00.125", "0.000", "0 125", "00.125,5", "000.125", "01.250", "0.875,5"]
)
def test_no_group_of_thousands_begins_a_number_with_nought(typed: str) -> None:
    assert (decimal(typed), whole_number(typed)) == (None, None)


@pytest.mark.parametrize(
    "typed", ["58.25", "12.5", "1,250.5", "1.25.000", "1..250", ".5", "5.", ",5", "5,", "1.250 000"]
)
def test_what_groups_no_thousands_is_refused(typed: str) -> None:
    assert (decimal(typed), whole_number(typed)) == (None, None)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(("1.250,5", "1250.5"), ("1 250", "1250"), ("1\u00a0250", "1250"), ("0,875", "0.875"), ("0", "0")),
        *(("58,25", "58.25"), ("1.250.000", "1250000"), ("58.125", "58125"), ("１２，５", "12.5"), (" 7 ", "7")),
    ],
)
def test_numbers_as_officers_write_them(typed: str, stored: str) -> None:
    assert decimal(typed) == stored
    assert whole_number(typed) == (None if "." in stored else int(stored))


@given(SIGNS | st.text(max_size=8))
def test_a_decimal_is_kept_as_cases_write_it_and_a_whole_one_is_both(typed: str) -> None:
    stored, number = decimal(typed), whole_number(typed)

    assert stored is None or STORED_DECIMAL.match(stored)
    assert number is None or stored == str(number)


@given(st.integers(0, 10**12), st.integers(0, 999_999))
def test_what_is_shown_is_read_again(number: int, places: int) -> None:
    stored = f"{number}.{places:06}"

    assert whole_number(typed_whole(number)) == number
    assert decimal(typed_decimal(stored)) == stored
    assert decimal(f"{typed_whole(number)},{places:06}") == stored


@given(SIGNS)
def test_whatever_has_groups_does_not_begin_with_nought(typed: str) -> None:
    if decimal(typed) is not None and re.search("[. ]", typed.strip()):
        assert not typed.strip().startswith("0")
