"""The forms of dossiers: an action with what it asks for, what narrows and orders a list, when the papers came."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.assessment import assessments, supplements
from certflow.assessment.supplements import Asked
from certflow.assessment.words import changes
from certflow.catalogue.catalogue import workflow_of
from certflow.dossiers import receipts
from certflow.http.fields import ADay, Chosen, DayField, version_sent
from certflow.law.facts import OutsideDocument
from certflow.law.specs.workflow import TransitionSpec
from certflow.models.days import LONGEST_REASON
from certflow.models.dossiers import Dossier

LONGEST_NOTE = 4000
ASK = "ask-"
_SHORTER = lazy_gettext("Shorten this to at most %(max)d characters.")


class ActionForm(FlaskForm):
    """The note, and the version of the dossier that the person saw."""

    version = HiddenField()
    note = TextAreaField(lazy_gettext("Note"), [Length(max=LONGEST_NOTE, message=_SHORTER)])

    document_number = StringField(
        lazy_gettext("Number and notation of the document"),
        [Length(max=80, message=_SHORTER)],
        description=lazy_gettext("As it is printed, for example 1234/QĐ-BGDĐT."),
    )
    document_date = DayField(lazy_gettext("Date of the document"), [ADay()])
    confirmed = BooleanField(lazy_gettext("I have seen this and take the step all the same"))

    @property
    def document(self) -> OutsideDocument:
        """The paper from outside as it was typed."""
        return OutsideDocument(self.document_number.data or "", self.document_date.day)

    @property
    def seen(self) -> int:
        """The version the person saw; 0, which no dossier has, when the field was lost."""
        return version_sent(self.version.data)

    def asking_fields(self) -> list[Field]:
        """The fields in which something can be asked, in order."""
        return [field for field in self if field.name.startswith(ASK)]

    def typed(self) -> dict[str, Any]:
        """What was typed, by the names that `actions.act` has for it."""
        words = {field.name.removeprefix(ASK): field.data or "" for field in self.asking_fields()}
        asked = Asked(words, self["answer_by"].day) if words else supplements.NOTHING
        return {"note": self.note.data or "", "document": self.document, "asked": asked}


@dataclass(frozen=True, slots=True)
class AskingGroup:
    """The fields of one criterion, or of what belongs to none, each with what stands there now; `open` when in use."""

    title: str
    fields: list[tuple[Field, str]]
    open: bool


def action_named(dossier: Dossier, action: str) -> TransitionSpec | None:
    """The action as the dossier's scheme has it, from its present state where it leads from there."""
    named = [transition for transition in workflow_of(dossier).spec.transitions if transition.action == action]
    return next((transition for transition in named if dossier.state in transition.origins), next(iter(named), None))


def action_form(dossier: Dossier, action: str) -> ActionForm:
    """The form of an action; of one that gives the dossier back, with a field for all that can be asked."""
    transition = action_named(dossier, action)
    if transition is None or not workflow_of(dossier).spec.gives_back(transition):
        return ActionForm()
    fields: dict[str, Any] = {
        f"{ASK}{code}": TextAreaField(changes.asked_title(dossier, code), id=f"{ASK}{code.replace('.', '-')}")
        for code in supplements.codes(dossier)
    }
    fields["answer_by"] = DayField(lazy_gettext("Last day to answer"), [ADay()])
    form: ActionForm = type("AskingForm", (ActionForm,), fields)()
    return form


def asking(form: ActionForm, dossier: Dossier) -> list[AskingGroup]:
    """The fields for what is to be supplemented, by criterion; none where the action does not ask."""
    groups: dict[str, list[tuple[Field, str]]] = {}
    contents = assessments.contents(dossier) if form.asking_fields() else None
    for field in form.asking_fields():
        code = field.name.removeprefix(ASK)
        group = code.partition(".")[0] if code[0].isdigit() else ""
        groups.setdefault(group, []).append((field, changes.stands(dossier, contents, code) if contents else ""))
    return [
        AskingGroup(
            changes.title_of(dossier, number) if number else str(lazy_gettext("The meeting and other papers")),
            fields,
            any(field.data or field.errors for field, _stands in fields),
        )
        for number, fields in groups.items()
    ]


class ListForm(FlaskForm):
    """What narrows and orders a list; sent with the address, so that it can be kept as a bookmark."""

    class Meta:
        """Reading needs no token."""

        csrf = False

    q = StringField(
        lazy_gettext("Name of the unit, centre, agency or person"),
        description=lazy_gettext("With or without diacritics, for example xuan tay"),
    )
    round = SelectField(lazy_gettext("Round"))
    district = SelectField(lazy_gettext("District"))
    level = SelectField(lazy_gettext("Level"))
    state = SelectField(lazy_gettext("State"))
    sort = SelectField(lazy_gettext("Order"))


class PaperReceiptForm(FlaskForm):
    """When and how the papers of a dossier came."""

    received_on = DayField(
        lazy_gettext("Day on which the papers came"),
        [InputRequired(lazy_gettext("Enter the day on which the papers came, for example 27/02/2026.")), ADay()],
        description=lazy_gettext("See the stamp of the office for incoming papers."),
    )
    way = RadioField(
        lazy_gettext("How the papers came"),
        [Chosen(lazy_gettext("Choose how the papers came."))],
        choices=[
            SelectChoice("direct", lazy_gettext("Handed in")),
            SelectChoice("post", lazy_gettext("By post")),
        ],
        validate_choice=False,
    )
    register_number = StringField(
        lazy_gettext("Number in the register of incoming papers"),
        [
            InputRequired(lazy_gettext("Enter the number in the register of incoming papers, at most 80 characters.")),
            Length(max=receipts.LONGEST_NUMBER, message=_SHORTER),
        ],
    )
    reason = TextAreaField(lazy_gettext("Remark"), [Length(max=LONGEST_REASON, message=_SHORTER)])

    def entry(self) -> receipts.ReceiptEntry:
        """What was typed."""
        return receipts.ReceiptEntry(self.received_on.day, self.way.data or "", self.register_number.data or "")
