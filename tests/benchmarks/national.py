"""My work and the check of a permission with years of every commune in the database."""

import datetime as dt
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.access import access
from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.gateways.unit_sources.data import UnitRow
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit, UnitVersion
from certflow.units import importing
from tests import make
from tests.benchmarks.pages import ROW
from tests.benchmarks.places import application

WAITING = ("drafting", "submitted", "appraising", "under_review", "endorsed")
DONE = ("recognised_level_1", "recognised_level_2", "declined")
READERS = ("commune_officer", "district_appraiser", "education_officer", "province_reviewer")


@dataclass(frozen=True, slots=True)
class Country:
    """How many provinces there are, districts in each, communes in each of these, and years behind them."""

    provinces: int
    districts: int
    communes: int
    years: int

    @property
    def dossiers(self) -> int:
        """One of each commune in each year."""
        return self.provinces * self.districts * self.communes * self.years


WHOLE, TINY = Country(63, 11, 5, 10), Country(3, 2, 3, 2)


def measure(database: str, count: int, country: Country = WHOLE) -> dict[str, tuple[float, float]]:
    """Median and 95th percentile of my work in milliseconds by the reader's role; "permission" is in microseconds."""
    with application(database) as app:
        with app.app_context():
            names = _season(country)
        found = {role: _timed(app, name, count) for role, name in names.items()}
        with app.app_context():
            return found | {"permission": _permission(names["district_appraiser"])}


def _season(country: Country) -> dict[str, str]:
    """Every commune in all its years, most decided; gives the sign-in names of the readers."""
    first = make.dossier("submitted")
    importing.import_units(_units(country))
    db.session.commit()
    places = _places()
    _insert(first, places, country.years)
    assert db.session.scalar(sa.select(sa.func.count(Dossier.id))) == country.dossiers + 1
    people_of = {role: make.person(role, _seat(role, places)) for role in READERS}
    db.session.commit()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return {role: user.sign_in_name for role, user in people_of.items()}


def _units(country: Country) -> Iterator[UnitRow]:
    for p in range(country.provinces):
        yield UnitRow(f"P{p}", "province", "Tỉnh", f"Tỉnh Số {p}", f"Số {p}", None)
        for d in range(country.districts):
            yield UnitRow(f"P{p}D{d}", "district", "Huyện", f"Huyện Số {p}.{d}", f"Số {p}.{d}", f"P{p}")
            for c in range(country.communes):
                name = f"Số {p}.{d}.{c}"
                yield UnitRow(f"P{p}D{d}C{c}", "commune", "Xã", f"Xã {name}", name, f"P{p}D{d}")


def _places() -> list[Any]:
    """Every commune with its version, district and province."""
    district = sa.orm.aliased(Unit)
    query = sa.select(Unit.id, UnitVersion.id, district.id, district.parent_id)
    query = query.join(UnitVersion, UnitVersion.unit_id == Unit.id).join(district, Unit.parent_id == district.id)
    return list(db.session.execute(query.where(Unit.code.startswith("P"), Unit.kind == "commune").order_by(Unit.id)))


def _seat(role: str, places: list[Any]) -> Unit:
    commune, _version, district, province = places[0]
    seats = {"commune": commune, "district": district, "province": province}
    return db.session.get_one(Unit, seats[role_titles.roles()[role][1]])


def _insert(first: Dossier, places: list[Any], years: int) -> None:
    like = {column.key: getattr(first, column.key) for column in sa.inspect(Dossier).column_attrs}
    like.pop("id")
    rounds = _rounds(first.round, {place[3] for place in places}, years)
    rows = []
    for year in range(years):
        for n, (commune, version, district, province) in enumerate(places):
            state = (WAITING if year == years - 1 else DONE)[n % (5 if year == years - 1 else 3)]
            at = clock.now() - dt.timedelta(days=365 * (years - year), minutes=n)
            rows.append(
                like
                | {"round_id": rounds[province, year], "unit_id": commune, "commune_id": commune, "place_id": version}
                | {"district_id": district, "province_id": province, "state": state, "filed": state != "drafting"}
                | {"entered_at": at, "opened_at": at}
            )
    db.session.execute(sa.insert(Dossier), rows)
    acted: dict[str, Any] = first.opened_by.columns("actor")
    acted |= {"action": "submit", "from_state": "drafting", "to_state": "submitted", "acting_as": "commune_chair"}
    acted |= {"number": 2, "note": "", "document_number": ""}
    ids = db.session.execute(sa.select(Dossier.id, Dossier.entered_at).where(Dossier.id > first.id)).all()
    db.session.execute(sa.insert(HistoryEntry), [acted | {"dossier_id": id_, "at": at} for id_, at in ids])


def _rounds(first: Round, provinces: set[int], years: int) -> dict[tuple[int, int], int]:
    made = {}
    for province in sorted(provinces):
        for year in range(years):
            row = Round(
                unit_id=province,
                workflow=first.workflow,
                workflow_version=first.workflow_version,
                assessed_year=first.assessed_year - years + year,
                title=f"Đợt {year}",
                closed=year < years - 1,
            )
            db.session.add(row)
            made[province, year] = row
    db.session.flush()
    return {key: row.id for key, row in made.items()}


def _timed(app: Flask, name: str, count: int) -> tuple[float, float]:
    client = app.test_client()
    make.sign_in(client, name)
    times = []
    for _n in range(count + 1):
        began = time.perf_counter()
        page = client.get("/")
        times.append((time.perf_counter() - began) * 1000)
        assert page.status_code == 200
        assert ROW in page.text, "my work shows no dossier"
    return statistics.median(times[1:]), sorted(times[1:])[int(count * 0.95)]


def _permission(name: str) -> tuple[float, float]:
    """What it takes to know a reader's roles on a dossier that is loaded."""
    user: User | None = directory.by_sign_in_name(name)
    assert user is not None
    ids = db.session.scalars(sa.select(Dossier.id).where(access.visible(user)).limit(50)).all()
    dossiers = [access.dossier(id_, user) for id_ in ids]
    assert dossiers
    assert all(access.roles_on(user, dossier) for dossier in dossiers)
    times = []
    for dossier in dossiers * 40:
        began = time.perf_counter()
        access.roles_on(user, dossier)
        times.append((time.perf_counter() - began) * 1_000_000)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]
