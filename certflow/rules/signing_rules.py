"""The signing rules: who may sign which papers for whom; an administrator enters them with a document.

A rule permits; whatever no rule permits is refused. Decree 30/2020/NĐ-CP art. 13 lets a deputy sign for the head (KT.),
the head of a unit below sign by order as the working regulation lays down for some kinds of papers (TL.), and somebody
sign by delegation (TUQ.); who that is at one office and for which papers, the office itself lays down.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import known
from certflow.errors import Invalid
from certflow.models.base import Pagination, db
from certflow.models.people import User
from certflow.models.rules import MODES, SigningRule
from certflow.models.units import Organisation, Unit
from certflow.wording import N_, _, language

PAPERS = ("decision", "certificate", "refusal")
LONGEST_POSITION, MOST_OFFICES = 120, 50
REGISTER = dated.Register(
    SigningRule, N_("There is no such signing rule."), N_("This rule has already been withdrawn.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningEntry(dated.Entry):
    """The values of a new rule: role, unit, office, signer, papers, mode, days and document."""

    unit_id: int
    role: str
    mode: str
    signer_role: str = ""
    signer_position: str = ""
    organisation_id: int | None = None
    schemes: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


def schemes_with(role: str) -> dict[str, str]:
    """The titles of the schemes that have this role, by scheme name, in the newest version."""
    newest: dict[str, tuple[int, str]] = {}
    for spec in known().workflows.values():
        if role in spec.roles and spec.version >= newest.get(spec.name, (0, ""))[0]:
            newest[spec.name] = spec.version, spec.title.in_language(language())
    return {name: title for name, (_version, title) in sorted(newest.items())}


def offices_at(unit: Unit) -> list[Organisation]:
    """The offices at a unit that exist today; a rule can be limited to one of them."""
    query = select(Organisation).where(Organisation.unit_id == unit.id, Organisation.meets(clock.today(), None))
    return list(db.session.scalars(query.order_by(Organisation.kind, Organisation.id).limit(MOST_OFFICES)))


def enter(entry: SigningEntry, *, actor: User) -> SigningRule:
    """Insert a rule; raises Invalid with the messages of all invalid fields."""
    access.require_administrator(actor)
    faults = _faults(entry)
    if faults:
        raise Invalid(fields=faults)
    rule = SigningRule(
        unit_id=entry.unit_id,
        organisation_id=entry.organisation_id,
        role=entry.role,
        mode=entry.mode,
        signer_role=entry.signer_role,
        signer_position=dated.joined(entry.signer_position),
        schemes=sorted(entry.schemes),
        papers=[kind for kind in PAPERS if kind in entry.papers],
        issued_by=dated.joined(entry.issued_by),
        **dated.columns(entry, actor),
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def _faults(entry: SigningEntry) -> Faults:
    faults = _faults_in_whose(entry) | _faults_in_signer(entry) | _faults_in_what(entry)
    faults |= dated.faults_in_document(entry, _("This must be filled in."))
    return faults | dated.faults_in_days(entry.starts_on, entry.ends_on, entry.document_date)


def _faults_in_whose(entry: SigningEntry) -> Faults:
    seat = role_titles.roles().get(entry.role, ("", ""))[1]
    unit = db.session.get(Unit, entry.unit_id)
    if not seat:
        return {"role": (_("Choose the role that is signed for."),)}
    if unit is None or unit.kind != seat:
        return {"unit_id": (_("Choose the unit of this role: a %(kind)s.", kind=role_titles.kind_title(seat)),)}
    if entry.organisation_id and entry.organisation_id not in {office.id for office in offices_at(unit)}:
        return {"organisation_id": (_("Choose one of the offices at this unit."),)}
    return {}


def _faults_in_signer(entry: SigningEntry) -> Faults:
    roles, position = role_titles.roles(), dated.joined(entry.signer_position)
    if bool(entry.signer_role) == bool(position):
        return {"signer_position": (_("Enter who signs: either a role at the same unit or the title of a position."),)}
    if position:
        return dated.faults_in_print("signer_position", position, LONGEST_POSITION, _("This must be filled in."))
    if entry.signer_role not in roles or roles[entry.signer_role][1] != roles.get(entry.role, ("", ""))[1]:
        return {"signer_role": (_("Choose a role at the same unit."),)}
    return {}


def _faults_in_what(entry: SigningEntry) -> Faults:
    faults: Faults = {}
    if entry.mode not in MODES:
        faults["mode"] = (_("Choose how it is signed: KT., TL. or TUQ."),)
    if set(entry.schemes) - set(schemes_with(entry.role)):
        faults["schemes"] = (_("Choose a scheme that has this role."),)
    if set(entry.papers) - set(PAPERS):
        faults["papers"] = (_("Choose from the papers listed."),)
    elif entry.mode == "TL" and not entry.papers:
        faults["papers"] = (
            _("Choose the papers: only some kinds are signed by order (TL.) (Decree 30/2020/NĐ-CP art. 13.4)."),
        )
    return faults


def withdraw(rule_id: int, *, reason: str, actor: User) -> SigningRule:
    """Withdraw a rule from now on; papers signed under it stay valid. Raises a Refusal."""
    access.require_administrator(actor)
    return REGISTER.withdraw(REGISTER.held(rule_id), reason, actor=actor)


def get(rule_id: int) -> SigningRule:
    """One rule with its people, its unit and its office; raises NotFound."""
    return REGISTER.get(rule_id, joinedload(SigningRule.unit), joinedload(SigningRule.organisation))


def listed(page: int = 1, *, unit_id: int | None = None) -> Pagination:
    """One page of the rules, or of one unit's rules, by unit, latest first."""
    query = select(SigningRule).join(SigningRule.unit)
    if unit_id is not None:
        query = query.where(SigningRule.unit_id == unit_id)
    query = query.options(joinedload(SigningRule.unit), joinedload(SigningRule.organisation))
    query = query.order_by(Unit.sort_key, Unit.id, SigningRule.starts_on.desc(), SigningRule.id.desc())
    return dated.page_of(query, page)
