"""The processes of a running installation: web servers and one worker, started and stopped together."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

STOPS_WITHIN = 40.0
LOOKS_EVERY = 0.3
STEADY_AFTER = 10.0
LONGEST_PAUSE = 60.0
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - names them only

Say = Callable[[str], None]


def web_server(host: str, port: int, workers: int) -> list[str]:
    """The command of gunicorn with the application, which it makes anew in each of its workers."""
    return [
        *(sys.executable, "-m", "gunicorn", "certflow.app:create_app()"),
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
        *("--workers", str(workers), "--timeout", "120", "--log-level", "warning", "--no-control-socket"),
    ]


def background_worker() -> list[str]:
    """The command of the worker."""
    return [sys.executable, "-m", "certflow", "worker"]


def free_port(host: str, first: int) -> int:
    """`first`, or the next port up to 100 further that nobody uses; OSError when all are taken."""
    for port in range(first, first + 100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {first} to {first + 99}")


def network_address(host: str) -> str | None:
    """Where other machines reach a server that listens at `host`; None where they do not or it cannot be told."""
    if host not in EVERY_ADDRESS:
        return None if _is_loopback(host) else host
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # sends nothing, only chooses the address that packets would leave from
            return str(probe.getsockname()[0])
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run_together(web: Sequence[str], worker: Sequence[str], *, environment: Mapping[str, str], say: Say) -> int:
    """Run both until SIGTERM, SIGINT or the end of `web`, then stop both; the exit code, 0 after a signal.

    A worker that ends is started again, after a pause that doubles while it does not last.
    """
    with _stopped_by_signals() as stop:
        server = _started(web, environment)
        beside = _Restarted(worker, environment, say)
        try:
            while not stop.wait(LOOKS_EVERY) and server.poll() is None:
                beside.keep()
            code = server.poll()
        finally:
            _end(server, beside.process)
    if code is not None:
        say(f"The web server ended by itself with {code}.")
    return 0 if code is None else code or 1


class _Restarted:
    """A process that is started again when it ends."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], say: Say) -> None:
        self._command, self._environment, self._say = command, environment, say
        self._pause, self._due = 1.0, 0.0
        self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        self.process = _started(self._command, self._environment)

    def keep(self) -> None:
        """Start it again when it has ended and its pause is over."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if not self._due:
            lasted = now - self._started >= STEADY_AFTER
            self._pause = 1.0 if lasted else min(self._pause * 2, LONGEST_PAUSE)
            self._due = now + self._pause
            self._say(f"The worker ended with {self.process.returncode}; it starts again in {self._pause:.0f} s.")
        elif now >= self._due:
            self._due = 0.0
            self._start()


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process with a group of its own, so that Ctrl-C reaches only us and nothing it leaves behind is lost."""
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _end(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + STOPS_WITHIN
    for process in processes:
        try:
            process.wait(max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set while it is in use."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_: stop.set())
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
