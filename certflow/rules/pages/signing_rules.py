"""Signing rules as an administrator keeps them: the list of each unit, a new one in steps, one rule, withdrawing it."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import role_titles, units
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http import addresses
from certflow.http.fields import show_faults, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.http.withdrawing import withdrawal
from certflow.models.base import db
from certflow.models.rules import SigningRule
from certflow.models.units import Unit
from certflow.people.forms import full_name
from certflow.rules import signing_rules
from certflow.rules.forms.delegations import SigningRuleForm
from certflow.rules.words import delegated
from certflow.rules.words.rules import standing, withdrawal_of

bp = Room("signing_rules", __name__, only=ADMINISTRATORS, url_prefix="/signing-rules")


@dataclass(frozen=True, slots=True)
class SigningView:
    """A rule in the reader's words: for whom, who signs what and how, and how it stands with the kind of its tag."""

    rule: SigningRule
    role: str
    signer: str
    what: str
    how: str
    standing: str
    kind: str


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """The rules by unit, or those of one unit."""
    unit_id = addresses.id_in(request.args, "unit") if "unit" in request.args else None
    unit = units.get(unit_id) if unit_id is not None else None
    page = signing_rules.listed(asked_page(), unit_id=unit_id)
    views = [shown(rule) for rule in page.items]
    return render_template("rules/signing_rules/listed.html", views=views, page=page, unit=unit)


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Enter a rule in steps: for the holder of which role, at which unit, then who signs what by which document."""
    form = SigningRuleForm(**_steps_so_far())
    offered = _offer(form)
    if request.method == "GET":
        return _form_page(form, offered)
    if form.validate_on_submit():
        try:
            rule = signing_rules.enter(form.entry(), actor=actor())
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
        else:
            flash(_("The signing rule is entered."))
            return redirect(url_for(".show", rule_id=rule.id))
    return _form_page(form, offered), 422


@bp.page("/<int:rule_id>", ADMINISTRATOR)
def show(rule_id: int) -> ResponseReturnValue:
    """One rule, with its document."""
    return render_template("rules/signing_rules/show.html", view=shown(signing_rules.get(rule_id)))


@bp.form("/<int:rule_id>/withdraw", ADMINISTRATOR)
def withdraw(rule_id: int) -> ResponseReturnValue:
    """Withdraw a rule, after a page that says what that means."""
    rule = signing_rules.get(rule_id)
    page = withdrawal_of(
        rule,
        _("Withdraw a signing rule"),
        trail=[(_("People"), url_for("people.listed")), (_("Signing rules"), url_for(".listed"))],
        back=url_for(".show", rule_id=rule_id),
        success=_("The signing rule is withdrawn; nothing more is signed under it."),
        follows=[
            _("From now on nobody signs for another person under this rule; papers already signed do not change.")
        ],
        details="rules/signing_rules/about.html",
    )
    return withdrawal(page, partial(signing_rules.withdraw, rule_id, actor=actor()), view=shown(rule))


def shown(rule: SigningRule) -> SigningView:
    """A rule in the reader's words."""
    role = role_titles.roles().get(rule.role, (rule.role, ""))[0]
    words = delegated.signer(rule), delegated.what(rule), delegated.how(rule.mode)
    return SigningView(rule, role, *words, *standing(rule))


def _steps_so_far() -> dict[str, str]:
    values = {name: request.args.get(name, "").strip()[:120] for name in ("role", "q")}
    return values | {"starts_on": shown_day(today())}


def _offer(form: SigningRuleForm) -> list[Unit]:
    """Fill the last step: the units of the role's kind whose name was typed, their offices, and who may sign."""
    roles = role_titles.roles()
    seat = roles.get(form.role.data or "", ("", ""))[1]
    offered = units.find(form.q.data, seat) if seat and form.q.data else []
    offices = [office for unit in offered for office in signing_rules.offices_at(unit)] if len(offered) == 1 else []
    signers = {name: title for name, (title, at) in roles.items() if at == seat and name != form.role.data}
    form.offer({unit.id: full_name(unit) for unit in offered}, offices, signers if seat else {})
    return offered


def _form_page(form: SigningRuleForm, offered: list[Unit]) -> str:
    roles = {name: of for name, of in role_titles.roles().items() if of[1]}
    role = form.role.data if form.role.data in roles else ""
    page: str = render_template(
        "rules/signing_rules/new.html",
        form=form,
        roles=roles,
        role=role,
        kind=role_titles.kind_title(roles[role][1]) if role else "",
        ready=bool(role and offered),
        many=len(offered) == units.MOST_FOUND,
    )
    return page
