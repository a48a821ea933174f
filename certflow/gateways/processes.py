"""The processes of a running installation: web servers and one worker, started, kept and stopped together."""

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
from pathlib import Path

STOPS_WITHIN = 40.0
LOOKS_EVERY = 0.3
STEADY_AFTER = 10.0
LONGEST_PAUSE = 60.0
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - names them only
BACKLOG = 1024
LISTENING = "0A"
LONGEST_COMMAND = 100
ORPHAN_SECONDS = 10.0


def certflow(*arguments: str) -> list[str]:
    """The command line that runs a command of ours in a process of its own."""
    return [sys.executable, "-m", "certflow", *arguments]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, for several processes to share; OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


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


def listening_at(port: int) -> list[str]:
    """The processes that listen at this port, as "PID command line"; none where the system does not tell us."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    folders = sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)) if sockets else ()
    return [f"{folder.name} {_command(folder)}" for folder in folders if sockets.intersection(_handles(folder))]


def _handles(folder: Path) -> Iterator[str]:
    with suppress(OSError):  # the process ended, or is another user's
        for handle in (folder / "fd").iterdir():
            with suppress(OSError):
                yield os.readlink(handle)


def _command(folder: Path) -> str:
    with suppress(OSError):
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()[:LONGEST_COMMAND]
    return ""


def _inodes(port: int) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == LISTENING and int(words[1].rpartition(":")[2], 16) == port:
                    yield words[9]


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


def run_together(
    listener: socket.socket, web: int, *, environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Run so many web processes at `listener` and one worker until SIGTERM or SIGINT, then stop all.

    Each that ends is started again, after a pause that doubles while it does not last. They end by themselves when this
    process is killed: they hold a pipe of which only this process has the other end.
    """
    ours, others = os.pipe()
    parent, shared = ("--parent", str(ours)), (ours, listener.fileno())
    commands = [("web process", certflow("web-process", "--listener", str(listener.fileno()), *parent))] * web
    commands.append(("worker", certflow("worker", *parent)))
    with _stopped_by_signals() as stop:
        children = [_Restarted(name, command, environment, shared, say) for name, command in commands]
        try:
            while not stop.wait(LOOKS_EVERY):
                for child in children:
                    child.keep()
        finally:
            listener.close()
            _end(*(child.process for child in children))
            os.close(ours)
            os.close(others)


def end_with_parent(pipe: int) -> None:
    """End this process, by SIGTERM and then at once, when the process that holds the other end of `pipe` is gone."""

    def wait() -> None:
        os.read(pipe, 1)  # nothing is ever written: it returns when the other end is closed
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_SECONDS)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class _Restarted:
    """A process that is started again when it ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        shared: Sequence[int],
        say: Callable[[str], None],
    ) -> None:
        self._name, self._command, self._environment, self._shared, self._say = name, command, environment, shared, say
        self._pause, self._due = 1.0, 0.0
        self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        # A group of its own, so that Ctrl-C reaches only us and nothing it leaves behind is lost.
        self.process = subprocess.Popen(
            self._command, env=self._environment, pass_fds=self._shared, start_new_session=True
        )

    def keep(self) -> None:
        """Start it again when it has ended and its pause is over."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if not self._due:
            lasted = now - self._started >= STEADY_AFTER
            self._pause = 1.0 if lasted else min(self._pause * 2, LONGEST_PAUSE)
            self._due = now + self._pause
            code = self.process.returncode
            self._say(f"The {self._name} ended with {code}; it starts again in {self._pause:.0f} s.")
        elif now >= self._due:
            self._due = 0.0
            self._start()


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
