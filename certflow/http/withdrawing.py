"""The one page on which something that stays on record is withdrawn with a reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from certflow.errors import ActionNotOpen, Invalid
from certflow.http.errors import status_of
from certflow.http.fields import ReasonForm, show_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The words of the page: what is asked, what follows of it, and what is said when it is done.

    `trail` are the pages above it with their addresses, `back` is the address shown in the end; `closed` says why it
    cannot be withdrawn, "" when it can; `details` is a template with what is known of it.
    """

    title: str
    question: str
    eyebrow: str
    button: str
    done: str
    trail: list[tuple[str, str]]
    back: str
    follows: Sequence[str] = ()
    closed: str = ""
    details: str = ""


def withdrawal(page: Withdrawal, withdraw: Callable[..., object], **details: object) -> ResponseReturnValue:
    """Show the page, or call `withdraw` with the `reason` that was sent."""
    form, status = ReasonForm(), 200
    if form.validate_on_submit():
        try:
            withdraw(reason=form.reason.data)
        except (Invalid, ActionNotOpen) as refusal:
            status = status_of(refusal)
            page = _refused(page, form, refusal)
        else:
            flash(page.done)
            return redirect(page.back)
    elif form.is_submitted():
        status = 422
    return render_template("http/withdraw.html", form=form, page=page, **details), status


def _refused(page: Withdrawal, form: ReasonForm, refusal: Invalid | ActionNotOpen) -> Withdrawal:
    if isinstance(refusal, Invalid):
        show_faults(form, refusal)
        return page
    form.form_errors.extend(refusal.reasons)
    return replace(page, closed=" ".join(refusal.reasons))
