"""The forms of recusal: a conflict of interest, its withdrawal, and a substitute."""

from collections.abc import Iterable

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.http.fields import ADay, Chosen, DayField
from certflow.impartiality.conflicts import LONGEST_DOCUMENT, LONGEST_REASON
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.people.forms import full_name

_TOO_LONG = lazy_gettext("Shorten this to at most %(max)d characters.")


class ReasonForm(FlaskForm):
    """A reason that stays on record."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [InputRequired(lazy_gettext("A reason must be given")), Length(max=LONGEST_REASON, message=_TOO_LONG)],
        description=lazy_gettext("It stays on record with your name and the time."),
    )


class ConflictForm(ReasonForm):
    """A conflict in one dossier: one's own, or that of somebody among those who judge it."""

    who = SelectField(lazy_gettext("Whose conflict it is"), validate_choice=False)

    def offer(self, own: User, others: Iterable[tuple[int, str]]) -> None:
        """Offer oneself first, then the others by account and name."""
        named = {own.id: own.full_name} | {account: name for account, name in others if account != own.id}
        self.who.choices = [SelectChoice(str(account), name) for account, name in named.items()]

    @property
    def user_id(self) -> int:
        """The account that was chosen; -1, which nobody has, for none of those offered."""
        typed = self.who.data or ""
        return int(typed) if typed in {choice.value for choice in self.who.choices} else -1


class UnitConflictForm(ReasonForm):
    """A conflict in everything about one unit; `q` is what was searched."""

    q = HiddenField()
    unit_id = RadioField(lazy_gettext("Unit"), [Chosen(lazy_gettext("Choose a unit."))], validate_choice=False)
    sign_in_name = StringField(
        lazy_gettext("Sign-in name of the person"),
        [Length(max=120, message=_TOO_LONG)],
        description=lazy_gettext("Leave this empty for a conflict of your own."),
    )

    def offer(self, found: Iterable[Unit]) -> None:
        """Offer these units, each with the units above it."""
        self.unit_id.choices = [SelectChoice(str(unit.id), full_name(unit)) for unit in found]


class PartForm(FlaskForm):
    """A part given to a person by a document, from one day to another; the view fills the choices of `role`."""

    role = SelectField(lazy_gettext("Part"), [Chosen(lazy_gettext("Choose one of the parts listed."))])
    sign_in_name = StringField(
        lazy_gettext("Sign-in name of the person"),
        [InputRequired(lazy_gettext("Give the sign-in name of the person.")), Length(max=120, message=_TOO_LONG)],
    )
    document = StringField(
        lazy_gettext("Document by which the person is named"),
        [
            InputRequired(lazy_gettext("Name the document by which the person is named.")),
            Length(max=LONGEST_DOCUMENT, message=_TOO_LONG),
        ],
    )
    starts_on = DayField(
        lazy_gettext("First day"), [InputRequired(lazy_gettext("Give the first day, for example 01/01/2026.")), ADay()]
    )
    ends_on = DayField(
        lazy_gettext("Last day"), [ADay()], description=lazy_gettext("Leave this empty until further notice.")
    )
