"""What everything with days and a document shares: how it is checked, entered, listed, withdrawn and ended."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm.interfaces import ORMOption

from certflow import clock
from certflow.access import access
from certflow.errors import ActionNotOpen, Invalid, NotFound
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import glyphs, printing
from certflow.models.base import Pagination, begin_writing, db, paginate
from certflow.models.days import LONGEST_REASON, Dated, Held, Sourced, Withdrawable
from certflow.models.people import User
from certflow.models.units import Unit
from certflow.vietnamese import says_something
from certflow.wording import _

PAGE_SIZE = 50
LONGEST = {"document_number": 120, "issued_by": 200}
LONGEST_SOURCE = 300

Faults = dict[str, tuple[str, ...]]
Row = TypeVar("Row", bound=Withdrawable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is typed of everything that has days and a document."""

    starts_on: dt.date | None
    ends_on: dt.date | None = None
    document_number: str = ""
    document_date: dt.date | None = None
    issued_by: str = ""


@dataclass(frozen=True, slots=True)
class Register(Generic[Row]):
    """A table of rows that can be withdrawn, with the messages for a missing row and for one already withdrawn."""

    table: type[Row]
    missing: str
    withdrawn: str

    def get(self, row_id: int, *options: ORMOption) -> Row:
        """The row with this id, loaded with the ORM `options`; raises NotFound."""
        return self._one(db.session.scalar(select(self.table).filter_by(id=row_id).options(*options)))

    def held(self, row_id: int) -> Row:
        """One of them as it is now, locked until the end of the transaction; raises NotFound."""
        return self._one(db.session.get(self.table, row_id, with_for_update=True, populate_existing=True))

    def open(self, row_id: int) -> Row:
        """As `held`; raises ActionNotOpen when it is withdrawn already."""
        row = self.held(row_id)
        self._require_open(row)
        return row

    def withdraw(self, row: Row, reason: str, *, actor: User) -> Row:
        """Let a row that is held count no more from this moment; what was done by it stays. Raises a Refusal.

        Who sends their own withdrawal again gets the row as it is.
        """
        if self.is_withdrawn(row, reason, actor):
            return row
        self._require_open(row)
        row.withdrawn_reason = required_reason(reason)
        row.withdrawn_at, row.withdrawn_by = clock.now(), actor.signature
        db.session.flush()
        return row

    def is_withdrawn(self, row: Row, reason: str, actor: User) -> bool:
        """Whether `actor` has withdrawn the row for this reason already."""
        return (row.withdrawn_by_id, row.withdrawn_reason) == (actor.id, reason.strip())

    def _require_open(self, row: Row) -> None:
        if row.withdrawn_at is not None:
            raise ActionNotOpen(_(self.withdrawn))

    def _one(self, row: Row | None) -> Row:
        if row is None:
            raise NotFound(_(self.missing))
        return row


def faults_in_days(first: dt.date | None, last: dt.date | None, document_date: dt.date | None = None) -> Faults:
    """What is wrong with a first day, which must be given and not lie before `document_date`, and a last one."""
    if first is None:
        return {"starts_on": (_("Enter the first day, for example 01/01/2026."),)}
    faults: Faults = {}
    if last is not None and last < first:
        faults["ends_on"] = (_("The last day is before the first day."),)
    if document_date is not None and first < document_date <= clock.today():
        faults["starts_on"] = (_("The first day is before the date of the document."),)
    return faults


def faults_in_date(document_date: dt.date | None) -> Faults:
    """What is wrong with the date of a document, which must be given."""
    if document_date is None:
        return {"document_date": (_("Enter the date of the document."),)}
    if document_date > clock.today():
        return {"document_date": (_("The date of the document is in the future"),)}
    return {}


def faults_in_text(field: str, text: str, most: int, missing: str) -> Faults:
    """What is wrong with words that must be given; `missing` says that they must."""
    return faults_in_length(field, text, most) if says_something(text) else {field: (missing,)}


def faults_in_source(source: str) -> Faults:
    """What is wrong with the words that say where something is known from."""
    return faults_in_text("source", source, LONGEST_SOURCE, _("Enter the document, or say how you know this."))


def faults_in_length(field: str, text: str, most: int) -> Faults:
    """Whether words are too long."""
    return {field: (_("Shorten this to at most %(most)s characters.", most=most),)} if len(text) > most else {}


def faults_in_print(field: str, text: str, most: int, missing: str) -> Faults:
    """The faults of `faults_in_text`, and whether papers can print the words."""
    faults = faults_in_text(field, text, most, missing)
    if not faults:
        try:
            printing.check_words(text, engine=equipment().settings.pdf_engine)
        except glyphs.UnprintableError as fault:
            return {field: (str(fault),)}
    return faults


def faults_in_document(entry: Entry, missing: str, fields: Iterable[str] = tuple(LONGEST)) -> Faults:
    """What is wrong with the document: its number, who issued it, its date; `missing` says what must be given."""
    faults = faults_in_date(entry.document_date)
    for field in fields:
        faults |= faults_in_print(field, joined(getattr(entry, field)), LONGEST[field], missing)
    return faults


def joined(text: str) -> str:
    """`text` in one line, with single blanks."""
    return " ".join(text.split())


def required_reason(reason: str) -> str:
    """The reason without blanks around it; raises Invalid when it says nothing or is too long."""
    if faults := faults_in_reason(reason):
        raise Invalid(fields=faults)
    return reason.strip()


def faults_in_reason(reason: str) -> Faults:
    """What is wrong with a reason, which must be given."""
    return faults_in_text("reason", reason, LONGEST_REASON, _("A reason must be given"))


def columns(entry: Entry, actor: User) -> dict[str, Any]:
    """What a `Dated` row keeps of an entry without faults, and of who entered it."""
    days = {"starts_on": entry.starts_on, "ends_on": entry.ends_on}
    document = {"document_number": joined(entry.document_number), "document_date": entry.document_date}
    return days | document | entered(actor)


def entered(actor: User) -> dict[str, Any]:
    """What a row keeps of who entered it: that it was now."""
    return {"entered_by": actor.signature, "entered_at": clock.now()}


def hold_unit(unit_id: int, actor: User) -> None:
    """Lock a unit until the end of the transaction: the second of two concurrent entries then sees the first.

    Raises NotPermitted when `actor` is no administrator any more. Anything read before may be read anew.
    """
    begin_writing()
    db.session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))
    access.require_administrator(actor)


def refuse_overlap(table: type[Dated], entry: Entry, *same: ColumnElement[bool]) -> None:
    """Raises Invalid when a rule that is the `same` was entered for some of these days and not withdrawn."""
    query = select(table).where(*same, table.runs(entry.starts_on, entry.ends_on))
    other = db.session.scalar(query.order_by(table.starts_on).limit(1))
    if other is None:
        return
    until = f"{other.ends_on:%d/%m/%Y}" if other.ends_on else _("until further notice")
    words = _(
        "A rule is already entered for some of these days: %(first)s – %(last)s, by "
        "%(document)s. Choose other days, or withdraw that rule first.",
        first=f"{other.starts_on:%d/%m/%Y}",
        last=until,
        document=other.cited,
    )
    raise Invalid(fields={"starts_on": (words,)})


def end_part(part: Held) -> None:
    """Let a part that a person has end now; its days stay on record."""
    part.ended_at, part.ends_on = clock.now(), max(clock.today(), part.starts_on)
    db.session.flush()


def end_by_source(row: Sourced, *, last_day: dt.date | None, source: str) -> None:
    """Let something end on a day; its source is kept beside that of its beginning. Raises Invalid."""
    both = "; ".join((row.source, joined(source)))
    faults = faults_in_source(both if says_something(source) else "")
    if last_day is None:
        faults["ends_on"] = (_("Enter the last day, for example 31/12/2026."),)
    else:
        faults |= faults_in_days(row.starts_on or dt.date.min, last_day)
    if faults:
        raise Invalid(fields=faults)
    row.ends_on, row.source = last_day, both
    db.session.flush()


def page_of(query: Select[Any], number: int) -> Pagination:
    """A page of a list; pages count from 1."""
    return paginate(query, number, PAGE_SIZE)
