"""Inheritance rules, for administrators: the list, a new one, one rule, and withdrawing it."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from certflow.access.dated import LONGEST, LONGEST_SOURCE
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import units
from certflow.catalogue.catalogue import newest
from certflow.errors import Invalid
from certflow.http.fields import ADay, Chosen, DayField, days_and_document, first_day, last_day, line, show_faults
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.http.withdrawing import withdrawal
from certflow.models.base import db
from certflow.models.rules import InheritanceRule
from certflow.rules import inheritance_rules
from certflow.rules.inheritance_rules import InheritanceEntry
from certflow.rules.words import inheritance
from certflow.rules.words.rules import standing, withdrawal_of
from certflow.wording import language

bp = Room("inheritance", __name__, only=ADMINISTRATORS, url_prefix="/inheritance")


class InheritanceForm(FlaskForm):
    """A new rule; the view fills the choices of `unit_id`, `scheme` and `treatment`."""

    unit_id = SelectField(
        lazy_gettext("Province"),
        [Chosen(lazy_gettext("Choose the province where the rule applies."))],
        validate_choice=False,
    )
    scheme = SelectField(
        lazy_gettext("Scheme"),
        [Chosen(lazy_gettext("Choose the scheme of the titles that the rule applies to."))],
        validate_choice=False,
    )
    treatment = RadioField(
        lazy_gettext("What happens to titles when units merge or divide"),
        [Chosen(lazy_gettext("Choose what happens to the titles."))],
        validate_choice=False,
    )
    starts_on = first_day()
    ends_on = last_day()
    document_number = line(lazy_gettext("Document and its number"), LONGEST["document_number"])
    document_date = DayField(lazy_gettext("Date of the document"), [ADay()])
    issued_by = line(lazy_gettext("Issued by"), LONGEST["issued_by"])
    source = line(
        lazy_gettext("Source of the rule"),
        LONGEST_SOURCE,
        description=lazy_gettext(
            "Only where there is no numbered document: describe it, for example the minutes of a meeting."
        ),
    )

    def entry(self) -> InheritanceEntry:
        """What was typed."""
        return InheritanceEntry(
            unit_id=int(self.unit_id.data),
            scheme=self.scheme.data,
            treatment=self.treatment.data,
            **days_and_document(self),
            source=self.source.data or "",
        )


@dataclass(frozen=True, slots=True)
class InheritanceView:
    """A rule in the reader's words: its scheme, what becomes of titles, and how it stands today with its tag."""

    rule: InheritanceRule
    scheme: str
    treatment: str
    standing: str
    kind: str


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """The rules, those that begin last first."""
    page = inheritance_rules.listed(asked_page())
    return render_template("rules/inheritance/listed.html", views=[_shown(rule) for rule in page.items], page=page)


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Enter a rule."""
    form = InheritanceForm()
    _fill_choices(form)
    if request.method == "GET":
        return render_template("rules/inheritance/new.html", form=form)
    if form.validate_on_submit():
        try:
            rule = inheritance_rules.enter(form.entry(), actor=actor())
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
        else:
            flash(_("The rule is entered."))
            return redirect(url_for(".show", rule_id=rule.id))
    return render_template("rules/inheritance/new.html", form=form), 422


@bp.page("/<int:rule_id>", ADMINISTRATOR)
def show(rule_id: int) -> ResponseReturnValue:
    """One rule."""
    return render_template("rules/inheritance/show.html", view=_shown(inheritance_rules.get(rule_id)))


@bp.form("/<int:rule_id>/withdraw", ADMINISTRATOR)
def withdraw(rule_id: int) -> ResponseReturnValue:
    """Withdraw a rule, after a page that says what that means."""
    rule = inheritance_rules.get(rule_id)
    page = withdrawal_of(
        rule,
        _("Withdraw a rule"),
        trail=[(_("Inheritance rules"), url_for(".listed"))],
        back=url_for(".show", rule_id=rule_id),
        success=_("The rule is withdrawn; it no longer applies to any title."),
        follows=[
            _("From now on no result is inherited under this rule; another rule can be entered for the same days."),
            _("Shares that were filed while it was in force do not change."),
        ],
    )
    return withdrawal(page, partial(inheritance_rules.withdraw, rule_id, actor=actor()))


def _fill_choices(form: InheritanceForm) -> None:
    provinces = [SelectChoice(str(unit.id), unit.name) for unit in units.of_kind("province")]
    form.unit_id.choices = [SelectChoice("", _("Choose a province")), *provinces]
    schemes = [SelectChoice(spec.name, spec.title.in_language(language())) for spec in inheritance_rules.schemes()]
    form.scheme.choices = [SelectChoice("", _("Choose a scheme")), *schemes]
    form.treatment.choices = [SelectChoice(treatment, _told(treatment)) for treatment in inheritance_rules.TREATMENTS]


def _told(treatment: str) -> str:
    sentences = {
        "inherited": _("Inherited: the new unit has the lowest level that all its predecessors hold"),
        "suspended": _("Suspended: the titles count nowhere until there is a decision"),
        "reassess": _("To be assessed again: the new unit starts without a title"),
    }
    return str(sentences[treatment])


def _shown(rule: InheritanceRule) -> InheritanceView:
    spec = newest(rule.workflow)
    title = spec.title.in_language(language()) if spec else rule.workflow
    return InheritanceView(rule, title, inheritance.treatment(rule.treatment)[0], *standing(rule))
