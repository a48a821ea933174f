"""The plan of a list of people: each row is checked alone, then against other rows and stored people."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import known
from certflow.http.typed import day_typed
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.people import people
from certflow.people.columns import COLUMNS, ListEntry, Listing
from certflow.units.register import UnitNames
from certflow.vietnamese import says_something, search_key
from certflow.wording import _, place

LONGEST = {
    "full_name": 120,
    "sign_in_name": 120,
    "email": people.LONGEST_ADDRESS,
    "position": 120,
    "role": 200,
    "unit": 400,
}
LONGEST_DAY = 60
LONGEST_GIVEN = 80
MOST_CANDIDATES = 5

Outcome = Literal["new", "further", "known", "there"]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A valid row: a person, and an appointment with role, unit and days; `unit_path` has the parent units."""

    row: int
    full_name: str
    sign_in_name: str
    email: str
    position: str
    role: str
    unit_id: int | None
    unit_name: str
    unit_path: str
    starts_on: dt.date
    ends_on: dt.date | None

    def text(self, column: str) -> str:
        """The text of the row in a column."""
        value = getattr(self, column)
        return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)


@dataclass(frozen=True, slots=True)
class ListFault:
    """A fault in a row: the column, its text (cut), and the correction, in the reader's language."""

    row: int
    column: str
    given: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanStep:
    """The outcome of a row: a new account, another role of a new or stored account, or no change."""

    line: PersonLine
    outcome: Outcome
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """The steps of a list, or all its faults; a list with a fault is not imported."""

    steps: tuple[PlanStep, ...]
    faults: tuple[ListFault, ...]
    unknown: tuple[str, ...] = ()
    examples: int = 0

    def count(self, *outcomes: Outcome) -> int:
        """The number of rows with one of these outcomes."""
        return sum(step.outcome in outcomes for step in self.steps)

    @property
    def rows(self) -> int:
        """The number of rows with people."""
        return len(self.steps) + len({fault.row for fault in self.faults})

    @property
    def fingerprint(self) -> str:
        """A hash of the plan; it changes when the outcome of the list changes."""
        lines = [(step.outcome, step.user_id, step.line) for step in self.steps]
        return hashlib.sha256(repr((lines, self.faults)).encode()).hexdigest()


def plan_for(listing: Listing, *, lock: bool = False) -> PeoplePlan:
    """The plan of a list; `lock` locks the named accounts, so that the plan stays valid until the commit."""
    reader = _Reader()
    read = [reader.line(entry) for entry in listing.entries]
    lines = [line for line in read if isinstance(line, PersonLine)]
    planner = _Planner(_accounts(lines, lock=lock))
    steps = [planner.step(line) for line in lines]
    faults = [fault for line in (*read, *steps) if isinstance(line, list) for fault in line]
    return PeoplePlan(
        steps=tuple(step for step in steps if isinstance(step, PlanStep)),
        faults=tuple(sorted(faults, key=lambda fault: fault.row)),
        unknown=listing.unknown,
        examples=listing.examples,
    )


def _fault(row: ListEntry | PersonLine, column: str, reason: str) -> ListFault:
    return ListFault(row.row, column, row.text(column)[:LONGEST_GIVEN], reason)


class _Reader:
    """Reads rows by the roles and units of today, which it loads once."""

    def __init__(self) -> None:
        self._roles = role_titles.roles()
        self._names = _roles_by_words(self._roles)
        self._units = UnitNames()

    def line(self, entry: ListEntry) -> PersonLine | list[ListFault]:
        """The parsed row, or all faults of its cells."""
        faults = dict(_unreadable(entry))
        if "role" not in faults:
            faults |= self._role_faults(entry, "unit" not in faults)
        faults = _day_faults(entry) | _name_faults(entry) | faults
        return [_fault(entry, column, faults[column]) for column in COLUMNS if column in faults] or self._read(entry)

    def _read(self, entry: ListEntry) -> PersonLine:
        (role,) = self._roles_called(entry)
        seat = self._roles[role][1]
        unit = self._units.found(entry.text("unit"), seat)[0] if seat else None
        return PersonLine(
            row=entry.row,
            full_name=entry.text("full_name"),
            sign_in_name=entry.text("sign_in_name").lower(),
            email=entry.text("email").lower(),
            position=entry.text("position"),
            role=role,
            unit_id=unit.id if unit else None,
            unit_name=unit.name if unit else "",
            unit_path=self._units.full_name(unit) if unit else "",
            starts_on=day_typed(entry.text("starts_on")) or dt.date.min,
            ends_on=day_typed(entry.text("ends_on")),
        )

    def _roles_called(self, entry: ListEntry) -> tuple[str, ...]:
        """The roles that the row's words can mean."""
        return self._names.get(search_key(entry.text("role")), ())

    def _role_faults(self, entry: ListEntry, unit_is_readable: bool) -> dict[str, str]:
        roles = self._roles_called(entry)
        if len(roles) == 1:
            fault = self._unit_fault(entry.text("unit"), self._roles[roles[0]][1]) if unit_is_readable else ""
            return {"unit": fault} if fault else {}
        if roles:
            words = _("Several roles have this name. Write the code of one of them: %(codes)s.", codes=", ".join(roles))
            return {"role": words}
        return {"role": _("There is no such role. Write the name or code of a role from the template's sheet “Roles”.")}

    def _unit_fault(self, words: str, seat: str) -> str:
        if not seat:
            return _("An administrator is not appointed at a unit; leave this empty.") if words else ""
        kind = role_titles.kind_title(seat)
        if not words:
            return _("Enter the unit of this role: a %(kind)s.", kind=kind)
        units = self._units.found(words, seat)
        if not units:
            return _("There is no %(kind)s with this code or name. Write its official code.", kind=kind)
        if len(units) == 1:
            return ""
        codes = [f"{unit.code} ({place(self._units.full_name(unit))})" for unit in units[:MOST_CANDIDATES]]
        more = ["…"] if len(units) > MOST_CANDIDATES else []
        return _("Several units have this name. Write the code of one: %(codes)s.", codes="; ".join(codes + more))


def _roles_by_words(roles: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The roles meant by a title, in either language, or by a code; a title listed today comes before others."""
    every: dict[str, set[str]] = defaultdict(set)
    for spec in known().workflows.values():
        for role in spec.roles.values():
            for words in (role.title.vi, role.title.en):
                every[search_key(words)].add(role.name)
    today: dict[str, set[str]] = defaultdict(set)
    for name, (title, _seat) in roles.items():
        today[search_key(title)].add(name)
    by_code = {search_key(name): {name} for name in roles}
    return {words: tuple(sorted(names)) for words, names in (every | today | by_code).items()}


def _unreadable(entry: ListEntry) -> Iterable[tuple[str, str]]:
    """Cells with formulas, and cells longer than anything that belongs there."""
    for column, cell in entry.cells.items():
        if cell.computed:
            yield column, _("This cell holds a formula or an error. Copy the cell, paste it as a value, and check it.")
        elif len(cell.text) > LONGEST.get(column, LONGEST_DAY):
            longest = LONGEST.get(column, LONGEST_DAY)
            yield column, _("Shorten this to at most %(most)s characters.", most=longest)


def _name_faults(entry: ListEntry) -> dict[str, str]:
    faults = {}
    if not says_something(entry.text("full_name")):
        faults["full_name"] = _("Enter the person's full name.")
    if not people.SIGN_IN_NAME.match(entry.text("sign_in_name").lower()):
        faults["sign_in_name"] = _("Use at least 3 letters a-z, digits, and . _ - @, without spaces or accents.")
    if not people.is_address(entry.text("email")):
        faults["email"] = _("This is not an e-mail address. Write it like ten@example.gov.vn, or leave it empty.")
    return faults


def _day_faults(entry: ListEntry) -> dict[str, str]:
    no_day = _("This is not a date. Write day/month/year, for example 15/02/2026.")
    first, last = day_typed(entry.text("starts_on")), day_typed(entry.text("ends_on"))
    faults = {}
    if first is None:
        faults["starts_on"] = no_day if entry.text("starts_on") else _("Enter the first day, for example 01/01/2026.")
    if last is None and entry.text("ends_on"):
        faults["ends_on"] = no_day
    elif first is not None and last is not None and last < first:
        faults["ends_on"] = _("The last day is before the first day.")
    return faults


def _accounts(lines: Sequence[PersonLine], *, lock: bool) -> dict[str, User]:
    """The accounts that exist already, by sign-in name."""
    query = select(User).where(User.sign_in_name.in_({line.sign_in_name for line in lines})).order_by(User.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return {user.sign_in_name: user for user in db.session.scalars(query)}


Held = tuple[str, str, int | None]


class _Planner:
    """Plans row after row, with the stored accounts and appointments and the earlier rows."""

    def __init__(self, accounts: dict[str, User]) -> None:
        self._accounts = accounts
        self._people: dict[str, dict[str, PersonLine]] = defaultdict(dict)
        self._lines: dict[Held, list[PersonLine]] = defaultdict(list)
        self._stored: dict[Held, list[Appointment]] = defaultdict(list)
        names = {user.id: name for name, user in accounts.items()}
        for appointment in db.session.scalars(select(Appointment).where(Appointment.user_id.in_(names))):
            self._stored[names[appointment.user_id], appointment.role, appointment.unit_id].append(appointment)

    def step(self, line: PersonLine) -> PlanStep | list[ListFault]:
        """The step of a row, or its faults."""
        faults = [*self._account_faults(line), *self._repeated(line)]
        faults = faults or self._contradictions(line)
        user = self._accounts.get(line.sign_in_name)
        appointments = self._stored[line.sign_in_name, line.role, line.unit_id]
        if any(_is_same(appointment, line) for appointment in appointments):
            outcome: Outcome = "there"
        else:
            faults = faults or [_clash(line, each) for each in appointments if _overlaps(each, line)]
            outcome = "known" if user else "further" if line.sign_in_name in self._people else "new"
        if faults:
            return faults
        self._remember(line)
        return PlanStep(line, outcome, user.id if user else None)

    def _account_faults(self, line: PersonLine) -> list[ListFault]:
        user = self._accounts.get(line.sign_in_name)
        if user is None:
            return []
        if not _agree(user.full_name, line.full_name):
            words = _(
                "This sign-in name belongs to %(name)s. Choose another, or write the same name.", name=user.full_name
            )
            return [_fault(line, "full_name", words)]
        if not user.active:
            words = _("This person's account is switched off. Switch it on first, on the person's page.")
            return [_fault(line, "sign_in_name", words)]
        return []

    def _contradictions(self, line: PersonLine) -> list[ListFault]:
        """The faults of a row that contradicts an earlier row about the same person."""
        return [
            _fault(line, column, _("Row %(row)s has other values for the same sign-in name.", row=before.row))
            for column, before in self._people.get(line.sign_in_name, {}).items()
            if getattr(line, column) and not _agree(getattr(line, column), getattr(before, column))
        ]

    def _repeated(self, line: PersonLine) -> list[ListFault]:
        lines = self._lines[line.sign_in_name, line.role, line.unit_id]
        rows = [before.row for before in lines if _overlaps(before, line)]
        if not rows:
            return []
        words = _(
            "Row %(row)s gives this person the same role there in these days. Remove one of the two rows.",
            row=rows[0],
        )
        return [_fault(line, "role", words)]

    def _remember(self, line: PersonLine) -> None:
        columns = self._people[line.sign_in_name]
        for column in ("full_name", "email", "position"):
            if getattr(line, column):
                columns.setdefault(column, line)
        self._lines[line.sign_in_name, line.role, line.unit_id].append(line)


def _agree(name: str, other: str) -> bool:
    """Whether two names are the same but for capital letters and blanks."""
    return " ".join(name.split()).casefold() == " ".join(other.split()).casefold()


def _is_same(appointment: Appointment, line: PersonLine) -> bool:
    """Whether an appointment is the row's own, also when an administrator has ended it since."""
    if appointment.starts_on != line.starts_on:
        return False
    return appointment.ended_at is not None or appointment.ends_on == line.ends_on


def _overlaps(other: Appointment | PersonLine, line: PersonLine) -> bool:
    if isinstance(other, Appointment) and other.ended_at is not None:
        return False
    never = dt.date.max
    return other.starts_on <= (line.ends_on or never) and line.starts_on <= (other.ends_on or never)


def _clash(line: PersonLine, appointment: Appointment) -> ListFault:
    last = f"{appointment.ends_on:%d/%m/%Y}" if appointment.ends_on else "…"
    days = {"first": f"{appointment.starts_on:%d/%m/%Y}", "last": last}
    words = _(
        "The person already has this role there from %(first)s to %(last)s. Change that on the person's page.", **days
    )
    return _fault(line, "starts_on", words)
