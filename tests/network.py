"""No test may reach the network: only Unix sockets and this machine's own addresses answer."""

import ipaddress
import socket
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo
        patch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: look_up(_own(host), *rest, **more))
        yield


def _guarded(original: Callable[..., object]) -> Callable[..., object]:
    def guarded(sock: socket.socket, address: object) -> object:
        if sock.family != socket.AF_UNIX and isinstance(address, tuple):
            _own(address[0])
        return original(sock, address)

    return guarded


def _own(host: str | bytes | None) -> str | bytes | None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost") or _is_loopback(str(name)):
        return host
    raise AssertionError(f"a test may not reach the network: {name}")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
