"""Lists of dossiers as tables of work: narrowed, ordered by the reader's own dates or by a column, and counted."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, inspect, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import parts
from certflow.catalogue.catalogue import workflow_of, workflows
from certflow.dossiers import dates
from certflow.law import deadlines
from certflow.law.specs.workflow import DeadlineSpec, WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Handling, HistoryEntry, Submission
from certflow.models.people import User
from certflow.models.rounds import Round, RoundDate, last_day
from certflow.models.units import Holder, UnitVersion
from certflow.vietnamese import search_key

OwnDate = ColumnElement[Any]
Column = Literal["due", "unit", "level", "received", "handler"]
COLUMNS: tuple[Column, ...] = get_args(Column)
SOON_DAYS = 7
MOST_COUNTED = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list is narrowed to and the column it is ordered by; without a word of it, all, the most urgent first.

    `level` is the proposed one, before that the one that was filed. `words` may be typed with or without diacritics,
    and a unit is found by every name it had.
    """

    round_id: int | None = None
    district_id: int | None = None
    level: int | None = None
    state: str = ""
    words: str = ""
    column: Column = "due"
    descending: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it leaves dossiers out."""
        return replace(self, column="due", descending=False) != Choice()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many dossiers a list has, how many of them are beyond the reader's own date, and how many soon will be."""

    total: int
    overdue: int
    soon: int


def narrowed(query: Select[Dossier], choice: Choice, reader: User) -> Select[Dossier]:
    """The dossiers of `query` that `choice` leaves to `reader`."""
    if choice.round_id is not None:
        query = query.where(Dossier.round_id == choice.round_id)
    if choice.district_id is not None:
        query = query.where(Dossier.district_id == choice.district_id)
    if choice.level is not None:
        query = query.where(_level(reader) == choice.level)
    if choice.state:
        query = query.where(Dossier.state == choice.state)
    if choice.words:
        key = search_key(choice.words)
        of_holder = Dossier.holder.has(Holder.search_key.contains(key, autoescape=True))
        called = select(UnitVersion.unit_id).where(UnitVersion.search_key.contains(key, autoescape=True))
        query = query.where(or_(Dossier.unit_id.in_(called), of_holder))
    return query


@dataclass(frozen=True)
class Selection:
    """The dossiers of one list: which, for whom, and in which order."""

    query: Select[Dossier]
    reader: User
    choice: Choice
    oldest_first: bool

    @cached_property
    def due(self) -> OwnDate:
        """The reader's own date of each; looked up only where a list is ordered or counted by it."""
        return own_date(self.query, self.reader)

    def ordered(self) -> Select[Dossier]:
        """By the column of the choice, what has nothing there last; then by when each came to its step."""
        came = Dossier.entered_at.asc(), Dossier.id.asc()
        if not self.oldest_first:
            came = Dossier.entered_at.desc(), Dossier.id.desc()
        columns = [self.due] if self.choice.column == "due" else _columns(self.choice.column, self.reader)
        ways = [column.desc() if self.choice.descending else column.asc() for column in columns]
        return self.query.order_by(*(way.nulls_last() for way in ways), *came)

    def totals(self) -> Totals:
        """How many there are, and how they stand today against the reader's dates."""
        of_each = self.query.with_only_columns(Dossier.id, self.due.label("due"), maintain_column_froms=True)
        own, today = of_each.order_by(None).subquery().c, clock.today()
        overdue = func.count(case((own.due < today, 1)))
        soon = func.count(case((own.due.between(today, today + dt.timedelta(SOON_DAYS)), 1)))
        return Totals(*db.session.execute(select(func.count(own.id), overdue, soon)).one())


def selected(query: Select[Dossier], reader: User, choice: Choice, *, oldest_first: bool) -> Selection:
    """The dossiers of `query`, which asks for what `reader` may see, that `choice` leaves."""
    return Selection(narrowed(query, choice, reader), reader, choice, oldest_first)


def own_date(query: Select[Dossier], reader: User) -> OwnDate:
    """The last day of `own_due` as a column for the dossiers of `query`.

    Days counted for each dossier are in no table: they are worked out before, for the newest MOST_COUNTED.
    """
    roles = {part.role for part in parts.held(reader)} | set(parts.substitutions(reader))
    specs = [workflow.spec for workflow in workflows().values() if roles & workflow.spec.roles.keys()]
    dated = [condition for spec in specs if (condition := _dated(spec, deadlines.binding(spec, roles))) is not None]
    of_round = RoundDate.round_id == Dossier.round_id
    earliest = select(func.min(last_day())).where(of_round, or_(false(), *dated)).correlate(Dossier).scalar_subquery()
    counted = _counted(query, specs, roles)
    return case(counted, value=Dossier.id, else_=earliest) if counted else earliest


def _dated(spec: WorkflowSpec, names: frozenset[str]) -> ColumnElement[bool] | None:
    """Which dates of a round bind a dossier of a scheme that has not kept them yet; None where none can."""
    binding = [
        and_(RoundDate.deadline == deadline.name, _not_reached(spec, deadline))
        for deadline in spec.deadlines
        if deadline.name in names and not deadline.counted
    ]
    if not binding:
        return None
    return and_(_of(spec), Dossier.state.not_in(sorted(spec.final_states)), or_(*binding))


def _of(spec: WorkflowSpec) -> ColumnElement[bool]:
    return and_(Dossier.workflow == spec.name, Dossier.workflow_version == spec.version)


def _not_reached(spec: WorkflowSpec, deadline: DeadlineSpec) -> ColumnElement[bool]:
    """A dossier that is open has reached no final state, and one that was never filed no state behind its filing."""
    states = set(deadline.states)
    if states <= spec.filed_states:
        return Dossier.filed.is_(False)
    entered = and_(HistoryEntry.dossier_id == Dossier.id, HistoryEntry.to_state.in_(deadline.states), dates.STEPS)
    return ~exists().where(entered).correlate(Dossier) if states - spec.final_states else Dossier.id.is_not(None)


def _counted(query: Select[Dossier], specs: Collection[WorkflowSpec], roles: Collection[str]) -> dict[int, dt.date]:
    """The own date of each dossier of `query` that has one counted in working days, by its id."""
    with_one = [
        spec
        for spec in specs
        if any(deadline.counted and deadline.name in deadlines.binding(spec, roles) for deadline in spec.deadlines)
    ]
    if not with_one:
        return {}
    open_ones = [and_(_of(spec), Dossier.state.not_in(sorted(spec.final_states))) for spec in with_one]
    newest = query.where(or_(*open_ones)).order_by(Dossier.id.desc()).limit(MOST_COUNTED)
    newest = newest.options(joinedload(Dossier.round).selectinload(Round.dates))
    return dict(_own_days(list(db.session.scalars(newest).unique()), roles))


def _own_days(dossiers: list[Dossier], roles: Collection[str]) -> Iterator[tuple[int, dt.date]]:
    for dossier, of_each in zip(dossiers, dates.of_all(dossiers), strict=True):
        standing = deadlines.own_due(of_each.standings, workflow_of(dossier).spec, dossier.state, roles)
        if standing is not None:
            yield dossier.id, standing.due.last_day


def _columns(column: Column, reader: User) -> list[ColumnElement[Any]]:
    match column:
        case "unit":
            place = select(UnitVersion.sort_key).where(UnitVersion.id == Dossier.place_id)
            holder = select(Holder.search_key).where(Holder.id == Dossier.holder_id)
            return [each.correlate(Dossier).scalar_subquery() for each in (place, holder)]
        case "level":
            return [_level(reader)]
        case "received":
            return [inspect(Dossier).columns.entered_at]
        case "handler":
            handler = select(User.sort_key).join(Handling, Handling.user_id == User.id)
            handler = handler.where(Handling.dossier_id == Dossier.id, Handling.until.is_(None)).limit(1)
            return [handler.correlate(Dossier).scalar_subquery()]
    raise ValueError(column)


def _level(reader: User) -> ColumnElement[int | None]:
    """The level proposed after the appraisal, before that the one that was filed last.

    Whoever only files is told of no proposal, and could otherwise find it out by narrowing and ordering.
    """
    stands = Submission.dossier_id == Dossier.id, Submission.retracted_at.is_(None)
    filed = select(Submission.claimed_level).where(*stands)
    filed = filed.order_by(Submission.number.desc()).limit(1).correlate(Dossier)
    if not parts.judges_somewhere(reader):
        return filed.scalar_subquery()
    return func.coalesce(Dossier.proposed_level, filed.scalar_subquery())
