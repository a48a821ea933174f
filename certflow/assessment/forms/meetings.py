"""The form for the record of the self-assessment meeting."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from certflow.assessment.forms.answers import tidy
from certflow.assessment.meetings import BODIES, FIELDS, OBLIGATORY, Minutes, body_title, texts_of
from certflow.assessment.merging import mark
from certflow.http.fields import ADay, DayField, shown_day, version_sent
from certflow.models.days import Signature
from certflow.models.dossiers import Meeting

LONGEST_NAME, LONGEST_BODIES, LONGEST_CONCLUSION = 120, 300, 4000


def _at_most(longest: int) -> Length:
    message = lazy_gettext("Shorten this to at most %(most)s characters.", most=longest)
    return Length(max=longest, message=message)


def _bodies() -> list[SelectChoice]:
    return [SelectChoice(value=key, label=_label(key)) for key in BODIES]


def _label(key: str) -> str:
    if key in OBLIGATORY:
        return str(_("%(body)s (must be present)", body=body_title(key)))
    return body_title(key)


class MeetingForm(FlaskForm):
    """What is recorded of the meeting; `version` is that of the record it was typed over."""

    held_on = DayField(
        lazy_gettext("Day of the meeting"),
        [InputRequired(lazy_gettext("Enter the day of the meeting, for example 10/01/2026.")), ADay()],
    )
    chaired_by = StringField(
        lazy_gettext("Chaired by"),
        [
            InputRequired(lazy_gettext("Enter the full name of the person who chaired the meeting.")),
            _at_most(LONGEST_NAME),
        ],
        description=lazy_gettext("Full name."),
        filters=[tidy],
    )
    chair_position = StringField(
        lazy_gettext("Position of the chair"),
        [
            InputRequired(lazy_gettext("Enter the chair's position; the chair is a leader of the people's committee.")),
            _at_most(LONGEST_NAME),
        ],
        description=lazy_gettext("For example: Vice-chair of the people's committee."),
        filters=[tidy],
    )
    bodies_present = SelectMultipleField(
        lazy_gettext("Bodies present"),
        choices=_bodies,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    other_bodies = StringField(
        lazy_gettext("Other bodies present"),
        [Optional(), _at_most(LONGEST_BODIES)],
        description=lazy_gettext("Separate several bodies with semicolons."),
        filters=[tidy],
    )
    conclusion = TextAreaField(
        lazy_gettext("Conclusion of the meeting"),
        [Optional(), _at_most(LONGEST_CONCLUSION)],
        filters=[tidy],
    )
    version = HiddenField(default="0")
    shown = HiddenField(default="")

    def validate_bodies_present(self, field: Field) -> None:
        """The two bodies of art. 9.1.c; said here too, so that all faults show at once."""
        if not set(OBLIGATORY) <= set(field.data or ()):
            reason = _("The study-promotion association and the Fatherland Front must be present.")
            raise ValidationError(reason)


def filled(meeting: Meeting | None, chair: Signature | None = None) -> MeetingForm:
    """The form with what is on record; of a meeting that is not recorded yet, with who usually chairs it."""
    if meeting is None:
        usual = {"chaired_by": chair.name, "chair_position": chair.position} if chair else {}
        return MeetingForm(formdata=None, shown=marks(None), **usual)
    return MeetingForm(
        formdata=None,
        held_on=shown_day(meeting.held_on),
        chaired_by=meeting.chaired_by,
        chair_position=meeting.chair_position,
        bodies_present=meeting.bodies_present,
        other_bodies=meeting.other_bodies,
        conclusion=meeting.conclusion,
        version=str(meeting.version),
        shown=marks(meeting),
    )


def marks(meeting: Meeting | None) -> str:
    """What the page shows as stored in each field, as one mark for each."""
    return " ".join(f"{name}:{mark(text)}" for name, text in texts_of(meeting).items())


def readable(meeting: Meeting | None) -> dict[str, str]:
    """What is stored in each field, as people read it."""
    if meeting is None:
        return {}
    bodies = "; ".join(body_title(key) for key in meeting.bodies_present)
    return texts_of(meeting) | {"held_on": shown_day(meeting.held_on), "bodies_present": bodies}


def show_conflicts(form: MeetingForm, meeting: Meeting, conflicts: tuple[str, ...]) -> None:
    """Put what is stored on the form; a field in conflict keeps what was typed."""
    stored = filled(meeting)
    for field in form:
        if field.short_name not in conflicts and field.short_name in (*FIELDS, "version", "shown"):
            field.data = stored[field.short_name].data


def minutes(form: MeetingForm) -> Minutes:
    """What was typed."""
    return Minutes(
        held_on=form.held_on.day,
        chaired_by=form.chaired_by.data or "",
        chair_position=form.chair_position.data or "",
        bodies_present=tuple(form.bodies_present.data or ()),
        other_bodies=form.other_bodies.data or "",
        conclusion=form.conclusion.data or "",
        version=version_sent(form.version.data),
        shown=dict(pair.split(":", 1) for pair in (form.shown.data or "").split() if ":" in pair),
        yielded=frozenset(name for name in FIELDS if request.form.get(f"{name}-choice") == "stored"),
    )
