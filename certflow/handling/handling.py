"""Who works on a dossier: taken on, given back, taken over with a reason; it tells the others and gives no rights."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, false, func, or_, select, update
from sqlalchemy.orm import contains_eager, joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, NotPermitted, Stale
from certflow.models.base import Instant, db
from certflow.models.dossiers import Dossier, Handling
from certflow.models.people import Appointment, User
from certflow.wording import _

MOST_RECORDED = 50
By = Literal["", "mine", "nobody", "others"]
_handling = cast(Table, Handling.__table__)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the dossiers that wait for somebody are handled by themselves, by others, by nobody."""

    total: int
    mine: int
    others: int

    def by(self, whom: By) -> int:
        """How many are left when the list is narrowed by who handles them; "" for all."""
        nobody = self.total - self.mine - self.others
        return {"": self.total, "mine": self.mine, "nobody": nobody, "others": self.others}[whom]


def take(dossier_id: int, *, actor: User) -> Handling:
    """Make `actor` the handler of a dossier without one in this part; raises Stale with the handler's name otherwise.

    When `actor` is the handler already, nothing changes.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    role, appointment = require_part(dossier, actor)
    handling = _open(dossier, role)
    if handling is not None and _counts(handling):
        if handling.user_id == actor.id:
            return handling
        raise Stale(_("%(name)s already works on this dossier.", name=handling.user.full_name))
    if handling is not None:
        _end(handling, "lapsed", actor)
    return _begin(dossier, role, appointment, actor)


def take_over(dossier_id: int, *, actor: User, reason: str, seen: int) -> Handling:
    """Make `actor` the handler instead of the present one; `seen` is the id of the handling that `actor` saw.

    Raises Stale when the handler has changed since, Invalid under "reason" when no reason is given. Who sends it again
    is the handler already.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    role, appointment = require_part(dossier, actor)
    handling = _open(dossier, role)
    if handling is None or not _counts(handling):
        raise Stale(_("Nobody works on this dossier any more. You can take it on without a reason."))
    if handling.user_id == actor.id:
        if _took_over(db.session.get(Handling, seen), actor, reason):
            return handling
        raise ActionNotOpen(_("You already work on this dossier."))
    if handling.id != seen:
        raise Stale(_("Somebody else has taken it over: %(name)s works on it now.", name=handling.user.full_name))
    _end(handling, "taken_over", actor, dated.required_reason(reason))
    return _begin(dossier, role, appointment, actor)


def give_back(dossier_id: int, *, actor: User) -> None:
    """End the handling by `actor`; raises ActionNotOpen when `actor` is not the handler, nor was the last one."""
    dossier = access.dossier(dossier_id, actor, lock=True)
    handling = current(dossier)
    if handling is None and _gave_back(dossier, actor):
        return
    if handling is None or handling.user_id != actor.id:
        raise ActionNotOpen(_("You do not work on this dossier now."))
    _end(handling, "given_back", actor)


def _took_over(before: Handling | None, actor: User, reason: str) -> bool:
    """Whether `actor` has ended the handling `before` for this reason."""
    ending = (before.ending, before.ended_by_id, before.reason) if before is not None else None
    return ending == ("taken_over", actor.id, reason.strip())


def _gave_back(dossier: Dossier, actor: User) -> bool:
    """Whether nobody has worked on the dossier since `actor` gave it back."""
    query = select(Handling.user_id, Handling.ending).where(Handling.dossier_id == dossier.id)
    last = db.session.execute(query.order_by(Handling.id.desc()).limit(1)).one_or_none()
    return last is not None and tuple(last) == (actor.id, "given_back")


def may_take(user: User, dossier: Dossier) -> bool:
    """Whether `user` acts in the part in which the dossier waits, so that they can take it on or over."""
    return access.appointment_as(user, dossier, _turn(dossier)) is not None


def require_part(dossier: Dossier, actor: User) -> tuple[str, Appointment]:
    """The part in which the dossier waits, and the appointment by which `actor` acts in it.

    Raises ActionNotOpen when `actor` acts in another part, NotPermitted when in no part.
    """
    turn = _turn(dossier)
    appointment = access.appointment_as(actor, dossier, turn)
    if appointment is not None:
        return turn, appointment
    if access.roles_on(actor, dossier):
        raise ActionNotOpen(_("The dossier does not wait for your role at present."))
    raise NotPermitted(_("Only people who act at this step can work on the dossier."))


def current(dossier: Dossier) -> Handling | None:
    """The open handling of the dossier in the part in which it waits; None when there is none."""
    return of_all([dossier]).get(dossier.id)


def of_all(dossiers: Iterable[Dossier]) -> dict[int, Handling]:
    """The open handlings of several dossiers by dossier id, in one query; dossiers without a handler are left out."""
    turns = {dossier.id: _turn(dossier) for dossier in dossiers}
    if not any(turns.values()):
        return {}
    query = select(Handling).join(Handling.user).join(Handling.appointment).options(contains_eager(Handling.user))
    query = query.where(_held(), Handling.until.is_(None))
    query = query.where(Handling.dossier_id.in_([id_ for id_, turn in turns.items() if turn]))
    return {
        handling.dossier_id: handling
        for handling in db.session.scalars(query)
        if handling.role == turns[handling.dossier_id]
    }


def record(dossier: Dossier, reader: User) -> list[Handling]:
    """Who worked on the dossier when, in the parts of the units where `reader` acts in it; the newest MOST_RECORDED.

    Why it changed hands is a matter among colleagues and not told to other units.
    """
    roles = workflow_of(dossier).spec.roles
    seats = {roles[name].seat for name in access.roles_on(reader, dossier)}
    own = [role.name for role in roles.values() if role.seat in seats]
    if not own:
        return []
    query = select(Handling).where(Handling.dossier_id == dossier.id, Handling.role.in_(own))
    query = query.options(joinedload(Handling.appointment))
    return list(db.session.scalars(query.order_by(Handling.id.desc()).limit(MOST_RECORDED)))


def ended_at(handling: Handling) -> dt.datetime | None:
    """When a handling ended or, with the appointment by which it was taken on, lapsed; None while it counts."""
    appointment = handling.appointment
    if handling.until is not None or appointment.held_on(clock.today()):
        return handling.until
    return appointment.ended_at or (clock.end_of_day(appointment.ends_on) if appointment.ends_on else None)


def narrowed(actor: User, by: By) -> ColumnElement[bool]:
    """Dossiers by who works on them, for lists of those that wait for `actor`."""
    handled = select(Handling.dossier_id).where(_of_colleagues(actor))
    if by == "mine":
        return Dossier.id.in_(handled.where(Handling.user_id == actor.id))
    if by == "others":
        return Dossier.id.in_(handled.where(Handling.user_id != actor.id))
    return Dossier.id.not_in(handled)


def counted(actor: User, waiting: ColumnElement[bool], total: int) -> Counts:
    """How many of the `total` dossiers `waiting`, which is said of `access.joined`, are whose.

    Only what `actor` and their colleagues work on is looked at: that stays little however many dossiers wait.
    """
    mine = func.count(case((Handling.user_id == actor.id, 1)))
    query = select(mine, func.count(Handling.id)).select_from(Handling).where(_of_colleagues(actor), waiting)
    query = query.join(Dossier, Handling.dossier_id == Dossier.id)
    own, handled = db.session.execute(query).one()
    return Counts(total, own, handled - own)


# Sent past the unit of work like the change of state that it goes with; who ended it comes with the parameters.
_PASS_ON = (
    update(_handling)
    .where(_handling.c.dossier_id == bindparam("passed"), _handling.c.until.is_(None))
    .where(_handling.c.role != bindparam("turn"))
    .values(until=bindparam("at", type_=Instant()), ending="passed_on")
)


def pass_on(dossier: Dossier, *, actor: User, at: dt.datetime) -> None:
    """End what was handled in another part than the one in which the dossier waits now."""
    parameters = {"passed": dossier.id, "turn": _turn(dossier), "at": at}
    db.session.connection().execute(_PASS_ON, parameters | actor.signature.columns("ended_by"))


def end_all_of(user: User, *, actor: User) -> None:
    """End whatever a person works on whose account is switched off: switched on again, they begin anew."""
    theirs = select(Appointment.id).where(Appointment.user_id == user.id)
    query = update(Handling).where(Handling.appointment_id.in_(theirs), Handling.until.is_(None))
    db.session.execute(query.values(until=clock.now(), ending="lapsed", **actor.signature.columns("ended_by")))


def _turn(dossier: Dossier) -> str:
    return workflow_of(dossier).spec.states[dossier.state].turn


def _open(dossier: Dossier, role: str) -> Handling | None:
    """The handling that has not been ended, though it may have lapsed."""
    query = select(Handling).where(Handling.dossier_id == dossier.id, Handling.role == role, Handling.until.is_(None))
    people = joinedload(Handling.user), joinedload(Handling.appointment)
    return db.session.scalar(query.options(*people).execution_options(populate_existing=True))


def _counts(handling: Handling) -> bool:
    return handling.user.active and handling.appointment.held_on(clock.today())


def _held() -> ColumnElement[bool]:
    """As `_counts`, of appointments with their people."""
    return and_(User.active, Appointment.held_on(clock.today()))


def _of_colleagues(actor: User) -> ColumnElement[bool]:
    """What counts of the handlings by those who have a part of `actor` at the same unit, and by `actor`."""
    seats = [and_(Appointment.unit_id == a.unit_id, Appointment.role == a.role) for a in access.appointments(actor)]
    colleagues = select(Appointment.id).join(Appointment.user).where(_held(), or_(false(), *seats))
    return and_(Handling.until.is_(None), Handling.appointment_id.in_(colleagues))


def _begin(dossier: Dossier, role: str, appointment: Appointment, actor: User) -> Handling:
    begun = Handling(dossier_id=dossier.id, role=role, appointment=appointment, since=clock.now())
    begun.taken_by = actor.signature
    db.session.add(begun)
    db.session.flush()
    return begun


def _end(handling: Handling, ending: str, actor: User, reason: str = "") -> None:
    handling.until, handling.ended_by = clock.now(), actor.signature
    handling.ending, handling.reason = ending, reason
    db.session.flush()  # before the next one begins: one alone is open at a time
