"""Signing in and out, the language switch, and one's own password."""

import re

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from certflow.access import access
from certflow.accounts import accounts, outbox
from certflow.accounts.guessing import passwords
from certflow.accounts.pages import kept, known_browsers
from certflow.accounts.pages.sessions import of_oneself
from certflow.catalogue import role_titles
from certflow.errors import Invalid, TooMany
from certflow.http.errors import told_to_wait
from certflow.http.fields import show_faults
from certflow.http.person import LANGUAGES, actor, keep_what_was_written
from certflow.http.policy import PUBLIC, SIGNED_IN, Room
from certflow.http.sections import sections

bp = Room("accounts", __name__)

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
        [InputRequired(lazy_gettext("Type your password.")), Length(max=passwords.LONGEST)],
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """One's present and new password."""

    old_password = PasswordField(
        lazy_gettext("Current password"), [InputRequired(lazy_gettext("Type your current password."))]
    )
    password = PasswordField(
        lazy_gettext("New password"),
        [InputRequired(lazy_gettext("Type a new password."))],
        description=lazy_gettext("At least 10 characters; three or four unrelated words are easy to remember."),
    )


def safe(target: str | None) -> str:
    """A path inside this application, or the first page."""
    return target if target and INSIDE.fullmatch(target) and len(target) <= LONGEST_TARGET else url_for("work.show")


@bp.form("/sign-in", PUBLIC)
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(safe(form.next.data))
    if request.method == "GET":
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422
    name = form.sign_in_name.data or ""
    try:
        opened = accounts.sign_in(
            name,
            form.password.data or "",
            source=request.remote_addr or "",
            agent=request.user_agent.string,
            browser=known_browsers.known_for(name),
        )
    except (Invalid, TooMany) as refusal:
        keep_what_was_written()
        form.form_errors.extend(refusal.reasons)
        waits = isinstance(refusal, TooMany)
        page = render_template("accounts/sign_in.html", form=form, way_out=waits and outbox.is_open())
        return told_to_wait(page, refusal) if isinstance(refusal, TooMany) else (page, 422)
    if opened.complete:
        return let_in(opened, name, form.next.data)
    session["step"], session["step_name"] = opened.token, name
    return redirect(url_for("second_factor.step", next=form.next.data or None))


def let_in(opened: accounts.OpenedSession, name: str, target: str | None) -> ResponseReturnValue:
    """Begin the signed-in session of this browser, which is known for the account from now on."""
    chosen = session.get("language")
    session.clear()
    session["token"] = opened.token
    session["csrf_token"] = kept.token_of(opened.user_id)
    if chosen in LANGUAGES:
        session["language"] = chosen
    response = redirect(safe(target))
    known_browsers.remember(response, name)
    return response


@bp.page("/account/here", SIGNED_IN)
def here() -> ResponseReturnValue:
    """Keep the session in use while its person works at a page."""
    return jsonify(stays=True)


@bp.action("/sign-out", SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session for good."""
    token = session.get("token", "")
    accounts.sign_out(token)
    session.clear()
    session["left"] = token  # opens nothing any more; tells whose page another window still shows
    flash(_("You are signed out."))
    return redirect(url_for("accounts.sign_in"))


@bp.action("/language", PUBLIC)
def language() -> ResponseReturnValue:
    """Switch the language and stay on the page."""
    if request.form.get("locale") in LANGUAGES:
        session["language"] = request.form["locale"]
        if current_user.is_authenticated:
            actor().language = request.form["locale"]
    return redirect(safe(request.form.get("next")))


@bp.form("/account", SIGNED_IN)
def show() -> ResponseReturnValue:
    """One's own account: roles and password."""
    form = PasswordForm()
    if request.method == "GET":
        return _own_page(form)
    if form.validate_on_submit():
        try:
            old, new = form.old_password.data or "", form.password.data or ""
            accounts.change_password(actor(), old=old, new=new, source=request.remote_addr or "")
        except Invalid as refusal:
            keep_what_was_written()
            show_faults(form, refusal)
        else:
            session.clear()
            flash(_("Your password is changed. Sign in with the new one."))
            return redirect(url_for("accounts.sign_in"))
    return _own_page(form), 422


def _own_page(form: PasswordForm) -> str:
    titles = role_titles.roles()
    appointments = [(titles[a.role][0], a) for a in access.appointments(actor()) if a.role in titles]
    added = sections("accounts.show", actor())
    page: str = render_template("accounts/show.html", form=form, held=appointments, **added, **of_oneself())
    return page
