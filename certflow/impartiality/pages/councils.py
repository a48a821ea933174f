"""Pages for administrators: list councils, record one, change its members, dissolve it."""

from dataclasses import dataclass
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from certflow.access.dated import LONGEST
from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.accounts import directory
from certflow.catalogue import role_titles, units
from certflow.catalogue.catalogue import newest
from certflow.clock import today
from certflow.errors import Invalid
from certflow.http import addresses
from certflow.http.fields import Chosen, date_of_document, line, show_faults, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import Room
from certflow.http.withdrawing import Withdrawal, withdrawal
from certflow.impartiality import councils
from certflow.impartiality.forms import RoleForm
from certflow.impartiality.words import judging
from certflow.law import councils as law
from certflow.models.base import db
from certflow.models.impartiality import Council, CouncilMember
from certflow.models.rounds import Round
from certflow.people.forms import full_name
from certflow.rounds import rounds
from certflow.wording import language

bp = Room("councils", __name__, only=ADMINISTRATORS, url_prefix="/councils")


class CouncilForm(FlaskForm):
    """A new council; the round and the name of the unit come from the step before."""

    round_id = HiddenField()
    q = HiddenField()
    unit_id = RadioField(lazy_gettext("Unit"), [Chosen(lazy_gettext("Choose a unit."))], validate_choice=False)
    whole_year = BooleanField(lazy_gettext("It appraises in every round of this scheme and year at this office"))
    document_number = line(
        lazy_gettext("Number of the document that sets it up"),
        LONGEST["document_number"],
        missing=lazy_gettext("Enter the number of the document that sets up the council."),
    )
    document_date = date_of_document()


class MemberForm(RoleForm):
    """The form for a new member of a council."""

    document = None  # the council's own document names its members
    role = SelectField(lazy_gettext("Role"), [Chosen(lazy_gettext("Choose a role from the list."))])


@dataclass(frozen=True, slots=True)
class CouncilView:
    """A council for the page: its scheme, its members today, and its shortcomings under the law."""

    council: Council
    scheme: str
    present: tuple[CouncilMember, ...]
    lacks: tuple[str, ...]


@bp.page("/", ADMINISTRATOR)
def listed() -> ResponseReturnValue:
    """The councils that were recorded, the newest first."""
    page = councils.listed(asked_page())
    return render_template(
        "impartiality/councils/listed.html", views=[_shown(council) for council in page.items], page=page
    )


def _shown(council: Council) -> CouncilView:
    spec = newest(council.workflow)
    present = tuple(member for member in council.members if member.held_on(today()))
    sitting = law.Sitting(
        len(present), frozenset(member.part for member in present), counted=council.unit.kind != "country"
    )
    title = spec.title.in_language(language()) if spec else council.workflow
    return CouncilView(council, title, present, tuple(law.shortcomings(sitting).values()))


@bp.form("/new", ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Record a council: choose the round, find the unit of its office, give the document."""
    words = request.args.get("q", "").strip()[:120]
    round_ = _asked_round()
    form = CouncilForm(q=words)
    seat = councils.seat_of(round_) if round_ else ""
    offered = [units.country()] if seat == "country" else units.find(words, seat) if seat and words else []
    form.unit_id.choices = [SelectChoice(str(unit.id), full_name(unit)) for unit in offered]
    if request.method == "GET" or round_ is None or not form.validate_on_submit():
        return _new_page(form, round_, seat), 200 if request.method == "GET" else 422
    try:
        council = councils.enter(_entry(form, round_), actor=actor())
    except Invalid as refusal:
        show_faults(form, refusal)
        return _new_page(form, round_, seat), 422
    flash(_("The council is recorded. Now add its members."))
    return redirect(url_for(".show", council_id=council.id))


def _asked_round() -> Round | None:
    number = addresses.id_in(request.args, "round_id")
    return rounds.get(number) if number > 0 else None


def _entry(form: CouncilForm, round_: Round) -> councils.CouncilEntry:
    chosen = int(form.unit_id.data)
    number = form.document_number.data or ""
    return councils.CouncilEntry(
        round_.id, chosen, number, form.document_date.day, whole_year=bool(form.whole_year.data)
    )


def _new_page(form: CouncilForm, round_: Round | None, seat: str) -> str:
    open_rounds = [
        round_choice for round_choice in rounds.newest() if not round_choice.closed and councils.seat_of(round_choice)
    ]
    kind = role_titles.kind_title(seat) if seat else ""
    return render_template("impartiality/councils/new.html", form=form, chosen=round_, kind=kind, rounds=open_rounds)


@bp.form("/<int:council_id>", ADMINISTRATOR)
def show(council_id: int) -> ResponseReturnValue:
    """Show one council with all its members, former ones included, and add a member."""
    form = MemberForm(starts_on=shown_day(today()))
    parts = [SelectChoice(name, judging.council_part(name)) for name in law.PARTS]
    form.role.choices = [SelectChoice("", _("Choose a role")), *parts]
    if request.method == "GET" or not form.validate_on_submit():
        return _council_page(form, council_id), 200 if request.method == "GET" else 422
    try:
        _seat(council_id, form)
    except Invalid as refusal:
        db.session.rollback()
        show_faults(form, Invalid(fields={_FIELDS.get(at, at): messages for at, messages in refusal.fields.items()}))
        return _council_page(form, council_id), 422
    flash(_("The person is on the council."))
    return redirect(url_for(".show", council_id=council_id))


_FIELDS = {"user_id": "sign_in_name", "part": "role"}


def _seat(council_id: int, form: MemberForm) -> None:
    person = directory.by_sign_in_name((form.sign_in_name.data or "").strip().lower())
    if person is None:
        raise Invalid(fields={"sign_in_name": (_("Nobody has this sign-in name."),)})
    councils.seat(
        council_id,
        actor=actor(),
        user_id=person.id,
        part=form.role.data or "",
        starts_on=form.starts_on.day,
        ends_on=form.ends_on.day,
    )


def _council_page(form: MemberForm, council_id: int) -> str:
    view = _shown(councils.get(council_id))
    return render_template("impartiality/councils/show.html", form=form, view=view, part=judging.council_part)


@bp.action("/members/<int:member_id>/end", ADMINISTRATOR)
def end_member(member_id: int) -> ResponseReturnValue:
    """End a person's part in a council."""
    ended = councils.end_seat(member_id, actor=actor())
    flash(_("The role and its rights have ended."))
    return redirect(url_for(".show", council_id=ended.council_id))


@bp.form("/<int:council_id>/dissolve", ADMINISTRATOR)
def dissolve(council_id: int) -> ResponseReturnValue:
    """Dissolve a council with a reason."""
    council, back = councils.get(council_id), url_for(".show", council_id=council_id)
    page = Withdrawal(
        title=_("Dissolve the council"),
        question=_("Dissolve this council?"),
        eyebrow=f"{council.document_number} · {council.unit.name}",
        button=_("Dissolve the council"),
        done=_("The council is dissolved; it stays on record."),
        trail=[(_("Councils"), url_for(".listed")), (council.document_number, back)],
        back=back,
        follows=[
            _("From now on its members cannot see dossiers through this council, and another council can be recorded.")
        ],
        closed=_("This council has been dissolved.") if council.withdrawn_at else "",
    )
    return withdrawal(page, partial(councils.dissolve, council_id, actor=actor()))
