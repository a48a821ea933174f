"""The forms of delegations and signing rules: the last step of each."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from certflow.access.dated import LONGEST
from certflow.http.fields import ADay, Chosen, DayField, date_of_document, days_and_document, first_day, last_day, line
from certflow.models.people import User
from certflow.models.units import Organisation
from certflow.rules import delegations, signing_rules
from certflow.rules.signing_matrix import paper_title
from certflow.rules.words import delegated
from certflow.wording import place

_GIVEN = lazy_gettext("This must be filled in.")
_MODE = [Chosen(lazy_gettext("Choose how it is signed: KT., TL. or TUQ."))]


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def number(choice: str | None) -> int:
    """The number that a choice stands for; -1, which nothing has, for none."""
    text = choice or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class DelegationForm(FlaskForm):
    """The last step: who acts, how, in which scheme, when and by which document; the rest comes from the steps before.

    `part` is the id of an appointment, or "d" and the id of a delegation by which somebody else's part is held.
    """

    part = HiddenField()
    q = HiddenField()
    d = HiddenField()
    delegate_id = RadioField(
        lazy_gettext("Person who acts"),
        [Chosen(lazy_gettext("Choose the person who will act."))],
        validate_choice=False,
    )
    position = line(
        lazy_gettext("Position of the person who acts"),
        delegations.LONGEST_POSITION,
        description=lazy_gettext(
            "Papers print it below the name of the office signed for, for example “Phó Trưởng "
            "phòng”. Leave this empty to use the position of the account."
        ),
    )
    mode = RadioField(lazy_gettext("How it is signed"), _MODE, validate_choice=False)
    scheme = RadioField(lazy_gettext("In which scheme"), validate_choice=False)
    starts_on = first_day()
    ends_on = DayField(
        lazy_gettext("Last day"),
        [InputRequired(lazy_gettext("Enter the last day: a delegation is always limited in time.")), ADay()],
        description=lazy_gettext("The rights end at midnight after this day."),
    )
    document_number = line(
        lazy_gettext("Document and its number"),
        LONGEST["document_number"],
        missing=_GIVEN,
        description=lazy_gettext("The paper that delegates the role, for example “Văn bản số 07/UQ-PGDĐT”."),
    )
    document_date = date_of_document()

    def offer(self, people: Sequence[User], schemes: Mapping[str, str]) -> None:
        """Offer these people, and these schemes beside all of them."""
        labels = [
            (person, ", ".join(part for part in (person.full_name, person.position) if part)) for person in people
        ]
        self.delegate_id.choices = [
            SelectChoice(str(person.id), f"{name} ({person.sign_in_name})") for person, name in labels
        ]
        self.mode.choices = [SelectChoice(mode, words) for mode, words in delegated.modes().items()]
        titles = [SelectChoice(name, title) for name, title in schemes.items()]
        self.scheme.choices = [SelectChoice("", str(lazy_gettext("Every scheme"))), *titles]
        if self.scheme.data is None:
            self.scheme.data = ""

    def entry(self) -> delegations.DelegationEntry:
        """What was typed."""
        part = self.part.data or ""
        return delegations.DelegationEntry(
            appointment_id=number(part),
            delegate_id=number(self.delegate_id.data),
            mode=self.mode.data or "",
            **days_and_document(self),
            position=self.position.data or "",
            scheme=self.scheme.data or "",
            held_by=number(part[1:]) if part.startswith("d") else None,
        )


class SigningRuleForm(FlaskForm):
    """The last step of a rule: the unit among those found, who signs what and how, when, and by which document.

    `signer` is the name of a role, or "" for a position that is typed.
    """

    role = HiddenField()
    q = HiddenField()
    unit_id = RadioField(lazy_gettext("Unit"), validate_choice=False)
    organisation_id = RadioField(lazy_gettext("Office"), validate_choice=False)
    mode = RadioField(lazy_gettext("How it is signed"), _MODE, validate_choice=False)
    signer_role = RadioField(lazy_gettext("Who signs"), validate_choice=False)
    signer_position = line(
        lazy_gettext("Title of the position"),
        signing_rules.LONGEST_POSITION,
        description=lazy_gettext("As delegations name it, for example “Phó Trưởng phòng”."),
    )
    schemes = _Checkboxes(
        lazy_gettext("In which schemes"),
        validate_choice=False,
        description=lazy_gettext("Tick nothing to include all."),
    )
    papers = _Checkboxes(
        lazy_gettext("Which papers"),
        validate_choice=False,
        description=lazy_gettext(
            "Tick nothing to include every paper that the role signs; for signing by order (TL.), tick the papers."
        ),
    )
    starts_on = first_day()
    ends_on = last_day()
    document_number = line(
        lazy_gettext("Document and its number"),
        LONGEST["document_number"],
        missing=_GIVEN,
        description=lazy_gettext("The regulation that says this, for example “Quyết định số 15/QĐ-PGDĐT”."),
    )
    document_date = date_of_document()
    issued_by = line(lazy_gettext("Issued by"), LONGEST["issued_by"], missing=_GIVEN)

    def offer(self, units: Mapping[int, str], offices: Sequence[Organisation], roles: Mapping[str, str]) -> None:
        """Offer these units, the offices at them, and these roles of who signs."""
        self.unit_id.choices = [SelectChoice(str(unit_id), name) for unit_id, name in units.items()]
        office_choices = [
            SelectChoice(str(office.id), f"{office.name}, {place(office.unit.name)}") for office in offices
        ]
        self.organisation_id.choices = [SelectChoice("", str(lazy_gettext("Any office"))), *office_choices]
        self.mode.choices = [SelectChoice(mode, words) for mode, words in delegated.modes().items()]
        role_choices = [SelectChoice(name, title) for name, title in roles.items()]
        by_position = SelectChoice("", str(lazy_gettext("The person with the position typed below")))
        self.signer_role.choices = [by_position, *role_choices]
        titles = signing_rules.schemes_with(self.role.data or "")
        self.schemes.choices = [SelectChoice(name, title) for name, title in titles.items()]
        self.papers.choices = [SelectChoice(kind, paper_title(kind)) for kind in signing_rules.PAPERS]
        for field in (self.organisation_id, self.signer_role):
            field.data = field.data or ""

    def entry(self) -> signing_rules.SigningEntry:
        """What was typed."""
        office = self.organisation_id.data or ""
        return signing_rules.SigningEntry(
            unit_id=number(self.unit_id.data),
            organisation_id=number(office) if office else None,
            role=self.role.data or "",
            mode=self.mode.data or "",
            signer_role=self.signer_role.data or "",
            signer_position=self.signer_position.data or "",
            schemes=tuple(self.schemes.data or ()),
            papers=tuple(self.papers.data or ()),
            **days_and_document(self),
        )
