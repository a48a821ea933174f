"""The forms of the rounds pages: a new round, and the dates of one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from certflow.http.fields import ADay, Chosen, DayField, number_chosen, shown_day
from certflow.http.typed import whole_number
from certflow.law.deadlines import Due
from certflow.models.days import LONGEST_REASON

LONGEST_TITLE = 200


class RoundForm(FlaskForm):
    """A new round; the view fills the choices of `scheme` ("name:version") and `unit_id`."""

    scheme = RadioField(
        lazy_gettext("Scheme"), [Chosen(lazy_gettext("Choose the scheme of the round."))], validate_choice=False
    )
    unit_id = SelectField(
        lazy_gettext("Province"),
        [Chosen(lazy_gettext("Choose the province of the round."))],
        validate_choice=False,
    )
    assessed_year = StringField(
        lazy_gettext("Assessed year"),
        [InputRequired(lazy_gettext("Type the assessed year, for example 2025."))],
        description=lazy_gettext("The next page shows the dates of the chosen scheme."),
    )
    title = StringField(
        lazy_gettext("Name of the round"),
        [
            InputRequired(lazy_gettext("Enter a name of the round that officers will recognise.")),
            Length(max=LONGEST_TITLE, message=lazy_gettext("Shorten the name to at most 200 characters.")),
        ],
        description=lazy_gettext("Officers choose the round by this name, for example “Round of 2025”."),
    )
    practice = BooleanField(
        lazy_gettext("This is a practice round"),
        description=lazy_gettext("Its papers have numbers of their own, carry a warning and have no legal force."),
    )

    @property
    def unit(self) -> int:
        """The id of the chosen province; 0 if none is chosen."""
        return number_chosen(self.unit_id) or 0

    @property
    def year(self) -> int:
        """The entered year of four digits; 0 if it is not valid."""
        digits = (self.assessed_year.data or "").strip()
        return whole_number(digits) or 0 if len(digits) == 4 else 0

    def validate_assessed_year(self, _field: Field) -> None:
        """Raise a validation error if the value is not a year."""
        if not self.year:
            raise ValidationError(_("Type the year with four digits, for example 2025."))


class SetForm(FlaskForm):
    """The criteria set of a round ("name:version"), if the scheme lets the department choose."""

    form = RadioField(
        lazy_gettext("Criteria set"),
        [Chosen(lazy_gettext("Choose the criteria set of the round."))],
        validate_choice=False,
    )


class RoundDatesForm(FlaskForm):
    """The dates of a round: for each deadline the day and whether the day itself is still on time."""

    version = HiddenField()
    reason = TextAreaField(
        lazy_gettext("Reason for changing the dates"),
        [Length(max=LONGEST_REASON, message=lazy_gettext("Shorten this to at most %(max)d characters."))],
        description=lazy_gettext("Enter the document that changes the dates. The second person reads it."),
    )

    def choices(self) -> dict[str, tuple[dt.date, bool]]:
        """The choices by deadline name; call it on a valid form."""
        names = [name.removeprefix("due_") for name in self._fields if name.startswith("due_")]
        return {
            name: (cast(dt.date, self[f"due_{name}"].day), self[f"included_{name}"].data == "yes") for name in names
        }


def dates_form(dues: Sequence[Due], version: int) -> RoundDatesForm:
    """The form of these dates, filled with them or with what was sent."""
    fields: dict[str, Any] = {}
    for due in dues:
        fields[f"due_{due.spec.name}"] = DayField(
            lazy_gettext("Date"), [InputRequired(_needed(due)), ADay()], default=shown_day(due.on)
        )
        fields[f"included_{due.spec.name}"] = RadioField(
            lazy_gettext("Does the day itself count as on time?"),
            [Chosen(lazy_gettext("Choose whether the day itself counts as on time."))],
            choices=[
                SelectChoice("yes", str(_("Yes, until the end of the day"))),
                SelectChoice("no", str(_("No, only before that day"))),
            ],
            default="yes" if due.included else "no",
            validate_choice=False,
        )
    form_class = type("DatesOfThisRound", (RoundDatesForm,), fields)
    return cast(RoundDatesForm, form_class(version=str(version)))


def _needed(due: Due) -> str:
    return str(_("Enter a date, for example %(day)s.", day=shown_day(due.on)))
