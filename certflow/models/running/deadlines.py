"""How long a request may take: the database is told, a link that falls silent is cut, and a process that hangs ends.

PostgreSQL gets what is left of the time with each transaction. That does not help where it does not answer at all, so a
thread cuts the connections of whoever is over time: the driver then raises, and the person is told of an outage.
"""

import faulthandler
import logging
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event, exc

REQUEST_SECONDS = 20.0
LEAST_SECONDS = 1.0  # for a request that waited nearly so long for a thread
FIRST_SECONDS = 1.0  # in which the database may end its statement itself
GRACE_SECONDS = 8.0  # to connect anew, and to tell the person
JOB_SECONDS = 300.0
LOCK_SECONDS = 10.0
CUT_SHORT = 70  # the exit code of a process that hung

_log = logging.getLogger(__name__)


class Deadline:
    """The end of one piece of work by the monotonic clock, and the connections that it uses now."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.connections: set[Any] = set()

    @property
    def left(self) -> float:
        """Seconds until it ends, at least a hundredth."""
        return max(self.ends - time.monotonic(), 0.01)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
_running: set[Deadline] = set()
_lock = threading.Lock()


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """What is done inside has this long."""
    deadline = Deadline(seconds)
    token = _current.set(deadline)
    with _lock:
        _running.add(deadline)
    try:
        yield deadline
    finally:
        with _lock:
            _running.discard(deadline)
        _current.reset(token)


def in_time(app: Callable[..., Iterable[bytes]], waited: str) -> Callable[..., Iterable[bytes]]:
    """`app` of WSGI, whose answers begin in time; what they send then is bounded by the storage.

    `waited` is where the environment of a request says for how many seconds it has waited already.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with within(max(REQUEST_SECONDS - environ.get(waited, 0.0), LEAST_SECONDS)):
            return app(environ, start_response)

    return answer


def settings() -> dict[str, str]:
    """PostgreSQL's settings for a transaction that begins now, in milliseconds; none where nothing ends."""
    deadline = _current.get()
    if deadline is None:
        return {}
    left = int(deadline.left * 1000)
    return {
        "statement_timeout": str(left),
        "lock_timeout": str(min(left, int(LOCK_SECONDS * 1000))),
        "idle_in_transaction_session_timeout": str(left + 5000),
    }


def prepare(engine: Engine) -> None:
    """Let the deadlines know the connections of `engine`, and try each one before it is used again.

    The pool's own trial comes before it tells of the connection, and could not be cut.
    """
    event.listen(engine, "checkout", _taken(engine))
    event.listen(engine, "checkin", _given_back)


def _taken(engine: Engine) -> Callable[[Any, Any, Any], None]:
    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        deadline = _current.get()
        if deadline is not None:
            record.info["deadline"] = deadline
            with _lock:
                deadline.connections.add(connection)
        if engine.dialect.name == "postgresql" and not record.fresh:
            _try(engine, connection)

    return taken


def _try(engine: Engine, connection: Any) -> None:
    try:
        engine.dialect.do_ping(connection)
    except Exception as fault:
        raise exc.InvalidatePoolError from fault


def _given_back(connection: Any, record: Any) -> None:
    deadline = record.info.pop("deadline", None)
    if deadline is not None:
        with _lock:
            deadline.connections.discard(connection)


class Watch(threading.Thread):
    """Cuts the connections of whatever is over time; a process with work that is over it by `grace` more ends."""

    def __init__(
        self, *, every: float = 1.0, grace: float = GRACE_SECONDS, end: Callable[[], None] | None = None
    ) -> None:
        super().__init__(daemon=True, name="deadlines")
        self._every, self._grace, self._end = every, grace, end or _end_process
        self._enough = threading.Event()

    def run(self) -> None:
        """Look again and again."""
        while not self._enough.wait(self._every):
            now = time.monotonic()
            with _lock:
                over = [deadline for deadline in _running if deadline.ends + FIRST_SECONDS < now]
                connections = [each for deadline in over for each in deadline.connections]
            for connection in connections:
                _cut(connection)
            if any(deadline.ends + self._grace < now for deadline in over):
                self._end()

    def stop(self) -> None:
        """Look no more."""
        self._enough.set()


def _cut(connection: Any) -> None:
    """Make whoever waits for this connection go on with an error; the driver forbids to close it from here."""
    if isinstance(connection, sqlite3.Connection):
        connection.interrupt()
        return
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as link:  # or it has ended meanwhile
        link.shutdown(socket.SHUT_RDWR)


def _end_process() -> None:
    _log.critical("A piece of work hung and did not end when its connections were cut; the process ends.")
    faulthandler.dump_traceback(all_threads=True)
    os._exit(CUT_SHORT)
