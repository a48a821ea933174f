"""The queue and the worker against real databases and real processes."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from certflow.errors import SetupError
from certflow.gateways.queue import STEADY, Pace, Pending, Queue, is_queue_table, open_queue
from certflow.models.running.leases import WorkerLease
from tests import postgres
from tests.jobs import stub_worker as stub
from tests.jobs.stub_worker import ASKED, BRISK, BROKEN, HELD, ISSUED, PATIENT
from tests.waiting import AT_MOST, eventually

OURS = ("worker_lease", "clock_note")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, without the application's tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'queue.sqlite3'}"
        return
    with postgres.database(request.getfixturevalue("postgres_server"), "template0") as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("pragma journal_mode=wal")
    stub.metadata.create_all(engine)
    WorkerLease.metadata.create_all(engine, tables=[WorkerLease.metadata.tables[name] for name in OURS])
    yield engine
    engine.dispose()


@pytest.fixture
def queue(url: str, engine: sa.Engine) -> Iterator[Queue]:
    queue = open_queue(url)
    queue.migrate()
    queue.migrate()
    yield queue
    queue.close()


@contextmanager
def worker(url: str, name: str = "here", pace: Pace = BRISK) -> Iterator[None]:
    """A worker in this process."""
    stop = threading.Event()
    thread = threading.Thread(target=stub.run, args=(url, name), kwargs={"stop": stop, "pace": pace})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(AT_MOST)
        assert not thread.is_alive()


@contextmanager
def worker_process(url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, killed at the end if it still lives."""
    command = [sys.executable, "-m", "tests.jobs.stub_worker", url, name]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(queue: Queue, session: Session, paper_id: int, state: str = ASKED) -> Pending:
    session.execute(stub.papers.insert().values(id=paper_id, state=state))
    item = Pending("issue", str(paper_id), {"paper_id": paper_id})
    queue.enqueue(session, item.job, item.key, item.payload)
    return item


def states(queue: Queue) -> list[str]:
    return [run.state for run in queue.status()]


def test_what_is_rolled_back_is_never_done_and_what_is_committed_is_done_once(
    queue: Queue, engine: sa.Engine, url: str
) -> None:
    with Session(engine) as session:
        ask(queue, session, 1)
        session.rollback()
        item = ask(queue, session, 2)
        queue.enqueue(session, item.job, item.key, item.payload)
        session.commit()
        queue.enqueue(session, item.job, item.key, item.payload)
        session.commit()
    [waiting] = queue.status()
    assert (waiting.job, waiting.key, waiting.attempt, waiting.state) == ("issue", "2", 1, "waiting")

    with worker(url):
        eventually(lambda: states(queue) == [])

    assert stub.rows(engine, stub.visits) == stub.rows(engine, stub.effects) == [2]
    assert queue.catch_up([item], living=set, pace=PATIENT) == 0
    queue.tidy(pace=replace(BRISK, keep_runs=0))
    assert queue.catch_up([item], living=set, pace=PATIENT) == 1


def test_a_job_that_fails_shows_its_error_and_is_tried_again_until_it_succeeds(
    queue: Queue, engine: sa.Engine, url: str
) -> None:
    with Session(engine) as session:
        item = ask(queue, session, 1, BROKEN)
        session.commit()

    with worker(url):
        eventually(lambda: any(run.attempt >= 2 and run.error for run in queue.status()))
        [run] = queue.status()
        assert run.error == "ValueError: máy in hỏng"
        stub.set_state(engine, 1, ASKED)
        eventually(lambda: stub.state(engine, 1) == ISSUED)

    assert stub.rows(engine, stub.effects) == [1]
    assert queue.catch_up([item], living=set, pace=PATIENT) == 0


def test_a_failed_job_rests_before_it_is_tried_again(queue: Queue, engine: sa.Engine, url: str) -> None:
    with Session(engine) as session:
        item = ask(queue, session, 1, BROKEN)
        session.commit()
    assert queue.catch_up([item], living=set, pace=BRISK) == 0, "it is waiting for its first attempt"

    with worker(url, pace=PATIENT):
        eventually(lambda: states(queue) == ["failed"])

    assert queue.catch_up([item], living=set, pace=PATIENT) == 0
    assert queue.catch_up([item], living=set, pace=BRISK) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_others_go_on_with_the_job_of_a_worker_that_is_gone_and_it_stores_nothing_when_it_comes_back(
    queue: Queue, engine: sa.Engine, url: str, how: signal.Signals
) -> None:
    sweeps_at_its_start_only = replace(PATIENT, sweep_every=3600)
    with Session(engine) as session:
        ask(queue, session, 1, HELD)
        session.commit()
    with worker_process(url, "lost") as process:
        eventually(lambda: stub.rows(engine, stub.visits))
        process.send_signal(how)
        stub.set_state(engine, 1, ASKED)
        with worker(url, "elsewhere", sweeps_at_its_start_only):
            eventually(lambda: stub.state(engine, 1) == ISSUED)
            eventually(lambda: states(queue) == [])
        stub.set_state(engine, 1, ASKED)  # what the job would do once more
        process.send_signal(signal.SIGCONT)
        assert process.wait(AT_MOST) == (-signal.SIGKILL if how is signal.SIGKILL else 4)

    assert stub.rows(engine, stub.effects) == [1]
    assert stub.state(engine, 1) == ASKED


def test_a_worker_that_is_gone_is_noticed_within_half_a_minute() -> None:
    assert STEADY.renew_every * (STEADY.looks + 1) + STEADY.poll_every < 30


def test_two_workers_share_the_jobs_and_claim_no_more_than_they_work_on(
    queue: Queue, engine: sa.Engine, url: str
) -> None:
    papers = range(1, 2 * PATIENT.at_once + 2)
    with Session(engine) as session:
        for paper_id in papers:
            ask(queue, session, paper_id, HELD)
        session.commit()

    with worker_process(url, "first") as first, worker_process(url, "second") as second:
        eventually(lambda: len(stub.rows(engine, stub.visits)) == 2 * PATIENT.at_once)
        eventually(lambda: len(set(stub.rows(engine, stub.sweeps))) == 2)
        assert sorted(states(queue)) == ["running"] * 4 + ["waiting"]
        for paper_id in papers:
            stub.set_state(engine, paper_id, ASKED)
        eventually(lambda: states(queue) == [])
        assert [ended(first), ended(second)] == [(0, ""), (0, "")]

    assert sorted(stub.rows(engine, stub.effects)) == list(papers)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and what was said on the way, once told to stop."""
    process.terminate()
    said = process.communicate(timeout=AT_MOST)[1]
    return process.returncode, said


def test_a_worker_without_the_queues_tables_names_the_command_that_makes_them(engine: sa.Engine, url: str) -> None:
    with pytest.raises(SetupError) as fault:
        stub.run(url, "here", stop=threading.Event(), pace=BRISK)

    assert fault.value.command == "certflow db upgrade"


def test_the_queues_tables_are_known_by_name_and_apart_from_the_applications(
    queue: Queue, engine: sa.Engine, url: str
) -> None:
    tables = sa.inspect(engine)
    apart = "dbos" if engine.dialect.name == "postgresql" else None
    not_of_the_queue = {*stub.metadata.tables, *OURS}
    assert {name for name in tables.get_table_names() if not is_queue_table(name)} == not_of_the_queue
    own = [name for name in tables.get_table_names(schema=apart) if name not in not_of_the_queue]
    assert "workflow_status" in own
    assert [name for name in own if not is_queue_table(name)] == []
