"""Conflicts of interest, declared and withdrawn with a reason, and the substitutes that administrators name."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, dated
from certflow.access.dated import Faults
from certflow.accounts import directory
from certflow.catalogue import units
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.impartiality import impartiality
from certflow.impartiality import judges as bench
from certflow.impartiality.judges import Bench
from certflow.models.base import Pagination, db
from certflow.models.dossiers import Dossier
from certflow.models.impartiality import Conflict, Substitute
from certflow.models.people import User
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Unit, UnitVersion
from certflow.people import people
from certflow.vietnamese import search_key
from certflow.wording import N_, _

MOST_FOUND, LONGEST_DOCUMENT = 20, 300
REGISTER = dated.Register(
    Conflict,
    N_("There is no such conflict of interest, or you are not allowed to see it."),
    N_("This conflict of interest has already been withdrawn."),
)


def declare(
    user_id: int, reason: str, *, actor: User, dossier_id: int | None = None, unit_id: int | None = None
) -> Conflict:
    """Record a person's conflict of interest in one dossier or one unit; from then on they cannot judge it.

    People declare their own conflicts; administrators and the dossier's decider record those of others.
    """
    user, dossier = directory.get(user_id), _about(dossier_id, actor)
    unit = units.get(unit_id) if unit_id is not None else None
    if user.person_id != actor.person_id and not may_record(actor, dossier):
        raise NotPermitted(
            _("You declare your own conflicts of interest; an administrator records those of other people.")
        )
    reason = dated.required_reason(reason)
    of_dossier = dossier.id if dossier is not None else None
    of_unit = unit.id if unit is not None else None
    if (of_dossier is None) == (of_unit is None):
        raise Invalid(_("A conflict of interest is about one dossier or one unit."))
    conflict = Conflict(concerned=user.signature, dossier_id=of_dossier, unit_id=of_unit, reason=reason)
    conflict.declared_by, conflict.declared_at = actor.signature, clock.now()
    db.session.add(conflict)
    db.session.flush()
    return conflict


def _about(dossier_id: int | None, actor: User) -> Dossier | None:
    """The dossier, with its row locked until the end of the transaction, so that nobody acts on it meanwhile."""
    if dossier_id is None:
        return None
    if access.is_administrator(actor):
        return get_dossier(dossier_id, lock=True)
    return access.dossier(dossier_id, actor, lock=True)


def dossier_for(dossier_id: int, actor: User) -> Dossier:
    """A dossier that `actor` can see, or any dossier for administrators; raises NotFound."""
    if not access.is_administrator(actor):
        return access.dossier(dossier_id, actor)
    with seeing(EVERYTHING):
        return get_dossier(dossier_id)


def get_dossier(dossier_id: int, *, lock: bool = False) -> Dossier:
    """A dossier without its content, for administrators; `lock` locks its row; raises NotFound."""
    query = select(Dossier).where(Dossier.id == dossier_id).options(*access.PLACED, joinedload(Dossier.round))
    query = query.with_for_update(of=Dossier).execution_options(populate_existing=True) if lock else query
    dossier = db.session.scalars(query).unique().one_or_none()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    return dossier


def may_record(actor: User, dossier: Dossier | None) -> bool:
    """Whether `actor` may record conflicts of others: administrators and the dossier's decider."""
    if access.is_administrator(actor):
        return True
    outcome = workflow_of(dossier).spec.outcome if dossier is not None else None
    return dossier is not None and outcome is not None and bool({*outcome.deciders} & access.roles_on(actor, dossier))


def withdraw(conflict_id: int, reason: str, *, actor: User) -> Conflict:
    """Withdraw a conflict with a reason; the declaration stays on record."""
    conflict = REGISTER.held(conflict_id)
    if not (sees(actor, conflict) or may_withdraw(actor, conflict)):
        raise NotFound(_(REGISTER.missing))
    if not may_withdraw(actor, conflict):
        raise NotPermitted(_("Only an administrator can withdraw what somebody else recorded about you."))
    return REGISTER.withdraw(conflict, reason, actor=actor)


def sees(actor: User, conflict: Conflict) -> bool:
    """Whether `actor` may read the reason: the person concerned, the recorder and administrators."""
    mine = actor.person_id == conflict.user.person_id or actor.id == conflict.declared_by_id
    return mine or access.is_administrator(actor)


def may_withdraw(actor: User, conflict: Conflict) -> bool:
    """Whether `actor` may withdraw the conflict: self-declared, or another person's for administrators."""
    if actor.person_id == conflict.user.person_id:
        return conflict.declarer.person_id == actor.person_id
    return access.is_administrator(actor)


def get(conflict_id: int, actor: User) -> Conflict:
    """A conflict of interest that `actor` may read; raises NotFound."""
    conflict = REGISTER.get(conflict_id, *_SHOWN)
    if not sees(actor, conflict):
        raise NotFound(_(REGISTER.missing))
    return conflict


_SHOWN = [joinedload(about) for about in (Conflict.user, Conflict.declarer, Conflict.dossier, Conflict.unit)]


def listed(actor: User, page: int = 1) -> Pagination:
    """One page of conflicts, newest first: all for administrators, for others their own."""
    query = select(Conflict).options(*_SHOWN)
    if not access.is_administrator(actor):
        accounts = select(User.id).where(or_(User.id == actor.person_id, User.same_person_as_id == actor.person_id))
        query = query.where(or_(Conflict.user_id.in_(accounts), Conflict.declared_by_id == actor.id))
    return dated.page_of(query.order_by(Conflict.id.desc()), page)


def filed(words: str) -> list[Dossier]:
    """Filed dossiers whose unit's name contains `words`, for administrators; at most MOST_FOUND."""
    matching = UnitVersion.search_key.contains(search_key(words), autoescape=True)
    units_named = select(UnitVersion.unit_id).where(matching)
    query = select(Dossier).where(Dossier.unit_id.in_(units_named), Dossier.filed).options(*access.PLACED)
    query = query.options(joinedload(Dossier.round)).order_by(Dossier.entered_at.desc(), Dossier.id.desc())
    return list(db.session.scalars(query.limit(MOST_FOUND)).unique())


def roles_of(dossier: Dossier, judges: Bench) -> dict[str, str]:
    """The roles for which a substitute can be named, with council roles if a council is recorded."""
    spec, rule = workflow_of(dossier).spec, impartiality.rule_of(dossier)
    roles = {name: name for name in spec.roles if name in rule.roles - rule.filers}
    return roles | ({name: name for name in bench.COUNCIL_ROLES} if judges.council_id is not None else {})


def name(
    dossier_id: int,
    *,
    actor: User,
    user_id: int,
    role: str,
    document: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None = None,
) -> Substitute:
    """Name a substitute for a role in one dossier, by a document; the impartiality rules apply to them too."""
    access.require_administrator(actor)
    dossier = get_dossier(dossier_id, lock=True)
    user, judges = directory.get(user_id), bench.bench(dossier, also=directory.get(user_id))
    _check_open(dossier)
    faults = _faults(roles_of(dossier, judges), role, document, starts_on, ends_on)
    faults |= _person_faults(dossier, judges, user, role, actor)
    if faults:
        raise Invalid(fields=faults)
    substitute = Substitute(dossier_id=dossier.id, seated=user.signature, role=role, document=document.strip())
    substitute.starts_on, substitute.ends_on = starts_on or clock.today(), ends_on
    substitute.named_by, substitute.named_at = actor.signature, clock.now()
    db.session.add(substitute)
    db.session.flush()
    db.session.expire(user, ["substitutions"])
    return substitute


def _check_open(dossier: Dossier) -> None:
    if workflow_of(dossier).spec.states[dossier.state].final:
        raise ActionNotOpen(_("This dossier is finished; it needs no substitute."))
    if not dossier.filed:
        raise ActionNotOpen(_("This dossier has not been filed yet; nobody judges it."))


def _person_faults(dossier: Dossier, judges: Bench, user: User, role: str, actor: User) -> Faults:
    if user.person_id == actor.person_id:
        return {"user_id": (_("You cannot name yourself."),)}
    if people.administers(user):
        return {"user_id": (people.both_words(),)}
    if role in roles_of(dossier, judges) and _hindered(dossier, judges, user, role):
        return {"user_id": (_("%(name)s may not act on this dossier either.", name=user.full_name),)}
    return {}


def _hindered(dossier: Dossier, judges: Bench, user: User, role: str) -> bool:
    return bool(judges.ties(bench.JudgeSeat(user.id, user.person_id, user.full_name, role))) or not user.active


def _faults(
    roles: dict[str, str], role: str, document: str, starts_on: dt.date | None, ends_on: dt.date | None
) -> Faults:
    faults: Faults = {} if role in roles else {"role": (_("Choose a role from the list."),)}
    missing = _("Enter the document that names the person.")
    faults |= dated.faults_in_text("document", document, LONGEST_DOCUMENT, missing)
    return faults | dated.faults_in_days(starts_on, ends_on)


def end(substitute_id: int, *, actor: User) -> Substitute:
    """End a substitute's role now; their earlier acts stay valid."""
    access.require_administrator(actor)
    substitute = db.session.get(Substitute, substitute_id, with_for_update=True, populate_existing=True)
    if substitute is None:
        raise NotFound(_("There is no such substitute."))
    if not substitute.goes_on(clock.today()):
        raise ActionNotOpen(_("This role has already ended."))
    substitute.ended_by = actor.signature
    dated.end_part(substitute)
    return substitute


def substitutes_of(dossier: Dossier) -> Sequence[Substitute]:
    """All substitutes of a dossier, ended ones included, newest first."""
    query = select(Substitute).where(Substitute.dossier_id == dossier.id).order_by(Substitute.id.desc())
    return db.session.scalars(query.options(joinedload(Substitute.user))).all()


def unit_of(unit_id: int) -> Unit:
    """The unit a conflict is about; raises NotFound."""
    return units.get(unit_id)
