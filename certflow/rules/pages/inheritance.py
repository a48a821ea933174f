"""Inheritance rules, for administrators: the list, a new one, one rule, and withdrawing it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import units
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http import addresses
from certflow.http.fields import ADay, Chosen, DayField, show_faults
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.models.base import db
from certflow.models.rules import InheritanceRule
from certflow.rules import inheritance_rules
from certflow.rules.forms.authority import WithdrawForm
from certflow.rules.inheritance_rules import LONGEST, Entry
from certflow.rules.words import inheritance
from certflow.wording import language

bp = Room("inheritance", __name__, only=ADMINISTRATORS, url_prefix="/inheritance")

FARTHEST_PAGE = 100_000
_TOO_LONG = lazy_gettext("Shorten this to at most %(max)d characters.")


class RuleForm(FlaskForm):
    """A new rule; the view fills the choices of `unit_id`, `scheme` and `treatment`."""

    unit_id = SelectField(
        lazy_gettext("Province"),
        [Chosen(lazy_gettext("Choose the province in which the rule holds."))],
        validate_choice=False,
    )
    scheme = SelectField(
        lazy_gettext("Scheme"),
        [Chosen(lazy_gettext("Choose the scheme whose titles the rule is about."))],
        validate_choice=False,
    )
    treatment = RadioField(
        lazy_gettext("What becomes of titles when units merge or divide"),
        [Chosen(lazy_gettext("Choose what becomes of the titles."))],
        validate_choice=False,
    )
    starts_on = DayField(
        lazy_gettext("First day"), [InputRequired(lazy_gettext("Give the first day, for example 01/01/2026.")), ADay()]
    )
    ends_on = DayField(
        lazy_gettext("Last day"),
        [ADay()],
        description=lazy_gettext("Leave this empty when the document holds until further notice."),
    )
    document_number = StringField(
        lazy_gettext("Document and its number"), [Length(max=LONGEST["document_number"], message=_TOO_LONG)]
    )
    document_date = DayField(lazy_gettext("Date of the document"), [ADay()])
    issued_by = StringField(lazy_gettext("Issued by"), [Length(max=LONGEST["issued_by"], message=_TOO_LONG)])
    source = StringField(
        lazy_gettext("Where the rule is taken from"),
        [Length(max=LONGEST["source"], message=_TOO_LONG)],
        description=lazy_gettext(
            "Only where there is no numbered document: in words, for example the minutes of whom."
        ),
    )

    def entry(self) -> Entry:
        """What was typed."""
        return Entry(
            unit_id=int(self.unit_id.data),
            scheme=self.scheme.data,
            treatment=self.treatment.data,
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
            document_number=self.document_number.data or "",
            document_date=self.document_date.day,
            issued_by=self.issued_by.data or "",
            source=self.source.data or "",
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule in the reader's words: its scheme, what becomes of titles, and how it stands today with its tag."""

    rule: InheritanceRule
    scheme: str
    treatment: str
    standing: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of the list is shown; pages count from 1."""

    page: int
    pages: int


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """The rules, those that begin last first."""
    number = min(addresses.asked_page(), FARTHEST_PAGE)
    found, total = inheritance_rules.listed(number)
    page = Page(number, max(1, -(-total // inheritance_rules.PAGE_SIZE)))
    return render_template("rules/inheritance/listed.html", found=[_shown(rule) for rule in found], page=page)


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Enter a rule."""
    form = RuleForm()
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
    return render_template("rules/inheritance/show.html", shown=_shown(inheritance_rules.get(rule_id)))


@bp.form("/<int:rule_id>/withdraw", ADMINISTRATOR)
def withdraw(rule_id: int) -> ResponseReturnValue:
    """Withdraw a rule, after a page that says what that means."""
    form, rule = WithdrawForm(), inheritance_rules.get(rule_id)
    if form.validate_on_submit():
        try:
            inheritance_rules.withdraw(rule_id, reason=form.reason.data, actor=actor())
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            flash(_("The rule is withdrawn; no title is treated by it any more."))
            return redirect(url_for(".show", rule_id=rule_id))
    page = render_template("rules/inheritance/withdraw.html", form=form, shown=_shown(rule))
    return page, 422 if form.is_submitted() else 200


def _fill_choices(form: RuleForm) -> None:
    provinces = [SelectChoice(str(unit.id), unit.name) for unit in units.of_kind("province")]
    form.unit_id.choices = [SelectChoice("", _("Choose a province")), *provinces]
    schemes = [SelectChoice(spec.name, spec.title.in_language(language())) for spec in inheritance_rules.schemes()]
    form.scheme.choices = [SelectChoice("", _("Choose a scheme")), *schemes]
    form.treatment.choices = [SelectChoice(one, _told(one)) for one in inheritance_rules.TREATMENTS]


def _told(treatment: str) -> str:
    told = {
        "inherited": _("Inherited: the new unit has the lowest level that all its predecessors hold"),
        "suspended": _("Suspended: the titles count nowhere until they are decided on"),
        "reassess": _("To be assessed anew: the new unit starts without a title"),
    }
    return str(told[treatment])


def _shown(rule: InheritanceRule) -> Shown:
    spec = inheritance_rules.scheme_of(rule)
    title = spec.title.in_language(language()) if spec else rule.workflow
    return Shown(rule, title, inheritance.treatment(rule.treatment)[0], *_standing(rule))


def _standing(rule: InheritanceRule) -> tuple[str, str]:
    if rule.withdrawn_at is not None:
        return str(_("Withdrawn")), "bad"
    if rule.starts_on > today():
        return str(_("Not yet begun")), "waiting"
    ended = rule.ends_on is not None and rule.ends_on < today()
    return (str(_("Ended")), "neutral") if ended else (str(_("In force")), "good")
