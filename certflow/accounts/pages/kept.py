"""What was sent after the session had ended, shown to its person after signing in, to be sent again."""

import io

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from wtforms import ValidationError

from certflow.accounts import kept_forms, secrets_at_rest
from certflow.http.errors import wants_json
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.http.typed import plain_number
from certflow.models.base import begin_reading, begin_writing, db

bp = Room("kept", __name__, url_prefix="/kept")


@bp.page("/", SIGNED_IN)
def show() -> ResponseReturnValue:
    """Everything that is kept for the person who is signed in."""
    return render_template("accounts/kept.html", forms=kept_forms.of(actor().id))


@bp.action("/<int:number>/discard", SIGNED_IN)
def discard(number: int) -> ResponseReturnValue:
    """Forget one of them."""
    kept_forms.discard(number, actor())
    flash(_("What was kept is deleted."))
    return redirect(url_for("work.show"))


def keep_for_the_person() -> str | None:
    """Keep what was sent without a living session, when the session's person is known; gives the page to go to."""
    token = session.get("token") or session.get("left")
    user_id = kept_forms.person_of(token) if isinstance(token, str) else None
    sent = kept_forms.pairs_of(request.form.items(multi=True)) or _files()
    if user_id is None or not sent:
        return None
    keep_form(user_id)
    return url_for("kept.show")


def keep_form(user_id: int) -> kept_forms.SentForm:
    """Keep the form of this request for a person; what the request did before is undone."""
    pairs = kept_forms.pairs_of(request.form.items(multi=True))
    sent = (kept_forms.SentFile(name, str(file.filename), file.read()) for name, file in _files())
    db.session.rollback()
    begin_reading(True)
    files = kept_forms.store(user_id, sent)
    begin_writing()
    form = kept_forms.keep(user_id, request.full_path.rstrip("?"), pairs, files)
    db.session.commit()
    return form


def _files() -> list[tuple[str, FileStorage]]:
    return [(name, file) for name, file in request.files.items(multi=True) if file.filename]


def token_of(user_id: int) -> str:
    """The secret of a person's forms: the same in each of their sessions, so that a form outlives the session."""
    return secrets_at_rest.fingerprint(f"forms of person {user_id}")


def require_own_form() -> ResponseReturnValue | None:
    """Refuse what was not sent from a page of ours that this person, or nobody, was shown.

    Runs after the gate knows who is signed in. What was typed comes back with the refusal, to be sent once more.
    """
    if not current_app.config["WTF_CSRF_ENABLED"] or not request.endpoint:
        return None
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken", ""))
    except ValidationError as fault:
        if wants_json() or not current_user.is_authenticated:
            raise CSRFError(fault.args[0]) from fault
        return render_template("accounts/kept.html", forms=[keep_form(actor().id)]), 400
    return None


def add_kept_files() -> None:
    """A kept form that is sent again has its files with it, as if they had been chosen once more."""
    if number := plain_number(request.form.get("kept_form")):
        sent = [
            (file.field, FileStorage(io.BytesIO(file.content), file.original_name, file.field))
            for file in kept_forms.files_of(number, actor())
        ]
        if len(sent) < (plain_number(request.form.get("kept_files")) or 0):
            flash(_("Files that you had chosen are kept no longer. Choose them again."), "warning")
        request.files = ImmutableMultiDict([*request.files.items(multi=True), *sent])


def forget_when_sent() -> None:
    """After a kept form was sent again and taken, it is kept no longer."""
    if number := plain_number(request.form.get("kept_form")):
        kept_forms.discard(number, actor())
