"""The second step of signing in, and one's own second factor: begun, confirmed, taken away."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR
from certflow.accounts import accounts, directory, second_factor
from certflow.accounts.guessing import passwords
from certflow.accounts.pages import known_browsers
from certflow.accounts.pages.accounts import let_in, safe
from certflow.errors import Invalid, TooMany
from certflow.gateways.pdf.qr import as_square
from certflow.http.errors import told_to_wait
from certflow.http.fields import show_faults
from certflow.http.person import actor, keep_what_was_written
from certflow.http.policy import PUBLIC, SIGNED_IN, Room

bp = Room("second_factor", __name__)


class TotpForm(FlaskForm):
    """A code from the telephone or a recovery code; `next` is where the person wanted to go."""

    code = StringField(lazy_gettext("Code"), [InputRequired(lazy_gettext("Type the code.")), Length(max=40)])
    next = HiddenField()


class RemovalForm(FlaskForm):
    """Password and code, with which a second factor is taken away."""

    password = PasswordField(
        lazy_gettext("Current password"),
        [InputRequired(lazy_gettext("Type your current password.")), Length(max=passwords.LONGEST)],
    )
    code = TotpForm.code


@bp.form("/sign-in/code", PUBLIC)
def step() -> ResponseReturnValue:
    """The second step of signing in."""
    form = TotpForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(safe(form.next.data))
    token, name = str(session.get("step", "")), str(session.get("step_name", ""))
    if second_factor.living_step(token) is None:
        session.pop("step", None)
        flash(_("The sign-in took too long. Begin again with your password."), "warning")
        return redirect(url_for("accounts.sign_in", next=form.next.data or None))
    if request.method == "GET":
        return render_template("accounts/second_factor/step.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/second_factor/step.html", form=form), 422
    try:
        opened = second_factor.finish(token, form.code.data or "", **_visit(name))
    except (Invalid, TooMany) as refusal:
        return _refused("accounts/second_factor/step.html", form, refusal)
    return let_in(opened, name, form.next.data)


@bp.form("/account/second-factor/again", SIGNED_IN)
def again() -> ResponseReturnValue:
    """A code once more, before an act of weight that is kept meanwhile."""
    form = TotpForm()
    if request.method == "GET":
        return render_template("accounts/second_factor/again.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/second_factor/again.html", form=form), 422
    proof = {"token": session["token"], "source": request.remote_addr or ""}
    try:
        second_factor.show_again(actor(), form.code.data or "", **proof)
    except (Invalid, TooMany) as refusal:
        return _refused("accounts/second_factor/again.html", form, refusal)
    return redirect(url_for("kept.show"))


def _visit(name: str) -> dict[str, str]:
    browser = known_browsers.known_for(name)
    return {"source": request.remote_addr or "", "agent": request.user_agent.string, "browser": browser}


def _refused(template: str, form: FlaskForm, refusal: Invalid | TooMany, **context: object) -> ResponseReturnValue:
    """The page again with what is wrong; the count of wrong codes is kept."""
    keep_what_was_written()
    if isinstance(refusal, TooMany):
        form.form_errors.extend(refusal.reasons)
        return told_to_wait(render_template(template, form=form, **context), refusal)
    show_faults(form, refusal)
    return render_template(template, form=form, **context), 422


@bp.form("/account/second-factor", SIGNED_IN)
def show() -> ResponseReturnValue:
    """One's own second factor: what it is, the secret while it waits for its first code, or that it is in force."""
    form = TotpForm()
    if request.method == "GET":
        return render_template("accounts/second_factor/show.html", form=form, **_own())
    if form.validate_on_submit():
        try:
            codes = second_factor.confirm(actor(), form.code.data or "", token=session["token"])
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            return render_template("accounts/second_factor/codes.html", codes=codes, begun=True)
    return render_template("accounts/second_factor/show.html", form=form, **_own()), 422


def _own() -> dict[str, object]:
    waiting = second_factor.enrolment(actor())
    return {
        "factor": actor().second_factor if actor().has_second_factor else None,
        "waiting": waiting,
        "qr": as_square(waiting.address) if waiting else "",
        "obligatory": accounts.is_obligatory(actor()),
        "left": second_factor.codes_left(actor()),
    }


@bp.action("/account/second-factor/begin", SIGNED_IN)
def begin() -> ResponseReturnValue:
    """Make a secret, to be shown on the page that follows."""
    second_factor.begin(actor())
    return redirect(url_for(".show"))


@bp.form("/account/second-factor/codes", SIGNED_IN)
def codes() -> ResponseReturnValue:
    """New recovery codes, for a code."""
    form = TotpForm()
    left = second_factor.codes_left(actor())
    if request.method == "GET":
        return render_template("accounts/second_factor/renew.html", form=form, left=left)
    if not form.validate_on_submit():
        return render_template("accounts/second_factor/renew.html", form=form, left=left), 422
    try:
        new_codes = second_factor.renew_codes(actor(), form.code.data or "", source=request.remote_addr or "")
    except (Invalid, TooMany) as refusal:
        return _refused("accounts/second_factor/renew.html", form, refusal, left=left)
    return render_template("accounts/second_factor/codes.html", codes=new_codes, begun=False)


@bp.form("/account/second-factor/remove", SIGNED_IN)
def remove() -> ResponseReturnValue:
    """Take one's own second factor away."""
    form = RemovalForm()
    obligatory = accounts.is_obligatory(actor())
    if request.method == "GET":
        return render_template("accounts/second_factor/remove.html", form=form, obligatory=obligatory)
    if not form.validate_on_submit():
        return render_template("accounts/second_factor/remove.html", form=form, obligatory=obligatory), 422
    proofs = {"password": form.password.data or "", "code": form.code.data or ""}
    try:
        second_factor.remove(actor(), **proofs, source=request.remote_addr or "")
    except (Invalid, TooMany) as refusal:
        return _refused("accounts/second_factor/remove.html", form, refusal, obligatory=obligatory)
    flash(_("Your second factor is removed."))
    return redirect(url_for(".show" if obligatory else "accounts.show"))


@bp.form("/people/<int:user_id>/second-factor/reset", ADMINISTRATOR)
def reset(user_id: int) -> ResponseReturnValue:
    """Take a person's second factor away, as an administrator, after a page that says what that means."""
    access.require_administrator(actor())
    person = directory.get(user_id)
    if request.method == "GET":
        return render_template("accounts/second_factor/reset.html", person=person)
    second_factor.reset(person, actor=actor())
    flash(_("The second factor is removed, and the person is signed out everywhere."))
    return redirect(url_for("people.show", user_id=user_id))
