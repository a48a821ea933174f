"""From a refusal or a fault to a status and a page: the one table where errors meet HTTP."""

import secrets
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

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
from certflow.http import messages, outages
from certflow.http.outages import Outage
from certflow.http.person import stand_alone
from certflow.models.base import db, undo

STATUS: dict[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotPermitted: HTTPStatus.FORBIDDEN,
    ActionNotOpen: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    ActionBlocked: HTTPStatus.UNPROCESSABLE_ENTITY,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
}
SPOKEN = "ACDEFGHJKMNPQRTUVWXY34679"  # signs that are told apart in writing and on the telephone
HALF = 4
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
    if isinstance(fault, InternalServerError):  # what failed while a page or a refusal was being answered
        return tell_fault(cause if isinstance(cause := fault.original_exception, Exception) else fault)
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
    return tell_fault(fault)


def tell_fault(fault: Exception, *, committing: bool = False) -> Response:
    """Undo what the request did and tell its person, with a reference; nothing of the database is asked for it.

    In tests what is no outage is raised again. `committing` says that the fault came while the database committed.
    """
    outage = outages.cause_of(fault, committing=committing)
    if outage is None and current_app.testing:
        raise fault
    messages.take_back()
    stand_alone()
    undo()
    reference = _logged(fault, outage)
    response = make_response(_told(outage, reference), outage.status if outage else 500)
    if outage and outage.retry_after:
        response.headers["Retry-After"] = str(outage.retry_after)
    return response


def _logged(fault: Exception, outage: Outage | None) -> str:
    """The reference of the fault, under which it stands in the log: once, and with its trace where it is no outage."""
    if "reference" in g:
        return str(g.reference)
    signs = "".join(secrets.choice(SPOKEN) for _sign in range(2 * HALF))
    g.reference = f"{signs[:HALF]}-{signs[HALF:]}"
    where = f"{request.method} {request.endpoint or 'no page'}"
    if outage is not None:
        words = (g.reference, where, outage.name, outages.in_words(fault))
        current_app.logger.error("fault %s: %s: %s: %s", *words)
    else:
        current_app.logger.error("fault %s: %s", g.reference, where, exc_info=fault)
    return str(g.reference)


def _told(outage: Outage | None, reference: str) -> str | Response:
    reasons, steps = outages.reasons(outage), outages.next_steps(outage, reference)
    if wants_json():
        code = str(_("Fault code: %(reference)s.", reference=reference))
        return jsonify(title=outages.title(outage), reasons=[*reasons, code], next_steps=steps, reference=reference)
    page: str = render_template(
        "http/errors/fault.html",
        title=outages.title(outage),
        reasons=reasons,
        steps=steps,
        reference=reference,
        bare=True,
    )
    return page


def _answer(status: HTTPStatus, reasons: tuple[str, ...]) -> ResponseReturnValue:
    if wants_json():
        return jsonify(reasons=reasons), status
    title = _title(status)
    page = render_template("http/errors/error.html", title=title, status=status.value, reasons=reasons, typed=_typed())
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
    }
    return titles.get(status) or str(_("The request was not understood"))


def _safely(answer: Callable[[Any], ResponseReturnValue]) -> Callable[[Any], ResponseReturnValue]:
    """`answer`, whose own page may meet an outage."""

    @wraps(answer)
    def answered(fault: Exception) -> ResponseReturnValue:
        try:
            return answer(fault)
        except Exception as another:
            return tell_fault(another)

    return answered


def register(app: Flask) -> None:
    """Answer every refusal and fault of `app` by the table above; faults are logged where they are answered."""
    app.register_error_handler(Refusal, _safely(_on_refusal))
    app.register_error_handler(CSRFError, _safely(_on_csrf))
    app.register_error_handler(HTTPException, _safely(_on_http))
    app.register_error_handler(Exception, _on_fault)
    app.log_exception = lambda exc_info: None  # type: ignore[method-assign]
