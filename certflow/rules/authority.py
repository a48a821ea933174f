"""Authority rules: who decides where the law names nobody, as an administrator has entered it with its document.

A rule is known by its province and the name of its scheme: the scheme says whom its dossiers are about, and only the
roles among which it lets a rule choose can be named. It is read by everybody who is signed in, with its scan: it is
an act of a public office that every paper made by it cites.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.catalogue.catalogue import known, workflow_of
from certflow.errors import ActionBlocked, Invalid, Refusal
from certflow.gateways.files import content
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing
from certflow.law.guards import authority_missing
from certflow.law.specs.workflow import RoleSpec, WorkflowSpec
from certflow.models.base import Pagination, db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.rules import AuthorityRule
from certflow.models.units import Unit
from certflow.rules import confirmations
from certflow.wording import N_, _

MOST_ROUNDS = 100
REGISTER = dated.Register(
    AuthorityRule, N_("There is no such authority rule."), N_("This rule has already been withdrawn.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityEntry(dated.Entry):
    """What is typed of a rule: where, for which scheme, who decides from when to when, and by what document."""

    unit_id: int
    scheme: str
    role: str
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
    query = query if practice else query.where(AuthorityRule.practice.is_(False))
    return db.session.scalar(query.where(AuthorityRule.counts_on(day)).order_by(AuthorityRule.practice.desc()).limit(1))


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


def enter(entry: AuthorityEntry, file: BinaryIO | None, original_name: str, *, actor: User) -> AuthorityRule:
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
    rule = _rule(entry, actor)
    rule.storage_key, rule.size, rule.sha256 = key, stored.size, stored.sha256
    rule.original_name, rule.media_type = content.safe_name(original_name, kind), kind.media_type
    db.session.add(rule)
    db.session.flush()
    if not rule.practice:
        confirmations.ask(rule, actor)
    return rule


def _rule(entry: AuthorityEntry, actor: User) -> AuthorityRule:
    return AuthorityRule(
        unit_id=entry.unit_id,
        workflow=entry.scheme,
        role=entry.role,
        practice=entry.practice,
        issued_by=dated.joined(entry.issued_by),
        **dated.columns(entry, actor),
    )


def _refuse_overlap(entry: AuthorityEntry, actor: User) -> None:
    """Lock the province, then refuse days for which its scheme has a rule already."""
    dated.hold_unit(entry.unit_id, actor)
    same = AuthorityRule.unit_id == entry.unit_id, AuthorityRule.workflow == entry.scheme
    dated.refuse_overlap(AuthorityRule, entry, *same, AuthorityRule.practice.is_(entry.practice))


def _checked(entry: AuthorityEntry, file: BinaryIO | None, original_name: str) -> tuple[content.FileKind, BinaryIO]:
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


def _faults(entry: AuthorityEntry) -> Faults:
    faults: Faults = {}
    unit = db.session.get(Unit, entry.unit_id)
    if unit is None or unit.kind != "province":
        faults["unit_id"] = (_("Choose the province where the rule applies."),)
    if (entry.scheme, entry.role) not in {(spec.name, role.name) for spec, role in candidates()}:
        faults["decider"] = (_("Choose what is decided and who decides it."),)
    faults |= dated.faults_in_document(entry, _("Papers cite this; it must be filled in."))
    return faults | dated.faults_in_days(entry.starts_on, entry.ends_on)


def withdraw(rule_id: int, *, reason: str, actor: User) -> AuthorityRule:
    """Let a rule count no more from this moment; what was decided by it stays. Raises a Refusal."""
    access.require_administrator(actor)
    rule = REGISTER.withdraw(REGISTER.held(rule_id), reason, actor=actor)
    confirmations.drop(rule, actor)
    return rule


def get(rule_id: int) -> AuthorityRule:
    """One rule with its people and its province; raises NotFound."""
    return REGISTER.get(rule_id, joinedload(AuthorityRule.unit))


def lacking(day: dt.date) -> list[Round]:
    """The open rounds in which nothing can be decided on `day`, because no rule says who does."""
    newest = select(Round).where(Round.closed.is_(False)).options(joinedload(Round.unit))
    newest = newest.order_by(Round.assessed_year.desc(), Round.id.desc()).limit(MOST_ROUNDS)
    needing = [found for found in db.session.scalars(newest) if by_rule(found)]
    rules = db.session.scalars(select(AuthorityRule).where(AuthorityRule.counts_on(day))).all()
    settled = {(rule.unit_id, rule.workflow, rule.practice) for rule in rules}
    return [
        found
        for found in needing
        if not any((found.unit_id, found.workflow, kind) in settled for kind in {False, found.practice})
    ]


def listed(page: int = 1) -> Pagination:
    """One page of the rules, those that hold latest first."""
    query = select(AuthorityRule).options(joinedload(AuthorityRule.unit))
    return dated.page_of(query.order_by(AuthorityRule.starts_on.desc(), AuthorityRule.id.desc()), page)


def scan(rule: AuthorityRule) -> Iterator[bytes]:
    """The bytes of the scan."""
    return equipment().storage.open(rule.storage_key)
