"""Whatever the database does, a request ends in time, and its person is told of an outage."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from certflow.http import outages
from certflow.http.outages import BUSY, DATABASE
from certflow.models import row_security
from certflow.models.base import BUSY_SECONDS, POOL_SECONDS, db
from certflow.models.running import deadlines
from tests.waiting import AT_MOST

FOR_EVER = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
    "postgresql": "select pg_sleep(600)",
}


@pytest.fixture
def watch() -> Iterator[None]:
    watch = deadlines.Watch(every=0.05, grace=AT_MOST)
    watch.start()
    yield
    watch.stop()
    watch.join()


@pytest.mark.usefixtures("inside_the_application", "watch")
def test_a_statement_that_takes_too_long_is_ended_by_the_database() -> None:
    with deadlines.within(0.3), pytest.raises(DBAPIError) as fault:
        db.session.execute(sa.text(FOR_EVER[db.engine.dialect.name]))
    db.session.rollback()

    assert outages.cause_of(fault.value) is BUSY


@contextmanager
def _link(to: str) -> Iterator[tuple[int, threading.Event]]:
    """A port of this machine that leads to the PostgreSQL at the socket `to` until the event is set."""
    silent = threading.Event()
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0)))

        def carry(here: socket.socket, there: socket.socket) -> None:
            while (piece := here.recv(65536)) and not silent.is_set():
                there.sendall(piece)

        def accept() -> None:
            near = opened.enter_context(listener.accept()[0])
            far = opened.enter_context(socket.socket(socket.AF_UNIX))
            far.connect(to)
            for ends in ((near, far), (far, near)):
                threading.Thread(target=carry, args=ends, daemon=True).start()
            listener.close()  # who connects anew is refused

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], silent


def _asked(engine: sa.Engine, connection: sa.Connection) -> None:
    with engine.connect() if connection.closed else nullcontext(connection) as used:
        used.execute(sa.text("select 1"))


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("begun", [True, False], ids=["in use", "in the pool"])
def test_a_link_that_falls_silent_frees_who_waits_for_it(database_url: str, begun: bool) -> None:
    url = sa.make_url(database_url)
    with _link(f"{url.query['host']}/.s.PGSQL.5432") as (port, silent):
        engine = sa.create_engine(url.set(host="127.0.0.1", port=port, query={}))
        deadlines.prepare(engine)
        row_security.prepare(engine)
        with engine.connect() as connection:
            connection.execute(sa.text("select 1"))
        with deadlines.within(0.3), ExitStack() as used:
            if begun:
                connection = used.enter_context(engine.connect())
                connection.begin()
            silent.set()
            with pytest.raises(DBAPIError) as fault:
                _asked(engine, connection)
        engine.dispose()

    assert outages.cause_of(fault.value) is DATABASE


def test_a_process_with_work_that_does_not_end_at_all_ends_before_half_a_minute() -> None:
    ended = threading.Event()
    watch = deadlines.Watch(every=0.05, grace=0, end=ended.set)
    watch.start()
    assert not ended.wait(0.2)
    with deadlines.within(0.01):
        assert ended.wait(AT_MOST)
    watch.stop()
    watch.join()

    assert deadlines.REQUEST_SECONDS + deadlines.GRACE_SECONDS + 1 < 30
    assert max(BUSY_SECONDS, POOL_SECONDS, deadlines.LOCK_SECONDS) < deadlines.REQUEST_SECONDS


def test_a_request_has_what_is_left_after_it_waited_for_a_thread_and_nothing_else_has_a_limit() -> None:
    limits = deadlines.in_time(lambda _environ, _start: [deadlines.settings()["statement_timeout"].encode()], "waited")

    fresh, late = (int(next(iter(limits({"waited": seconds}, None)))) for seconds in (0.0, 60.0))

    assert 19_000 < fresh <= 20_000
    assert 0 < late <= 1000
    assert deadlines.settings() == {}
