"""The web server of one process: an event loop reads whole requests and sends answers, threads do the work between.

So a request that is sent half, or an answer that is fetched slowly, holds no thread. Waitress does both; what is added
is an end for what never gets whole, and that a process whose threads are all at work leaves new connections to others.
"""

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

WAITED = "certflow.waited"  # in the environment of a request: seconds
THREADS = 4
HEADER_SECONDS = 20.0
BODY_SECONDS = 900.0
SILENT_SECONDS = 60
STOPS_WITHIN = 30.0
MOST_CONNECTIONS = 1000
_MIB = 2**20

# Waitress warns of every request that waits for a thread.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class _Task(WSGITask):  # type: ignore[misc]
    """The work on a request, which tells the application how long the request has waited for a thread."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WAITED] = time.monotonic() - self.channel.whole
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that remembers when its latest request began to come, and when it was whole."""

    task_class = _Task
    begun = whole = 0.0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.begun = time.monotonic()
        self.whole = time.monotonic()
        return bool(super().received(data))

    @property
    def overdue(self) -> bool:
        request = self.request
        if request is None or request.completed:
            return False
        return time.monotonic() - self.begun > (BODY_SECONDS if request.headers_finished else HEADER_SECONDS)


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def readable(self) -> bool:
        return bool(super().readable()) and not self._is_busy()

    def _is_busy(self) -> bool:
        dispatcher = self.task_dispatcher
        return bool(dispatcher.queue) or dispatcher.active_count >= len(dispatcher.threads)

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.overdue:
                channel.will_close = True

    @property
    def at_work(self) -> bool:
        """Whether a request is being answered, or an answer is on its way."""
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())


def serve(app: Callable[..., Any], listener: socket.socket, *, largest: int, stopped: Callable[[], bool]) -> None:
    """Answer at `listener`, which other processes may share, until `stopped()`; then finish what is under way.

    `largest` bounds what may be sent; what is smaller and still too large the application refuses with its own page.
    """
    server = _server(app, listener, largest)
    while not stopped():
        wasyncore.loop(timeout=1, map=server._map, use_poll=True, count=1)
    wasyncore.dispatcher.close(server)  # the port is free at once, for whoever is started next
    last = time.monotonic() + STOPS_WITHIN
    while server.at_work and time.monotonic() < last:
        wasyncore.loop(timeout=0.2, map=server._map, use_poll=True, count=1)
    server.task_dispatcher.shutdown(timeout=0.1)
    wasyncore.close_all(server._map)


def _server(app: Callable[..., Any], listener: socket.socket, largest: int) -> _Server:
    host, port = listener.getsockname()[:2]
    limits = Adjustments(
        listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        ident=None,
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=5,
        connection_limit=MOST_CONNECTIONS,
        max_request_header_size=64 * 1024,
        max_request_body_size=largest,
        outbuf_overflow=_MIB,
        outbuf_high_watermark=64 * _MIB,  # a file of any size that is allowed: whoever reads slowly holds no thread
        clear_untrusted_proxy_headers=False,  # the application itself knows how many proxies to believe
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(THREADS)
    about = (listener.family, listener.type, listener.proto, listener.getsockname())
    return _Server(app, {}, True, listener, dispatcher=dispatcher, adj=limits, bind_socket=False, sockinfo=about)
