"""A line to the PostgreSQL server of the tests that can be cut and mended, as a server stops and starts."""

import selectors
import socket
import threading
from contextlib import suppress
from typing import Self

import sqlalchemy as sa


class Line:
    """Passes connections to a free port of this machine on to the server of `url`, until it is cut."""

    def __init__(self, url: str) -> None:
        parts = sa.make_url(url)
        self._socket = f"{parts.query['host']}/.s.PGSQL.5432"
        self._listener, self._open = socket.create_server(("127.0.0.1", 0)), list[socket.socket]()
        self.port = int(self._listener.getsockname()[1])
        self.url = parts.set(host="127.0.0.1", port=self.port, query={}).render_as_string(hide_password=False)
        self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Close every connection and take no more."""
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def mend(self) -> None:
        """Take connections at the same port again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, far = listener.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self._socket)
                self._open += [near, far]
                threading.Thread(target=_pass_on, args=[near, far], daemon=True).start()


def _pass_on(near: socket.socket, far: socket.socket) -> None:
    """Pass on what comes from either side until one of them ends."""
    with suppress(OSError, ValueError), selectors.DefaultSelector() as ready:
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _events in ready.select():
                piece = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not piece:
                    near.close()
                    far.close()
                    return
                key.data.sendall(piece)
