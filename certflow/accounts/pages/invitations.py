"""Links with which a password is chosen: asked for, given by an administrator, redeemed."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR
from certflow.accounts import directory, invitations, links, outbox
from certflow.accounts.guessing import passwords
from certflow.accounts.pages import known_browsers
from certflow.errors import Invalid, TooMany
from certflow.http.errors import told_to_wait
from certflow.http.fields import show_faults
from certflow.http.person import LANGUAGES, actor
from certflow.http.policy import PUBLIC, Room

bp = Room("invitations", __name__)


class ForgottenForm(FlaskForm):
    """Who asks for a link."""

    named = StringField(
        lazy_gettext("Sign-in name or e-mail address"),
        [InputRequired(lazy_gettext("Type your sign-in name or your e-mail address.")), Length(max=200)],
    )


class ChosenPasswordForm(FlaskForm):
    """A password, typed once as it can be looked up nowhere and asked for anew at any time."""

    password = PasswordField(
        lazy_gettext("New password"),
        [InputRequired(lazy_gettext("Type a new password.")), Length(max=passwords.LONGEST)],
        description=lazy_gettext("At least 10 characters; three or four unrelated words are easy to remember."),
    )


@bp.form("/sign-in/forgotten", PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same whether there is such a person or not."""
    form = ForgottenForm()
    if request.method == "GET" or not form.validate_on_submit():
        status = 200 if request.method == "GET" else 422
        return render_template(
            "accounts/invitations/forgotten.html", form=form, mails=outbox.is_open(), asked=False
        ), status
    try:
        invitations.request_reset(form.named.data or "", source=request.remote_addr or "")
    except TooMany as refusal:
        form.form_errors.extend(refusal.reasons)
        page = render_template("accounts/invitations/forgotten.html", form=form, mails=outbox.is_open(), asked=False)
        return told_to_wait(page, refusal)
    return render_template("accounts/invitations/forgotten.html", form=form, mails=outbox.is_open(), asked=True)


@bp.form("/links/<token>", PUBLIC)
def redeem(token: str) -> ResponseReturnValue:
    """Choose a password by a link; looking at the page uses nothing up, as mail programs do that by themselves."""
    person = links.whose(token)
    form = ChosenPasswordForm()
    if request.method == "GET":
        return render_template("accounts/invitations/redeem.html", form=form, person=person)
    if form.validate_on_submit():
        try:
            return _redeemed(token, form.password.data or "")
        except Invalid as refusal:
            show_faults(form, refusal)
    return render_template("accounts/invitations/redeem.html", form=form, person=links.whose(token)), 422


def _redeemed(token: str, password: str) -> ResponseReturnValue:
    agent = request.user_agent.string
    person = invitations.redeem(token, password, source=request.remote_addr or "", agent=agent)
    chosen = session.get("language")
    session.clear()
    if chosen in LANGUAGES:
        session["language"] = chosen
    flash(_("Your password is set. Sign in with it now."))
    response = redirect(url_for("accounts.sign_in"))
    known_browsers.remember(response, person.sign_in_name)  # a way in while somebody else guesses
    return response


@bp.action("/people/<int:user_id>/links", ADMINISTRATOR)
def give(user_id: int) -> ResponseReturnValue:
    """Give a person a link, as an administrator: mailed, or shown once to be handed over."""
    access.require_administrator(actor())
    person = directory.get(user_id)
    invitation = invitations.invite(person, actor=actor())
    if invitation.url:
        return render_template(
            "accounts/invitations/given.html", person=person, url=invitation.url, mails=outbox.is_open()
        )
    flash(_("A link is being sent to %(address)s. It works once, within 24 hours.", address=invitation.mailed_to))
    return redirect(url_for("people.show", user_id=user_id))
