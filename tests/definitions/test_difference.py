"""What changed between two versions is told in sentences, and nothing is left out."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from certflow import wording
from certflow.errors import Invalid
from certflow.law.catalogue import read_one
from certflow.law.difference.difference import difference
from certflow.law.reading.fingerprint import canonical, fingerprint
from tests.definitions.shipped import FORM, SCHEME

pytestmark = pytest.mark.usefixtures("english")

Table = dict[str, Any]


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as they stand in the code, whatever application ran before in this process."""
    monkeypatch.setattr(wording._Translator, "language", staticmethod(lambda: "en"))
    monkeypatch.setattr(wording._Translator, "single", staticmethod(wording._plain))


def _told(spec: Any, change: Callable[[Table], None]) -> list[tuple[str, str]]:
    table = json.loads(spec.content)
    change(table)
    return [(each.section, each.sentence) for each in difference(spec, read_one(table, "new.toml"))]


def _indicator(table: Table, code: str) -> Table:
    criterion, number = code.split(".")
    found: Table = table["criteria"][int(criterion) - 1]["indicators"][int(number) - 1]
    return found


def test_the_same_definition_has_no_difference_and_the_same_hash() -> None:
    assert difference(FORM, FORM) == ()
    assert difference(SCHEME, SCHEME) == ()
    assert FORM.fingerprint == fingerprint(canonical(json.loads(FORM.content)))


def test_a_threshold_and_a_clause_are_told_with_indicator_and_level() -> None:
    def change(table: Table) -> None:
        part = _indicator(table, "5.1")["parts"][0]
        part["at_least"][0] = "62.5"
        part["clauses"][1] = "Điều 99"

    told = _told(FORM, change)

    assert len(told) == 2
    assert {heading for heading, _sentence in told} == {"Criteria and indicators"}
    assert "Indicator 5.1" in told[0][1]
    assert "level 1, the threshold changed from “60” to “62.5”." in told[0][1]
    assert "level 2, the clause changed from" in told[1][1]


def test_an_indicator_that_comes_or_goes_is_told_with_its_title() -> None:
    def change(table: Table) -> None:
        gone = table["criteria"][0]["indicators"].pop()
        table["criteria"][1]["indicators"].append(
            gone | {"number": len(table["criteria"][1]["indicators"]) + 1, "title": {"vi": "Mới", "en": "Fresh"}}
        )

    told = [sentence for _heading, sentence in _told(FORM, change)]

    assert any("was removed: Lifelong Learning Week" in sentence for sentence in told)
    assert any(sentence.endswith("is new: Fresh.") for sentence in told)


def test_steps_roles_dates_and_the_outcome_of_a_scheme_are_told() -> None:
    def change(table: Table) -> None:
        table["roles"]["commune_chair"]["seat"] = "district"
        table["transitions"][0]["needs"] = ["meeting_recorded"]
        table["transitions"][0]["by"] = ["commune_chair"]
        table["deadlines"][0]["day"] = "20/02"
        table["outcome"]["validity_years"] = 5
        table["states"]["submitted"]["title"]["vi"] = "Đã nộp"
        table["stages"] = dict(reversed(table["stages"].items()))

    told = _told(SCHEME, change)

    assert [heading for heading, _sentence in told] == [
        *("Roles", "Stages and states", "Stages and states", "Steps", "Steps", "Dates", "Outcome")
    ]
    words = "\n".join(sentence for _heading, sentence in told)
    assert (
        "Role “Commune people's committee leader”, the tier of the role changed from “commune” to “district”." in words
    )
    assert "The stages are in another order." in words
    assert "“Đã gửi, chờ tiếp nhận / Filed, to be screened” to “Đã nộp / Filed, to be screened”" in words
    assert (
        "who may act changed from “Commune culture and society officer” to “Commune people's committee leader”" in words
    )
    assert "the day changed from “by 15/02” to “by 20/02”" in words
    assert "the years a result is kept changed from “3” to “5”" in words


def test_a_step_that_comes_and_a_value_that_was_not_there_are_told() -> None:
    def change(table: Table) -> None:
        table["transitions"].append(table["transitions"][0] | {"action": "fly", "title": {"vi": "Bay", "en": "Fly"}})
        del table["transitions"][0]["notify"]

    told = [sentence for _heading, sentence in _told(SCHEME, change)]

    assert any(
        "who is notified was “Commune people's committee leader”; now it is empty." in sentence for sentence in told
    )
    assert any("Step “Fly” is new" in sentence for sentence in told)


def test_a_scheme_is_not_compared_with_a_criteria_set() -> None:
    with pytest.raises(Invalid):
        difference(FORM, SCHEME)
