"""Pages for administrators: people and their appointments."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import access, vacancies
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.accounts import directory
from certflow.accounts.pages.sessions import of_person
from certflow.catalogue import role_titles, units
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http.fields import show_faults, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import Room, always
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.models.units import Unit
from certflow.people import appointing, people
from certflow.people.forms import AccountForm, AppointmentForm, NewPersonForm, SamePersonForm
from certflow.units import organisations, register

bp = Room("people", __name__, only=ADMINISTRATORS)

LONGEST_WORDS = 120


@bp.page("/people/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """People by given name, found by a name, the name of their unit or their role."""
    words, unit = (request.args.get(name, "").strip()[:LONGEST_WORDS] for name in ("q", "unit"))
    roles, role = role_titles.roles(), request.args.get("role", "")
    role = role if role in roles else ""
    page = people.listed(asked_page(), words, unit=unit, role=role)
    return render_template(
        "people/listed.html",
        accounts=[(user, access.appointments(user)) for user in page.items],
        page=page,
        asked={"q": words, "unit": unit, "role": role},
        narrowed=bool(words or unit or role),
        roles=roles,
        vacancies=vacancies.vacancies(),
    )


@bp.form("/people/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Create an account."""
    form = NewPersonForm()
    if request.method == "GET":
        return render_template("people/new.html", form=form)
    if form.validate_on_submit():
        try:
            account = people.create(
                actor=actor(),
                sign_in_name=form.sign_in_name.data,
                full_name=form.full_name.data,
                position=form.position.data or "",
                password=form.password.data or "",
                email=form.email.data or "",
            )
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(
                _(
                    "The account is created. Give the person a role now; without a role the person can sign "
                    "in but sees no dossier."
                )
            )
            if not account.password_hash:
                flash(_("Then give a link from the account's page: the person has no password yet."), "warning")
            return redirect(url_for(".appoint", user_id=account.id))
    return render_template("people/new.html", form=form), 422


@bp.form("/people/<int:user_id>", ADMINISTRATOR)
def show(user_id: int) -> ResponseReturnValue:
    """One person's account."""
    person = directory.get(user_id)
    form = AccountForm(obj=person)
    if request.method == "GET":
        return _account_page(person, form)
    if form.validate_on_submit():
        try:
            _change(user_id, form)
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
            return _account_page(directory.get(user_id), form), 422
        flash(_("The account is saved."))
        return redirect(url_for(".show", user_id=user_id))
    return _account_page(person, form), 422


@bp.form("/people/<int:user_id>/appointments", ADMINISTRATOR, weighs=always)
def appoint(user_id: int) -> ResponseReturnValue:
    """A person's appointments, and a new one: choose the role, find the unit, give the days."""
    person = directory.get(user_id)
    form = AppointmentForm(**_steps_so_far())
    offered = _offered_units(form)
    if request.method == "GET":
        return _appointments_page(person, form, offered)
    if form.validate_on_submit():
        try:
            done = _give(user_id, form)
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_said(done))
            return redirect(url_for(".appoint", user_id=user_id))
    return _appointments_page(person, form, offered), 422


@bp.form("/people/<int:user_id>/same", ADMINISTRATOR)
def same(user_id: int) -> ResponseReturnValue:
    """Link the account to another account of the same person."""
    person = directory.get(user_id)
    form = SamePersonForm(sign_in_name=person.same_person_as.sign_in_name if person.same_person_as else "")
    if request.method == "GET" or not form.validate_on_submit():
        return _same_page(person, form), 200 if request.method == "GET" else 422
    try:
        people.link_accounts(user_id, form.sign_in_name.data or "", actor=actor())
    except Invalid as refusal:
        show_faults(form, refusal)
        return _same_page(person, form), 422
    flash(_("The account is saved."))
    return redirect(url_for(".show", user_id=user_id))


def _same_page(person: User, form: SamePersonForm) -> str:
    return render_template("people/same.html", person=person, form=form, others=people.other_accounts(person))


@bp.form("/appointments/<int:appointment_id>/end", ADMINISTRATOR)
def end(appointment_id: int) -> ResponseReturnValue:
    """End an appointment, after a confirmation page."""
    appointment = people.get_appointment(appointment_id)
    if request.method == "GET":
        leaving = vacancies.left_by([appointment])
        return render_template("people/end.html", appointment=appointment, roles=role_titles.roles(), leaving=leaving)
    people.end_appointment(appointment_id, actor=actor())
    flash(_("The appointment and its rights have ended."))
    return redirect(url_for(".appoint", user_id=appointment.user_id))


def _change(user_id: int, form: AccountForm) -> None:
    people.change(
        user_id,
        actor=actor(),
        full_name=form.full_name.data,
        position=form.position.data or "",
        active=form.active.data,
        password=form.password.data or "",
        email=form.email.data or "",
    )


def _said(done: Appointment | Proposal) -> str:
    if isinstance(done, Appointment):
        return str(_("The appointment is recorded."))
    return str(_("The appointment is proposed. It counts once another administrator confirms it."))


def _give(user_id: int, form: AppointmentForm) -> Appointment | Proposal:
    return appointing.appoint(
        user_id,
        actor=actor(),
        role=form.role.data or "",
        unit_id=form.unit,
        starts_on=form.starts_on.day,
        ends_on=form.ends_on.day,
        organisation_id=form.office,
        document=" ".join((form.document.data or "").split()),
    )


def _steps_so_far() -> dict[str, str]:
    return {
        "role": request.args.get("role", ""),
        "q": request.args.get("q", "").strip()[:120],
        "ended": request.args.get("ended", ""),
        "starts_on": shown_day(today()),
    }


def _offered_units(form: AppointmentForm) -> list[Unit]:
    """The units for the last step: those of the role's kind whose name contains the search text."""
    seat = role_titles.roles().get(form.role.data or "", ("", ""))[1]
    offered = units.find(form.q.data, seat) if seat and form.q.data else []
    if seat and form.q.data and form.ended.data:
        offered += register.ended(form.q.data, seat)
    form.offer(offered, organisations.at_units([unit.id for unit in offered]) if offered else [])
    return offered


def _account_page(person: User, form: AccountForm) -> str:
    held = access.appointments(person)
    return render_template(
        "people/show.html",
        person=person,
        form=form,
        held=held,
        leaving=vacancies.left_by(held),
        roles=role_titles.roles(),
        **of_person(person),
    )


def _appointments_page(person: User, form: AppointmentForm, offered: list[Unit]) -> str:
    roles = role_titles.roles()
    role = form.role.data if form.role.data in roles else ""
    seat = roles[role][1] if role else ""
    return render_template(
        "people/appointments.html",
        person=person,
        form=form,
        roles=roles,
        role=role,
        kind=role_titles.kind_title(seat) if seat else "",
        ready=bool(role) and (not seat or bool(offered)),
        many=len(offered) >= units.MOST_FOUND,
        privileged=role in role_titles.privileged_roles(),
        waiting=appointing.waiting_about(person),
    )
