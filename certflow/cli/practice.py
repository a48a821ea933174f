"""`certflow demo`: a practice season in a folder of its own, made, shown and served."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
from flask import Flask
from flask_babel import force_locale
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.cli.application import create, let_go
from certflow.cli.database import bring_up_to_date
from certflow.cli.serving import address, run
from certflow.config import Settings
from certflow.demo import addresses, cast, colleagues, folder, season
from certflow.demo.folder import Season
from certflow.errors import SetupError
from certflow.gateways import processes
from certflow.models.base import db
from certflow.models.results import Recognition
from certflow.models.rounds import Round
from certflow.models.units import Unit

_PORT = 8000


@click.command()
@click.option(
    "--dir", "where", default="certflow-demo", show_default=True, type=click.Path(path_type=Path), help="Folder."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at; 0.0.0.0 lets telephones in the same network scan the codes on papers.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="The port; 8000 or the next free one without it.")
@click.option("--no-serve", is_flag=True, help="Make the season and stop.")
def demo(where: Path, host: str, port: int | None, no_serve: bool) -> None:
    """Make a practice season in its own folder and serve it."""
    with folder.held(where.resolve()) as practice:
        chosen = _port(host, port, practice, probe=not no_serve)
        served = Served(address(host, chosen), _network(host, chosen))
        settings = _settings(practice, served)
        app = create(Settings.from_environment(settings))
        console = Console()
        with app.app_context():
            _make(app, practice, chosen, served)
            _show(console, served)
            let_go()
        if no_serve:
            console.print(f"To serve it: certflow demo --dir {where}", markup=False, soft_wrap=True)
            return
        rest = {name: value for name, value in os.environ.items() if not name.startswith("CERTFLOW_")}
        run(host, chosen, rest | settings)


class Served(NamedTuple):
    """Where the season is found: on this machine, and in its network ("" where it is not)."""

    here: str
    network: str

    @property
    def base(self) -> str:
        """The address that is printed and encoded on papers."""
        return self.network or self.here


def _network(host: str, port: int) -> str:
    reached = processes.network_address(host)
    return address(reached, port) if reached else ""


def _settings(practice: Season, served: Served) -> dict[str, str]:
    """The season's environment: everybody signs in with the password alone."""
    return {
        "CERTFLOW_DIR": str(practice.folder),
        "CERTFLOW_PUBLIC_URL": served.base,
        "CERTFLOW_SECOND_FACTOR": "off",
    }


def _port(host: str, requested: int | None, practice: Season, *, probe: bool) -> int:
    first = requested or practice.port or _PORT
    try:
        free = processes.free_port(host, first) if probe else first
    except OSError as fault:
        raise SetupError(f"{host}: {fault}", "certflow demo --host 0.0.0.0") from fault
    if requested and free != requested:
        raise SetupError(f"port {requested} is taken", f"certflow demo --port {free}")
    return free


def _make(app: Flask, practice: Season, port: int, served: Served) -> None:
    words = Console(stderr=True)
    if "CERTFLOW_DATABASE_URL" in os.environ:
        words.print("CERTFLOW_DATABASE_URL is not used: a practice season always has a database of its own.")
    if practice.remade:
        words.print("The practice season in this folder was cut off while it was made; it is made anew.")
    bring_up_to_date(app)
    with _progress(words) as progress:
        if practice.port is None:
            season.build(progress)
            renewed = 0
        else:
            renewed = addresses.bring_up_to_date(served.base, progress)
    if renewed:
        words.print(f"The practice season in this folder is complete; {renewed} papers now name {served.base}.")
    elif practice.port is not None:
        words.print("The practice season in this folder is complete; nothing was changed.")
    practice.finish(port)


class _Bars:
    """Shows the season's progress, one bar for each kind of thing."""

    def __init__(self, bars: Progress) -> None:
        self._bars, self._task = bars, TaskID(0)

    def begin(self, what: str, pieces: int) -> None:
        """A new bar."""
        self._task = self._bars.add_task(what, total=pieces)

    def tick(self) -> None:
        """One step on the latest bar."""
        self._bars.advance(self._task)


@contextmanager
def _progress(console: Console) -> Iterator[_Bars]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


def _show(console: Console, served: Served) -> None:
    """The addresses and sign-ins, as tables."""
    with force_locale("en"):
        console.print(_people(), _places(), _further())
    _addresses(console, served)
    shared = ", ".join(colleagues.sign_in_names())
    console.print(f"{'Second officers, sharing dossiers:':34} {shared}", soft_wrap=True, highlight=False)
    console.print(f"{'Password of everybody:':34}{cast.PASSWORD}", style="bold", highlight=False)
    console.print("All of it is for practice: made-up people and figures, papers without legal force.", soft_wrap=True)


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _people() -> Table:
    table = _table("People, in the order of a dossier's way (one commune as the example)", "sign-in", "name", "role")
    units, titles = cast.places(), role_titles.roles()
    district, communes = next(iter(cast.COMMUNES.items()))
    seat = {"commune": communes[0], "district": district, "province": cast.PROVINCE}
    for part in (*cast.COMMUNE_PARTS, *cast.DISTRICT_PARTS, *cast.PROVINCE_PARTS, cast.ADMINISTRATOR):
        place = seat.get(titles[part.role][1])
        user = directory.by_sign_in_name(cast.sign_in_name(part, place))
        if user is not None:
            where = f", {_today(place, units)}" if place else ""
            table.add_row(user.sign_in_name, user.full_name, f"{titles[part.role][0]}{where}")
    return table


def _today(place: str, units: Mapping[str, Unit]) -> str:
    """The name that a unit of the season began with, and that of today beside it where a resolution changed it."""
    unit = units.get(place)
    now = (unit.heir or unit).name if unit else place
    return place if now == place else f"{place} (now {now})"


def _places() -> Table:
    table = _table("The same people elsewhere", "district", "district sign-ins", "canbo. and chutich. of its communes")
    units = cast.places()
    for district, communes in cast.COMMUNES.items():
        offices = "\n".join(cast.sign_in_name(part, district) for part in cast.DISTRICT_PARTS)
        suffixes = (cast.sign_in_name(cast.COMMUNE_PARTS[0], name).partition(".")[2] for name in communes)
        table.add_row(_today(district, units), offices, ", ".join(suffixes))
    return table


def _further() -> Table:
    title = "Also to try: centres rated (by the district's people above), districts reporting and recognised"
    table = _table(title, "sign-in", "the same at", "role", "for")
    for part, places, words, about in cast.FURTHER:
        first, *rest = (cast.sign_in_name(part, place) for place in places)
        if directory.by_sign_in_name(first) is not None:
            table.add_row(first, ", ".join(name.partition(".")[2] for name in rest), words, about)
    table.caption, table.caption_justify = (
        "A district can ask for its recognition once 90 % of its communes are recognised.",
        "left",
    )
    return table


def _addresses(console: Console, served: Served) -> None:
    """Each address on a line of its own, whole, so that it can be clicked."""
    newest = select(Recognition).where(Recognition.kind == "recognition").order_by(Recognition.id.desc()).limit(1)
    recognition = db.session.scalar(newest)
    if served.network:
        console.print(f"{'On this machine:':34}{served.here}/", soft_wrap=True, highlight=False)
        console.print("Everybody in this network can open the addresses below.", soft_wrap=True, highlight=False)
    lines = {"My work": "/", "Dossiers": "/dossiers/", "Rules": "/rules/", "Verify a certificate, public": "/verify/"}
    if recognition is not None:
        lines["One certificate verified, public"] = f"/verify/{recognition.verify_code}"
    for what, path in lines.items():
        console.print(f"{what + ':':34}{served.base}{path}", soft_wrap=True, highlight=False)
    titles = db.session.scalars(select(Round.title).order_by(Round.id))
    for title in titles:
        console.print(f"{'Round:':34}{title}", soft_wrap=True, highlight=False)
