"""What a list of people would make, row by row, checked against itself and against who is there already."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from certflow.gateways.spreadsheets import reading
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.people.columns import HEADINGS_WITHIN, Listing, listing
from certflow.people.rows import LONGEST_GIVEN, Fault, Line, Reader
from certflow.wording import _

MOST_ROWS = 5000

Outcome = Literal["new", "further", "known", "there"]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a row: a new account, a further role of one of this list, a role of a known one, or nothing."""

    line: Line
    outcome: Outcome
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would make, or all that is wrong with it; with a fault, nothing of it is made."""

    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...] = ()
    examples: int = 0

    def count(self, *outcomes: Outcome) -> int:
        """How many rows come to one of these."""
        return sum(step.outcome in outcomes for step in self.steps)

    @property
    def rows(self) -> int:
        """How many rows with people the list has."""
        return len(self.steps) + len({fault.row for fault in self.faults})

    @property
    def fingerprint(self) -> str:
        """Tells whether a list comes to the same as when somebody looked at it."""
        lines = [(step.outcome, step.user_id, step.line) for step in self.steps]
        return hashlib.sha256(repr((lines, self.faults)).encode()).hexdigest()


def read(content: bytes) -> Listing:
    """The rows of a sent file; raises Invalid at the field `file`. Asks the database for nothing."""
    found = listing(reading.rows(content, most=MOST_ROWS + HEADINGS_WITHIN))
    if len(found.entries) > MOST_ROWS:
        raise reading.too_many_rows(MOST_ROWS)
    return found


def plan(sent: Listing, *, lock: bool = False) -> Plan:
    """Check every row; `lock` holds the people named until the end of the transaction, so that it stays true."""
    reader = Reader()
    lines: list[Line] = []
    faults: list[Fault] = []
    for entry in sent.entries:
        line, found = reader.line(entry)
        faults.extend(found)
        if line is not None:
            lines.append(line)
    course = _Course(_people(lines, lock=lock))
    steps = [course.step(line) for line in lines]
    faults.extend(course.faults)
    made = tuple(step for step in steps if step is not None)
    return Plan(made, tuple(sorted(faults, key=lambda fault: fault.row)), sent.unknown, sent.examples)


def _people(lines: Sequence[Line], *, lock: bool) -> dict[str, User]:
    """Those of the sign-in names who have an account."""
    query = select(User).where(User.sign_in_name.in_({line.sign_in_name for line in lines})).order_by(User.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return {user.sign_in_name: user for user in db.session.scalars(query)}


Held = tuple[str, str, int | None]


class _Course:
    """Goes from row to row, and knows who is there already and what the rows before have said."""

    def __init__(self, known: dict[str, User]) -> None:
        self.faults: list[Fault] = []
        self._known = known
        self._given: dict[str, dict[str, Line]] = defaultdict(dict)
        self._lines: dict[Held, list[Line]] = defaultdict(list)
        self._stored: dict[Held, list[Appointment]] = defaultdict(list)
        names = {user.id: name for name, user in known.items()}
        for stored in db.session.scalars(select(Appointment).where(Appointment.user_id.in_(names))):
            self._stored[names[stored.user_id], stored.role, stored.unit_id].append(stored)

    def step(self, line: Line) -> Step | None:
        """What becomes of a row; None when something is wrong with it, which then stands in `faults`."""
        faults = [*self._account_faults(line), *self._repeated(line)]
        faults = faults or self._said_otherwise(line)
        user = self._known.get(line.sign_in_name)
        stored = self._stored[line.sign_in_name, line.role, line.unit_id]
        if any(_is_same(one, line) for one in stored):
            outcome: Outcome = "there"
        else:
            faults = faults or [_clash(line, one) for one in stored if _overlaps(one, line)]
            outcome = "known" if user else "further" if line.sign_in_name in self._given else "new"
        if faults:
            self.faults.extend(faults)
            return None
        self._remember(line)
        return Step(line, outcome, user.id if user else None)

    def _account_faults(self, line: Line) -> list[Fault]:
        user = self._known.get(line.sign_in_name)
        if user is None:
            return []
        if not _agree(user.full_name, line.full_name):
            words = _(
                "This sign-in name is that of %(name)s. Choose another, or write the same name.", name=user.full_name
            )
            return [_fault(line, "full_name", words)]
        if not user.active:
            words = _("This person's account is switched off. Switch it on first, on the person's page.")
            return [_fault(line, "sign_in_name", words)]
        return []

    def _said_otherwise(self, line: Line) -> list[Fault]:
        """Where an earlier row says something else of the same person."""
        return [
            _fault(line, column, _("Row %(row)s says something else of the same sign-in name.", row=before.row))
            for column, before in self._given.get(line.sign_in_name, {}).items()
            if getattr(line, column) and not _agree(getattr(line, column), getattr(before, column))
        ]

    def _repeated(self, line: Line) -> list[Fault]:
        held = self._lines[line.sign_in_name, line.role, line.unit_id]
        rows = [before.row for before in held if _overlaps(before, line)]
        if not rows:
            return []
        words = _(
            "Row %(row)s gives this person the same role there in these days. Leave one of them out.", row=rows[0]
        )
        return [_fault(line, "role", words)]

    def _remember(self, line: Line) -> None:
        said = self._given[line.sign_in_name]
        for column in ("full_name", "email", "position"):
            if getattr(line, column):
                said.setdefault(column, line)
        self._lines[line.sign_in_name, line.role, line.unit_id].append(line)


def _agree(one: str, other: str) -> bool:
    """Whether two names are the same but for capital letters and blanks."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _is_same(stored: Appointment, line: Line) -> bool:
    """Whether an appointment is the row's own, also when an administrator has ended it since."""
    return stored.starts_on == line.starts_on and (stored.ended_at is not None or stored.ends_on == line.ends_on)


def _overlaps(held: Appointment | Line, line: Line) -> bool:
    if isinstance(held, Appointment) and held.ended_at is not None:
        return False
    never = dt.date.max
    return held.starts_on <= (line.ends_on or never) and line.starts_on <= (held.ends_on or never)


def _clash(line: Line, stored: Appointment) -> Fault:
    days = {"first": f"{stored.starts_on:%d/%m/%Y}", "last": f"{stored.ends_on:%d/%m/%Y}" if stored.ends_on else "…"}
    words = _(
        "The person has this role there from %(first)s to %(last)s already. Change that on the person's page.", **days
    )
    return _fault(line, "starts_on", words)


def _fault(line: Line, column: str, reason: str) -> Fault:
    given = getattr(line, column)
    return Fault(line.row, column, f"{given:%d/%m/%Y}" if isinstance(given, dt.date) else given[:LONGEST_GIVEN], reason)
