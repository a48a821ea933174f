"""Dossiers: opening one, finding those that wait for somebody, and everything its overview shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import joinedload

from certflow import clock
from certflow.access import access, parts
from certflow.access.parts import HeldRole
from certflow.catalogue import units
from certflow.catalogue.catalogue import form_of, workflow_of, workflows
from certflow.dossiers import dates, lists
from certflow.dossiers.lists import Choice, Selection, Totals
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.handling import handling
from certflow.law.deadlines import Standing
from certflow.models.base import IdPagination, db, instant, refusing
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.people import Appointment, User
from certflow.models.rounds import Round
from certflow.models.units import Holder, Unit
from certflow.rounds import rounds
from certflow.units import holders
from certflow.wording import _

PAGE_SIZE, BATCH = 25, 500
ALL = Choice()
LOADED = (*access.PLACED, joinedload(Dossier.round).selectinload(Round.dates))


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier in a list, with how it stands against its round's dates."""

    dossier: Dossier
    standings: tuple[Standing, ...]


class DossierPage(IdPagination):
    """One page of a list; its items are Listed."""

    totals: Totals


def open_dossier(
    round_id: int, *, actor: User, unit_id: int, holder_name: str = "", holder_detail: str = ""
) -> Dossier:
    """Open the dossier of a unit in a round; when it exists already, Invalid says so.

    Where the scheme is about learning centres, agencies or people, `holder_name` says about which.
    """
    db.session.get(Unit, unit_id, with_for_update={"read": True}, populate_existing=True)  # no resolution ends it now
    assessment_round, unit = may_open(round_id, actor=actor, unit_id=unit_id)
    spec = workflow_of(assessment_round).spec
    holder = holders.named(unit, spec.subject, holder_name, holder_detail) if spec.about_holders else None
    if holder is not None and not access.opens_for(actor, spec.states[spec.initial].turn, holder):
        raise NotPermitted(
            _("You are appointed at another centre or agency; only people appointed at this one can open this dossier.")
        )
    about = Dossier.holder_id.is_(None) if holder is None else Dossier.holder_id == holder.id
    if db.session.scalar(select(Dossier.id).where(Dossier.round_id == round_id, Dossier.unit_id == unit_id, about)):
        raise _taken(holder)
    return _insert(assessment_round, unit, holder, actor)


def may_open(round_id: int, *, actor: User, unit_id: int) -> tuple[Round, Unit]:
    """The round and the unit, when `actor` may open a dossier of the unit in it; raises a Refusal otherwise.

    Raises NotFound for a unit at which `actor` has no role and for a round of another province.
    """
    assessment_round, unit = rounds.get(round_id), db.session.get(Unit, unit_id)
    if unit is None or not access.sits_at(actor, unit):
        raise NotFound(_("There is no such unit."))
    province = access.chain(unit).get("province")
    if province is not None and province.id != assessment_round.unit_id:
        raise NotFound(_("There is no such round."))
    spec = workflow_of(assessment_round).spec
    if not unit.stands_on(clock.today()):
        raise ActionNotOpen(_("%(unit)s no longer exists; no new dossier can be opened for it.", unit=unit.name))
    if not access.fits(unit, spec):
        raise NotPermitted(_("This round is not for your unit."))
    if spec.states[spec.initial].turn not in access.roles_at(actor, spec, unit):
        raise NotPermitted(_("Only the unit's own officer can open its dossier."))
    if assessment_round.closed:
        raise ActionNotOpen(_("This round is closed; no new dossier can be opened in it."))
    return assessment_round, unit


def _taken(holder: Holder | None = None) -> Invalid:
    if holder is not None:
        words = _("%(name)s already has a dossier in this round. Open it from “My work”.", name=holder.name)
        return Invalid(fields={"name": (words,)})
    return Invalid(_("This unit already has a dossier in this round. Open it from “My work”."))


def _insert(assessment_round: Round, unit: Unit, holder: Holder | None, actor: User) -> Dossier:
    spec, form = workflow_of(assessment_round).spec, form_of(assessment_round)
    constraint = "uq_dossier_round_unit" if holder is None else "uq_dossier_round_id_holder_id"
    now, day = db.session.scalars(select(instant())).one(), clock.today()
    source, places = units.disadvantage(unit, day), access.chain(unit)
    opened = Dossier(
        round_id=assessment_round.id,
        unit_id=unit.id,
        place_id=units.version_on(unit, day).id,
        **{f"{kind}_id": place.id for kind, place in places.items()},
        workflow=spec.name,
        workflow_version=spec.version,
        holder=holder,
        form=form.name,
        form_version=form.version,
        state=spec.initial,
        entered_at=now,
        opened_at=now,
        opened_by=actor.signature,
        disadvantaged_area=bool(source),
        disadvantaged_source=source,
    )
    with refusing(constraint, _taken(holder)):
        db.session.add(opened)
    return opened


def waiting(actor: User, choice: Choice = ALL, by: handling.By = "") -> Selection:
    """The dossiers whose step is `actor`'s today, by `choice` and by who handles them; then the longest waiting."""
    query = select(Dossier).where(access.visible(actor), _waits_for(actor))
    query = query.where(handling.narrowed(actor, by)) if by else query
    return lists.selected(query, actor, choice, oldest_first=True)


def waiting_for(actor: User, page: int = 1, *, by: handling.By = "", choice: Choice = ALL) -> DossierPage:
    """One page of `waiting`."""
    return _page(waiting(actor, choice, by), page)


def waiting_counts(actor: User, total: int | None = None) -> handling.Counts:
    """How many dossiers wait for `actor` today, `total` if that is known, and who handles them."""
    waits = and_(access.visible(actor), _waits_for(actor))
    total = _counted(select(Dossier).where(waits)) if total is None else total
    return handling.counted(actor, waits, total)


def with_others(actor: User, page: int = 1) -> DossierPage:
    """The dossiers `actor` may see that wait for somebody else or for nobody, newest act first; only counted."""
    mine = func.coalesce(_waits_for(actor), false())  # a place that is not there compares as unknown
    query = select(Dossier).where(access.visible(actor), not_(mine))
    newest = lists.selected(query, actor, Choice(column="received", descending=True), oldest_first=False)
    return _page(newest, page, Totals(_counted(query), 0, 0))


def seen(actor: User, choice: Choice = ALL) -> Selection:
    """The dossiers `actor` may see, by `choice`; those without a date of their own by their newest act."""
    query = select(Dossier).where(access.visible(actor))
    return lists.selected(query, actor, choice, oldest_first=False)


def seen_by(actor: User, page: int = 1, *, choice: Choice = ALL) -> DossierPage:
    """One page of `seen`."""
    return _page(seen(actor, choice), page)


def _waits_for(actor: User) -> ColumnElement[bool]:
    return or_(_turn_of(parts.held(actor)), *_turns_as_substitute(actor))


def _turns_as_substitute(actor: User) -> list[ColumnElement[bool]]:
    """Where it is the turn of the role that `actor` has in single dossiers."""
    turns = []
    for role, ids in parts.substitutions(actor).items():
        states = [
            and_(Dossier.workflow == name, Dossier.workflow_version == version, Dossier.state == state.name)
            for (name, version), workflow in workflows().items()
            for state in workflow.spec.states.values()
            if state.turn == role
        ]
        turns.append(and_(Dossier.id.in_(ids), or_(false(), *states)))
    return turns


def _turn_of(roles_held: Sequence[HeldRole]) -> ColumnElement[bool]:
    """Where it is the turn of one of these roles: a term for all schemes in which seats and states are the same."""
    schemes: dict[tuple[tuple[Appointment, ...], int, tuple[str, ...]], list[str]] = {}
    for (name, version), workflow in workflows().items():
        for role in {part.role for part in roles_held} & workflow.spec.roles.keys():
            states = tuple(s.name for s in workflow.spec.states.values() if s.turn == role)
            mine = [part for part in roles_held if part.role == role and part.covers(name)]
            seats = tuple(p.appointment for p in mine if p.unit and p.unit.kind == workflow.spec.roles[role].seat)
            if seats and states:
                schemes.setdefault((seats, version, states), []).append(name)
    turns = [
        and_(Dossier.workflow.in_(names), Dossier.workflow_version == version, Dossier.state.in_(states), places[seats])
        for places in [{seats: access.within(seats) for seats, _version, _states in schemes}]
        for (seats, version, states), names in schemes.items()
    ]
    return or_(false(), *turns)


def _counted(query: Select[Dossier]) -> int:
    counted = query.with_only_columns(func.count(Dossier.id), maintain_column_froms=True).order_by(None)
    return db.session.scalar(counted) or 0


def _page(selection: Selection, page: int, totals: Totals | None = None) -> DossierPage:
    totals = totals or selection.totals()
    arguments = {"select": selection.ordered(), "key": Dossier.id, "options": LOADED}
    dossiers = DossierPage(page, PAGE_SIZE, total=totals.total, **arguments)
    dossiers.items, dossiers.totals = listed(dossiers.items), totals
    return dossiers


def in_batches(selection: Selection, most: int) -> Iterator[list[Listed]]:
    """The first `most` dossiers of a list, as many at a time as one query may ask for."""
    ids = list(
        db.session.scalars(selection.ordered().with_only_columns(Dossier.id, maintain_column_froms=True).limit(most))
    )
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        query = select(Dossier).where(Dossier.id.in_(batch)).options(*LOADED)
        by_id = {dossier.id: dossier for dossier in db.session.scalars(query).unique()}
        yield listed([by_id[dossier_id] for dossier_id in batch])


def listed(dossiers: Sequence[Dossier]) -> list[Listed]:
    """How each of `dossiers` stands against its round's dates and its own, in one query for all, or two."""
    return [
        Listed(dossier, of_each.standings) for dossier, of_each in zip(dossiers, dates.of_all(dossiers), strict=True)
    ]


def standings(dossier: Dossier) -> tuple[Standing, ...]:
    """How one dossier stands against each of its dates."""
    return dates.of(dossier).standings


_SHOWN = joinedload(HistoryEntry.actor), joinedload(HistoryEntry.delegation)


def history(dossier: Dossier) -> list[HistoryEntry]:
    """Every act on the dossier, oldest first, with who did it."""
    query = (
        select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id).options(*_SHOWN).order_by(HistoryEntry.number)
    )
    return list(db.session.scalars(query))


def last_act(dossier: Dossier) -> HistoryEntry | None:
    """The latest act on the dossier, with who did it; None before the first."""
    query = select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id)
    query = query.options(*_SHOWN)
    return db.session.scalar(query.order_by(HistoryEntry.number.desc()).limit(1))


def standing_steps(entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """The steps in a dossier's history that stand.

    One that was taken back does not stand; neither that nor a move to a newer version of the rules is a step itself.
    """
    retracted = {entry.retracts for entry in entries}
    return [entry for entry in entries if ":" not in entry.action and entry.number not in retracted]


def last_step(entries: Sequence[HistoryEntry]) -> HistoryEntry | None:
    """The latest of the standing steps in a dossier's history."""
    steps = standing_steps(entries)
    return steps[-1] if steps else None
