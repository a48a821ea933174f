"""From a refusal to a status and a page: the one table where errors meet HTTP."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException

from certflow import clock
from certflow.errors import (
    ActionBlocked,
    ActionNotOpen,
    Invalid,
    NotFound,
    NotPermitted,
    Refusal,
    Stale,
    TooMany,
)
from certflow.models.base import db

STATUS: dict[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotPermitted: HTTPStatus.FORBIDDEN,
    ActionNotOpen: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    ActionBlocked: HTTPStatus.UNPROCESSABLE_ENTITY,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
}
KEPT_FIELDS = ("note", "document", "explanation", "reason")


def wants_json() -> bool:
    """Whether the page's own script asks, as it does for autosave."""
    return request.headers.get("X-Requested-With") == "certflow"


def status_of(refusal: Refusal) -> HTTPStatus:
    """The status a refusal is answered with."""
    return STATUS[type(refusal)]


def told_to_wait(page: str, refusal: TooMany) -> Response:
    """The page with status 429 and the seconds to wait in the header `Retry-After`."""
    response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    _set_wait(response, refusal)
    return response


def _set_wait(response: Response, refusal: Refusal) -> None:
    """Set `Retry-After` when the refusal ends by waiting."""
    until = getattr(refusal, "until", None)
    if until is not None:
        seconds = (until - clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, int(seconds) + 1))


def _on_refusal(refusal: Refusal) -> ResponseReturnValue:
    db.session.rollback()
    response = make_response(_answer(status_of(refusal), refusal.reasons))
    _set_wait(response, refusal)
    return response


def _on_csrf(fault: CSRFError) -> ResponseReturnValue:
    db.session.rollback()
    reason = _("The form was open too long or came from another window. Go back, reload the page and send it again.")
    return _answer(HTTPStatus.BAD_REQUEST, (reason,))


def _on_http(fault: HTTPException) -> ResponseReturnValue:
    db.session.rollback()
    if fault.response is not None or fault.code is None or fault.code < HTTPStatus.BAD_REQUEST:
        return fault
    if isinstance(fault, BadHost):  # no address can be built for a page
        return Response(_not_understood(), fault.code, mimetype="text/plain")
    status = HTTPStatus(fault.code)
    reasons = {
        HTTPStatus.NOT_FOUND: _("There is nothing at this address, or you are not allowed to see it."),
        HTTPStatus.METHOD_NOT_ALLOWED: _(
            "This address cannot be used in this way. Go back and use the page's buttons."
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The data sent is too large; a file may have at most 20 MB."),
    }
    return _answer(status, (reasons.get(status) or _not_understood(),))


def _not_understood() -> str:
    return str(_("The request could not be understood. Go back and try again."))


def _on_fault(fault: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, (_("Something went wrong on our side; nothing was changed."),))


def _answer(status: HTTPStatus, reasons: tuple[str, ...]) -> ResponseReturnValue:
    if wants_json():
        return jsonify(reasons=reasons), status
    title = _title(status)
    bare = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    page = render_template(
        "http/errors/error.html", title=title, status=status.value, reasons=reasons, typed=_typed(), bare=bare
    )
    return page, status


def _typed() -> str:
    """What was typed, to be given back; nothing when the form is what could not be read."""
    try:
        return "\n\n".join(text for name in KEPT_FIELDS if (text := request.form.get(name, "").strip()))
    except HTTPException:
        return ""


def _title(status: HTTPStatus) -> str:
    titles: dict[HTTPStatus, str] = {
        HTTPStatus.FORBIDDEN: _("This is not your task"),
        HTTPStatus.NOT_FOUND: _("Not found"),
        HTTPStatus.CONFLICT: _("Not possible now"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too large"),
        HTTPStatus.UNPROCESSABLE_ENTITY: _("Something is still missing"),
        HTTPStatus.TOO_MANY_REQUESTS: _("Please wait"),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong"),
    }
    return titles.get(status) or str(_("The request was not understood"))


def register(app: Flask) -> None:
    """Answer every refusal and fault of `app` by the table above."""
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    if not app.config["TESTING"]:
        app.register_error_handler(Exception, _on_fault)
