"""Delegations: an administrator enters who acts for whom, with days and a document, and withdraws them.

By Decree 30/2020/NĐ-CP art. 13.3 signing by delegation is given in writing, for a limited time and content, and whoever
has it may not give it on. Every delegation here has a document and a last day, and is about somebody's own appointment.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from certflow import clock
from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.catalogue import role_titles
from certflow.errors import ActionNotOpen, Invalid
from certflow.models.base import Pagination, begin_writing, db
from certflow.models.people import Appointment, User
from certflow.models.rules import DELEGATIONS, MODES, Delegation
from certflow.people import people
from certflow.rules import signing_rules
from certflow.vietnamese import search_key
from certflow.wording import N_, _

MOST_FOUND = 20
LONGEST_POSITION = 120
REGISTER = dated.Register(
    Delegation, N_("There is no such delegation."), N_("This delegation has already been withdrawn.")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEntry(dated.Entry):
    """The values of a new delegation: appointment, delegate, mode, scheme ("" for all), days and document.

    Without a `position` the delegate's own is taken. `held_by` is the delegation by which the one who is to delegate
    holds the part, where it is not their own: that is refused.
    """

    appointment_id: int
    delegate_id: int
    mode: str
    position: str = ""
    scheme: str = ""
    held_by: int | None = None


def enter(entry: DelegationEntry, *, actor: User) -> Delegation:
    """Insert a delegation; raises Invalid with the messages of all invalid fields."""
    access.require_administrator(actor)
    begin_writing()
    appointment = _held(entry.appointment_id)
    delegate = db.session.get(User, entry.delegate_id)
    access.require_administrator(actor)
    position = dated.joined(entry.position) or (delegate.position if delegate is not None else "")
    faults = _faults(entry, appointment, delegate, position)
    if faults or appointment is None or delegate is None:
        raise Invalid(fields=faults)
    delegation = Delegation(
        appointment_id=appointment.id,
        principal_name=appointment.user.full_name,
        delegate_id=delegate.id,
        delegate_name=delegate.full_name,
        mode=entry.mode,
        workflow=entry.scheme,
        position=position,
        **dated.columns(entry, actor),
    )
    db.session.add(delegation)
    db.session.flush()
    db.session.expire(delegate, ["delegations"])
    return delegation


def _held(appointment_id: int) -> Appointment | None:
    """The appointment, held: of two who enter at once the second sees the first, and it does not end meanwhile."""
    query = select(Appointment).where(Appointment.id == appointment_id).with_for_update(of=Appointment)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _faults(entry: DelegationEntry, appointment: Appointment | None, delegate: User | None, position: str) -> Faults:
    faults = _faults_in_part(entry, appointment) | _faults_in_delegate(appointment, delegate)
    missing = _("Enter the delegate's position: papers print it.")
    faults |= dated.faults_in_print("position", position, LONGEST_POSITION, missing)
    faults |= dated.faults_in_document(entry, _("This must be filled in."), ["document_number"])
    faults |= _faults_in_how(entry, appointment) | _faults_in_days(entry, appointment)
    return faults if faults or appointment is None else _faults_in_repeating(entry)


def _faults_in_part(entry: DelegationEntry, appointment: Appointment | None) -> Faults:
    if entry.held_by is not None:
        return {"part": (not_further(),)}
    if appointment is None:
        return {"part": (_("Choose the role that is delegated and the person who holds it."),)}
    if appointment.role == role_titles.ADMINISTRATOR:
        return {"part": (_("The administrator role cannot be delegated: appoint another administrator."),)}
    if not appointment.goes_on(clock.today()):
        return {"part": (_("This appointment has already ended."),)}
    if not appointment.user.active:
        return {"part": (_("The account of the person who delegates is switched off."),)}
    return {}


def not_further() -> str:
    """The message that says why a delegated role cannot be delegated again."""
    return _(
        "This role is held by delegation and cannot be delegated again (Decree 30/2020/NĐ-CP "
        "art. 13.3). Choose the appointment of the person who holds the role."
    )


def _faults_in_delegate(appointment: Appointment | None, delegate: User | None) -> Faults:
    if delegate is None:
        return {"delegate_id": (_("Choose the person who will act."),)}
    if not delegate.active:
        return {"delegate_id": (_("The account of the person who acts is switched off."),)}
    if appointment is not None and appointment.user_id == delegate.id:
        return {"delegate_id": (_("Nobody can delegate to themselves: choose another person."),)}
    if appointment is not None and appointment.role in role_titles.judging_roles() and people.administers(delegate):
        return {"delegate_id": (people.both_words(),)}
    return {}


def _faults_in_how(entry: DelegationEntry, appointment: Appointment | None) -> Faults:
    faults: Faults = {}
    if entry.mode not in MODES:
        faults["mode"] = (_("Choose how it is signed: KT., TL. or TUQ."),)
    if entry.scheme and (appointment is None or entry.scheme not in signing_rules.schemes_with(appointment.role)):
        faults["scheme"] = (_("Choose a scheme that has this role."),)
    elif entry.mode == "TUQ" and not entry.scheme:
        faults["scheme"] = (
            _("Choose the scheme: a delegation (TUQ.) must be limited (Decree 30/2020/NĐ-CP art. 13.3)."),
        )
    return faults


def _faults_in_days(entry: DelegationEntry, appointment: Appointment | None) -> Faults:
    faults = dated.faults_in_days(entry.starts_on, entry.ends_on, entry.document_date)
    if entry.ends_on is None:
        faults["ends_on"] = (_("Enter the last day: a delegation is always limited in time."),)
    elif entry.ends_on < clock.today():
        faults.setdefault("ends_on", (_("The last day has already passed."),))
    elif appointment is not None and appointment.ends_on is not None and entry.ends_on > appointment.ends_on:
        last = f"{appointment.ends_on:%d/%m/%Y}"
        faults.setdefault("ends_on", (_("The appointment itself ends on %(day)s.", day=last),))
    if appointment is not None and entry.starts_on is not None and entry.starts_on < appointment.starts_on:
        first = f"{appointment.starts_on:%d/%m/%Y}"
        faults.setdefault("starts_on", (_("The appointment itself begins on %(day)s.", day=first),))
    return faults


def _faults_in_repeating(entry: DelegationEntry) -> Faults:
    """A second delegation of the same part to the same person for the same days would leave open by which they act."""
    query = select(Delegation).where(
        Delegation.appointment_id == entry.appointment_id,
        Delegation.delegate_id == entry.delegate_id,
        Delegation.runs(entry.starts_on, entry.ends_on),
    )
    if entry.scheme:
        query = query.where(Delegation.workflow.in_(("", entry.scheme)))
    other = db.session.scalars(query.order_by(Delegation.starts_on).limit(1)).one_or_none()
    if other is None:
        return {}
    days = {"first": f"{other.starts_on:%d/%m/%Y}", "last": f"{other.ends_on:%d/%m/%Y}"}
    words = _(
        "This is already delegated to the same person: %(first)s – %(last)s, by %(document)s.",
        document=other.document_number,
        **days,
    )
    return {"starts_on": (words,)}


def withdraw(delegation_id: int, *, reason: str, actor: User) -> Delegation:
    """Withdraw a delegation; its rights end at the delegate's next request, earlier acts stay valid."""
    access.require_administrator(actor)
    delegation = REGISTER.held(delegation_id)
    if delegation.withdrawn_at is None and not delegation.meets(clock.today(), None):
        raise ActionNotOpen(_("This delegation has already ended."))
    return REGISTER.withdraw(delegation, reason, actor=actor)


def get(delegation_id: int) -> Delegation:
    """One delegation with its people and its unit; raises NotFound."""
    return REGISTER.get(delegation_id, *SHOWN)


_ABOUT = joinedload(Delegation.appointment)
SHOWN = (
    _ABOUT.options(joinedload(Appointment.user), joinedload(Appointment.unit)),
    joinedload(Delegation.delegate),
)


def listed(page: int = 1, words: str = "") -> Pagination:
    """One page of delegations, those that end latest first, searched by either person's name."""
    query = select(Delegation)
    if words:
        delegate, delegator, key = aliased(User), aliased(User), search_key(words)
        query = query.join(Delegation.appointment).join(delegator, Appointment.user_id == delegator.id)
        query = query.join(delegate, Delegation.delegate_id == delegate.id)
        names = (person.search_key.contains(key, autoescape=True) for person in (delegate, delegator))
        query = query.where(or_(*names))
    query = query.options(*SHOWN).order_by(Delegation.ends_on.desc(), Delegation.id.desc())
    return dated.page_of(query, page)


def given_by(user: User) -> list[Delegation]:
    """The delegations of a person's roles, latest first; at most one page."""
    return _latest(Delegation.appointment.has(Appointment.user_id == user.id))


def received_by(user: User) -> list[Delegation]:
    """The delegations to a person, latest first; at most one page."""
    return _latest(Delegation.delegate_id == user.id)


def _latest(whose: object) -> list[Delegation]:
    query = select(Delegation).where(whose).options(*SHOWN)  # type: ignore[arg-type]
    return list(
        db.session.scalars(query.order_by(Delegation.ends_on.desc(), Delegation.id.desc()).limit(dated.PAGE_SIZE))
    )


def people_named(words: str) -> list[User]:
    """Active people by name or sign-in name, with their appointments and delegations; at most MOST_FOUND."""
    key = search_key(words)
    by_name = User.search_key.contains(key, autoescape=True)
    query = select(User).where(User.active, or_(by_name, User.sign_in_name.contains(words.lower(), autoescape=True)))
    unit = joinedload(Appointment.unit)
    about = joinedload(Delegation.appointment).options(joinedload(Appointment.unit), joinedload(Appointment.user))
    query = query.options(selectinload(User.appointments).options(unit), selectinload(DELEGATIONS).options(about))
    return list(db.session.scalars(query.order_by(User.sort_key, User.id).limit(MOST_FOUND)))
