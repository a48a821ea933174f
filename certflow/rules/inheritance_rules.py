"""Inheritance rules: an administrator enters them with a document and withdraws them; look-up by day.

No law says what becomes of a title when the unit that holds it is merged or divided. Until a rule says it for the
scheme in the province, it is not decided: the titles of the former units are shown, and count for nobody else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.catalogue.catalogue import known
from certflow.errors import Invalid
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import Pagination, db
from certflow.models.people import User
from certflow.models.rules import InheritanceRule
from certflow.models.units import Unit
from certflow.rules.outcomes import Treatment
from certflow.vietnamese import says_something
from certflow.wording import N_, _

TREATMENTS: tuple[str, ...] = tuple(name for name in get_args(Treatment) if name != "undecided")
REGISTER = dated.Register(
    InheritanceRule, N_("There is no such inheritance rule."), N_("This rule has already been withdrawn.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritanceEntry(dated.Entry):
    """The values of a new rule: province, scheme, treatment of titles, days and document."""

    unit_id: int
    scheme: str
    treatment: str
    source: str = ""


def in_force(province_id: int, day: dt.date) -> Mapping[str, InheritanceRule]:
    """The rules of a province that count on `day`, by the name of their scheme."""
    query = select(InheritanceRule).where(InheritanceRule.unit_id == province_id, InheritanceRule.counts_on(day))
    return {rule.workflow: rule for rule in db.session.scalars(query)}


def schemes() -> list[WorkflowSpec]:
    """The newest known version of every scheme that recognises units themselves."""
    newest: dict[str, WorkflowSpec] = {}
    for spec in sorted(known().workflows.values(), key=lambda spec: (spec.name, -spec.version)):
        if spec.outcome and spec.outcome.award == "recognition" and not spec.about_holders:
            newest.setdefault(spec.name, spec)
    return list(newest.values())


def enter(entry: InheritanceEntry, *, actor: User) -> InheritanceRule:
    """Insert a rule; raises Invalid with the messages of all invalid fields."""
    access.require_administrator(actor)
    faults = _faults(entry)
    if faults:
        raise Invalid(fields=faults)
    dated.hold_unit(entry.unit_id, actor)
    same = InheritanceRule.unit_id == entry.unit_id, InheritanceRule.workflow == entry.scheme
    dated.refuse_overlap(InheritanceRule, entry, *same)
    rule = InheritanceRule(
        unit_id=entry.unit_id,
        workflow=entry.scheme,
        treatment=entry.treatment,
        issued_by=dated.joined(entry.issued_by),
        source=dated.joined(entry.source),
        **dated.columns(entry, actor),
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def _faults(entry: InheritanceEntry) -> Faults:
    faults: Faults = {}
    unit = db.session.get(Unit, entry.unit_id)
    if unit is None or unit.kind != "province":
        faults["unit_id"] = (_("Choose the province where the rule applies."),)
    if entry.scheme not in {spec.name for spec in schemes()}:
        faults["scheme"] = (_("Choose the scheme of the titles that the rule applies to."),)
    if entry.treatment not in TREATMENTS:
        faults["treatment"] = (_("Choose what happens to the titles."),)
    return faults | dated.faults_in_days(entry.starts_on, entry.ends_on) | _faults_of_the_document(entry)


def _faults_of_the_document(entry: InheritanceEntry) -> Faults:
    faults: Faults = {}
    for field, most in (dated.LONGEST | {"source": dated.LONGEST_SOURCE}).items():
        faults |= dated.faults_in_length(field, dated.joined(getattr(entry, field)), most)
    number, source = (says_something(words) for words in (entry.document_number, entry.source))
    if not number and not source:
        faults["document_number"] = (_("Enter the document, or enter the source of the rule below."),)
    if number or entry.document_date is not None:
        faults |= dated.faults_in_date(entry.document_date)
    if number and not says_something(entry.issued_by):
        faults["issued_by"] = (_("Enter the office that issued the document."),)
    return faults


def withdraw(rule_id: int, *, reason: str, actor: User) -> InheritanceRule:
    """Withdraw a rule from now on; shares filed under it stay. Raises a Refusal."""
    access.require_administrator(actor)
    return REGISTER.withdraw(REGISTER.held(rule_id), reason, actor=actor)


def get(rule_id: int) -> InheritanceRule:
    """One rule with its people and its province; raises NotFound."""
    return REGISTER.get(rule_id, joinedload(InheritanceRule.unit))


def listed(page: int = 1) -> Pagination:
    """One page of the rules, latest first."""
    query = select(InheritanceRule).options(joinedload(InheritanceRule.unit))
    return dated.page_of(query.order_by(InheritanceRule.starts_on.desc(), InheritanceRule.id.desc()), page)
