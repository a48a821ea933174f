"""Test data of a province without districts, made by doing as in `make`: units, rounds, rules and dossiers."""

import datetime as dt
import io
from typing import Any

import sqlalchemy as sa

from certflow import clock
from certflow.approval import proposals
from certflow.catalogue import catalogue, role_titles
from certflow.demo import walking
from certflow.dossiers import dossiers
from certflow.gateways.unit_sources.data import UnitRow
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.rounds import Round
from certflow.models.rules import AuthorityRule
from certflow.models.units import Unit
from certflow.rounds import rounds
from certflow.rules import authority, confirmations
from certflow.units import importing
from tests import make
from tests.gateways import samples
from tests.snapshots import remembered

SCHEME = ("two_tier_commune_recognition", 1)
PROVINCE = "Tỉnh Bắc Ninh"
COMMUNES = ("Xã Lạng Giang", "Phường Kinh Bắc", "Xã Mỹ Thái")
DOCUMENT = "Quyết định số 45/2025/QĐ-UBND"
ISSUER = "Ủy ban nhân dân tỉnh Bắc Ninh"
DATED = dt.date(2025, 7, 2)


@remembered
def units() -> dict[str, Unit]:
    """The province and the communes directly under it, by full name, beside the three-tier one; made once."""
    if PROVINCE not in make.units():
        rows = [UnitRow("24", "province", "Tỉnh", PROVINCE, PROVINCE.removeprefix("Tỉnh "), None)]
        for n, name in enumerate(COMMUNES):
            label, _space, short = name.partition(" ")
            rows.append(UnitRow(f"073{n:02d}", "commune", label, name, short, "24"))
        importing.import_units(rows)
    return make.units()


def province() -> Unit:
    """The province."""
    return units()[PROVINCE]


def scheme() -> WorkflowSpec:
    """The scheme that these dossiers follow."""
    return catalogue.definitions().workflow(*SCHEME)


@remembered
def round_(
    title: str = "Đợt hai cấp", *, at: Unit | None = None, scheme: tuple[str, int] = SCHEME, practice: bool = False
) -> Round:
    """The round of this title for last year in the province (or `at` another), made once."""
    found = db.session.scalar(sa.select(Round).where(Round.title == title))
    found = found or rounds.open_round(
        actor=make.person(role_titles.ADMINISTRATOR),
        scheme=scheme,
        unit_id=(at or province()).id,
        assessed_year=clock.today().year - 1,
        title=title,
        practice=practice,
    )
    make.commit()
    return rounds.get(found.id)


def entry(role: str = "department_head", **changes: Any) -> authority.AuthorityEntry:
    """What is typed of a rule for the province: in force since 1 July 2025 until further notice."""
    usual: dict[str, Any] = {
        "unit_id": province().id,
        "scheme": SCHEME[0],
        "role": role,
        "starts_on": dt.date(2025, 7, 1),
        "ends_on": None,
        "document_number": DOCUMENT,
        "document_date": DATED,
        "issued_by": ISSUER,
    }
    return authority.AuthorityEntry(**(usual | changes))


@remembered
def rule(role: str = "department_head", **changes: Any) -> AuthorityRule:
    """A rule entered by the administrator with the scan of its document, and confirmed by a second one."""
    made = authority.enter(
        entry(role, **changes),
        io.BytesIO(samples.pdf()),
        "quyết định.pdf",
        actor=make.person(role_titles.ADMINISTRATOR),
    )
    assert made.unit.name
    if not made.practice:
        confirm_rule(made)
    make.commit()
    return made


def confirm_rule(rule: AuthorityRule) -> None:
    """Confirm a rule as a second administrator."""
    waiting = proposals.open_about(confirmations.KIND, rule_id=rule.id)
    assert waiting is not None
    proposals.confirm(waiting.id, actor=make.person(role_titles.ADMINISTRATOR, name="administrator.second"))


@remembered
def dossier(at: str, *, level: int = 1, unit: str = COMMUNES[0], round_: Round | None = None) -> Dossier:
    """A dossier of a commune in the state `at`, walked there by the real actions of the right people."""
    spec, place = scheme(), units()[unit]
    found = round_ or _usual_round()
    made = dossiers.open_dossier(found.id, actor=make.person("commune_officer", place), unit_id=place.id)
    reached = spec.states[at].level or level
    walk(made, at, level=reached)
    return made


_usual_round = round_


def walk(made: Dossier, to: str, *, level: int = 1) -> None:
    """Take the dossier on to the state `to` by the fewest actions."""
    course = walking.Course(
        make.answers(max(level, 1)),
        make.answers(level),
        make.minutes(),
        note=lambda transition: make.REASON if transition.note == "required" else "",
    )
    spec = catalogue.workflow_of(made).spec
    for transition in walking.way(spec, to, level, start=made.state):
        walking.step(made, transition, course, make.person)
    make.commit()
