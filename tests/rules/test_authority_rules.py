"""Authority rules: entered with their document by administrators, withdrawn with a reason, and never overlapping."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.catalogue import role_titles
from certflow.errors import ActionNotOpen, Invalid, NotPermitted
from certflow.gateways.installation import equipment
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rules import AuthorityRule
from certflow.rules import authority
from tests import make, make_two_tier
from tests.gateways import samples
from tests.observing import everything
from tests.racing import at_once, in_session, refusals

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_two_rules_for_the_same_days_are_refused_and_the_file_is_not_kept() -> None:
    first = make_two_tier.rule(starts_on=dt.date(2025, 7, 1), ends_on=dt.date(2026, 6, 30))
    before = everything()
    files = _files()

    for days in (
        {"starts_on": dt.date(2026, 6, 30)},
        {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 7, 1)},
        {"starts_on": dt.date(2025, 1, 1), "ends_on": None},
    ):
        with pytest.raises(Invalid) as refusal:
            make_two_tier.rule("province_chair", **days)
        assert list(refusal.value.fields) == ["starts_on"]
        assert "01/07/2025 – 30/06/2026" in refusal.value.reasons[0]
    db.session.rollback()
    assert everything() == before
    assert _files() == files

    make_two_tier.rule("province_chair", starts_on=dt.date(2026, 7, 1))
    make_two_tier.rule(unit_id=make.province().id)
    authority.withdraw(first.id, reason="Văn bản bị bãi bỏ", actor=make.person(role_titles.ADMINISTRATOR))
    make_two_tier.rule("province_chair", ends_on=dt.date(2026, 6, 30))


def _files() -> list[str]:
    return sorted(str(path) for path in (equipment().settings.data_dir / "files").rglob("*") if path.is_file())


def test_two_administrators_enter_at_once_and_the_second_is_told(app: Flask) -> None:
    administrators = [make.person(role_titles.ADMINISTRATOR, name=name).id for name in ("first", "second")]
    for turn in range(8):
        start = dt.date(2026 + turn, 1, 1)
        entries = [make_two_tier.entry(role, starts_on=start, ends_on=dt.date(2026 + turn, 12, 31)) for role in ROLES]
        acts = [entering(actor, entry) for actor, entry in zip(administrators, entries, strict=True)]

        answers = at_once(app, acts)

        assert [type(told) for told in refusals(answers)] == [Invalid]
        assert db.session.scalar(sa.select(sa.func.count(AuthorityRule.id))) == turn + 1
        db.session.rollback()


ROLES = ("department_head", "province_chair")


def entering(actor_id: int, entry: authority.AuthorityEntry) -> Callable[[], Any]:
    def enter(actor: User) -> None:
        authority.enter(entry, io.BytesIO(samples.pdf()), "a.pdf", actor=actor)

    return in_session(actor_id, enter)


def test_two_withdraw_at_once_and_the_second_is_told(app: Flask) -> None:
    rule, two = (
        make_two_tier.rule().id,
        [make.person(role_titles.ADMINISTRATOR, name=name).id for name in ("", "second")],
    )

    def withdraw(actor: User) -> None:
        authority.withdraw(rule, reason="Nhầm", actor=actor)

    answers = at_once(app, [in_session(administrator, withdraw) for administrator in two])
    again = at_once(app, [in_session(two[answers.index(None)], withdraw)])

    assert [type(told) for told in refusals(answers)] == [ActionNotOpen]
    assert again == [None], "who was first sends it once more"


def test_only_administrators_enter_and_withdraw() -> None:
    rule, other = make_two_tier.rule(), make.person("department_head", make_two_tier.province())

    with pytest.raises(NotPermitted):
        authority.enter(make_two_tier.entry(), io.BytesIO(samples.pdf()), "a.pdf", actor=other)
    with pytest.raises(NotPermitted):
        authority.withdraw(rule.id, reason="Nhầm", actor=other)


FAULTS: list[tuple[str, object, str]] = [
    ("unit_id", -1, "unit_id"),
    ("role", "commune_chair", "decider"),
    ("scheme", "commune_recognition", "decider"),
    ("starts_on", None, "starts_on"),
    ("ends_on", dt.date(2025, 6, 30), "ends_on"),
    ("document_number", "  ", "document_number"),
    ("document_number", "x" * 121, "document_number"),
    ("document_number", "Quyết định 漢", "document_number"),
    ("document_date", None, "document_date"),
    ("document_date", dt.date(2199, 1, 1), "document_date"),
    ("issued_by", "", "issued_by"),
]


@pytest.mark.parametrize(("name", "value", "field"), FAULTS, ids=[f"{n}-{i}" for i, (n, _v, _f) in enumerate(FAULTS)])
def test_what_is_wrong_with_a_rule_is_told_at_its_field(name: str, value: Any, field: str) -> None:
    administrator = make.person(role_titles.ADMINISTRATOR)
    entry = make_two_tier.entry(**{name: value})

    with pytest.raises(Invalid) as refusal:
        authority.enter(entry, None, "", actor=administrator)

    assert set(refusal.value.fields) == {field, "file"}


def test_the_scan_is_looked_through_as_evidence_is() -> None:
    administrator = make.person(role_titles.ADMINISTRATOR)
    for content in (samples.pdf(script="JavaScript"), b"<html>", b""):
        with pytest.raises(Invalid) as refusal:
            authority.enter(make_two_tier.entry(), io.BytesIO(content), "quyết định.pdf", actor=administrator)
        assert set(refusal.value.fields) == {"file"}

    rule = make_two_tier.rule()

    assert b"".join(authority.scan(rule)).startswith(b"%PDF-")
    assert (rule.original_name, rule.media_type) == ("quyết định.pdf", "application/pdf")
    assert equipment().storage.verify(rule.storage_key, rule.sha256)
