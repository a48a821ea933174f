"""A written reply that the decider does not sign: another role's own action, from that role's own office."""

import tomllib
from pathlib import Path

import pytest

from certflow.config import resource
from certflow.errors import DefinitionError
from certflow.law.catalogue import load
from certflow.law.reading.reading import Reader
from certflow.law.reading.workflow_loader import read_workflow
from certflow.law.specs.workflow import WorkflowSpec
from tests.definitions.test_broken_definitions import KNOWN, SCHEME

OFFICE = """
[outcome.reply_office]
seat = "province"
parent = "Ủy ban nhân dân {province}"
name = "Sở Giáo dục và Đào tạo"
position = "Giám đốc"
authority = "Giám đốc Sở Giáo dục và Đào tạo"
place = "{province_short}"
filing = "VT"

[outcome.decision]"""
DECIDER = 'decider         = "education_head"'
DECLINED = 'to      = "declined"\nby      = ["education_head"]'


def with_replier(role: str, declined_by: str) -> str:
    """The scheme of Đồng Nai, with `role` to sign its replies and `declined_by` to decline."""
    text = (resource("workflows").parent / SCHEME).read_text(encoding="utf-8")
    assert DECIDER in text
    assert DECLINED in text
    text = text.replace(DECIDER, f'{DECIDER}\nreplier = "{role}"').replace("\n[outcome.decision]", OFFICE)
    return text.replace(DECLINED, DECLINED.replace("education_head", declined_by))


def spec_of(text: str) -> WorkflowSpec:
    faults: list[str] = []
    spec = read_workflow(Reader(SCHEME, tomllib.loads(text), faults))
    assert not faults
    return spec


def test_the_replier_has_an_office_and_decides_nothing_else() -> None:
    outcome = spec_of(with_replier("province_reviewer", "province_reviewer")).outcome

    assert outcome is not None
    assert (outcome.deciders, outcome.replier) == (("education_head",), "province_reviewer")
    assert {role: office.seat for role, office in outcome.offices.items()} == {
        "education_head": "district",
        "province_reviewer": "province",
    }
    assert not outcome.by_rule


@pytest.mark.parametrize(
    ("role", "declined_by", "fault"),
    [
        ("province_reviewer", "education_head", "transitions.decline.by: only 'province_reviewer', who signs"),
        ("minister", "minister", "outcome.replier: 'minister' is no role"),
        ("education_head", "education_head", "outcome.replier: 'education_head' decides already"),
    ],
)
def test_a_reply_that_its_signer_does_not_send_is_refused(
    tmp_path: Path, role: str, declined_by: str, fault: str
) -> None:
    (tmp_path / SCHEME).parent.mkdir(parents=True)
    (tmp_path / SCHEME).write_text(with_replier(role, declined_by), encoding="utf-8")

    with pytest.raises(DefinitionError) as refusal:
        load(tmp_path / "workflows", resource("forms"), KNOWN)

    assert any(fault in line for line in refusal.value.faults), refusal.value.faults
