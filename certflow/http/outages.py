"""Which outage a fault comes from, and what people are told of it: what happened, what was stored, what to do now."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import g, request
from flask_babel import gettext as _
from sqlalchemy import exc

from certflow.gateways.storage import StorageError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Outage:
    """A kind of outage: its name in the log, its status, and after how many seconds to ask again (0: not said)."""

    name: str
    status: HTTPStatus
    retry_after: int


CROSSED = Outage("crossed", HTTPStatus.SERVICE_UNAVAILABLE, 5)
BUSY = Outage("busy", HTTPStatus.SERVICE_UNAVAILABLE, 30)
FULL = Outage("full", HTTPStatus.INSUFFICIENT_STORAGE, 0)
DISK = Outage("disk", HTTPStatus.SERVICE_UNAVAILABLE, 120)
DATABASE = Outage("database", HTTPStatus.SERVICE_UNAVAILABLE, 60)
STORAGE = Outage("storage", HTTPStatus.SERVICE_UNAVAILABLE, 60)
UNCERTAIN = Outage("uncertain", HTTPStatus.SERVICE_UNAVAILABLE, 60)

# SQLite's primary result codes, and the states that PostgreSQL gives: whole ones, then classes.
_SQLITE = {5: BUSY, 6: BUSY, 8: DATABASE, 9: BUSY, 10: DISK, 13: FULL, 14: DATABASE, 15: BUSY}
_STATES = {"40001": CROSSED, "40P01": CROSSED, "53100": FULL, "55P03": BUSY, "57014": BUSY, "25006": DATABASE}
_CLASSES = {"08": DATABASE, "28": DATABASE, "3D": DATABASE, "53": BUSY, "57": DATABASE, "58": DISK}


def cause_of(fault: BaseException, *, committing: bool = False) -> Outage | None:
    """The outage behind a fault, None where there is none.

    A connection that is lost while the database is `committing` leaves open whether it did.
    """
    for each in _chain(fault):
        outage = _of_disk(each) or _of_database(each)
        if outage is not None:
            lost = committing and outage is DATABASE and request.method == "POST"
            return UNCERTAIN if lost else outage
    return None


def in_words(fault: BaseException) -> str:
    """The fault in one short line for the log: neither the statement nor what was sent with it."""
    root = getattr(fault, "orig", None) or fault
    return f"{type(root).__name__}: {str(root).strip().partition(chr(10))[0][:200]}"


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)


def _of_disk(fault: BaseException) -> Outage | None:
    if isinstance(fault, OSError) and fault.errno in NO_ROOM:
        return FULL
    return STORAGE if isinstance(fault, StorageError) else None


def _of_database(fault: BaseException) -> Outage | None:
    """By the codes of the drivers; what the connection itself raises has none."""
    if isinstance(fault, exc.TimeoutError):  # no connection of the pool was free in time
        return BUSY
    root = getattr(fault, "orig", None) or fault
    code, state = getattr(root, "sqlite_errorcode", None), getattr(root, "sqlstate", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    if state:
        return _STATES.get(state) or _CLASSES.get(state[:2])
    lost = isinstance(fault, exc.DBAPIError) and fault.connection_invalidated
    return DATABASE if lost or _is_operational(root) else None


def _is_operational(fault: BaseException) -> bool:
    """Whether the driver of the database says that something else than the statement was wrong."""
    return any(base.__name__ == "OperationalError" for base in type(fault).__mro__)


def title(outage: Outage | None) -> str:
    """The heading of the page; of None, which is no outage, too."""
    titles = {
        CROSSED: _("Please send it once more"),
        BUSY: _("The system is very busy"),
        FULL: _("The server has no room left"),
        DISK: _("The server's disk does not work properly"),
        DATABASE: _("The database does not answer"),
        STORAGE: _("The files cannot be reached"),
        UNCERTAIN: _("It is not certain whether it was stored"),
    }
    return str(titles[outage]) if outage else str(_("Something went wrong"))


def reasons(outage: Outage | None) -> tuple[str, ...]:
    """What happened, and what became of what was sent."""
    causes = {
        CROSSED: _("Somebody else stored something at the same moment, and theirs went first."),
        BUSY: _("So many people use the system now that your request did not get its turn."),
        FULL: _("The server's disk is full: nothing more can be stored until the administrator makes room."),
        DISK: _("The server could not read or write its own disk."),
        DATABASE: _("The database is being restarted or cannot be reached; pages cannot be shown or stored meanwhile."),
        STORAGE: _("The place where files are kept cannot be reached; files cannot be opened or attached meanwhile."),
        UNCERTAIN: _("The connection to the database broke at the very moment of storing."),
    }
    cause = str(causes[outage]) if outage else str(_("Something went wrong on our side."))
    if request.method != "POST":
        return (cause,)
    if "stored_in_part" in g:
        return cause, str(_("A part of it is stored already. Look first; send again only what is missing."))
    if outage is UNCERTAIN:
        return cause, str(_("It may be stored or not. Look first; send again only what is missing."))
    return cause, str(_("Nothing of what you sent was stored."))


def next_steps(outage: Outage | None, reference: str) -> tuple[str, ...]:
    """What to do now, and whom to tell."""
    first = {
        CROSSED: _("Send it again now; it usually works at once."),
        BUSY: _("Wait a minute, then try again."),
        FULL: _("Waiting does not help: the administrator must know. Keep this page open, or copy what you typed."),
        UNCERTAIN: _("Wait a minute, open the page again and see whether your work is there."),
    }
    again = first.get(outage, _("Wait a few minutes, then try again.")) if outage else _("Try it once more.")
    if outage in (FULL, None):
        tell = _("Tell the administrator, with the code %(reference)s.", reference=reference)
    else:
        tell = _(
            "If it still does not work after 15 minutes, tell the administrator, with the code %(reference)s.",
            reference=reference,
        )
    return str(again), str(tell)
