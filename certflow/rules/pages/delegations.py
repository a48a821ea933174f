"""Delegations as an administrator keeps them: the list, a new one in steps, one with its document, withdrawing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access import parts
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import role_titles
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http.fields import show_faults, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.http.sections import section
from certflow.http.withdrawing import Withdrawal, withdrawal
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rules import Delegation
from certflow.people import people
from certflow.rules import delegations, signing_matrix, signing_rules
from certflow.rules.forms.delegations import DelegationForm, number
from certflow.rules.words import delegated

bp = Room("delegations", __name__, only=ADMINISTRATORS, url_prefix="/delegations")


@dataclass(frozen=True, slots=True)
class DelegationView:
    """A delegation in the reader's words: whose part, in which scheme, how it stands today with the kind of its tag."""

    delegation: Delegation
    role: str
    scheme: str
    how: str
    standing: str
    kind: str


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """Every delegation, found by the name of either person."""
    words = request.args.get("q", "").strip()[:120]
    page = delegations.listed(asked_page(), words)
    views = [shown(delegation) for delegation in page.items]
    return render_template("rules/delegations/listed.html", views=views, page=page, words=words)


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Enter a delegation in steps: whose part, who acts, then how, when and by which document."""
    form = DelegationForm(**_steps_so_far())
    _offer(form)
    if request.method == "GET":
        return _form_page(form)
    if form.validate_on_submit():
        try:
            delegation = delegations.enter(form.entry(), actor=actor())
        except Invalid as refusal:
            db.session.rollback()
            show_faults(form, refusal)
        else:
            flash(_("The delegation is entered."))
            return redirect(url_for(".show", delegation_id=delegation.id))
    return _form_page(form), 422


@bp.page("/<int:delegation_id>", ADMINISTRATOR)
def show(delegation_id: int) -> ResponseReturnValue:
    """One delegation, with what the signing rules do not let the delegate sign today."""
    delegation = delegations.get(delegation_id)
    papers = signing_rules.PAPERS if delegation.counts_on(today()) else ()
    lacking = signing_matrix.missing(delegation, delegation.workflow, papers, today())
    return render_template(
        "rules/delegations/show.html", view=shown(delegation), lacking=lacking, open=_is_open(delegation)
    )


@bp.form("/<int:delegation_id>/withdraw", ADMINISTRATOR)
def withdraw(delegation_id: int) -> ResponseReturnValue:
    """Withdraw a delegation, after a page that says what that means."""
    delegation = delegations.get(delegation_id)
    back = url_for(".show", delegation_id=delegation_id)
    listed = [(_("People"), url_for("people.listed")), (_("Delegations"), url_for(".listed"))]
    page = Withdrawal(
        title=_("Withdraw a delegation"),
        question=_("Withdraw this delegation?"),
        eyebrow=delegation.delegate_name,
        button=_("Withdraw the delegation"),
        done=_("The delegation is withdrawn; its rights have ended."),
        trail=[*listed, (delegation.document_number, back)],
        back=back,
        follows=[
            _("The rights end at the person's next request; what they did under the delegation does not change."),
            _("The delegation stays in the list with your reason; it cannot be put back in force."),
        ],
        closed="" if _is_open(delegation) else _("This delegation has already ended or was withdrawn."),
        details="rules/delegations/about.html",
    )
    return withdrawal(page, partial(delegations.withdraw, delegation_id, actor=actor()), view=shown(delegation))


def shown(delegation: Delegation) -> DelegationView:
    """A delegation in the reader's words."""
    role, how = signing_matrix.role_at(delegation.appointment), delegated.how(delegation.mode)
    return DelegationView(delegation, role, delegated.scheme_title(delegation), how, *delegated.standing(delegation))


@section("accounts.show", "rules/delegations/own.html")
def _of_oneself(person: User) -> dict[str, list[DelegationView]]:
    """The delegations that a person has received and given, for the page of their own account."""
    return {
        "received": [shown(delegation) for delegation in delegations.received_by(person)],
        "given": [shown(delegation) for delegation in delegations.given_by(person)],
    }


def _is_open(delegation: Delegation) -> bool:
    """Whether it can still be withdrawn."""
    return delegation.runs(today(), None)


def _steps_so_far() -> dict[str, str]:
    values = {name: request.args.get(name, "").strip()[:120] for name in ("part", "q", "d")}
    return values | {"starts_on": shown_day(today())}


def _offer(form: DelegationForm) -> None:
    role = _role_of(form.part.data or "")
    schemes = signing_rules.schemes_with(role) if role else {}
    form.offer(delegations.people_named(form.d.data) if form.d.data else [], schemes)


def _role_of(part: str) -> str:
    """The role of the appointment that was chosen; "" for none."""
    appointment = people.find_appointment(number(part))
    return appointment.role if appointment is not None else ""


def _form_page(form: DelegationForm) -> str:
    chosen = people.find_appointment(number(form.part.data))
    people_found = delegations.people_named(form.q.data) if form.q.data else []
    page: str = render_template(
        "rules/delegations/new.html",
        form=form,
        chosen=f"{chosen.user.full_name}: {signing_matrix.role_at(chosen)}" if chosen is not None else "",
        offered=_parts(people_found),
        refused=delegations.not_further() if (form.part.data or "").startswith("d") else "",
        many=len(people_found) == delegations.MOST_FOUND,
        ready=chosen is not None and bool(form.delegate_id.choices),
    )
    return page


def _parts(people_found: Sequence[User]) -> list[tuple[str, str]]:
    """The parts of these people among which is chosen, each with its value: their own first, then those of others.

    Those that they hold by delegation are offered as well, so that whoever looks for them is told why it cannot be.
    """
    own = [
        (str(a.id), f"{person.full_name}: {signing_matrix.role_at(a)}")
        for person in people_found
        for a in person.appointments
        if a.role != role_titles.ADMINISTRATOR and a.goes_on(today())
    ]
    by_delegation = [
        (f"d{part.delegation.id}", f"{person.full_name}: {signing_matrix.role_at(part.appointment)}")
        for person in people_found
        for part in parts.held(person)
        if part.delegation is not None
    ]
    return own + [(value, _("%(part)s (by delegation)", part=words)) for value, words in by_delegation]
