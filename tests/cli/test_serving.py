"""`certflow serve`: the real processes on a free port, stopped by a signal."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.gateways.processes import free_port
from certflow.models.base import db
from tests import make
from tests.cli.conftest import Certflow
from tests.waiting import AT_MOST, eventually


def _children(pid: int) -> dict[int, str]:
    """The living children of a process with their command lines."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if command:
            found[int(child)] = command.replace(b"\0", b" ").decode().strip()
    return found


def _answers(address: str, timeout: float = AT_MOST) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/sign-in", timeout=timeout) as answer:
            return answer.status == 200 and b"csrf_token" in answer.read()
    except OSError:
        return False


@pytest.fixture
def port() -> int:
    return free_port("127.0.0.1", 20_000 + os.getpid() % 20_000)


@pytest.fixture
def serving(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "certflow", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=AT_MOST)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_serve_answers_does_the_background_work_and_stops_whole(
    app: Flask, serving: subprocess.Popen[str], port: int
) -> None:
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: _answers(address))
    with app.app_context():
        make.dossier("recognised_level_1")
        waiting = sa.text("select count(*) from document where issued_at is null")
        eventually(lambda: not _scalar(waiting))
        assert _scalar(sa.text("select count(*) from document")) == 2

    killed = _children(serving.pid)
    for child in killed:
        os.kill(child, signal.SIGKILL)
    eventually(lambda: len(_children(serving.pid)) == 2 and not killed.keys() & _children(serving.pid).keys())
    children = _children(serving.pid)
    assert len(children) == 2
    assert _answers(address)

    serving.send_signal(signal.SIGTERM)
    told, _none = serving.communicate(timeout=AT_MOST)
    assert serving.returncode == 0, told
    assert f"CertFlow answers at {address}" in told
    assert "The worker ended with -9; it starts again" in told
    assert "The web process ended with -9; it starts again" in told
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert not _answers(address)


def _scalar(query: sa.TextClause) -> object:
    with db.engine.connect() as connection:
        return connection.scalar(query)


HALF_SENT = (
    b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ",
    b"POST /sign-in HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nname=",
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_half_sent_requests_hold_nobody_up_and_when_serve_is_killed_no_process_stays(
    serving: subprocess.Popen[str], port: int
) -> None:
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: _answers(address))
    with ExitStack() as halves:
        for sent in 50 * HALF_SENT:
            halves.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(sent)
        assert all(_answers(address, timeout=30) for _request in range(20))

        children = _children(serving.pid)
        serving.kill()
        eventually(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    assert len(children) == 2
    assert free_port("127.0.0.1", port) == port


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_serve_says_which_process_has_its_port_and_names_a_free_one(
    certflow: Certflow, environment: dict[str, str], served: str
) -> None:
    done = certflow("serve", "--port", served.rpartition(":")[2])

    assert done.exit_code == 2
    assert f"is taken by process {os.getpid()} " in done.stderr
    assert f"-> kill {os.getpid()}, or: certflow serve --port " in done.stderr
