"""`certflow serve` and `certflow worker`: the processes of a running installation."""

import os
from collections.abc import Mapping
from typing import NoReturn

import click
from flask import Flask

from certflow import jobs
from certflow.cli.application import application
from certflow.cli.database import publish_definitions
from certflow.errors import SetupError
from certflow.gateways import processes
from certflow.gateways.installation import equipment
from certflow.gateways.pdf import printing

TAKEN_OVER = 3  # the exit code of a worker that stood still: whoever watches it starts it again


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--workers", type=click.IntRange(1), help="Web processes; one more than processors without it.")
def serve(host: str, port: int, workers: int | None) -> None:
    """Serve the application with its background worker."""
    _ready()
    if processes.free_port(host, port) != port:
        raise SetupError(f"port {port} of {host} is taken", f"certflow serve --port {processes.free_port(host, port)}")
    environment = {"CERTFLOW_PUBLIC_URL": address(host, port)} | os.environ
    run(host, port, environment, workers=workers)


@click.command()
def worker() -> None:
    """Do the background work; `serve` starts one by itself, and any number may run on any machine."""
    if not jobs.work(_ready()):
        raise click.exceptions.Exit(TAKEN_OVER)


def _ready() -> Flask:
    """The application without open connections; SetupError unless database and PDF engine are as needed.

    DefinitionError when a definition is not what was published under its version.
    """
    with application() as app:
        publish_definitions()
        printing.check_engine(equipment().settings.pdf_engine)
    return app


def address(host: str, port: int) -> str:
    """The address at which a browser on this machine finds the application."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def run(host: str, port: int, environment: Mapping[str, str], *, workers: int | None = None) -> NoReturn:
    """Serve with these settings until a signal, then end the command."""
    count = workers or (os.cpu_count() or 1) + 1
    click.echo(f"CertFlow answers at {address(host, port)} (stop with Ctrl-C)")
    code = processes.run_together(
        processes.web_server(host, port, count),
        processes.background_worker(),
        environment=dict(environment),
        say=lambda words: click.echo(words, err=True),
    )
    raise click.exceptions.Exit(code)
