"""The worker process: does the jobs of the queue and sweeps for lost ones until it is told to stop."""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, error

from certflow.errors import SetupError
from certflow.gateways.queue import APPLICATION, LINE, RUN, STEADY, SWEEP, Pace, Pending, Queue, open_queue

Job = Callable[[dict[str, Any]], None]
Sweep = Callable[[], Iterable[Pending]]

# A run belongs to the version that began it and no other takes it up, so the version stays the same for good.
APPLICATION_VERSION = "1"

_log = logging.getLogger(__name__)


def run_worker(
    database_url: str,
    jobs: Mapping[str, Job],
    sweeps: Sequence[Sweep],
    *,
    executor_id: str,
    stop: threading.Event | None = None,
    pace: Pace = STEADY,
) -> None:
    """Do the jobs until `stop` is set or, without it, until SIGTERM or SIGINT; then finish those under way.

    `executor_id` is this worker's lasting name: started again under it, it takes up at once what it left when
    it was killed, so no two living workers may share one. One worker to a process. Raises SetupError when the
    queue's tables are missing or old.
    """
    stop = stop or _stop_on_signal()
    queue = open_queue(database_url)
    DBOS(config=_config(database_url, executor_id))
    try:
        sweep = _register(queue, jobs, sweeps, pace)
        _launch()
        DBOS.register_queue(LINE, worker_concurrency=pace.claims, polling_interval_sec=pace.poll_every)
        every = f"*/{pace.sweep_every} * * * * *"
        DBOS.apply_schedules([{"schedule_name": SWEEP, "workflow_fn": sweep, "schedule": every}])
        stop.wait()
    finally:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=pace.finish_within)
        queue.close()


def _launch() -> None:
    try:
        DBOS.launch()
    except error.DBOSInitializationError as fault:
        raise SetupError(f"the tables of the background work are not ready: {fault}", "certflow db upgrade") from fault


def _config(database_url: str, executor_id: str) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_url": database_url,
        "sys_db_pool_size": 5,
        "application_version": APPLICATION_VERSION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "run_migrations": False,
        "enable_otlp": False,
        "log_level": "WARNING",
    }


def _register(
    queue: Queue, jobs: Mapping[str, Job], sweeps: Sequence[Sweep], pace: Pace
) -> Callable[[dt.datetime, Any], None]:
    turn = threading.BoundedSemaphore(pace.at_once)

    @DBOS.workflow(name=RUN, max_recovery_attempts=5)
    def run_job(job: str, payload: dict[str, Any]) -> None:
        with turn:
            jobs[job](payload)

    @DBOS.workflow(name=SWEEP)
    def sweep(_scheduled_at: dt.datetime, _context: Any) -> None:
        for pending in sweeps:
            try:
                queue.catch_up(list(pending()), pace=pace)
            except Exception:
                _log.exception("A sweep failed and is repeated at its next time.")
        queue.tidy(pace=pace)

    return sweep


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
