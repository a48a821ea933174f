"""The guard that keeps every test on this machine is on."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.invalid", 443)])
def test_a_test_cannot_reach_another_machine(address: tuple[str, int]) -> None:
    with pytest.raises(AssertionError, match="may not reach the network"):
        socket.create_connection(address, timeout=1)


def test_a_test_can_reach_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(("localhost", listener.getsockname()[1]), timeout=1).close()
