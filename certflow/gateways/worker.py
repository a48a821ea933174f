"""The worker process: does the jobs of the queue and sweeps for lost ones until it is told to stop."""

import logging
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, error

from certflow.errors import SetupError
from certflow.gateways.queue import APPLICATION, LINE, RUN, STEADY, SWEEP, Pace, Pending, Queue, open_queue

Job = Callable[[dict[str, Any]], None]
Sweep = Callable[[], Iterable[Pending]]

# A run belongs to the version that began it and no other takes it up, so the version stays the same for good.
APPLICATION_VERSION = "1"

_log = logging.getLogger(__name__)


class WorkerLease(Protocol):
    """What tells the living workers from those that are gone (`certflow.models.running.leases.Lease`)."""

    @property
    def name(self) -> str: ...
    def take(self) -> None: ...
    def renew(self) -> bool: ...
    def end_silent(self) -> Collection[str]: ...
    def living(self) -> Collection[str]: ...
    def give_up(self) -> None: ...


def run_worker(
    database_url: str,
    jobs: Mapping[str, Job],
    sweeps: Sequence[Sweep],
    *,
    lease: WorkerLease,
    stop: threading.Event | None = None,
    pace: Pace = STEADY,
) -> bool:
    """Do the jobs until `stop` is set or, without it, until SIGTERM or SIGINT; then finish those under way.

    False when another worker took over: start anew, under a new name. One worker to a process. Raises SetupError when
    the queue's tables are missing or old.
    """
    stop = stop or _stop_on_signal()
    queue = open_queue(database_url)
    DBOS(config=_config(database_url, lease.name))
    keeper = _Keeper(queue, sweeps, lease, stop, pace)
    try:
        lease.take()  # before a job can be claimed
        _launch(jobs)
        keeper.start()
        DBOS.register_queue(LINE, worker_concurrency=pace.at_once, polling_interval_sec=pace.poll_every)
        stop.wait()
    finally:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=pace.finish_within)
        keeper.end()
        queue.close()
    return not keeper.lost


def _launch(jobs: Mapping[str, Job]) -> None:
    _register(jobs)
    try:
        DBOS.launch()
    except error.DBOSInitializationError as fault:
        raise SetupError(f"the tables of the background work are not ready: {fault}", "certflow db upgrade") from fault
    DBOS.delete_schedule(SWEEP)


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


def _register(jobs: Mapping[str, Job]) -> None:
    @DBOS.workflow(name=RUN, max_recovery_attempts=5)
    def run_job(job: str, payload: dict[str, Any]) -> None:
        jobs[job](payload)


class _Keeper:
    """Two threads beside the jobs: one renews the lease and looks at the others', one sweeps for lost jobs.

    They wait by the monotonic clock, so a clock that is set back or forward neither stops nor hurries them.
    """

    def __init__(
        self, queue: Queue, sweeps: Sequence[Sweep], lease: WorkerLease, stop: threading.Event, pace: Pace
    ) -> None:
        self._queue, self._sweeps, self._lease, self._stop, self._pace = queue, sweeps, lease, stop, pace
        self._ended, self._due = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._renew, self._sweep)]
        self.lost = False

    def start(self) -> None:
        """Begin, once the lease is taken."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """End both, and the lease once no job is under way."""
        self._ended.set()
        self._due.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(self._pace.finish_within + 1)
        self._attempt(self._lease.give_up)

    def _renew(self) -> None:
        well = True
        while not self._ended.wait(self._pace.renew_every) and not self.lost:
            well = self._attempt(self._look, tell=well)  # once while the database is away

    def _look(self) -> None:
        if not self._lease.renew():
            self.lost = True
            _log.warning("This worker stood still and another one took over its jobs; it ends.")
            self._stop.set()
        elif gone := self._lease.end_silent():
            _log.warning("Gone without a word, and their jobs are taken over: %s.", ", ".join(gone))
            self._due.set()

    def _sweep(self) -> None:
        while not self._ended.is_set():
            self._due.clear()
            for pending in self._sweeps:
                self._attempt(lambda pending=pending: self._catch_up(pending))  # type: ignore[misc]
            self._attempt(lambda: self._queue.tidy(pace=self._pace))
            self._due.wait(self._pace.sweep_every)

    def _catch_up(self, pending: Sweep) -> None:
        self._queue.catch_up(list(pending()), living=self._lease.living, pace=self._pace)

    def _attempt(self, act: Callable[[], object], *, tell: bool = True) -> bool:
        """Whether it went well; a fault is told unless the worker ends."""
        try:
            act()
        except Exception:
            if tell and not self._ended.is_set():
                _log.exception("The worker could not look after the queue and tries again at its next time.")
            return False
        return True


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
