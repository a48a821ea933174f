"""Deadlines counted in working days: what a file may say of them, how a change is told, what a case gives."""

import json
from typing import Any

import pytest

from certflow import wording
from certflow.config import resource
from certflow.errors import DefinitionError
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.catalogue import load, read_one
from certflow.law.difference.difference import difference
from certflow.law.drawing.diagram import diagram
from certflow.law.guards import GUARDS
from certflow.law.specs.workflow import WorkflowSpec
from tests.definitions.shipped import DEFINITIONS
from tests.definitions.test_broken_definitions import KNOWN

PATH = "workflows/circular_25_2023/province_recognition.v1.toml"
SCHEME: WorkflowSpec = DEFINITIONS.workflow("province_recognition", 1)
AFTER = "the states after which the days are counted"
RECEIVED = "“Full dossier received, council to be set up”"
FAULTS = [
    ("working_days = 20", "working_days = 0", "must be at least 1"),
    ("working_days = 20", 'working_days = "20"', "a whole number"),
    ('after    = ["awaiting_council"]', "", "after: is missing"),
    ('after    = ["awaiting_council"]', "after = []", "after: is empty"),
    ('after    = ["awaiting_council"]', 'after = ["accepted"]', "'accepted' is no state"),
    ('after    = ["awaiting_council"]', 'after = ["drafting"]', "names the initial state"),
    ("working_days = 20", 'working_days = 20\nday = "31/08"', "day: is not known here"),
    ("working_days = 20", "working_days = 20\nincluded = true", "included: is not known here"),
]


@pytest.mark.parametrize(("old", "new", "reason"), FAULTS)
def test_a_broken_deadline_is_refused_with_its_key(tmp_path: Any, old: str, new: str, reason: str) -> None:
    text = (resource("workflows").parent / PATH).read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "workflows" / "province.v1.toml"
    broken.parent.mkdir()
    broken.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(DefinitionError) as refusal:
        load(broken.parent, resource("forms"), KNOWN)

    assert any("deadlines" in fault and reason in fault for fault in refusal.value.faults), refusal.value


def test_a_change_of_the_count_or_of_what_it_is_counted_from_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording._Translator, "language", staticmethod(lambda: "en"))
    monkeypatch.setattr(wording._Translator, "single", staticmethod(wording._plain))
    table = json.loads(SCHEME.content)
    fixed, counted = table["deadlines"]
    counted |= {"working_days": 15, "after": ["submitted"]}
    fixed |= {"working_days": 5, "after": ["awaiting_chair"]}
    del fixed["day"], fixed["included"]

    told = {change.sentence for change in difference(SCHEME, read_one(table, "new.toml"))}

    assert told == {
        "Date “Filing (circular)”, the day was “before 31/07”; now it is empty.",
        "Date “Filing (circular)”, the number of working days is now “5”; before, it was empty.",
        f"Date “Filing (circular)”, {AFTER} is now “Waiting for the province leader to file”; before, it was empty.",
        "Date “The Minister's decision (circular)”, the number of working days changed from “20” to “15”.",
        f"Date “The Minister's decision (circular)”, {AFTER} changed from {RECEIVED} to “Filed, to be screened”.",
    }


def test_the_diagram_says_after_what_the_days_are_counted() -> None:
    assert f"within 20 working days after {RECEIVED}" in diagram(SCHEME)
    assert "| đến hết ngày / by 00/00 |" not in diagram(SCHEME)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("after = 2025-08-04T09:00:00+07:00, ", "", "after: is missing"),
        ("after = 2025-08-04T09:00:00+07:00", "after = 2025-08-04T09:00:00", "after: says no zone"),
        ("after = 2025-08-04T09:00:00+07:00", "assessed_year = 2024", "assessed_year: is not known here"),
    ],
)
def test_a_case_of_a_counted_deadline_gives_the_instant_of_the_event(
    tmp_path: Any, old: str, new: str, reason: str
) -> None:
    name = PATH.removesuffix(".toml") + ".cases.toml"
    text = (resource("workflows").parent / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "forms").mkdir()

    with pytest.raises(DefinitionError) as refusal:
        load_cases(tmp_path / "workflows", tmp_path / "forms", DEFINITIONS, GUARDS)

    assert any(reason in fault for fault in refusal.value.faults), refusal.value
