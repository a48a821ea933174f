"""The signing-authority matrix: who may sign what for whom, as an administrator has entered it with its document.

A rule permits; whatever no rule permits is refused. Decree 30/2020/NĐ-CP art. 13 lets a deputy sign for the head (KT.),
the head of a unit below sign by order as the working regulation lays down for some kinds of papers (TL.), and somebody
sign by delegation (TUQ.); who that is at one office and for which papers, the office itself lays down.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import known
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import glyphs, printing
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rules import MODES, SigningRule
from certflow.models.units import Organisation, Unit
from certflow.vietnamese import says_something
from certflow.wording import _, language

PAGE_SIZE = 50
PAPERS = ("decision", "certificate", "refusal")
LONGEST = {"document_number": 120, "issued_by": 200, "signer_position": 120}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is typed of a rule: for whom, at which unit and office, who signs what and how, when, by what document."""

    unit_id: int
    role: str
    mode: str
    starts_on: dt.date | None
    document_number: str
    document_date: dt.date | None
    issued_by: str
    signer_role: str = ""
    signer_position: str = ""
    organisation_id: int | None = None
    schemes: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    ends_on: dt.date | None = None


def schemes_with(role: str) -> dict[str, str]:
    """The schemes in which a role has a part, by name, with the title of their newest version."""
    found: dict[str, tuple[int, str]] = {}
    for spec in known().workflows.values():
        if role in spec.roles and spec.version >= found.get(spec.name, (0, ""))[0]:
            found[spec.name] = spec.version, spec.title.in_language(language())
    return {name: title for name, (_version, title) in sorted(found.items())}


def offices_at(unit: Unit) -> list[Organisation]:
    """The offices at a unit that stand today, for one of which a rule may be entered."""
    query = select(Organisation).where(Organisation.unit_id == unit.id).order_by(Organisation.kind, Organisation.id)
    today = clock.today()
    return [o for o in db.session.scalars(query.limit(PAGE_SIZE)) if o.ends_on is None or o.ends_on >= today]


def enter(entry: Entry, *, actor: User) -> SigningRule:
    """Record a rule; raises Invalid with the messages of all fields at fault."""
    access.require_administrator(actor)
    faults = _faults(entry)
    if faults or entry.starts_on is None or entry.document_date is None:
        raise Invalid(fields=faults)
    rule = SigningRule(
        unit_id=entry.unit_id,
        organisation_id=entry.organisation_id,
        role=entry.role,
        mode=entry.mode,
        signer_role=entry.signer_role,
        signer_position=joined(entry.signer_position),
        schemes=sorted(entry.schemes),
        papers=[kind for kind in PAPERS if kind in entry.papers],
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        document_number=joined(entry.document_number),
        document_date=entry.document_date,
        issued_by=joined(entry.issued_by),
        entered_by_id=actor.id,
        entered_at=clock.now(),
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def _faults(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults = _faults_in_whose(entry) | _faults_in_signer(entry) | _faults_in_what(entry)
    for field, typed in (("document_number", entry.document_number), ("issued_by", entry.issued_by)):
        if fault := fault_in_words(joined(typed), LONGEST[field]):
            faults[field] = (fault,)
    return faults | faults_in_days(entry.starts_on, entry.ends_on, entry.document_date)


def _faults_in_whose(entry: Entry) -> dict[str, tuple[str, ...]]:
    seat = role_titles.roles().get(entry.role, ("", ""))[1]
    unit = db.session.get(Unit, entry.unit_id)
    if not seat:
        return {"role": (_("Choose the role for whose holder somebody signs."),)}
    if unit is None or unit.kind != seat:
        return {
            "unit_id": (_("Choose the unit at which this role sits: a %(kind)s.", kind=role_titles.kind_title(seat)),)
        }
    if entry.organisation_id and entry.organisation_id not in {office.id for office in offices_at(unit)}:
        return {"organisation_id": (_("Choose one of the offices at this unit."),)}
    return {}


def _faults_in_signer(entry: Entry) -> dict[str, tuple[str, ...]]:
    roles, position = role_titles.roles(), joined(entry.signer_position)
    if bool(entry.signer_role) == bool(position):
        return {
            "signer_position": (_("Say who signs: either by a role at the same unit or by the title of a position."),)
        }
    if position:
        fault = fault_in_words(position, LONGEST["signer_position"])
        return {"signer_position": (fault,)} if fault else {}
    if entry.signer_role not in roles or roles[entry.signer_role][1] != roles.get(entry.role, ("", ""))[1]:
        return {"signer_role": (_("Choose a role that sits at the same unit."),)}
    return {}


def _faults_in_what(entry: Entry) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if entry.mode not in MODES:
        faults["mode"] = (_("Choose how it is signed: KT., TL. or TUQ."),)
    if set(entry.schemes) - set(schemes_with(entry.role)):
        faults["schemes"] = (_("Choose among the schemes in which this role has a part."),)
    if set(entry.papers) - set(PAPERS):
        faults["papers"] = (_("Choose among the papers listed."),)
    elif entry.mode == "TL" and not entry.papers:
        faults["papers"] = (
            _("Name the papers: by order (TL.) only some kinds are signed (Decree 30/2020/NĐ-CP art. 13.4)."),
        )
    return faults


def faults_in_days(
    starts_on: dt.date | None, ends_on: dt.date | None, document_date: dt.date | None
) -> dict[str, tuple[str, ...]]:
    """What is wrong with the first and last day and the date of the document, by field."""
    faults: dict[str, tuple[str, ...]] = {}
    if starts_on is None:
        faults["starts_on"] = (_("Give the first day, for example 01/01/2026."),)
    elif ends_on is not None and ends_on < starts_on:
        faults["ends_on"] = (_("The last day lies before the first day."),)
    if document_date is None:
        faults["document_date"] = (_("Give the date of the document."),)
    elif document_date > clock.today():
        faults["document_date"] = (_("The date of the document lies in the future"),)
    elif starts_on is not None and starts_on < document_date:
        faults["starts_on"] = (_("The first day lies before the date of the document."),)
    return faults


def fault_in_words(typed: str, most: int) -> str:
    """What is wrong with words that papers or their records keep; "" when nothing is."""
    if not typed:
        return _("This must be given.")
    if len(typed) > most:
        return _("Shorten this to at most %(most)s characters.", most=most)
    try:
        printing.check_words(typed, engine=equipment().settings.pdf_engine)
    except glyphs.UnprintableError as fault:
        return str(fault)
    return ""


def joined(typed: str) -> str:
    """What was typed in one line, with single blanks."""
    return " ".join(typed.split())


def withdraw(rule_id: int, *, reason: str, actor: User) -> SigningRule:
    """Let a rule count no more from this moment; what was signed by it stays. Raises a Refusal."""
    access.require_administrator(actor)
    if not says_something(reason):
        raise Invalid(fields={"reason": (_("A reason must be given"),)})
    rule = _found(_one(rule_id).with_for_update(of=SigningRule).execution_options(populate_existing=True))
    if rule.withdrawn_at is not None:
        raise ActionNotOpen(_("This rule has already been withdrawn."))
    rule.withdrawn_at, rule.withdrawn_by_id, rule.withdrawn_reason = clock.now(), actor.id, reason.strip()
    db.session.flush()
    return rule


def get(rule_id: int) -> SigningRule:
    """One rule with its people, its unit and its office; raises NotFound."""
    shown = SigningRule.unit, SigningRule.organisation, SigningRule.entered_by, SigningRule.withdrawn_by
    return _found(_one(rule_id).options(*(joinedload(each) for each in shown)))


def _one(rule_id: int) -> Select[SigningRule]:
    return select(SigningRule).where(SigningRule.id == rule_id)


def _found(query: Select[SigningRule]) -> SigningRule:
    rule = db.session.scalar(query)
    if rule is None:
        raise NotFound(_("There is no such signing rule."))
    return rule


def listed(page: int = 1, *, unit_id: int | None = None) -> tuple[list[SigningRule], int]:
    """One page of the rules (of one unit), by unit, those that hold latest first, and how many there are in all."""
    query = select(SigningRule).join(SigningRule.unit)
    if unit_id is not None:
        query = query.where(SigningRule.unit_id == unit_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.options(joinedload(SigningRule.unit), joinedload(SigningRule.organisation))
    query = query.order_by(Unit.sort_key, Unit.id, SigningRule.starts_on.desc(), SigningRule.id.desc())
    return list(db.session.scalars(query.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE))), total
