"""The rows of a list of people, each checked by itself: what is typed in its cells, and what is wrong with it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import known
from certflow.http.typed_days import day_typed
from certflow.people import people
from certflow.people.columns import COLUMNS, Entry
from certflow.units.names import UnitNames
from certflow.vietnamese import says_something, search_key
from certflow.wording import _

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


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row: the column, what stands there (cut), and what to do, in the reader's language."""

    row: int
    column: str
    given: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row understood: a person, and the role, unit and days of an appointment; `unit_path` has the units above."""

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


class Reader:
    """Understands rows by the roles and units of now, asked for once."""

    def __init__(self) -> None:
        self._roles = role_titles.roles()
        self._named = _roles_by_words(self._roles)
        self._units = UnitNames()

    def line(self, entry: Entry) -> tuple[Line | None, list[Fault]]:
        """The row understood, or None and all that is wrong with it."""
        faults = dict(_unreadable(entry))
        if "role" not in faults:
            faults |= self._role_faults(entry, "unit" not in faults)
        for check in (_name_faults, _day_faults):
            faults = check(entry) | faults
        if faults:
            told = [_fault(entry, column, faults[column]) for column in COLUMNS if column in faults]
            return None, told
        return self._understood(entry), []

    def _understood(self, entry: Entry) -> Line:
        role = self._role(entry)
        seat = self._roles[role][1]
        unit = self._units.found(entry.text("unit"), seat)[0] if seat else None
        return Line(
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

    def _role(self, entry: Entry) -> str:
        """The role's name; "" when the words name none or several."""
        found = self._named.get(search_key(entry.text("role")), ())
        return found[0] if len(found) == 1 else ""

    def _role_faults(self, entry: Entry, unit_is_readable: bool) -> dict[str, str]:
        role = self._role(entry)
        if role:
            fault = self._unit_fault(entry.text("unit"), self._roles[role][1]) if unit_is_readable else ""
            return {"unit": fault} if fault else {}
        several = self._named.get(search_key(entry.text("role")), ())
        if several:
            words = _(
                "Several roles have this name. Write the code of one of them: %(codes)s.", codes=", ".join(several)
            )
            return {"role": words}
        return {"role": _("There is no such role. Write one of the template's sheet “Roles”, by name or by code.")}

    def _unit_fault(self, words: str, seat: str) -> str:
        if not seat:
            return _("An administrator is not appointed at a unit; leave this empty.") if words else ""
        kind = role_titles.kind_title(seat)
        if not words:
            return _("Give the unit at which this role sits: a %(kind)s.", kind=kind)
        found = self._units.found(words, seat)
        if not found:
            return _("There is no %(kind)s with this code or name. Write its official code.", kind=kind)
        if len(found) == 1:
            return ""
        codes = [f"{unit.code} ({self._units.full_name(unit)})" for unit in found[:MOST_CANDIDATES]]
        more = ["…"] if len(found) > MOST_CANDIDATES else []
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


def _unreadable(entry: Entry) -> Iterable[tuple[str, str]]:
    """Cells with formulas, and cells longer than anything that belongs there."""
    for column, cell in entry.cells.items():
        if cell.computed:
            yield column, _("A formula or a fault stands here. Copy the cell, paste it as a value, and check it.")
        elif len(cell.text) > LONGEST.get(column, LONGEST_DAY):
            longest = LONGEST.get(column, LONGEST_DAY)
            yield column, _("Shorten this to at most %(most)s characters.", most=longest)


def _name_faults(entry: Entry) -> dict[str, str]:
    faults = {}
    if not says_something(entry.text("full_name")):
        faults["full_name"] = _("Give the person's full name.")
    if not people.SIGN_IN_NAME.match(entry.text("sign_in_name").lower()):
        faults["sign_in_name"] = _("Use at least 3 letters a-z, digits, and . _ - @, without spaces or accents.")
    if not people.is_address(entry.text("email")):
        faults["email"] = _("This is no e-mail address. Write it like ten@example.gov.vn, or leave it empty.")
    return faults


def _day_faults(entry: Entry) -> dict[str, str]:
    no_day = _("This is no date. Write day/month/year, for example 15/02/2026.")
    first, last = day_typed(entry.text("starts_on")), day_typed(entry.text("ends_on"))
    faults = {}
    if first is None:
        faults["starts_on"] = no_day if entry.text("starts_on") else _("Give the first day, for example 01/01/2026.")
    if last is None and entry.text("ends_on"):
        faults["ends_on"] = no_day
    elif first is not None and last is not None and last < first:
        faults["ends_on"] = _("The last day lies before the first day.")
    return faults


def _fault(entry: Entry, column: str, reason: str) -> Fault:
    return Fault(entry.row, column, entry.text(column)[:LONGEST_GIVEN], reason)
