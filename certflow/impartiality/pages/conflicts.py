"""Recusals: declaring and withdrawing a conflict of interest, and the substitutes that administrators name."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from certflow.access import access
from certflow.access.policy import ADMINISTRATOR
from certflow.accounts import directory
from certflow.catalogue import units
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http.fields import show_faults, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.http.withdrawing import Withdrawal, withdrawal
from certflow.impartiality import conflicts, impartiality
from certflow.impartiality import judges as bench
from certflow.impartiality.forms import ConflictForm, RoleForm, UnitConflictForm
from certflow.impartiality.policy import RECUSES
from certflow.impartiality.words import judging
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Conflict
from certflow.models.people import User
from certflow.models.row_security import EVERYTHING, see

bp = Room("recusals", __name__)


@bp.before_request
def _every_dossier() -> None:
    """Administrators learn who judges which dossier, and nothing that is in it."""
    if access.is_administrator(actor()):
        see(EVERYTHING)


@bp.page("/recusals/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """The conflicts of interest: one's own; for administrators all, and the dossiers in which somebody steps in."""
    page = conflicts.listed(actor(), asked_page())
    administrator, words = access.is_administrator(actor()), request.args.get("q", "").strip()[:120]
    return render_template(
        "impartiality/conflicts/listed.html",
        conflicts=page.items,
        page=page,
        administrator=administrator,
        words=words,
        dossiers=conflicts.filed(words) if administrator and words else [],
        may_withdraw=conflicts.may_withdraw,
        reader=actor(),
    )


@bp.form("/dossiers/<int:dossier_id>/conflict", RECUSES)
def declare(dossier_id: int) -> ResponseReturnValue:
    """Declare a conflict of interest in one dossier, or record that of another who judges it."""
    dossier = conflicts.dossier_for(dossier_id, actor())
    form, records = ConflictForm(), conflicts.may_record(actor(), dossier)
    seats = bench.bench(dossier).seats if records else ()
    form.offer(actor(), [(seat.user_id, seat.name) for seat in seats])
    if request.method == "GET" or not form.validate_on_submit():
        return _declare_page(form, dossier, records), 200 if request.method == "GET" else 422
    chosen = form.user_id if records else actor().id
    try:
        conflicts.declare(chosen, form.reason.data or "", actor=actor(), dossier_id=dossier_id)
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, refusal)
        return _declare_page(form, conflicts.dossier_for(dossier_id, actor()), records), 422
    flash(_("The conflict of interest is recorded. From now on this person does not judge this dossier."))
    return redirect(url_for(".listed"))


def _declare_page(form: ConflictForm, dossier: Dossier, records: bool) -> str:
    return render_template("impartiality/conflicts/declare.html", form=form, dossier=dossier, records=records)


@bp.form("/recusals/new", SIGNED_IN)
def declare_unit() -> ResponseReturnValue:
    """Declare a conflict of interest in everything about one unit."""
    form = UnitConflictForm(q=request.args.get("q", "").strip()[:120])
    form.offer(units.find(form.q.data) if form.q.data else [])
    administrator = access.is_administrator(actor())
    if request.method == "GET" or not form.validate_on_submit():
        return _unit_page(form, administrator), 200 if request.method == "GET" else 422
    try:
        concerned = _person(form.sign_in_name.data or "") if administrator else None
        who = (concerned or actor()).id
        conflicts.declare(who, form.reason.data or "", actor=actor(), unit_id=int(form.unit_id.data))
    except Invalid as refusal:
        show_faults(form, refusal)
        return _unit_page(form, administrator), 422
    flash(_("The conflict of interest is recorded. From now on this person does not judge dossiers about this unit."))
    return redirect(url_for(".listed"))


def _unit_page(form: UnitConflictForm, administrator: bool) -> str:
    return render_template("impartiality/conflicts/unit.html", form=form, administrator=administrator)


def _person(sign_in_name: str) -> User | None:
    """The person with a sign-in name, None for an empty one; raises Invalid when nobody has it."""
    address = sign_in_name.strip().lower()
    person = directory.by_sign_in_name(address) if address else None
    if address and person is None:
        raise Invalid(fields={"sign_in_name": (_("Nobody has this sign-in name."),)})
    return person


@bp.form("/recusals/<int:conflict_id>/withdraw", SIGNED_IN)
def withdraw(conflict_id: int) -> ResponseReturnValue:
    """Withdraw a conflict of interest with a reason."""
    conflict, back = conflicts.get(conflict_id, actor()), url_for(".listed")
    about = conflict.dossier.subject_name if conflict.dossier else conflict.unit.name if conflict.unit else ""
    page = Withdrawal(
        title=_("Withdraw a conflict of interest"),
        question=_("Withdraw this conflict of interest?"),
        eyebrow=f"{conflict.concerned.name} · {about}",
        button=_("Withdraw it"),
        done=_("The conflict of interest is withdrawn; it stays on record with your reason."),
        trail=[(_("Conflicts of interest"), back)],
        back=back,
        closed=_closed(conflict),
        details="impartiality/conflicts/about.html",
    )
    return withdrawal(page, partial(conflicts.withdraw, conflict_id, actor=actor()), conflict=conflict)


def _closed(conflict: Conflict) -> str:
    if conflict.withdrawn_at is not None:
        return str(_("This conflict of interest has already been withdrawn."))
    if not conflicts.may_withdraw(actor(), conflict):
        return str(_("Only an administrator can withdraw what somebody else recorded about you."))
    return ""


@bp.form("/recusals/dossiers/<int:dossier_id>", ADMINISTRATOR)
def substitutes(dossier_id: int) -> ResponseReturnValue:
    """Show administrators who may judge a dossier, and name a substitute; the content stays hidden."""
    access.require_administrator(actor())
    dossier = conflicts.get_dossier(dossier_id)
    form = RoleForm(starts_on=shown_day(today()))
    form.role.choices = _role_choices(dossier)
    if request.method == "GET" or not form.validate_on_submit():
        return _substitutes_page(form, dossier), 200 if request.method == "GET" else 422
    try:
        _name(dossier_id, form)
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, _at_the_name(refusal))
        return _substitutes_page(form, conflicts.get_dossier(dossier_id)), 422
    flash(_("The substitute is named, for this dossier only."))
    return redirect(url_for(".substitutes", dossier_id=dossier_id))


def _at_the_name(refusal: Invalid) -> Invalid:
    """The refusal with the messages about `user_id` moved to the field of the sign-in name."""
    return Invalid(
        fields={"sign_in_name" if at == "user_id" else at: messages for at, messages in refusal.fields.items()}
    )


def _name(dossier_id: int, form: RoleForm) -> None:
    person = _person(form.sign_in_name.data or "")
    conflicts.name(
        dossier_id,
        actor=actor(),
        user_id=person.id if person else -1,
        role=form.role.data or "",
        document=form.document.data or "",
        starts_on=form.starts_on.day,
        ends_on=form.ends_on.day,
    )


def _role_choices(dossier: Dossier) -> list[SelectChoice]:
    roles = conflicts.roles_of(dossier, bench.bench(dossier))
    choices = [SelectChoice(role, judging.part(dossier, role)) for role in roles]
    return [SelectChoice("", _("Choose a role")), *choices]


def _substitutes_page(form: RoleForm, dossier: Dossier) -> str:
    return render_template(
        "impartiality/conflicts/substitutes.html",
        form=form,
        dossier=dossier,
        judges=judging.shown(dossier, bench.bench(dossier)),
        judged=impartiality.rule_of(dossier).judged_in(dossier.state),
        substitutes=conflicts.substitutes_of(dossier),
        part=judging.part,
    )


@bp.action("/recusals/substitutes/<int:substitute_id>/end", ADMINISTRATOR)
def end_substitute(substitute_id: int) -> ResponseReturnValue:
    """End a substitute's part."""
    ended = conflicts.end(substitute_id, actor=actor())
    flash(_("The role and its rights have ended."))
    return redirect(url_for(".substitutes", dossier_id=ended.dossier_id))
