"""What the pages with a table of work share: the filter in the address, columns that sort, groups, and export."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from flask import Response, request, url_for
from flask_babel import gettext as _
from wtforms import SelectField

from certflow import clock
from certflow.access import access, parts
from certflow.catalogue.catalogue import workflow_of
from certflow.dossiers import dossiers
from certflow.dossiers.dossiers import Listed
from certflow.dossiers.forms import ListForm
from certflow.dossiers.lists import Choice, Column, Selection
from certflow.dossiers.words import rows
from certflow.dossiers.words.rows import DossierRow
from certflow.gateways.spreadsheets import tables
from certflow.http.person import actor
from certflow.http.typed import plain_number
from certflow.law.specs.workflow import StateSpec
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.rounds import rounds
from certflow.units import register
from certflow.wording import language

LONGEST_WORDS = 120
MOST_EXPORTED = 20_000
DUE: Column = "due"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table: `url` sorts by it, "" where nothing does; `sorted` is the value of `aria-sort` now."""

    label: str
    url: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one round."""

    round: Round
    rows: Sequence[DossierRow]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks of a list, for the page `endpoint`; `kept` are its other words, such as who handles it."""

    endpoint: str
    form: ListForm
    choice: Choice
    kept: dict[str, str]

    def url(self, endpoint: str = "", **changes: Any) -> str:
        """The address of the same list, with changes; of another view of it by its endpoint."""
        fields = {field.name: field.data for field in self.form}
        words = {name: value for name, value in (fields | self.kept | changes).items() if value}
        return url_for(endpoint or self.endpoint, **words)

    @property
    def headings(self) -> list[Heading]:
        """The columns, in order."""
        return [
            self._heading(_("Unit"), "unit"),
            Heading(_("State")),
            self._heading(_("Level"), "level"),
            self._heading(_("Received on"), "received"),
            self._heading(_("My date"), "due"),
            Heading(_("Days left")),
            self._heading(_("Who works on it"), "handler"),
        ]

    def _heading(self, label: str, column: Column) -> Heading:
        here, down = self.choice.column == column, self.choice.descending
        sort = f"-{column}" if here and not down else "" if column == DUE else column
        return Heading(label, self.url(sort=sort), ("descending" if down else "ascending") if here else "")


def asked(endpoint: str, *, turns_only: bool = False, **kept: str) -> Filter:
    """The filter in the address; what is not among the choices counts as not chosen.

    With `turns_only` the states are those in which it is the turn of a role of the reader.
    """
    form = ListForm(request.args)
    tops = _tops()
    country = any(unit.kind == "country" for unit in tops.values())
    of_readers = [each for each in rounds.of_provinces(tops, country=country) if _is_own(each)]
    states = list(_states(of_readers, turns_only))
    _offer(form.round, _("All rounds"), [(str(each.id), _named(each, tops)) for each in of_readers])
    _offer(form.state, _("All states"), [(each.name, each.title.in_language(language())) for each in states])
    _offer(form.district, _("All districts"), [(str(unit.id), unit.name) for unit in _districts(tops)])
    _offer(form.level, _("All levels"), [(str(n), _("Level %(level)s", level=n)) for n in _levels(of_readers)])
    _offer(form.sort, _("The most urgent first"), _orders())
    form.q.data = (form.q.data or "").strip()[:LONGEST_WORDS]
    return Filter(endpoint, form, _choice(form), kept)


def _choice(form: ListForm) -> Choice:
    sort = form.sort.data
    return Choice(
        round_id=plain_number(form.round.data),
        district_id=plain_number(form.district.data),
        level=plain_number(form.level.data),
        state=form.state.data,
        words=form.q.data,
        column=cast(Column, sort.removeprefix("-") or DUE),
        descending=sort.startswith("-"),
    )


def _offer(field: SelectField, everything: str, choices: Iterable[tuple[str, str]]) -> None:
    field.choices = [("", everything), *dict(choices).items()]
    if field.data not in [value for value, _label in field.choices]:
        field.data = ""


def _orders() -> Iterator[tuple[str, str]]:
    yield "-due", _("The least urgent first")
    yield "unit", _("By unit, A to Y")
    yield "-unit", _("By unit, Y to A")
    yield "level", _("By level, lowest first")
    yield "-level", _("By level, highest first")
    yield "received", _("By the day received, oldest first")
    yield "-received", _("By the day received, newest first")
    yield "handler", _("By who works on it")
    yield "-handler", _("By who works on it, backwards")


def _named(round_: Round, tops: Collection[int]) -> str:
    return round_.title if round_.unit_id in tops else f"{round_.title}, {round_.unit.name}"


def _tops() -> dict[int, Unit]:
    """The provinces of the reader's parts, and the country, whose people have what provinces file."""
    tops = [places.get("province") or places.get("country") for places in access.seats_with_chains(actor())]
    return {unit.id: unit for unit in tops if unit is not None}


def _is_own(round_: Round) -> bool:
    """Whether the reader has a role in the scheme of a round."""
    spec = workflow_of(round_).spec
    own = {part.role for part in parts.held(actor()) if part.covers(spec.name)} | set(parts.substitutions(actor()))
    return bool(own & spec.roles.keys()) or bool(parts.seats_of(actor()))


def _states(of_rounds: Sequence[Round], turns_only: bool) -> Iterator[StateSpec]:
    roles = {part.role for part in parts.held(actor())} | set(parts.substitutions(actor()))
    for spec in {workflow_of(each).spec.key: workflow_of(each).spec for each in of_rounds}.values():
        yield from (state for state in spec.states.values() if not turns_only or state.turn in roles)


def _levels(of_rounds: Sequence[Round]) -> list[int]:
    specs = [workflow_of(each).spec for each in of_rounds]
    return sorted({state.level for spec in specs for state in spec.states.values() if state.level})


def _districts(tops: Collection[int]) -> list[Unit]:
    """The districts of the provinces at which the reader sits; those of a district have one, and need no choice."""
    seats = {part.unit.id for part in parts.held(actor()) if part.unit is not None}
    return register.districts_of([unit_id for unit_id in tops if unit_id in seats])


def groups(of_page: Iterable[DossierRow]) -> list[Group]:
    """The rows of a page by round, so that a round is named once; the round of the first row comes first."""
    by_round: dict[int, list[DossierRow]] = {}
    for row in of_page:
        by_round.setdefault(row.dossier.round_id, []).append(row)
    return [Group(of_round[0].dossier.round, of_round) for of_round in by_round.values()]


def exported(selection: Selection, kind: tables.Kind, title: str) -> Response:
    """The file with the rows of a list, in the same order, at most MOST_EXPORTED."""
    batches = dossiers.in_batches(selection, MOST_EXPORTED)
    cells = list(chain.from_iterable(_cells(batch) for batch in batches))
    file = tables.written(tables.Table(title, _columns(), cells), kind)
    answer = Response(file, mimetype=tables.MEDIA_TYPES[kind])
    name = f"certflow-{clock.today():%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _columns() -> list[str]:
    names = [_("Round"), _("Unit"), _("Learning centre, agency or person"), _("District"), _("Province"), _("State")]
    names += [_("Waits for"), _("Level"), _("Claimed or proposed"), _("Received on"), _("My date"), _("Days left")]
    return [*names, _("Who works on it")]


def _cells(batch: Sequence[Listed]) -> Iterator[list[tables.Cell]]:
    for row in rows.rows(batch, actor()):
        dossier = row.dossier
        holder = dossier.holder.name if dossier.holder is not None else ""
        above = [unit.name if unit is not None else "" for unit in (dossier.district, dossier.province)]
        words: list[tables.Cell] = [dossier.round.title, dossier.place.name, holder, *above, row.state, row.turn]
        due = row.due
        day: dt.date | None = due.due.last_day if due else None
        yield [*words, row.level, row.level_says, row.received_on, day, due.days_left if due else None, row.handled]
