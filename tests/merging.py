"""Test units merged, divided and renamed by resolutions, as the real ones are."""

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa

from certflow import clock
from certflow.catalogue import role_titles
from certflow.models.base import db
from certflow.models.rules import InheritanceRule
from certflow.models.units import Unit
from certflow.rules import inheritance_rules
from certflow.units import resolutions
from certflow.units.changes import Becomes, Change, UnitRef
from tests import make

NEW = "Xã Xuân Sông"
DISTRICT = "Huyện Cẩm Mỹ"
RESOLUTION = "Nghị quyết số 1/NQ-UBTVQH15"
DOCUMENT = "Quyết định số 9/QĐ-UBND"


def merged(names: Iterable[str], into: str = NEW, *, code: str = "26990", on: dt.date | None = None) -> Unit:
    """The unit into which communes of one district go whole, made on a day (today)."""
    found = make.units()
    district = UnitRef("district", found[DISTRICT].code)
    becomes = Becomes("commune", code, into, into.removeprefix("Xã "), district)
    changes = [Change(n, "merge", UnitRef("commune", found[name].code), becomes) for n, name in enumerate(names, 1)]
    return _applied(changes, code, on)


def joined(name: str, into: str, *, on: dt.date | None = None) -> Unit:
    """The commune that goes on while another one comes into it."""
    found = make.units()
    district, code = UnitRef("district", found[DISTRICT].code), found[into].code
    becomes = Becomes("commune", code, into, into.removeprefix("Xã "), district)
    changes = [
        Change(1, "continue", UnitRef("commune", code), becomes),
        Change(2, "merge", UnitRef("commune", found[name].code), becomes),
    ]
    return _applied(changes, code, on)


def renamed(name: str, to: str, code: str, *, on: dt.date | None = None) -> Unit:
    """The commune that goes on with another name and code."""
    found = make.units()
    becomes = Becomes("commune", code, to, to.removeprefix("Xã "), UnitRef("district", found[DISTRICT].code))
    return _applied([Change(1, "continue", UnitRef("commune", found[name].code), becomes)], code, on)


def divided(name: str, into: Iterable[tuple[str, str]], *, on: dt.date | None = None) -> list[Unit]:
    """The units, by name and code, into which a commune is divided."""
    found, pairs = make.units(), list(into)
    district = UnitRef("district", found[DISTRICT].code)
    changes = [
        Change(
            n,
            "split",
            UnitRef("commune", found[name].code),
            Becomes("commune", code, new, new.removeprefix("Xã "), district),
            "part",
        )
        for n, (new, code) in enumerate(pairs, 1)
    ]
    return [_applied(changes, code, on) for _new, code in pairs[:1]] + [_by_code(code) for _new, code in pairs[1:]]


def _applied(changes: list[Change], code: str, on: dt.date | None) -> Unit:
    day = on or clock.today()
    resolutions.apply(resolutions.Decree(f"{RESOLUTION} {code}", day, tuple(changes), title="Sắp xếp xã"))
    make.commit()
    return _by_code(code)


def _by_code(code: str) -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.code == code, Unit.ends_on.is_(None))).one()


def rule(treatment: str = "inherited", *, scheme: str = make.SCHEME[0]) -> InheritanceRule:
    """A rule of the province, in force since the beginning of last year."""
    entry = inheritance_rules.InheritanceEntry(
        unit_id=make.province().id,
        scheme=scheme,
        treatment=treatment,
        starts_on=dt.date(clock.today().year - 1, 1, 1),
        document_number=DOCUMENT,
        document_date=clock.today(),
        issued_by="Ủy ban nhân dân tỉnh Đồng Nai",
    )
    made = inheritance_rules.enter(entry, actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    return made
