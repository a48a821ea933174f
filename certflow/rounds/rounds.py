"""Rounds: one scheme for one assessed year, with its own dates in two layers."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from certflow import clock
from certflow.access import access
from certflow.catalogue.catalogue import definitions, known, workflow_of, workflows
from certflow.catalogue.department_sets import published_for
from certflow.errors import ActionNotOpen, Invalid, NotFound, Stale
from certflow.law.deadlines import Due
from certflow.law.impartiality import FILING
from certflow.law.specs.workflow import DeadlineSpec, WorkflowSpec
from certflow.models.base import db, refusing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rounds import Round, RoundDate
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Unit
from certflow.wording import _

FIRST_YEAR = 2023
DateChoice = tuple[dt.date, bool]


def open_round(
    *,
    actor: User,
    scheme: tuple[str, int],
    unit_id: int,
    assessed_year: int,
    title: str,
    practice: bool = False,
    form: tuple[str, int] | None = None,
) -> Round:
    """Open a round with the scheme's dates and the chosen criteria set, if any; raises Invalid by field."""
    access.require_administrator(actor)
    spec = definitions().workflow(*scheme)
    _check_new(spec, unit_id, assessed_year, title)
    opened = Round(
        unit_id=unit_id,
        workflow=spec.name,
        workflow_version=spec.version,
        assessed_year=assessed_year,
        title=title.strip(),
        practice=practice,
        dates=_dates(spec, assessed_year),
        **_chosen(spec, unit_id, form),
    )
    with refusing("uq_round_unit_id_workflow_assessed_year_title", Invalid(fields={"title": (_taken(),)})):
        db.session.add(opened)
    return opened


def _dates(spec: WorkflowSpec, year: int) -> list[RoundDate]:
    """The dates of the scheme; deadlines counted in working days are left out, each dossier has its own."""
    return [RoundDate(deadline=d.name, due_on=d.due_on(year), included=d.included) for d in _fixed(spec)]


def _fixed(spec: WorkflowSpec) -> list[DeadlineSpec]:
    return [deadline for deadline in spec.deadlines if not deadline.counted]


def _taken() -> str:
    return _("There is already a round with this name for this year. Choose another name.")


def _check_new(spec: WorkflowSpec, unit_id: int, assessed_year: int, title: str) -> None:
    faults: dict[str, tuple[str, ...]] = {}
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.kind != "province" or not unit.stands_on(clock.today()):
        faults["unit_id"] = (_("Choose the province of the round."),)
    if not FIRST_YEAR <= assessed_year <= clock.today().year + 1:
        faults["assessed_year"] = (_("The assessed year must lie between %(first)s and next year.", first=FIRST_YEAR),)
    if not title.strip():
        faults["title"] = (_("Enter a name of the round that officers will recognise."),)
    same = select(Round.id).where(
        Round.unit_id == unit_id,
        Round.workflow == spec.name,
        Round.assessed_year == assessed_year,
        Round.title == title.strip(),
    )
    if not faults and db.session.scalar(same):
        faults["title"] = (_taken(),)
    if faults:
        raise Invalid(fields=faults)


def _chosen(spec: WorkflowSpec, unit_id: int, form: tuple[str, int] | None) -> dict[str, str | int]:
    """The columns of the chosen criteria set: published for the province or the scheme's sample; raises Invalid."""
    if form is None:
        return {}
    own = published_for(unit_id, spec.form_family) if spec.form_family else []
    sample = [(spec.form, spec.form_version)] if spec.form_family else []
    if form not in [*sample, *((published.name, published.version) for published in own)]:
        words = _("Choose a criteria set that the education department of this province published for this scheme.")
        raise Invalid(fields={"form": (words,)})
    return {"form": form[0], "form_version": form[1]}


def change_dates(round_id: int, dates: Mapping[str, DateChoice], *, actor: User, version: int) -> Round:
    """Set the days of deadlines in this round, and whether the day itself is included.

    Raises Stale when the dates were changed since `version`, unless they are as asked for already.
    """
    access.require_administrator(actor)
    changed = _locked(round_id)
    if changed.version != version:
        if stands(changed, dates):
            return changed
        raise Stale(_("Somebody else changed this round after you opened it. Look at its dates again."))
    if changed.closed:
        raise ActionNotOpen(_("This round is closed; its dates stay as they are."))
    for date in changed.dates:
        if date.deadline in dates:
            date.due_on, date.included = dates[date.deadline]
    changed.version = changed.version + 1
    db.session.flush()
    return changed


def stands(round_: Round, dates: Mapping[str, DateChoice]) -> bool:
    """Whether the round has these dates."""
    present = {date.deadline: (date.due_on, date.included) for date in round_.dates}
    return all(present[name] == choice for name, choice in dates.items() if name in present)


def close(round_id: int, *, actor: User) -> Round:
    """Close a round to new dossiers; open dossiers continue."""
    access.require_administrator(actor)
    closed = _locked(round_id)
    closed.closed = True
    db.session.flush()
    return closed


def get(round_id: int) -> Round:
    """One round with its dates; raises NotFound."""
    return _found(_one(round_id))


def _locked(round_id: int) -> Round:
    """The round, with its row locked until the end of the transaction."""
    return _found(_one(round_id).with_for_update(of=Round).execution_options(populate_existing=True))


def _one(round_id: int) -> Select[Round]:
    return select(Round).where(Round.id == round_id).options(joinedload(Round.unit), selectinload(Round.dates))


def _found(query: Select[Round]) -> Round:
    round_ = db.session.scalar(query)
    if round_ is None:
        raise NotFound(_("There is no such round."))
    return round_


def newest(limit: int = 100) -> list[Round]:
    """The rounds of all provinces, the open and newest first."""
    query = select(Round).options(joinedload(Round.unit), selectinload(Round.dates))
    return list(
        db.session.scalars(query.order_by(Round.closed, Round.assessed_year.desc(), Round.id.desc()).limit(limit))
    )


def of_provinces(provinces: Collection[int], *, country: bool = False, limit: int = 200) -> list[Round]:
    """The rounds of these provinces, the open and newest first; with `country` also of all schemes about provinces."""
    query = select(Round).options(joinedload(Round.unit))
    about = {spec.name for spec in known().workflows.values() if spec.place == "province"} if country else set()
    query = query.where(or_(Round.unit_id.in_(provinces), Round.workflow.in_(about)))
    return list(
        db.session.scalars(query.order_by(Round.closed, Round.assessed_year.desc(), Round.id.desc()).limit(limit))
    )


def provinces(limit: int = 2) -> list[Unit]:
    """The provinces that have a round, at most `limit`: an installation is usually one province's."""
    with_round = select(Round.unit_id).distinct()
    return list(db.session.scalars(select(Unit).where(Unit.id.in_(with_round)).order_by(Unit.id).limit(limit)))


def sizes(rounds: Sequence[Round]) -> dict[int, int]:
    """The number of dossiers of each round, by round id; for administrators."""
    count = select(func.count()).where(access.whole_round(Round.id)).correlate(Round).scalar_subquery()
    query = select(Round.id, count).where(Round.id.in_([round_.id for round_ in rounds]))
    with seeing(EVERYTHING):
        return {row[0]: row[1] or 0 for row in db.session.execute(query)}


def open_for(unit: Unit) -> list[Round]:
    """The open rounds of the province above `unit` in which it has no dossier yet."""
    province = access.chain(unit).get("province")
    if province is None or not unit.stands_on(clock.today()):  # no round runs above the provinces
        return []
    with_dossier = select(Dossier.round_id).where(Dossier.unit_id == unit.id, Dossier.holder_id.is_(None))
    query = (
        select(Round)
        .where(Round.unit_id == province.id, Round.closed.is_(False), Round.id.not_in(with_dossier))
        .options(selectinload(Round.dates))
        .order_by(Round.assessed_year, Round.id)
    )
    return [round_ for round_ in db.session.scalars(query) if access.fits(unit, workflow_of(round_).spec)]


def counted(round_: Round) -> list[DeadlineSpec]:
    """The deadlines counted in working days for each dossier; the round has no date for them."""
    return [deadline for deadline in workflow_of(round_).spec.deadlines if deadline.counted]


def dues(round_: Round) -> list[Due]:
    """The round's dates with their deadlines, earliest first; deadlines counted in working days are left out.

    A date that exists only in an earlier version of the scheme has the title of that version.
    """
    return _dues(round_, _versions(workflow_of(round_).spec))


def dues_of(pinned: Round | Dossier) -> list[Due]:
    """The dates of a round, or of a dossier's round, in its own version of the scheme; otherwise like `dues`."""
    round_ = pinned.round if isinstance(pinned, Dossier) else pinned
    return _dues(round_, [workflow_of(pinned).spec])


def _versions(spec: WorkflowSpec) -> list[WorkflowSpec]:
    """`spec` and the versions before it, newest first."""
    specs = (known().workflows.values()) if spec.version > 1 else ()
    earlier = [other for other in specs if other.name == spec.name and other.version < spec.version]
    return [spec, *sorted(earlier, key=lambda other: -other.version)]


def _dues(round_: Round, versions: Sequence[WorkflowSpec]) -> list[Due]:
    deadlines = {deadline.name: deadline for spec in reversed(versions) for deadline in _fixed(spec)}
    due_dates = [Due(deadlines[d.deadline], d.due_on, d.included) for d in round_.dates if d.deadline in deadlines]
    return sorted(due_dates, key=lambda due: (due.last_day, due.spec.name))


def change_version(round_id: int, spec: WorkflowSpec, *, actor: User) -> Round:
    """Set a newer scheme version for new dossiers of a round and update its dates; a repeated call changes nothing.

    A new date gets its default day. A date that the version lacks is deleted when no dossier has a version
    with it. Dates that stay keep the round's own days.
    """
    access.require_administrator(actor)
    changed = _locked(round_id)
    if not _keeps_choice(changed, spec):
        changed.form = changed.form_version = None
    changed.workflow_version = max(changed.workflow_version, spec.version)
    present = {date.deadline for date in changed.dates}
    new = [date for date in _dates(spec, changed.assessed_year) if date.deadline not in present]
    changed.dates.extend(new)
    obsolete = [date for date in changed.dates if date.deadline not in _needed(changed, spec)]
    for date in obsolete:
        db.session.delete(date)
    if new or obsolete:
        changed.version = changed.version + 1
    db.session.flush()
    db.session.expire(changed, ["dates"])
    return changed


def form_by(round_: Round, spec: WorkflowSpec) -> tuple[str, int]:
    """The criteria set (name, version) of a round under `spec`: the chosen set if it has the same family."""
    if _keeps_choice(round_, spec) and round_.form is not None and round_.form_version is not None:
        return round_.form, round_.form_version
    return spec.form, spec.form_version


def _keeps_choice(round_: Round, spec: WorkflowSpec) -> bool:
    """Whether `spec` can use the criteria set chosen for a round, because both have the same family."""
    return bool(spec.form_family) and spec.form_family == workflow_of(round_).spec.form_family


def _needed(round_: Round, spec: WorkflowSpec) -> set[str]:
    """The names of the deadlines of `spec` and of every version that a dossier of the round has."""
    query = select(Dossier.workflow_version).where(access.whole_round(round_.id)).distinct()
    with seeing(EVERYTHING):
        used = db.session.scalars(query).all()
    versions = {round_.workflow_version, *used} - {spec.version}
    specs = [spec, *(known().workflows[spec.name, v] for v in versions if (spec.name, v) in known().workflows)]
    return {deadline.name for each in specs for deadline in _fixed(each)}


def filing_dues(pinned: Round | Dossier) -> list[Due]:
    """The filing dates of a dossier, or of one that is opened in a round now, earliest first.

    No filing date counts from an event.
    """
    filed = filing_states(workflow_of(pinned).spec)
    return [due for due in dues_of(pinned) if filed & set(due.spec.states)]


def filing_states(spec: WorkflowSpec) -> set[str]:
    """The states that a dossier enters when it is filed."""
    return {transition.target for transition in spec.transitions if FILING in transition.effects}


def newer_versions(round_: Round) -> list[WorkflowSpec]:
    """The versions that the dossiers of a round can be moved to, newest first.

    The round's own is among them while some that are not decided still have an earlier one.
    """
    shipped = definitions().workflows.values()
    newer = [spec for spec in shipped if spec.name == round_.workflow and spec.version > round_.workflow_version]
    own = [workflow_of(round_).spec] if _left_behind(round_) else []
    return sorted(newer, key=lambda spec: -spec.version) + own


def _left_behind(round_: Round) -> bool:
    """Whether dossiers that are not decided have an earlier version than the round."""
    open_ = [
        and_(Dossier.workflow_version == version, Dossier.state.not_in(workflow.spec.final_states))
        for (name, version), workflow in workflows().items()
        if name == round_.workflow and version < round_.workflow_version
    ]
    if not open_:
        return False
    with seeing(EVERYTHING):
        return bool(db.session.scalar(select(exists().where(access.whole_round(round_.id), or_(*open_)))))
