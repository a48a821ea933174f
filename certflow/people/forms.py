"""The forms of the people pages: an account, and an appointment in two steps."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.accounts.guessing import passwords
from certflow.http.fields import first_day, last_day, number_chosen
from certflow.models.units import Organisation, Unit
from certflow.people import people
from certflow.wording import place

_TOO_LONG = lazy_gettext("Shorten this to at most 120 characters.")


class AccountForm(FlaskForm):
    """A person's account as the administrator changes it; an empty password stays as it is."""

    full_name = StringField(
        lazy_gettext("Full name"),
        [InputRequired(lazy_gettext("Enter the person's full name.")), Length(max=120, message=_TOO_LONG)],
        description=lazy_gettext("As it is printed on decisions."),
    )
    position = StringField(lazy_gettext("Position"), [Length(max=120, message=_TOO_LONG)])
    email = StringField(
        lazy_gettext("E-mail address"),
        [Length(max=people.LONGEST_ADDRESS, message=lazy_gettext("Shorten this to at most 200 characters."))],
        description=lazy_gettext(
            "Password links are sent to this address; it is best to use the person's official address."
        ),
    )
    active = BooleanField(
        lazy_gettext("The account is active"),
        description=lazy_gettext("Switching it off ends the person's open sessions at once; nothing they did is lost."),
    )
    password = PasswordField(
        lazy_gettext("New password"),
        [Length(max=passwords.LONGEST, message=lazy_gettext("Choose a shorter password."))],
        description=lazy_gettext("Leave this empty to keep the present one. A new password ends all open sessions."),
    )


class NewPersonForm(FlaskForm):
    """A new account."""

    full_name = AccountForm.full_name
    position = AccountForm.position
    email = AccountForm.email
    sign_in_name = StringField(
        lazy_gettext("Sign-in name"),
        [InputRequired(lazy_gettext("Choose a sign-in name.")), Length(max=120, message=_TOO_LONG)],
        description=lazy_gettext("Letters a-z, digits and . _ - @, for example the person's official e-mail address."),
    )
    password = PasswordField(
        lazy_gettext("First password"),
        [Length(max=passwords.LONGEST, message=lazy_gettext("Choose a shorter password."))],
        description=lazy_gettext(
            "Leave this empty, and the person chooses it with a link that you give on the next page."
        ),
    )


class SamePersonForm(FlaskForm):
    """The other account of the same person."""

    sign_in_name = StringField(
        lazy_gettext("Sign-in name of the person's other account"),
        [Length(max=120, message=_TOO_LONG)],
        description=lazy_gettext("Leave this empty when the person has no other account."),
    )


class AppointmentForm(FlaskForm):
    """The last step of an appointment: the unit among those found, its office, and the days.

    `role`, `q` and whether units that have `ended` are looked for too come from the steps before.
    """

    role = HiddenField()
    q = HiddenField()
    ended = HiddenField()
    unit_id = RadioField(lazy_gettext("Unit"), validate_choice=False, choices=[])
    organisation_id = SelectField(
        lazy_gettext("Office"),
        validate_choice=False,
        choices=[],
        description=lazy_gettext("A person appointed at one learning centre or agency acts only for that one."),
    )
    starts_on = first_day()
    ends_on = last_day(lazy_gettext("Leave this empty when the appointment holds until further notice."))
    document = StringField(
        lazy_gettext("Document of the appointment"),
        [Length(max=300, message=lazy_gettext("Shorten this to at most %(max)d characters."))],
        description=lazy_gettext("Its number, date and issuing office. A unit that has ended needs a document."),
    )

    def offer(self, units: Sequence[Unit], offices: Sequence[Organisation] = ()) -> None:
        """Offer these units, each with the units above it, and the offices at them."""
        self.unit_id.choices = [SelectChoice(str(unit.id), _choice(unit)) for unit in units]
        choices = [SelectChoice(str(office.id), f"{office.name} ({place(office.unit.name)})") for office in offices]
        self.organisation_id.choices = [SelectChoice("", _("No office is named")), *choices]

    @property
    def unit(self) -> int | None:
        """The unit that was chosen."""
        return number_chosen(self.unit_id)

    @property
    def office(self) -> int | None:
        """The office that was chosen."""
        return number_chosen(self.organisation_id)


def _choice(unit: Unit) -> str:
    if unit.ends_on is None:
        return full_name(unit)
    return str(_("%(unit)s – ended on %(day)s", unit=full_name(unit), day=f"{unit.ends_on:%d/%m/%Y}"))


def full_name(unit: Unit) -> str:
    """A unit with the units above it: "Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai"; their rows must be loaded."""
    names, step = [], unit
    while True:
        names.append(step.name)
        if step.parent is None:
            return place(", ".join(names), begins=True)
        step = step.parent
