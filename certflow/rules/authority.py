"""Authority rules: who decides where the law names nobody, as an administrator has entered it with its document.

A rule is known by its province and the name of its scheme: the scheme says whom its dossiers are about, and only the
roles among which it lets a rule choose can be named. It is read by everybody who is signed in, with its scan: it is
an act of a public office that every paper made by it cites.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.catalogue.catalogue import known, workflow_of
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, Refusal
from certflow.gateways.files import content
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import glyphs, printing
from certflow.law.guards import authority_missing
from certflow.law.specs.workflow import RoleSpec, WorkflowSpec
from certflow.models.authority import AuthorityRule
from certflow.models.base import begin_writing, db
from certflow.models.dossiers import Dossier, Round
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.rules import confirmations
from certflow.vietnamese import says_something
from certflow.wording import _

PAGE_SIZE = 50
MOST_ROUNDS = 100
LONGEST = {"document_number": 120, "issued_by": 200}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed of a rule: where, for which scheme, who decides from when to when, and by what document."""

    unit_id: int
    scheme: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    document_number: str
    document_date: dt.date | None
    issued_by: str
    practice: bool = False


def by_rule(dossier: Dossier | Round) -> bool:
    """Whether the scheme leaves it to a rule who decides."""
    return workflow_of(dossier).spec.decided_by_rule


def in_force(
    unit_id: int, scheme: str, day: dt.date, *, practice: bool = False, hold: bool = False
) -> AuthorityRule | None:
    """The rule of a province for a scheme that counts on `day`; for `practice` one for practice comes first.

    `hold` keeps it from being withdrawn until the end of the transaction.
    """
    query = select(AuthorityRule).where(AuthorityRule.unit_id == unit_id, AuthorityRule.workflow == scheme)
    query = query.with_for_update(read=True, of=AuthorityRule) if hold else query
    kinds = query.where(AuthorityRule.practice.is_(False)) if not practice else query
    kinds = kinds.where(or_(AuthorityRule.practice, AuthorityRule.confirmed_at.is_not(None)))
    return db.session.scalar(_counting(kinds, day, day).order_by(AuthorityRule.practice.desc()).limit(1))


def for_dossier(dossier: Dossier, day: dt.date, *, hold: bool = False) -> AuthorityRule | None:
    """The rule that says on `day` who decides on `dossier`; None as well where the scheme needs none."""
    if not by_rule(dossier):
        return None
    province, practice = dossier.province, dossier.round.practice
    return in_force(province.id, dossier.workflow, day, practice=practice, hold=hold)


def role_in_force(dossier: Dossier, day: dt.date) -> str:
    """The role that decides on `dossier` by the rule in force on `day`; "" while there is no rule."""
    rule = for_dossier(dossier, day)
    return rule.role if rule else ""


def deciding(dossier: Dossier, day: dt.date, role: str) -> AuthorityRule | None:
    """The rule by which `role` signs a paper dated `day`; raises ActionBlocked when there is none that names it.

    The guard has asked before; a rule that ended at midnight or was withdrawn in between is noticed here.
    """
    if not by_rule(dossier):
        return None
    rule = for_dossier(dossier, day, hold=True)
    if rule is None or rule.role != role:
        raise ActionBlocked(authority_missing(rule.role if rule else ""))
    return rule


def cited(rule: AuthorityRule) -> str:
    """The rule's document as the legal basis that a paper names."""
    return f"Căn cứ {rule.document_number} {printing.long_date(rule.document_date.isoformat())} của {rule.issued_by}"


def candidates() -> list[tuple[WorkflowSpec, RoleSpec]]:
    """Every role that a rule may name, with its scheme in the newest version that lets a rule name it.

    Schemes whose files are gone are among them: dossiers begun under them are still to be decided.
    """
    found: dict[tuple[str, str], tuple[WorkflowSpec, RoleSpec]] = {}
    for spec in sorted(known().workflows.values(), key=lambda spec: (spec.name, -spec.version)):
        for role in spec.outcome.deciders if spec.outcome and spec.outcome.by_rule else ():
            found.setdefault((spec.name, role), (spec, spec.roles[role]))
    return list(found.values())


def scheme_of(rule: AuthorityRule) -> WorkflowSpec | None:
    """The newest known version of the rule's scheme."""
    versions = [spec for spec in known().workflows.values() if spec.name == rule.workflow]
    return max(versions, key=lambda spec: spec.version, default=None)


def enter(entry: Entry, file: BinaryIO | None, original_name: str, *, actor: User) -> AuthorityRule:
    """Record a rule with the scan of its document; raises Invalid with the messages of all fields at fault.

    It counts once a second administrator has confirmed it; one for practice counts at once.
    The file is looked through and stored before the province is locked, so that a large one holds nobody up.
    """
    access.require_administrator(actor)
    kind, file = _checked(entry, file, original_name)
    file.seek(0)
    storage = equipment().storage
    key = storage.new_key("authority")
    stored = storage.put(key, file)
    try:
        _refuse_overlap(entry, actor)
    except Refusal:
        storage.delete(key)
        raise
    rule = AuthorityRule(unit_id=entry.unit_id, workflow=entry.scheme, role=entry.role, ends_on=entry.ends_on)
    rule.starts_on, rule.document_date = entry.starts_on or clock.today(), entry.document_date or clock.today()
    rule.practice = entry.practice
    rule.document_number, rule.issued_by = _joined(entry.document_number), _joined(entry.issued_by)
    rule.storage_key, rule.size, rule.sha256 = key, stored.size, stored.sha256
    rule.original_name, rule.media_type = content.safe_name(original_name, kind), kind.media_type
    rule.entered_by_id, rule.entered_at = actor.id, clock.now()
    db.session.add(rule)
    db.session.flush()
    if not rule.practice:
        confirmations.ask(rule, actor)
    return rule


def _checked(entry: Entry, file: BinaryIO | None, original_name: str) -> tuple[content.Kind, BinaryIO]:
    faults = _faults(entry)
    try:
        if file is None:
            raise Invalid(fields={"file": (_("Choose the scan of the document."),)})
        kind = content.recognise(file, original_name)
    except Invalid as refusal:
        raise Invalid(fields=faults | refusal.fields) from refusal
    if faults:
        raise Invalid(fields=faults)
    return kind, file


def _faults(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    unit = db.session.get(Unit, entry.unit_id)
    if unit is None or unit.kind != "province":
        faults["unit_id"] = (_("Choose the province in which the rule holds."),)
    if (entry.scheme, entry.role) not in {(spec.name, role.name) for spec, role in candidates()}:
        faults["decider"] = (_("Choose what is decided, and by whom."),)
    for field, typed in (("document_number", entry.document_number), ("issued_by", entry.issued_by)):
        if fault := _fault_in_words(_joined(typed), LONGEST[field]):
            faults[field] = (fault,)
    return faults | _faults_in_days(entry)


def _faults_in_days(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if entry.starts_on is None:
        faults["starts_on"] = (_("Give the first day, for example 01/01/2026."),)
    elif entry.ends_on is not None and entry.ends_on < entry.starts_on:
        faults["ends_on"] = (_("The last day lies before the first day."),)
    if entry.document_date is None:
        faults["document_date"] = (_("Give the date of the document."),)
    elif entry.document_date > clock.today():
        faults["document_date"] = (_("The date of the document lies in the future"),)
    return faults


def _fault_in_words(typed: str, most: int) -> str:
    """What is wrong with words that papers will print."""
    if not typed:
        return _("Papers cite this; it must be given.")
    if len(typed) > most:
        return _("Shorten this to at most %(most)s characters.", most=most)
    try:
        printing.check_words(typed, engine=equipment().settings.pdf_engine)
    except glyphs.UnprintableError as fault:
        return str(fault)
    return ""


def _joined(typed: str) -> str:
    return " ".join(typed.split())


def _refuse_overlap(entry: Entry, actor: User) -> None:
    """Hold the province, so that of two who enter at once the second sees the first; raises Invalid on an overlap."""
    begin_writing()
    held = select(Unit.id).where(Unit.id == entry.unit_id)
    db.session.execute(held.with_for_update(key_share=True))
    access.require_administrator(actor)
    same = AuthorityRule.unit_id == entry.unit_id, AuthorityRule.workflow == entry.scheme
    query = select(AuthorityRule).where(*same, AuthorityRule.practice.is_(entry.practice))
    query = _counting(query, entry.starts_on or clock.today(), entry.ends_on)
    other = db.session.scalars(query.order_by(AuthorityRule.starts_on).limit(1)).one_or_none()
    if other is None:
        return
    until = f"{other.ends_on:%d/%m/%Y}" if other.ends_on else _("until further notice")
    days = {"first": f"{other.starts_on:%d/%m/%Y}", "last": until, "document": other.document_number}
    words = _(
        "For some of these days a rule is entered already: %(first)s – %(last)s, by %(document)s. "
        "Choose other days, or withdraw that rule first.",
        **days,
    )
    raise Invalid(fields={"starts_on": (words,)})


def _counting(query: Select[AuthorityRule], first: dt.date, last: dt.date | None) -> Select[AuthorityRule]:
    """Narrowed to the rules that count on some day from `first` to `last` (None: for ever)."""
    query = query.where(
        AuthorityRule.withdrawn_at.is_(None), or_(AuthorityRule.ends_on.is_(None), AuthorityRule.ends_on >= first)
    )
    return query if last is None else query.where(AuthorityRule.starts_on <= last)


def withdraw(rule_id: int, *, reason: str, actor: User) -> AuthorityRule:
    """Let a rule count no more from this moment; what was decided by it stays. Raises a Refusal."""
    access.require_administrator(actor)
    if not says_something(reason):
        raise Invalid(fields={"reason": (_("A reason must be given"),)})
    rule = _found(_one(rule_id).with_for_update(of=AuthorityRule).execution_options(populate_existing=True))
    if rule.withdrawn_at is not None:
        raise ActionNotOpen(_("This rule has already been withdrawn."))
    rule.withdrawn_at, rule.withdrawn_by_id, rule.withdrawn_reason = clock.now(), actor.id, reason.strip()
    confirmations.drop(rule, actor)
    db.session.flush()
    return rule


def get(rule_id: int) -> AuthorityRule:
    """One rule with its people and its province; raises NotFound."""
    named = AuthorityRule.entered_by, AuthorityRule.confirmed_by, AuthorityRule.withdrawn_by
    people = [joinedload(person) for person in named]
    return _found(_one(rule_id).options(joinedload(AuthorityRule.unit), *people))


def _one(rule_id: int) -> Select[AuthorityRule]:
    return select(AuthorityRule).where(AuthorityRule.id == rule_id)


def _found(query: Select[AuthorityRule]) -> AuthorityRule:
    rule = db.session.scalar(query)
    if rule is None:
        raise NotFound(_("There is no such authority rule."))
    return rule


def lacking(day: dt.date) -> list[Round]:
    """The open rounds in which nothing can be decided on `day`, because no rule says who does."""
    newest = select(Round).where(Round.closed.is_(False)).options(joinedload(Round.unit))
    newest = newest.order_by(Round.assessed_year.desc(), Round.id.desc()).limit(MOST_ROUNDS)
    needing = [found for found in db.session.scalars(newest) if by_rule(found)]
    settled_rules = or_(AuthorityRule.practice, AuthorityRule.confirmed_at.is_not(None))
    rules = db.session.scalars(_counting(select(AuthorityRule).where(settled_rules), day, day)).all()
    settled = {(rule.unit_id, rule.workflow, rule.practice) for rule in rules}
    return [
        found
        for found in needing
        if not any((found.unit_id, found.workflow, kind) in settled for kind in {False, found.practice})
    ]


def listed(page: int = 1) -> tuple[list[AuthorityRule], int]:
    """One page of the rules, those that hold latest first, and how many there are in all."""
    total = db.session.scalar(select(func.count(AuthorityRule.id))) or 0
    query = select(AuthorityRule).options(joinedload(AuthorityRule.unit))
    query = query.order_by(AuthorityRule.starts_on.desc(), AuthorityRule.id.desc())
    return list(db.session.scalars(query.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE))), total


def scan(rule: AuthorityRule) -> Iterator[bytes]:
    """The bytes of the scan."""
    return equipment().storage.open(rule.storage_key)
