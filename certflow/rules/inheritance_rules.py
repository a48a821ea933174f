"""Inheritance rules: entered by an administrator with the document they rest on, withdrawn, and found for a day.

No law says what becomes of a title when the unit that holds it is merged or divided. Until a rule says it for the
scheme in the province, it is not decided: the titles of the former units are shown, and count for nobody else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.catalogue.catalogue import known
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import begin_writing, db
from certflow.models.people import User
from certflow.models.rules import InheritanceRule
from certflow.models.units import Unit
from certflow.rules.outcomes import Treatment
from certflow.vietnamese import says_something
from certflow.wording import _

PAGE_SIZE = 50
LONGEST = {"document_number": 120, "issued_by": 200, "source": 300}
TREATMENTS: tuple[str, ...] = tuple(one for one in get_args(Treatment) if one != "undecided")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed of a rule: where, for which scheme, what becomes of titles from when to when, and who says so."""

    unit_id: int
    scheme: str
    treatment: str
    starts_on: dt.date | None
    ends_on: dt.date | None = None
    document_number: str = ""
    document_date: dt.date | None = None
    issued_by: str = ""
    source: str = ""


def in_force(province_id: int, day: dt.date) -> Mapping[str, InheritanceRule]:
    """The rules of a province that count on `day`, by the name of their scheme."""
    query = select(InheritanceRule).where(InheritanceRule.unit_id == province_id)
    return {rule.workflow: rule for rule in db.session.scalars(_counting(query, day, day))}


def schemes() -> list[WorkflowSpec]:
    """The newest known version of every scheme that recognises units themselves."""
    found: dict[str, WorkflowSpec] = {}
    for spec in sorted(known().workflows.values(), key=lambda spec: (spec.name, -spec.version)):
        if spec.outcome and spec.outcome.award == "recognition" and not spec.about_holders:
            found.setdefault(spec.name, spec)
    return list(found.values())


def scheme_of(rule: InheritanceRule) -> WorkflowSpec | None:
    """The newest known version of the rule's scheme."""
    versions = [spec for spec in known().workflows.values() if spec.name == rule.workflow]
    return max(versions, key=lambda spec: spec.version, default=None)


def enter(entry: Entry, *, actor: User) -> InheritanceRule:
    """Record a rule; raises Invalid with the messages of all fields at fault."""
    access.require_administrator(actor)
    faults = _faults(entry)
    if faults or entry.starts_on is None:
        raise Invalid(fields=faults)
    _refuse_overlap(entry, entry.starts_on, actor)
    rule = InheritanceRule(unit_id=entry.unit_id, workflow=entry.scheme, treatment=entry.treatment)
    rule.starts_on, rule.ends_on = entry.starts_on, entry.ends_on
    rule.document_number, rule.document_date = _joined(entry.document_number), entry.document_date
    rule.issued_by, rule.source = _joined(entry.issued_by), _joined(entry.source)
    rule.entered_by_id, rule.entered_at = actor.id, clock.now()
    db.session.add(rule)
    db.session.flush()
    return rule


def _faults(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    unit = db.session.get(Unit, entry.unit_id)
    if unit is None or unit.kind != "province":
        faults["unit_id"] = (_("Choose the province in which the rule holds."),)
    if entry.scheme not in {spec.name for spec in schemes()}:
        faults["scheme"] = (_("Choose the scheme whose titles the rule is about."),)
    if entry.treatment not in TREATMENTS:
        faults["treatment"] = (_("Choose what becomes of the titles."),)
    if entry.starts_on is None:
        faults["starts_on"] = (_("Give the first day, for example 01/01/2026."),)
    elif entry.ends_on is not None and entry.ends_on < entry.starts_on:
        faults["ends_on"] = (_("The last day lies before the first day."),)
    return faults | _faults_of_the_document(entry)


def _faults_of_the_document(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    for field in LONGEST:
        typed = _joined(str(getattr(entry, field)))
        if len(typed) > LONGEST[field]:
            faults[field] = (_("Shorten this to at most %(most)s characters.", most=LONGEST[field]),)
    number, source = (says_something(words) for words in (entry.document_number, entry.source))
    if not number and not source:
        faults["document_number"] = (_("Name the document, or say below where the rule is taken from."),)
    if number and entry.document_date is None:
        faults["document_date"] = (_("Give the date of the document."),)
    elif entry.document_date is not None and entry.document_date > clock.today():
        faults["document_date"] = (_("The date of the document lies in the future"),)
    if number and not says_something(entry.issued_by):
        faults["issued_by"] = (_("Say who issued the document."),)
    return faults


def _joined(typed: str) -> str:
    return " ".join(typed.split())


def _refuse_overlap(entry: Entry, first: dt.date, actor: User) -> None:
    """Hold the province, so that of two who enter at once the second sees the first; raises Invalid on an overlap."""
    begin_writing()
    db.session.execute(select(Unit.id).where(Unit.id == entry.unit_id).with_for_update(key_share=True))
    access.require_administrator(actor)
    same = InheritanceRule.unit_id == entry.unit_id, InheritanceRule.workflow == entry.scheme
    query = _counting(select(InheritanceRule).where(*same), first, entry.ends_on)
    other = db.session.scalars(query.order_by(InheritanceRule.starts_on).limit(1)).one_or_none()
    if other is None:
        return
    until = f"{other.ends_on:%d/%m/%Y}" if other.ends_on else _("until further notice")
    days = {"first": f"{other.starts_on:%d/%m/%Y}", "last": until, "document": other.cited}
    words = _(
        "For some of these days a rule is entered already: %(first)s – %(last)s, by %(document)s. "
        "Choose other days, or withdraw that rule first.",
        **days,
    )
    raise Invalid(fields={"starts_on": (words,)})


def _counting(query: Select[InheritanceRule], first: dt.date, last: dt.date | None) -> Select[InheritanceRule]:
    """Narrowed to the rules that count on some day from `first` to `last` (None: for ever)."""
    goes_on = or_(InheritanceRule.ends_on.is_(None), InheritanceRule.ends_on >= first)
    query = query.where(InheritanceRule.withdrawn_at.is_(None), goes_on)
    return query if last is None else query.where(InheritanceRule.starts_on <= last)


def withdraw(rule_id: int, *, reason: str, actor: User) -> InheritanceRule:
    """Let a rule count no more from this moment; shares that were filed by it stay. Raises a Refusal."""
    access.require_administrator(actor)
    if not says_something(reason):
        raise Invalid(fields={"reason": (_("A reason must be given"),)})
    held = _one(rule_id).with_for_update(of=InheritanceRule).execution_options(populate_existing=True)
    rule = _found(held)
    if rule.withdrawn_at is not None:
        raise ActionNotOpen(_("This rule has already been withdrawn."))
    rule.withdrawn_at, rule.withdrawn_by_id, rule.withdrawn_reason = clock.now(), actor.id, reason.strip()
    db.session.flush()
    return rule


def get(rule_id: int) -> InheritanceRule:
    """One rule with its people and its province; raises NotFound."""
    people = joinedload(InheritanceRule.entered_by), joinedload(InheritanceRule.withdrawn_by)
    return _found(_one(rule_id).options(joinedload(InheritanceRule.unit), *people))


def _one(rule_id: int) -> Select[InheritanceRule]:
    return select(InheritanceRule).where(InheritanceRule.id == rule_id)


def _found(query: Select[InheritanceRule]) -> InheritanceRule:
    rule = db.session.scalar(query)
    if rule is None:
        raise NotFound(_("There is no such inheritance rule."))
    return rule


def listed(page: int = 1) -> tuple[list[InheritanceRule], int]:
    """One page of the rules, those that hold latest first, and how many there are in all."""
    total = db.session.scalar(select(func.count(InheritanceRule.id))) or 0
    query = select(InheritanceRule).options(joinedload(InheritanceRule.unit))
    query = query.order_by(InheritanceRule.starts_on.desc(), InheritanceRule.id.desc())
    return list(db.session.scalars(query.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE))), total
