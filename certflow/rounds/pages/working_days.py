"""The calendar of working days: the holidays of a year, and the days that a document has moved."""

import datetime as dt

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow import clock
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.errors import Invalid
from certflow.http.fields import ADay, Chosen, DayField, show_faults
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.rounds import working_days

bp = Room("working_days", __name__, only=ADMINISTRATORS, url_prefix="/working-days")


class DayForm(FlaskForm):
    """One day that a document makes a working day or a day off."""

    day = DayField(lazy_gettext("Day"), [InputRequired(lazy_gettext("Enter the day, for example 26/04/2025.")), ADay()])
    working = RadioField(
        lazy_gettext("Kind of day by the document"),
        [Chosen(lazy_gettext("Choose whether this is a working day."))],
        choices=[
            SelectChoice("yes", lazy_gettext("A working day")),
            SelectChoice("no", lazy_gettext("A day off")),
        ],
        validate_choice=False,
    )
    source = StringField(
        lazy_gettext("The document that orders it"),
        [
            InputRequired(lazy_gettext("Enter the document that orders it.")),
            Length(
                max=working_days.LONGEST_SOURCE, message=lazy_gettext("Shorten this to at most %(max)d characters.")
            ),
        ],
        description=lazy_gettext("Its number, date and issuing office, for example a notice on swapping working days."),
    )


@bp.page("/", ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """The days of one year, this year unless the address names another."""
    return _page(DayForm(), _year_asked())


@bp.action("/", ADMINISTRATOR)
def enter() -> ResponseReturnValue:
    """Enter one day, or replace its entry."""
    form = DayForm()
    if not form.validate_on_submit():
        return _page(form, _year_asked()), 422
    working = form.working.data == "yes"
    try:
        calendar_day = working_days.enter(form.day.day, working=working, source=form.source.data, actor=actor())
    except Invalid as refusal:
        show_faults(form, refusal)
        return _page(form, _year_asked()), 422
    flash(_("The day is entered; dates counted in working days use it from now on."))
    return redirect(url_for(".show", year=calendar_day.day.year))


def _year_asked() -> int:
    year = request.args.get("year", clock.today().year, type=int)
    return min(max(year, dt.MINYEAR), dt.MAXYEAR)


def _page(form: DayForm, year: int) -> str:
    return render_template("rounds/working_days/show.html", form=form, year_of_days=working_days.of_year(year))
