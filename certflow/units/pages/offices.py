"""Pages for administrators: the offices of a unit, how they are reached, and its disadvantaged area."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from certflow.access.dated import LONGEST_SOURCE
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import units
from certflow.errors import Invalid
from certflow.http.fields import ADay, Chosen, DayField, first_day, last_day, line, show_faults
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.models.base import db
from certflow.models.units import Unit
from certflow.units import attributes, contacts, organisations, words

bp = Room("offices", __name__, only=ADMINISTRATORS, url_prefix="/units")

_LAST = lazy_gettext("Enter the last day, for example 31/12/2026.")
_SAY = lazy_gettext("Enter the document, or say how you know this.")


class OfficeForm(FlaskForm):
    """A new office at a unit."""

    kind = SelectField(
        lazy_gettext("Kind of office"),
        [Chosen(lazy_gettext("Choose a kind of office that such a unit has."))],
        validate_choice=False,
    )
    name = line(lazy_gettext("Full name"), organisations.LONGEST_NAME, missing=lazy_gettext("Write the full name."))
    starts_on = DayField(
        lazy_gettext("First day"), [ADay()], description=lazy_gettext("Leave this empty when it is not known.")
    )
    source = line(
        lazy_gettext("Source"),
        LONGEST_SOURCE,
        missing=_SAY,
        description=lazy_gettext("The document that set it up, or how you know this."),
    )


class DisadvantagedForm(FlaskForm):
    """The form for a disadvantaged area: document, first and last day."""

    source = line(
        lazy_gettext("The document that lists the unit"),
        LONGEST_SOURCE,
        missing=lazy_gettext("Enter the document that lists the unit."),
    )
    starts_on = first_day()
    ends_on = last_day()


class EndForm(FlaskForm):
    """The form for the last day of an office or an attribute, with its source."""

    ends_on = DayField(lazy_gettext("Last day"), [InputRequired(_LAST), ADay()])
    source = line(lazy_gettext("Source"), LONGEST_SOURCE, missing=_SAY)


@bp.form("/<int:unit_id>/offices", ADMINISTRATOR)
def offices(unit_id: int) -> ResponseReturnValue:
    """List the offices at a unit, and add one."""
    unit, form = units.get(unit_id), OfficeForm()
    kinds = [SelectChoice(kind, words.office(kind)) for kind in organisations.kinds_at(unit.kind)]
    form.kind.choices = [SelectChoice("", _("Choose a kind")), *kinds]
    if not form.is_submitted():
        return _offices_page(unit, form)
    if form.validate():
        try:
            organisations.add(unit_id, _entry(form), actor=actor())
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
        else:
            flash(_("The office is entered."))
            return redirect(url_for(".offices", unit_id=unit_id))
    return _offices_page(units.get(unit_id), form), 422


def _entry(form: OfficeForm) -> organisations.OfficeEntry:
    return organisations.OfficeEntry(form.kind.data, form.name.data, form.source.data, form.starts_on.day)


def _offices_page(unit: Unit, form: OfficeForm) -> str:
    return render_template("units/offices.html", unit=unit, form=form, offices=organisations.at(unit.id), say=words)


@bp.form("/offices/<int:organisation_id>/end", ADMINISTRATOR)
def end_office(organisation_id: int) -> ResponseReturnValue:
    """End an office on a day."""
    office, form = organisations.get(organisation_id), EndForm()
    what, back = office.name, url_for(".offices", unit_id=office.unit_id)
    if form.validate_on_submit():
        try:
            organisations.end(organisation_id, last_day=form.ends_on.day, source=form.source.data, actor=actor())
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_("The last day of the office is entered."))
            return redirect(back)
    return _end_page(form, office.unit, what, back)


class ContactForm(FlaskForm):
    """How an office is reached."""

    name = line(
        lazy_gettext("Name of the office"),
        contacts.LONGEST_NAME,
        missing=lazy_gettext("Enter the name of the office."),
        description=lazy_gettext("As people call it, for example Phòng Giáo dục và Đào tạo huyện Cẩm Mỹ."),
    )
    telephone = line(
        lazy_gettext("Telephone"),
        contacts.LONGEST_TELEPHONE,
        missing=lazy_gettext("Enter a telephone number, for example 0251 3822 310."),
    )
    hours = line(
        lazy_gettext("Office hours"),
        contacts.LONGEST_HOURS,
        description=lazy_gettext("For example: 7:30-11:30 and 13:30-17:00, Monday to Friday."),
    )


@bp.page("/contacts", ADMINISTRATOR)
def contacts_listed() -> ResponseReturnValue:
    """The offices whose contact is shown at the foot of pages."""
    return render_template("units/contacts.html", contacts=contacts.listed(), provinces=units.of_kind("province"))


@bp.form("/<int:unit_id>/contact", ADMINISTRATOR)
def contact(unit_id: int) -> ResponseReturnValue:
    """Enter, change or remove how the office at a unit is reached."""
    unit, present = units.get(unit_id), contacts.of_unit(unit_id)
    form = ContactForm(obj=present)
    if not form.is_submitted():
        return render_template("units/contact.html", unit=unit, form=form, present=present)
    if "remove" in request.form:
        contacts.remove(unit_id, actor=actor())
        flash(_("The contact is removed."))
        return redirect(url_for(".contacts_listed"))
    if form.validate():
        entry = contacts.ContactEntry(form.name.data, form.telephone.data, form.hours.data or "")
        try:
            contacts.enter(unit_id, entry, actor=actor())
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
        else:
            flash(_("The contact is saved. It stands at the foot of every page for this unit and those below it."))
            return redirect(url_for(".contacts_listed"))
    return render_template("units/contact.html", unit=units.get(unit_id), form=form, present=present), 422


@bp.form("/<int:unit_id>/disadvantaged", ADMINISTRATOR)
def disadvantaged(unit_id: int) -> ResponseReturnValue:
    """Record that a unit lies in a disadvantaged area."""
    unit, form = units.get(unit_id), DisadvantagedForm()
    if not form.is_submitted():
        return render_template("units/disadvantaged.html", unit=unit, form=form)
    if form.validate():
        days = {"starts_on": form.starts_on.day, "ends_on": form.ends_on.day}
        try:
            attributes.add(unit_id, source=form.source.data, actor=actor(), **days)
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_("It is entered; it applies to dossiers opened from now on."))
            return redirect(url_for("places.show", unit_id=unit_id))
    return render_template("units/disadvantaged.html", unit=units.get(unit_id), form=form), 422


@bp.form("/attributes/<int:attribute_id>/end", ADMINISTRATOR)
def end_attribute(attribute_id: int) -> ResponseReturnValue:
    """Set the last day of a disadvantaged area."""
    statement, form = attributes.get(attribute_id), EndForm()
    unit, back = units.get(statement.unit_id), url_for("places.show", unit_id=statement.unit_id)
    if form.validate_on_submit():
        try:
            attributes.end(attribute_id, last_day=form.ends_on.day, source=form.source.data, actor=actor())
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_("The last day is entered."))
            return redirect(back)
    return _end_page(form, unit, _("Disadvantaged area"), back)


def _end_page(form: EndForm, unit: Unit, what: str, back: str) -> ResponseReturnValue:
    page = render_template("units/end.html", form=form, unit=unit, what=what, back=back)
    return page, 422 if form.is_submitted() else 200
