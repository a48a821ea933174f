"""Signing in and out, the language switch, and one's own password."""

import re

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from certflow.errors import Invalid, TooMany
from certflow.services import access, accounts, delegations, people
from certflow.web.delegations import shown
from certflow.web.errors import status_of
from certflow.web.forms import show_faults
from certflow.web.gate import LANGUAGES, actor, keep_what_was_written

bp = Blueprint("accounts", __name__)

INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")  # browsers drop blanks and line ends, and read \ as /
LONGEST_TARGET = 2000


class SignInForm(FlaskForm):
    """Name and password; `next` is where the person wanted to go."""

    sign_in_name = StringField(
        lazy_gettext("Sign-in name"),
        [InputRequired(lazy_gettext("Type your sign-in name.")), Length(max=120)],
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [InputRequired(lazy_gettext("Type your password.")), Length(max=accounts.LONGEST_PASSWORD)],
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """One's present and new password."""

    old_password = PasswordField(
        lazy_gettext("Present password"), [InputRequired(lazy_gettext("Type your present password."))]
    )
    password = PasswordField(
        lazy_gettext("New password"),
        [InputRequired(lazy_gettext("Type a new password."))],
        description=lazy_gettext("At least 10 characters; three or four unrelated words are easy to remember."),
    )


def _safe(target: str | None) -> str:
    """A path inside this application, or the first page."""
    return target if target and INSIDE.fullmatch(target) and len(target) <= LONGEST_TARGET else url_for("work.show")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(_safe(form.next.data))
    if request.method == "GET":
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422
    try:
        token = accounts.sign_in(
            form.sign_in_name.data or "",
            form.password.data or "",
            source=request.remote_addr or "",
            agent=request.user_agent.string,
        )
    except (Invalid, TooMany) as refusal:
        keep_what_was_written()
        form.form_errors.extend(refusal.reasons)
        return render_template("accounts/sign_in.html", form=form), status_of(refusal)
    chosen = session.get("language")
    session.clear()
    session["token"] = token
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(_safe(form.next.data))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session for good."""
    accounts.sign_out(session.get("token", ""))
    session.clear()
    flash(_("You are signed out."))
    return redirect(url_for("accounts.sign_in"))


@bp.post("/language")
def language() -> ResponseReturnValue:
    """Switch the language and stay on the page."""
    if request.form.get("locale") in LANGUAGES:
        session["language"] = request.form["locale"]
        if current_user.is_authenticated:
            actor().language = request.form["locale"]
    return redirect(_safe(request.form.get("next")))


@bp.route("/account", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """One's own account: roles and password."""
    form = PasswordForm()
    if request.method == "GET":
        return _own_page(form)
    if form.validate_on_submit():
        try:
            accounts.change_password(actor(), old=form.old_password.data or "", new=form.password.data or "")
        except Invalid as refusal:
            show_faults(form, refusal)
        else:
            session.clear()
            flash(_("Your password is changed. Sign in with the new one."))
            return redirect(url_for("accounts.sign_in"))
    return _own_page(form), 422


def _own_page(form: PasswordForm) -> str:
    titles = people.roles()
    held = [(titles[a.role][0], a) for a in access.appointments(actor()) if a.role in titles]
    received = [shown(one) for one in delegations.received_by(actor())]
    given = [shown(one) for one in delegations.given_by(actor())]
    page: str = render_template("accounts/show.html", form=form, held=held, received=received, given=given)
    return page
