"""`certflow serve` and `certflow worker`: the processes of a running installation."""

import errno
import os
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import click
from flask import Flask

from certflow import jobs
from certflow.audit import state
from certflow.cli.application import application, create
from certflow.cli.database import publish_definitions
from certflow.errors import SetupError
from certflow.gateways import processes, web_server
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing
from certflow.models.base import db
from certflow.models.running import clocks, deadlines

DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
TAKEN_OVER = 3  # the exit code of a worker that stood still: whoever watches it starts it again
LARGEST_REQUEST = 150 * 1024 * 1024  # what is larger than the application takes, and smaller than this, is told so
_parent = click.option("--parent", type=int, hidden=True, help="A pipe that ends with the process that started this.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--workers", type=click.IntRange(1), help="Web processes; one more than processors without it.")
@click.option("--nginx", is_flag=True, help="Print the configuration of nginx for CERTFLOW_PUBLIC_URL, and stop.")
def serve(host: str, port: int, workers: int | None, nginx: bool) -> None:
    """Serve the application with its background worker."""
    if nginx:
        click.echo(nginx_configuration(os.environ.get("CERTFLOW_PUBLIC_URL", ""), port), nl=False)
        return
    _ready()
    environment = {"CERTFLOW_PUBLIC_URL": address(host, port)} | os.environ
    run(host, port, environment, workers=workers)


@click.command()
@_parent
def worker(parent: int | None) -> None:
    """Do the background work; `serve` starts one by itself.

    Any number may run, on any machine with the same database.
    """
    if parent is not None:
        processes.end_with_parent(parent)
    if not jobs.work(_ready()):
        raise click.exceptions.Exit(TAKEN_OVER)


@click.command("web-process", hidden=True)
@click.option("--listener", type=int, required=True, help="A socket that listens.")
@_parent
def web_process(listener: int, parent: int | None) -> None:
    """Answer requests at a socket that `serve` opened; several processes share it."""
    stops: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stops.append(received))
    if parent is not None:
        processes.end_with_parent(parent)
    deadlines.Watch().start()
    with socket.socket(fileno=listener) as shared:
        app = deadlines.in_time(create(), web_server.WAITED)
        web_server.serve(app, shared, largest=LARGEST_REQUEST, stopped=lambda: bool(stops))


def nginx_configuration(public_url: str, port: int) -> str:
    """The complete configuration of nginx in front of a server at `port`; SetupError unless the address is https."""
    address = urlsplit(public_url)
    if address.scheme != "https" or not address.hostname or not DOMAIN.fullmatch(address.hostname):
        raise SetupError(
            "nginx needs the address that people use", "set CERTFLOW_PUBLIC_URL=https://the.name.of.the.site"
        )
    text = Path(__file__).with_name("nginx.conf").read_text(encoding="utf-8")
    return text.replace("DOMAIN", address.hostname).replace("PORT", str(port))


def _ready() -> Flask:
    """The application without open connections; SetupError unless database and PDF engine are as needed.

    DefinitionError when a definition is not what was published under its version.
    """
    with application() as app:
        state.note_start()
        publish_definitions()
        printing.check_engine(equipment().settings.pdf_engine)
        if clocks.read(db.session()).differ:
            click.echo("The clocks of this machine and of the database are not right: certflow clock", err=True)
    return app


def address(host: str, port: int) -> str:
    """The address at which a browser on this machine finds the application."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def run(host: str, port: int, environment: Mapping[str, str], *, workers: int | None = None) -> NoReturn:
    """Serve with these settings until a signal, then end the command; SetupError when the port cannot be had."""
    count = workers or (os.cpu_count() or 1) + 1
    try:
        listener = processes.listen(host, port)
    except OSError as fault:
        raise _not_had(host, port, fault) from fault
    click.echo(f"CertFlow answers at {address(host, port)} (stop with Ctrl-C, or: kill {os.getpid()})")
    processes.run_together(
        listener, count, environment=dict(environment), say=lambda words: click.echo(words, err=True)
    )
    raise click.exceptions.Exit(0)


def _not_had(host: str, port: int, fault: OSError) -> SetupError:
    """What runs at the port, and how to stop it."""
    if fault.errno != errno.EADDRINUSE:
        return SetupError(f"{host} port {port} cannot be used: {fault.strerror}", "certflow serve --host 127.0.0.1")
    holders = processes.listening_at(port)
    other = f"certflow serve --port {processes.free_port(host, port)}"
    if not holders:
        return SetupError(f"port {port} of {host} is taken by a process of another user", f"{other}, or: ss -ltnp")
    pid = holders[0].partition(" ")[0]
    return SetupError(f"port {port} of {host} is taken by process {'; '.join(holders)}", f"kill {pid}, or: {other}")
