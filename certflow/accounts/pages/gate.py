"""The gate of the application: who is signed in, what is public, which language, and one transaction per request."""

from copy import deepcopy
from dataclasses import dataclass
from itertools import chain

from flask import Flask, Response, current_app, g, jsonify, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, current_user
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import IntegerConverter

from certflow import clock
from certflow.access import access
from certflow.accounts import accounts, kept_forms
from certflow.accounts.pages import kept
from certflow.gateways.installation import equipment
from certflow.gateways.signatures import LenientSigner
from certflow.http import errors, policy
from certflow.http.errors import wants_json
from certflow.http.person import actor
from certflow.http.typed import LARGEST, plain_number
from certflow.models import row_security
from certflow.models.base import begin_reading, db, undo
from certflow.models.people import User

BEFORE_ENROLMENT = {"accounts.sign_out", "second_factor.show", "second_factor.begin"}
LARGEST_FORM = 2 * 1024 * 1024
# All fields and files of a page in one request.
LARGEST_WITH_FILES = {"claims.criterion": 100 * 1024 * 1024, "claims.papers": 100 * 1024 * 1024}
FILES_FROM = 64 * 1024  # a smaller request has no file that takes time
LONGEST_ID = 20
READS_FIRST = (
    "accounts.sign_in",
    "invitations.redeem",
    "evidence.attach",
    "evidence.begin_upload",
    "evidence.upload",
    "authority.new",
    "people_import.start",
    "people_import.create",
)
READS = ("GET", "HEAD", "OPTIONS")
HTTPS_FOR_A_YEAR = "max-age=31536000"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class Id(IntegerConverter):
    """A row's number in an address: what no database could hold is answered as any number that is not there."""

    def to_python(self, value: str) -> int:
        """The number, or the largest that there can be."""
        return min(int(value), LARGEST) if len(value) < LONGEST_ID else LARGEST


@dataclass(frozen=True, slots=True)
class SentAgain:
    """A form that was sent: where to, what was typed, whether files were chosen; `whole` when nothing is left out."""

    path: str
    pairs: kept_forms.Pairs
    files: bool
    whole: bool
    kept_form: int | None


class _SessionCookie(SecureCookieSessionInterface):
    """The session in a cookie, which another web server may have signed whose clock is ahead."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = LenientSigner
        return serializer


def _load_person(_request: object) -> User | None:
    token = session.get("token")
    living = accounts.living_session(token) if isinstance(token, str) else None
    if living is None:
        return None
    g.session_is_stale = clock.now() - living.seen_at > accounts.SEEN_EVERY
    g.factor_is_fresh = accounts.factor_is_fresh(living)
    return living.user


def bound() -> None:
    """Only files may be large: millions of small fields would take a process for seconds, before any sign-in.

    HEAD is GET from here on, for no view may take it for a form that was sent; its answer still goes without a body.
    """
    if request.method == "HEAD":
        request.method = "GET"
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_FORM
    elif request.endpoint in LARGEST_WITH_FILES:
        request.max_content_length = LARGEST_WITH_FILES[request.endpoint]


def _open() -> None:
    g.session_before = deepcopy(dict(session))
    begin_reading(request.method in READS or request.endpoint in READS_FIRST or _has_files())
    g.sight = row_security.see(row_security.NOTHING)


def _has_files() -> bool:
    """Whether a page is sent with files, which are judged before anything is written."""
    return request.endpoint in LARGEST_WITH_FILES and (request.content_length or 0) > FILES_FROM


def _readable() -> None:
    """Refuse the sign that no database can hold; what is too large is refused here, when the reader is known."""
    sent = chain(request.args.values(), request.form.values())
    if any("\x00" in text for text in sent):
        raise BadRequest


def _wall() -> ResponseReturnValue | None:
    if current_user.is_authenticated:
        if row_security.guarded():
            row_security.see(access.sight(actor()))
        return None
    if policy.is_public(request.endpoint):
        return None
    if isinstance(request.routing_exception, HTTPException):
        return None
    if wants_json():
        return jsonify(
            reasons=[_("You are no longer signed in. Sign in again in another window; this page then goes on saving.")]
        ), 401
    back = request.full_path.rstrip("?") if request.method in READS else kept.keep_for_the_person()
    return redirect(url_for("accounts.sign_in", next=back))


def _second_factor_first() -> ResponseReturnValue | None:
    """Who must have a second factor and has none can do nothing else before."""
    if not current_user.is_authenticated or request.endpoint in BEFORE_ENROLMENT:
        return None
    if policy.is_public(request.endpoint):
        return None
    if not accounts.must_enrol(actor()):
        return None
    if wants_json():
        return jsonify(reasons=[_("You need a second factor first. Open your account in another window.")]), 403
    return redirect(url_for("second_factor.show"))


def _own_form() -> ResponseReturnValue | None:
    """Only a page of ours, shown to this person, may send a form."""
    return None if request.method in READS else kept.require_own_form()


def _factor_again() -> ResponseReturnValue | None:
    """Before an act of weight, who has a second factor shows it again; what was sent is kept meanwhile."""
    weighs = policy.weighty_acts(current_app).get(request.endpoint or "") if request.method == "POST" else None
    if weighs is None or not actor().has_second_factor or g.factor_is_fresh or not weighs():
        return None
    kept.keep_form(actor().id)
    return redirect(url_for("second_factor.again"))


def _kept_files() -> None:
    if request.method == "POST" and current_user.is_authenticated:
        kept.add_kept_files()


def _finish(response: Response) -> Response:
    """Commit what a successful request did; undo the rest. What cannot be committed is answered as a fault instead."""
    if "reference" in g:  # a fault: undone and answered already
        return response
    if response.status_code >= 400 and not g.pop("keep", False):
        undo()
    elif (fault := _committed()) is not None:
        response.close()
        return fault
    _touch()
    return response


def _committed() -> Response | None:
    """Commit; None, or the answer that tells that it failed."""
    try:
        if request.method == "POST" and current_user.is_authenticated:
            kept.forget_when_sent()
        db.session.flush()
    except Exception as fault:
        return errors.tell_fault(fault)
    try:
        db.session.commit()
    except Exception as fault:
        return errors.tell_fault(fault, committing=True)
    return None


def _touch() -> None:
    """Note that the session is in use. Where that fails, the next request notes it: this one is stored already."""
    if not g.pop("session_is_stale", False) or not isinstance(session.get("token"), str):
        return
    begin_reading(False)
    try:
        accounts.touch(session["token"])
        db.session.commit()
    except SQLAlchemyError:
        undo()


def _forget(_fault: BaseException | None) -> None:
    token = g.pop("sight", None)
    if token is not None:
        undo()  # what was not committed by now; so that nothing is told to a connection that may be lost
        row_security.forget(token)


def _sent_again() -> SentAgain | None:
    """The form that was sent, for the page of a fault; None where none was sent or it cannot be read."""
    if request.method != "POST":
        return None
    try:
        sent = list(request.form.items(multi=True))
        chosen = any(file.filename for file in request.files.values())
    except (HTTPException, OSError):
        return None
    pairs = kept_forms.pairs_of(sent)
    whole = {name for name, _text in sent} <= {name for name, _text in pairs} | kept_forms.MARKS
    number = plain_number(request.form.get("kept_form"))  # whose files are kept on
    return SentAgain(request.full_path.rstrip("?"), pairs, chosen and number is None, whole, number)


def _idle_seconds() -> int:
    return int(equipment().settings.session_idle.total_seconds())


def _protect(response: Response) -> Response:
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_FOR_A_YEAR)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def register(app: Flask) -> None:
    """Put the gate in front of every page of `app`."""
    app.url_map.converters["int"] = Id
    app.session_interface = _SessionCookie()
    login = LoginManager(app)
    login.anonymous_user = AnonymousUserMixin
    login.request_loader(_load_person)
    app.before_request(_open)
    app.before_request(_wall)
    app.before_request(_readable)
    app.before_request(_second_factor_first)
    app.before_request(_own_form)
    app.before_request(_kept_files)
    policy.register(app)
    app.before_request(_factor_again)
    app.after_request(_protect)  # Flask asks the last one first: this one sees the answer of a commit that failed
    app.after_request(_finish)
    app.context_processor(lambda: {"sent_again": _sent_again, "idle_seconds": _idle_seconds})
    app.teardown_request(_forget)
