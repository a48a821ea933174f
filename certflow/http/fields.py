"""Small pieces that every form shares."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, StopValidation

from certflow.errors import Invalid
from certflow.http.typed import day_typed, plain_number
from certflow.models.days import LONGEST_REASON

TOO_LONG = lazy_gettext("Shorten this to at most %(max)d characters.")
UNTIL_FURTHER_NOTICE = lazy_gettext("Leave this empty when the document holds until further notice.")


def show_faults(form: FlaskForm, refusal: Invalid) -> None:
    """Put the messages of a refusal at their fields, and what belongs to none at the head of the form."""
    for name, messages in refusal.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, *messages]
        else:
            form.form_errors.extend(messages)
    if not refusal.fields:
        form.form_errors.extend(refusal.reasons)


class DayField(StringField):
    """A day typed as 15/02/2025; `day` is the date, None while the text is none."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)

    @property
    def day(self) -> dt.date | None:
        """The day that was typed."""
        return day_typed(self.data)


class ADay:
    """Refuses what is not a day; nothing typed is left to other validators."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if (field.data or "").strip() and day_typed(field.data) is None:
            raise StopValidation(_("This is not a date. Write day/month/year, for example 15/02/2026."))


def shown_day(day: dt.date | None) -> str:
    """A day as officers write it, "" for none."""
    return f"{day:%d/%m/%Y}" if day else ""


class Chosen:
    """Refuses what is not among the field's choices, with a message of its own."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if field.data not in {choice.value for choice in field.choices if choice.value}:
            raise StopValidation(str(self.message))


def first_day() -> DayField:
    """The field of a first day, which must be given."""
    missing = lazy_gettext("Enter the first day, for example 01/01/2026.")
    return DayField(lazy_gettext("First day"), [InputRequired(missing), ADay()])


def last_day(description: Any = UNTIL_FURTHER_NOTICE) -> DayField:
    """The field of a last day, which may be left empty."""
    return DayField(lazy_gettext("Last day"), [ADay()], description=description)


def date_of_document() -> DayField:
    """The field of the date of a document, which must be given."""
    missing = lazy_gettext("Enter the date of the document.")
    return DayField(lazy_gettext("Date of the document"), [InputRequired(missing), ADay()])


def days_and_document(form: FlaskForm) -> dict[str, Any]:
    """What was typed of a rule's days and its document, by the names that a `dated.Entry` has for them."""
    return {
        "starts_on": form.starts_on.day,
        "ends_on": form.ends_on.day,
        "document_number": form.document_number.data or "",
        "document_date": form.document_date.day,
        "issued_by": form.issued_by.data or "" if "issued_by" in form else "",
    }


def line(label: Any, most: int, *, missing: Any = "", description: Any = "") -> StringField:
    """The field of one line of at most `most` characters; `missing` is said where it must be given."""
    required = [InputRequired(missing)] if missing else []
    return StringField(label, [*required, Length(max=most, message=TOO_LONG)], description=description)


def reason_field(description: Any) -> TextAreaField:
    """The field of a reason, which must be given."""
    missing = lazy_gettext("A reason must be given")
    validators = [InputRequired(missing), Length(max=LONGEST_REASON, message=TOO_LONG)]
    return TextAreaField(lazy_gettext("Reason"), validators, description=description)


class ReasonForm(FlaskForm):
    """A reason that stays on record."""

    reason = reason_field(lazy_gettext("Your reason is kept with your name and the time."))


def version_sent(text: str | None) -> int:
    """The version that a hidden field carries; 0, which nothing stored has, when it carries none."""
    return plain_number(text) or 0


def number_chosen(field: SelectField | RadioField) -> int | None:
    """The number of the choice that was made among those of `field`; None for no choice."""
    return plain_number(field.data) if field.data in {choice.value for choice in field.choices} else None
