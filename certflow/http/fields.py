"""Small pieces that every form shares."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import StopValidation

from certflow.errors import Invalid
from certflow.http.typed_days import day_typed
from certflow.http.typed_numbers import plain_number


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
            raise StopValidation(_("This is no date. Write day/month/year, for example 15/02/2026."))


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


def version_sent(text: str | None) -> int:
    """The version that a hidden field carries; 0, which nothing stored has, when it carries none."""
    return plain_number(text) or 0


def number_chosen(field: SelectField | RadioField) -> int | None:
    """The number of the choice that was made among those of `field`; None for no choice."""
    return plain_number(field.data) if field.data in {choice.value for choice in field.choices} else None
