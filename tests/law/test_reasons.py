"""A reason says something: blanks, signs and what nobody sees are none."""

import pytest

from certflow.law.facts import DossierFacts
from certflow.law.guards import NOTE, reason_given
from tests.definitions.shipped import FORM


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u2060", "\u202e", "...", "\n-\n"])
def test_what_says_nothing_is_no_reason(typed: str) -> None:
    assert reason_given(DossierFacts(FORM, {NOTE: typed}.__getitem__))


@pytest.mark.parametrize("typed", ["Thiếu số liệu", "5.2", "Đ"])
def test_words_and_numbers_are_a_reason(typed: str) -> None:
    assert reason_given(DossierFacts(FORM, {NOTE: typed}.__getitem__)) == ""
