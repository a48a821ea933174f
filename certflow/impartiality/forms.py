"""The forms of recusal: a conflict of interest and a substitute."""

from collections.abc import Iterable

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from certflow.http.fields import Chosen, ReasonForm, first_day, last_day, line
from certflow.impartiality.conflicts import LONGEST_DOCUMENT
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.people.forms import full_name

LONGEST_SIGN_IN_NAME = 120


class ConflictForm(ReasonForm):
    """A conflict in one dossier: one's own, or that of somebody among those who judge it."""

    who = SelectField(lazy_gettext("Person with the conflict of interest"), validate_choice=False)

    def offer(self, own: User, others: Iterable[tuple[int, str]]) -> None:
        """Offer oneself first, then the others by account and name."""
        names = {own.id: own.full_name} | {account: name for account, name in others if account != own.id}
        self.who.choices = [SelectChoice(str(account), name) for account, name in names.items()]

    @property
    def user_id(self) -> int:
        """The id of the chosen account; -1 if it was not offered."""
        account = self.who.data or ""
        return int(account) if account in {choice.value for choice in self.who.choices} else -1


class UnitConflictForm(ReasonForm):
    """A conflict in everything about one unit; `q` is what was searched."""

    q = HiddenField()
    unit_id = RadioField(lazy_gettext("Unit"), [Chosen(lazy_gettext("Choose a unit."))], validate_choice=False)
    sign_in_name = line(
        lazy_gettext("Sign-in name of the person"),
        LONGEST_SIGN_IN_NAME,
        description=lazy_gettext("Leave this empty for your own conflict of interest."),
    )

    def offer(self, units: Iterable[Unit]) -> None:
        """Offer these units, each with the units above it."""
        self.unit_id.choices = [SelectChoice(str(unit.id), full_name(unit)) for unit in units]


class RoleForm(FlaskForm):
    """A role for a person, with a document and days; the view fills the choices of `role`."""

    role = SelectField(lazy_gettext("Role"), [Chosen(lazy_gettext("Choose a role from the list."))])
    sign_in_name = line(
        lazy_gettext("Sign-in name of the person"),
        LONGEST_SIGN_IN_NAME,
        missing=lazy_gettext("Enter the sign-in name of the person."),
    )
    document = line(
        lazy_gettext("Document that names the person"),
        LONGEST_DOCUMENT,
        missing=lazy_gettext("Enter the document that names the person."),
    )
    starts_on = first_day()
    ends_on = last_day(lazy_gettext("Leave this empty if there is no last day yet."))
