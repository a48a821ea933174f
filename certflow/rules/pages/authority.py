"""Authority rules: the list, a new one with its scan, one rule with its document, and withdrawing it."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms.fields.choices import SelectChoice

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR
from certflow.approval import proposals
from certflow.catalogue import units
from certflow.catalogue.catalogue import newest
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http.attachments import ACCEPT, attachment, drain
from certflow.http.fields import show_faults
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.http.withdrawing import withdrawal
from certflow.models.base import db
from certflow.models.rules import AuthorityRule
from certflow.rules import authority, confirmations
from certflow.rules.forms.authority import RuleForm
from certflow.rules.words.rules import standing, withdrawal_of
from certflow.wording import language

bp = Room("authority", __name__, url_prefix="/authority")


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """A rule in the reader's words: what is decided, by whom, and how it stands today with the kind of its tag."""

    rule: AuthorityRule
    scheme: str
    role: str
    standing: str
    kind: str


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The rules, and for administrators the rounds that lack one."""
    page = authority.listed(asked_page())
    administrator = access.is_administrator(actor())
    return render_template(
        "rules/authority/listed.html",
        views=[_shown(rule) for rule in page.items],
        page=page,
        lacking=authority.lacking(today()) if administrator else [],
        administrator=administrator,
    )


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Enter a rule."""
    access.require_administrator(actor())
    form = RuleForm(**_asked_for())
    _fill_choices(form)
    if request.method == "GET":
        return _form_page(form)
    if not form.validate_on_submit():
        return _again(form), 422
    file, name = form.scan
    try:
        rule = authority.enter(form.entry(), file, name, actor=actor())
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, refusal)
        return _again(form), 422
    words = _("The rule is entered.")
    flash(words if rule.practice else _("The rule is entered. It counts once a second administrator has confirmed it."))
    return redirect(url_for(".show", rule_id=rule.id))


@bp.page("/<int:rule_id>", SIGNED_IN)
def show(rule_id: int) -> ResponseReturnValue:
    """One rule, with its document."""
    return _rule_page(rule_id)


@bp.page("/<int:rule_id>/scan", SIGNED_IN)
def scan(rule_id: int) -> ResponseReturnValue:
    """The scan of the document, as an attachment."""
    rule = authority.get(rule_id)
    return attachment(authority.scan(rule), name=rule.original_name, media_type=rule.media_type, size=rule.size)


@bp.form("/<int:rule_id>/withdraw", ADMINISTRATOR)
def withdraw(rule_id: int) -> ResponseReturnValue:
    """Withdraw a rule, after a page that says what that means."""
    access.require_administrator(actor())
    rule = authority.get(rule_id)
    page = withdrawal_of(
        rule,
        _("Withdraw a rule"),
        trail=[(_("Authority rules"), url_for(".listed"))],
        back=url_for(".show", rule_id=rule_id),
        success=_("The rule is withdrawn; nothing more is decided under it."),
        follows=[
            _("From now on nothing is decided under this rule; another rule can be entered for the same days."),
            _("Earlier decisions under it do not change, and their papers still cite it."),
        ],
    )
    return withdrawal(page, partial(authority.withdraw, rule_id, actor=actor()))


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(fault: RequestEntityTooLarge) -> ResponseReturnValue:
    """Nothing of what was sent has been read, so that nothing typed can be given back here."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    drain()
    reasons = (_("The file is larger than 20 MB. Go back and choose a smaller file; what you typed is still there."),)
    return render_template("http/errors/error.html", title=_("Too large"), status=413, reasons=reasons), 413


def _asked_for() -> dict[str, str]:
    """What the address of the empty form names already: the province, and nothing else."""
    return {"unit_id": request.args.get("unit_id", "")} if request.method == "GET" else {}


def _fill_choices(form: RuleForm) -> None:
    candidates = authority.candidates()
    form.decider.choices = [
        SelectChoice(
            f"{spec.name}:{role.name}",
            _("%(what)s: %(who)s", what=spec.title.in_language(language()), who=role.title.in_language(language())),
        )
        for spec, role in candidates
    ]
    provinces = [SelectChoice(str(unit.id), unit.name) for unit in units.of_kind("province")]
    form.unit_id.choices = [SelectChoice("", _("Choose a province")), *provinces]


def _again(form: RuleForm) -> str:
    """The form with what was typed; a browser gives a file only once."""
    file, _name = form.scan
    if file is not None:
        form.file.errors = [
            *form.file.errors,
            _("Choose the file again: it is not kept when you correct something else."),
        ]
    elif not form.file.errors:
        form.file.errors = [_("Choose the scan of the document.")]
    return _form_page(form)


def _form_page(form: RuleForm) -> str:
    return render_template("rules/authority/new.html", form=form, accept=ACCEPT)


def _rule_page(rule_id: int) -> str:
    view = _shown(authority.get(rule_id))
    waiting = proposals.open_about(confirmations.KIND, rule_id=rule_id)
    administrator = access.is_administrator(actor())
    return render_template("rules/authority/show.html", view=view, waiting=waiting, administrator=administrator)


def _shown(rule: AuthorityRule) -> AuthorityView:
    spec = newest(rule.workflow)
    role = spec.roles.get(rule.role) if spec else None
    return AuthorityView(
        rule,
        spec.title.in_language(language()) if spec else rule.workflow,
        role.title.in_language(language()) if role else rule.role,
        *_standing(rule),
    )


def _standing(rule: AuthorityRule) -> tuple[str, str]:
    if rule.withdrawn_at is None and rule.confirmed_at is None and not rule.practice:
        return _("Waits for a second person"), "waiting"
    return standing(rule)
