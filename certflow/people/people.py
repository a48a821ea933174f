"""People, their appointments, and which accounts belong to one person, as the administrator keeps them."""

import datetime as dt
import re
from collections.abc import Collection
from typing import Unpack

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from certflow import clock
from certflow.access import access, dated
from certflow.accounts import accounts, events, links, outbox, two_person_recovery
from certflow.accounts.directory import by_sign_in_name, get
from certflow.accounts.guessing import passwords
from certflow.catalogue import role_titles
from certflow.catalogue.role_titles import kind_title, roles
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.handling import handling
from certflow.models.base import Pagination, db, paginate, refusing
from certflow.models.people import Appointment, User
from certflow.models.units import Unit
from certflow.units import organisations
from certflow.units.organisations import OfficeSeat
from certflow.vietnamese import name_key, search_key
from certflow.wording import _

SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{2,119}\Z")
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z"
)
LONGEST_ADDRESS, PAGE_SIZE = 200, 50


def create(
    *, actor: User, sign_in_name: str, full_name: str, position: str, password: str = "", email: str = ""
) -> User:
    """Create an account; raises Invalid with the field's message. Without a password the person is to be invited."""
    access.require_administrator(actor)
    return add(
        sign_in_name=sign_in_name,
        full_name=full_name,
        position=position,
        password=password,
        email=email,
        actor=actor,
    )


def add(
    *,
    sign_in_name: str,
    full_name: str,
    position: str,
    password: str = "",
    email: str = "",
    actor: User | None = None,
) -> User:
    """As `create`, without an actor: for the command line, whose user owns the database."""
    name = sign_in_name.strip().lower()
    faults = _account_faults(name, full_name, email, password)
    if faults:
        raise Invalid(fields=faults)
    user = User(
        sign_in_name=name,
        full_name=full_name.strip(),
        search_key=search_key(full_name)[:120],
        sort_key=name_key(full_name)[:400],
        position=position.strip(),
        email=email.strip().lower(),
        password_hash=accounts.hashed(password) if password else "",
        created_at=clock.now(),
    )
    with refusing("uq_user_account_sign_in_name", Invalid(fields={"sign_in_name": (_taken(),)})):
        db.session.add(user)
    events.record(user.id, "created", actor=actor)
    return user


def _account_faults(name: str, full_name: str, email: str, password: str) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    if not SIGN_IN_NAME.match(name):
        faults["sign_in_name"] = (_("Use at least 3 letters a-z, digits, and . _ - @, without spaces or accents."),)
    elif db.session.scalar(select(User.id).where(User.sign_in_name == name)):
        faults["sign_in_name"] = (_taken(),)
    if not full_name.strip():
        faults["full_name"] = (_("Enter the person's full name."),)
    if not is_address(email):
        faults["email"] = (_not_an_address(),)
    try:
        if password:
            passwords.check(password, sign_in_name=name, full_name=full_name)
    except Invalid as refusal:
        faults.update(refusal.fields)
    return faults


def is_address(email: str) -> bool:
    """Whether the text is an e-mail address or empty."""
    address = email.strip()
    return not address or (len(address) <= LONGEST_ADDRESS and EMAIL.match(address) is not None)


def _not_an_address() -> str:
    return _("This is not an e-mail address. Write it like ten@example.gov.vn, or leave it empty.")


def _taken() -> str:
    return _("This sign-in name is taken. Choose another.")


def change(
    user_id: int,
    *,
    actor: User,
    full_name: str,
    position: str,
    active: bool,
    password: str = "",
    email: str | None = None,
) -> User:
    """Change a person's name, position, address or password, or switch the account off; these two end open sessions."""
    access.require_administrator(actor)
    user = get(user_id)
    address = user.email if email is None else email.strip().lower()
    _refuse_change(user, actor, full_name, address, active)
    _note_change(user, actor, full_name.strip(), position.strip(), address, active)
    user.full_name, user.position, user.email, user.active = full_name.strip(), position.strip(), address, active
    user.search_key, user.sort_key = search_key(full_name)[:120], name_key(full_name)[:400]
    if password:
        two_person_recovery.give_password(user, password, actor=actor)
    if not active:
        accounts.end_all_sessions(user)
        handling.end_all_of(user, actor=actor)
    db.session.flush()
    return user


def _refuse_change(user: User, actor: User, full_name: str, email: str, active: bool) -> None:
    faults = {} if is_address(email) else {"email": (_not_an_address(),)}
    if not full_name.strip():
        faults["full_name"] = (_("Enter the person's full name."),)
    if user.id == actor.id and not active:
        faults["active"] = (_("You cannot switch off your own account."),)
    if faults:
        raise Invalid(fields=faults)


def _note_change(user: User, actor: User, full_name: str, position: str, email: str, active: bool) -> None:
    """Record the old values in the account's history; links sent to the old address are revoked."""
    if email != user.email:
        outbox.tell_owner(user, "email_changed", actor=actor)
    if email != user.email or not active:
        links.revoke(user.id)
    if active != user.active:
        events.record(user.id, "switched_on" if active else "switched_off", actor=actor)
    was = {"full_name": user.full_name, "position": user.position, "email": user.email}
    will = {"full_name": full_name, "position": position, "email": email}
    changed = [name for name in was if was[name] != will[name]]
    if changed:
        before, after = ({name: values[name] for name in changed} for values in (was, will))
        events.record(user.id, "changed", actor=actor, before=before, after=after)


def give(
    user: User,
    *,
    role: str,
    unit_id: int | None,
    starts_on: dt.date | None,
    ends_on: dt.date | None = None,
    actor: User | None = None,
    **seat: Unpack[OfficeSeat],
) -> Appointment:
    """Appoint at once, as the command line does, whose user owns the database; raises Invalid with the field's message.

    Pages appoint by `appointing`, which asks a second person where one is needed.
    """
    faults = appointment_faults(user, role, unit_id, starts_on, ends_on, **seat)
    if faults:
        raise Invalid(fields=faults)
    days = {"starts_on": starts_on or clock.today(), "ends_on": ends_on}
    appointment = Appointment(user_id=user.id, role=role, unit_id=unit_id, **days, **seat)
    db.session.add(appointment)
    db.session.flush()
    db.session.expire(user, ["appointments"])
    _record("appointed", appointment, actor)
    return appointment


def _record(what: str, appointment: Appointment, actor: User | None) -> None:
    place = db.session.get(Unit, appointment.unit_id) if appointment.unit_id else None
    ends_on = appointment.ends_on.isoformat() if appointment.ends_on else ""
    facts = {"role": appointment.role, "unit": place.name if place else "", "ends_on": ends_on}
    events.record(appointment.user_id, what, actor=actor, starts_on=appointment.starts_on.isoformat(), **facts)


def appointment_faults(
    user: User,
    role: str,
    unit_id: int | None,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    **seat: Unpack[OfficeSeat],
) -> dict[str, tuple[str, ...]]:
    """What is wrong with an appointment, by field."""
    if role not in roles():
        return {"role": (_("Choose one of the roles listed."),)}
    faults = _unit_faults(role, unit_id)
    if mixes({*roles_of(user.person_id), role}):
        faults["role"] = (both_words(),)
    return faults | dated.faults_in_days(starts_on, ends_on) | organisations.seat_faults(unit_id, **seat)


def mixes(held: Collection[str]) -> bool:
    """Whether these roles would let one person both administer and judge, decide or sign."""
    return role_titles.ADMINISTRATOR in held and bool(set(held) & role_titles.judging_roles())


def administers(user: User) -> bool:
    """Whether the person administers, under whichever account: such a one is given no part that judges or decides."""
    return role_titles.ADMINISTRATOR in roles_of(user.person_id)


def both_words() -> str:
    """Why two roles are not given to one person."""
    return _("Nobody may both administer and judge, decide or sign, not even with two accounts.")


def roles_of(person_id: int) -> set[str]:
    """The roles that all accounts of a person have, today or later."""
    accounts_of = select(User.id).where(or_(User.id == person_id, User.same_person_as_id == person_id))
    query = select(Appointment.role).where(Appointment.user_id.in_(accounts_of), Appointment.goes_on(clock.today()))
    return set(db.session.scalars(query))


def administering() -> set[int]:
    """The ids of all accounts of the people who administer, today or later."""
    held = select(Appointment.user_id).where(
        Appointment.role == role_titles.ADMINISTRATOR, Appointment.goes_on(clock.today())
    )
    first = select(func.coalesce(User.same_person_as_id, User.id)).where(User.id.in_(held))
    return set(db.session.scalars(select(User.id).where(or_(User.id.in_(first), User.same_person_as_id.in_(first)))))


def _unit_faults(role: str, unit_id: int | None) -> dict[str, tuple[str, ...]]:
    seat = roles()[role][1]
    unit = db.session.get(Unit, unit_id) if unit_id else None
    faults: dict[str, tuple[str, ...]] = {}
    if seat and (unit is None or unit.kind != seat):
        faults["unit_id"] = (_("Choose the unit of this role: a %(kind)s.", kind=kind_title(seat)),)
    if not seat and unit_id:
        faults["unit_id"] = (_("An administrator is not appointed at a unit; leave this empty."),)
    return faults


def find_appointment(appointment_id: int) -> Appointment | None:
    """The appointment with its person and unit, or None."""
    query = select(Appointment).where(Appointment.id == appointment_id)
    return db.session.scalar(query.options(joinedload(Appointment.user), joinedload(Appointment.unit)))


def get_appointment(appointment_id: int) -> Appointment:
    """The appointment with its person and unit; raises NotFound."""
    appointment = find_appointment(appointment_id)
    if appointment is None:
        raise NotFound(_("There is no such appointment."))
    return appointment


def end_appointment(appointment_id: int, *, actor: User) -> Appointment:
    """End an appointment now: its rights are gone at the person's next request, and its days stay on record."""
    access.require_administrator(actor)
    appointment = get_appointment(appointment_id)
    if not appointment.goes_on(clock.today()):
        raise ActionNotOpen(_("This appointment has already ended."))
    if appointment.user_id == actor.id and appointment.role == role_titles.ADMINISTRATOR:
        raise ActionNotOpen(_("You cannot end your own appointment as administrator; another one must do it."))
    dated.end_part(appointment)
    _record("appointment_ended", appointment, actor)
    return appointment


def listed(page: int = 1, words: str = "", *, unit: str = "", role: str = "") -> Pagination:
    """One page of people (User) by given name, searched with or without diacritics.

    They are narrowed to those who hold `role` today, and hold it, or any role, at a unit called `unit`.
    """
    query = select(User)
    if unit or role:
        query = query.where(User.id.in_(_holding(unit, role)))
    if words:
        by_name = User.search_key.contains(search_key(words), autoescape=True)
        query = query.where(or_(by_name, User.sign_in_name.contains(words.strip().lower(), autoescape=True)))
    query = query.options(selectinload(User.appointments).joinedload(Appointment.unit))
    return paginate(query.order_by(User.sort_key, User.id), page, PAGE_SIZE)


def _holding(unit: str, role: str) -> Select[int]:
    holders = select(Appointment.user_id).where(Appointment.held_on(clock.today()))
    if role:
        holders = holders.where(Appointment.role == role)
    if unit:
        called = Unit.search_key.contains(search_key(unit), autoescape=True)
        holders = holders.where(Appointment.unit_id.in_(select(Unit.id).where(called)))
    return holders


def link_accounts(user_id: int, sign_in_name: str, *, actor: User) -> User:
    """Link an account to the account with `sign_in_name` as the same person's; "" unlinks it.

    All accounts of a person count as one where nobody may decide their own case.
    """
    access.require_administrator(actor)
    user, first = get(user_id), by_sign_in_name(sign_in_name.strip().lower())
    if user.person_id == actor.person_id:
        raise ActionNotOpen(_("This is your own account; another administrator must do it."))
    if sign_in_name.strip() and first is None:
        raise Invalid(fields={"sign_in_name": (_("Nobody has this sign-in name."),)})
    if first is not None and first.id == user.id:
        raise Invalid(fields={"sign_in_name": (_("Enter the person's other account, not this one."),)})
    if first is not None and mixes(roles_of(user.person_id) | roles_of(first.person_id)):
        raise Invalid(fields={"sign_in_name": (both_words(),)})
    user.same_person_as_id = first.person_id if first is not None and first.person_id != user.id else None
    if user.same_person_as_id is not None:
        own = update(User).where(User.same_person_as_id == user.id).values(same_person_as_id=user.same_person_as_id)
        db.session.execute(own)
    db.session.flush()
    return user


def other_accounts(user: User) -> list[User]:
    """The other accounts of the same person."""
    same = or_(User.id == user.person_id, User.same_person_as_id == user.person_id)
    return list(db.session.scalars(select(User).where(same, User.id != user.id).order_by(User.sign_in_name)))
