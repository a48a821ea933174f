"""What ties people to dossiers: the parts they took by any account, appointments at the unit, declared interests."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BindParameter,
    Date,
    Row,
    Select,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from certflow import clock
from certflow.access import access
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import NotPermitted
from certflow.law.impartiality import NONE, Belonging, Impartiality, Involvement, Office
from certflow.models.base import Instant, db
from certflow.models.dossiers import Claim, Dossier, Evidence, Finding, HistoryEntry, Meeting
from certflow.models.impartiality import Conflict
from certflow.models.people import Appointment, User
from certflow.models.units import Organisation, Succession, Unit

What = Literal["acted", "claims", "findings", "opened", "appointed", "conflict"]


def of(dossier: Dossier, user: User) -> Involvement:
    """What ties `user` to one dossier."""
    return of_all([dossier], [user.person_id]).get((dossier.id, user.person_id), NONE)


def of_all(dossiers: Sequence[Dossier], persons: Collection[int]) -> dict[tuple[int, int], Involvement]:
    """The ties of people to dossiers by (dossier id, person id), in one query; pairs without ties are left out.

    A person is identified by User.person_id, which is the same for all accounts of the person.
    """
    if not dossiers or not persons:
        return {}
    parameters = {"dossiers": [dossier.id for dossier in dossiers], "persons": sorted(persons)}
    ties: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(_TIES, parameters):
        ties[row.dossier_id, row.person_id].append(row)
    by_id = {dossier.id: dossier for dossier in dossiers}
    involvements = {key: _involvement(by_id[key[0]], rows) for key, rows in ties.items()}
    return {key: involved for key, involved in involvements.items() if involved != NONE}


def rule_of(dossier: Dossier) -> Impartiality:
    """The rule of the dossier's scheme."""
    return workflow_of(dossier).impartiality


def recused(dossiers: Sequence[Dossier], reader: User) -> dict[int, tuple[str, ...]]:
    """Why `reader` may not judge those of `dossiers` where it would be their turn to, by id, in one query."""
    turns = [(dossier, _turn(dossier)) for dossier in dossiers]
    theirs = [(dossier, turn) for dossier, turn in turns if turn and turn in access.roles_on(reader, dossier)]
    involved = of_all([dossier for dossier, _turn in theirs], [reader.person_id])
    reasons_by_id = {
        dossier.id: tuple(
            rule_of(dossier).refusals({turn}, involved.get((dossier.id, reader.person_id), NONE)).values()
        )
        for dossier, turn in theirs
    }
    return {dossier_id: reasons for dossier_id, reasons in reasons_by_id.items() if reasons}


def _turn(dossier: Dossier) -> str:
    """The role whose turn it is to judge; "" when no judge has the turn."""
    if not rule_of(dossier).judged_in(dossier.state):
        return ""
    return workflow_of(dossier).spec.states[dossier.state].turn


def require(dossier: Dossier, user: User) -> None:
    """Raises NotPermitted when `user` may not judge the dossier in the role whose turn it is."""
    if reasons := recused([dossier], user).get(dossier.id):
        raise NotPermitted(*reasons)


def _involvement(dossier: Dossier, rows: Iterable[Row[Any]]) -> Involvement:
    spec, parts, belongings, conflict = workflow_of(dossier).spec, set(), set(), False
    for row in rows:
        if row.what == "acted":
            parts.add(row.role)
        elif row.what == "opened":
            parts.add(spec.states[spec.initial].turn)
        elif row.what in ("claims", "findings"):
            parts |= spec.writers[row.what]
        elif row.what == "conflict":
            conflict = True
        elif _since_the_year_began(dossier, row):
            belongings.add(Belonging(row.role, _office(dossier, row)))
    return Involvement(frozenset(parts), frozenset(belongings), conflict)


def _since_the_year_began(dossier: Dossier, row: Row[Any]) -> bool:
    """Whether an appointment was held on some day from 1 January of the assessed year to today."""
    last = min(row.ends_on or dt.date.max, clock.local_day(row.ended_at) if row.ended_at else dt.date.max)
    first = dt.date(dossier.round.assessed_year, 1, 1)
    return bool(row.starts_on <= clock.today() and max(row.starts_on, first) <= last)


def _office(dossier: Dossier, row: Row[Any]) -> Office:
    """Whether an office is the very learning centre or agency that the dossier is about."""
    about = dossier.holder.organisation_id if dossier.holder is not None else None
    if about is None or row.office_id is None:
        return "unknown"
    if row.office_id == about:
        return "same"
    return "other" if row.office_kind in access.HOLDING else "unknown"


_NOTHING = {
    "role": cast(literal(""), String(40)),
    "office_id": cast(null(), Appointment.id.type),
    "office_kind": cast(null(), String(40)),
    "starts_on": cast(null(), Date()),
    "ends_on": cast(null(), Date()),
    "ended_at": cast(null(), Instant()),
}


def _row(what: What, dossier_id: Any, person_id: Any, **values: Any) -> Select[Any]:
    columns = [column.label(name) for name, column in (_NOTHING | values).items()]
    return select(literal(what).label("what"), dossier_id.label("dossier_id"), person_id.label("person_id"), *columns)


def _accounts() -> CTE:
    """All accounts of the people asked about, each with its person."""
    persons: BindParameter[Any] = bindparam("persons", expanding=True)
    first = select(User.id.label("account_id"), User.id.label("person_id")).where(User.id.in_(persons))
    further = select(User.id, User.same_person_as_id).where(User.same_person_as_id.in_(persons))
    return union_all(first, further).cte("account")


def _circle(about: CTE) -> CTE:
    """The unit of each dossier, those it was merged or divided into and those it came from, through every reform."""
    step = Succession.__table__
    back = select(about.c.dossier_id, about.c.unit_id).cte("back", recursive=True)
    earlier = select(back.c.dossier_id, step.c.predecessor_id).where(step.c.successor_id == back.c.unit_id)
    back = back.union(earlier)
    forth = select(about.c.dossier_id, about.c.unit_id).cte("forth", recursive=True)
    later = select(forth.c.dossier_id, step.c.successor_id)
    forth = forth.union(later.where(step.c.predecessor_id == forth.c.unit_id, step.c.successor_id.is_not(None)))
    unit, heir = aliased(Unit), select(about.c.dossier_id, Unit.heir_id.label("unit_id"))
    return union(
        select(back.c.dossier_id, back.c.unit_id),
        select(forth.c.dossier_id, forth.c.unit_id),
        heir.join(Unit, Unit.id == about.c.unit_id).where(Unit.heir_id.is_not(None)),
        select(about.c.dossier_id, unit.id).join(unit, unit.heir_id == about.c.unit_id),
    ).cte("circle")


def _written(kind: type[Claim] | type[Finding], what: What, about: CTE, account: CTE) -> Select[Any]:
    rows = _row(what, kind.dossier_id, account.c.person_id).join(account, account.c.account_id == kind.saved_by_id)
    return rows.join(about, about.c.dossier_id == kind.dossier_id)


def _appointed(circle: CTE, account: CTE) -> Select[Any]:
    columns = {
        "role": Appointment.role,
        "office_id": Appointment.organisation_id,
        "office_kind": Organisation.kind,
        "starts_on": Appointment.starts_on,
        "ends_on": Appointment.ends_on,
        "ended_at": Appointment.ended_at,
    }
    return (
        _row("appointed", circle.c.dossier_id, account.c.person_id, **columns)
        .select_from(Appointment)
        .join(account, account.c.account_id == Appointment.user_id)
        .join(circle, circle.c.unit_id == Appointment.unit_id)
        .outerjoin(Organisation, Organisation.id == Appointment.organisation_id)
    )


def _interested(circle: CTE, account: CTE) -> Select[Any]:
    concerned = or_(Conflict.dossier_id == circle.c.dossier_id, Conflict.unit_id == circle.c.unit_id)
    rows = _row("conflict", circle.c.dossier_id, account.c.person_id).select_from(Conflict)
    rows = rows.join(account, account.c.account_id == Conflict.user_id).join(circle, concerned)
    return rows.where(Conflict.withdrawn_at.is_(None))


def _ties() -> Any:
    """Every tie of the people asked about to the dossiers asked about; an administrator's acts are no part."""
    of = Dossier.id.label("dossier_id"), Dossier.unit_id, Dossier.opened_by_id
    about = select(*of).where(Dossier.id.in_(bindparam("dossiers", expanding=True))).cte("about")
    account, circle = _accounts(), _circle(about)
    acted = _row("acted", HistoryEntry.dossier_id, account.c.person_id, role=HistoryEntry.acting_as)
    acted = acted.join(account, account.c.account_id == HistoryEntry.actor_id)
    acted = acted.join(about, about.c.dossier_id == HistoryEntry.dossier_id)
    sent = _row("claims", Evidence.dossier_id, account.c.person_id)
    sent = sent.join(account, account.c.account_id == Evidence.uploaded_by_id)
    met = _row("claims", Meeting.dossier_id, account.c.person_id)
    met = met.join(account, account.c.account_id == Meeting.recorded_by_id)
    opened = _row("opened", about.c.dossier_id, account.c.person_id)
    return union(
        acted.where(HistoryEntry.acting_as != role_titles.ADMINISTRATOR),
        _written(Claim, "claims", about, account),
        _written(Finding, "findings", about, account),
        sent.join(about, about.c.dossier_id == Evidence.dossier_id),
        met.join(about, about.c.dossier_id == Meeting.dossier_id),
        opened.join(account, account.c.account_id == about.c.opened_by_id),
        _appointed(circle, account),
        _interested(circle, account),
    )


# Built once: building it costs many times what running it does.
_TIES = _ties()
