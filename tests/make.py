"""Test data made by doing: units, people, rounds and dossiers, each through the services that make the real ones.

Call these inside an application context. Each commits, so that no other connection has to wait, and what it
gives stays readable after the context has ended; what others change later is seen after `db.session.refresh`.
What several tests begin with is made once in a run: see tests/snapshots.py.
"""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from unittest.mock import patch

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import g, has_app_context
from flask.testing import FlaskClient

from certflow import clock
from certflow.accounts import accounts, directory
from certflow.assessment import meetings
from certflow.catalogue import catalogue, role_titles
from certflow.catalogue import units as unit_service
from certflow.demo import walking
from certflow.dossiers import actions, dossiers
from certflow.gateways.unit_sources.data import UnitKind, UnitRow
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, Finding
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.people import people as people_service
from certflow.rounds import rounds
from certflow.units import importing, store
from tests import snapshots
from tests.snapshots import remembered

SCHEME = ("dong_nai_commune_recognition", 1)
PASSWORD = "sáu quả khế chín"
REASON = "Đề nghị làm rõ số liệu của chỉ tiêu 5.1."
PROVINCE = "Tỉnh Đồng Nai"
TREE = {
    "Huyện Cẩm Mỹ": ("Xã Xuân Tây", "Xã Sông Ray", "Xã Lâm San", "Xã Bảo Bình", "Xã Thừa Đức", "Thị trấn Long Giao"),
    "Huyện Xuân Lộc": ("Xã Suối Cát", "Xã Xuân Hưng", "Xã Lang Minh", "Xã Bảo Hòa", "Xã Xuân Phú", "Thị trấn Gia Ray"),
}

Typed = Mapping[str, Mapping[str, str]]
_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


commit = snapshots.commit


@remembered
def units() -> dict[str, Unit]:
    """A province with two districts and twelve communes, by full name; made once in a database."""
    if not db.session.scalar(sa.select(sa.exists().where(Unit.kind == "province"))):
        store.ensure_country()
        importing.import_units(_rows())
    found = db.session.scalars(sa.select(Unit).options(sa.orm.joinedload(Unit.parent)).order_by(Unit.id))
    by_name = {one.name: one for one in found}
    commit()
    return by_name


def province() -> Unit:
    """The province."""
    return units()[PROVINCE]


def unit(name: str = "Xã Xuân Tây") -> Unit:
    """A unit by its full name."""
    return units()[name]


@remembered
def communes(count: int) -> list[Unit]:
    """`count` communes: those of the tree, then numbered ones in its first district, made as needed."""
    district = unit("Huyện Cẩm Mỹ").code
    more = [_row(f"9{n:04d}", "commune", f"Xã Số {n}", district) for n in range(12, count)]
    importing.import_units(more)
    return [one for one in units().values() if one.kind == "commune"][:count]


def _rows() -> list[UnitRow]:
    rows = [_row("75", "province", PROVINCE, None)]
    for n, (district, below) in enumerate(TREE.items()):
        rows.append(_row(f"74{n}", "district", district, "75"))
        rows.extend(_row(f"26{n}{m:02d}", "commune", name, f"74{n}") for m, name in enumerate(below))
    return rows


def _row(code: str, kind: UnitKind, name: str, parent: str | None) -> UnitRow:
    label = next(label for label in ("Thị trấn", "Huyện", "Tỉnh", "Xã") if name.startswith(label))
    return UnitRow(code, kind, label, name, name.removeprefix(f"{label} "), parent)


@lru_cache
def _hashed(password: str) -> str:
    return _hasher.hash(password)


@remembered
def user(name: str, full_name: str = "Trần Thị Thử") -> User:
    """An account without any role; its password is PASSWORD, hashed by argon2id with cheap settings."""
    with patch.object(accounts, "hashed", _hashed):
        made = people_service.add(sign_in_name=name, full_name=full_name, position="", password=PASSWORD)
    commit()
    return made


@remembered
def person(role: str, at: Unit | None = None, name: str = "") -> User:
    """The person who holds `role` at the unit `at`, or where the role sits for the first commune; made once.

    A `name` of one's own makes another person in the same role: `person("province_reviewer", name="second")`.
    """
    seat = role_titles.roles()[role][1]
    place = (at or unit_service.seat_of(unit(), seat)) if seat else None
    sign_in_name = name or f"{role}.{place.code if place else 'all'}".lower()
    known = directory.by_sign_in_name(sign_in_name)
    if known is None:
        known = user(sign_in_name, f"{role_titles.roles()[role][0]} {place.short_name if place else ''}".strip())
        since = clock.today() - dt.timedelta(days=365)
        gone = place is not None and not place.stands_on(clock.today())
        document = "Quyết định giao việc hồ sơ dở dang" if gone else ""
        people_service.give(known, role=role, unit_id=place.id if place else None, starts_on=since, document=document)
    assert all(a.unit is None or a.unit.id for a in known.appointments)
    commit()
    return known


@remembered
def people(at: Unit | None = None) -> dict[str, User]:
    """Everybody who has a part in the dossier of a commune, and an administrator, by role."""
    roles = scheme().roles.values()
    found = {role.name: person(role.name, unit_service.seat_of(at or unit(), role.seat)) for role in roles}
    return found | {role_titles.ADMINISTRATOR: person(role_titles.ADMINISTRATOR)}


def sign_in(client: FlaskClient, who: User | str, password: str = PASSWORD) -> None:
    """Sign in by the real form; `who` is a person or a sign-in name."""
    name = who if isinstance(who, str) else who.sign_in_name
    _forget_requests()
    page = client.get("/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    typed = {"sign_in_name": name, "password": password} | ({"csrf_token": token[1]} if token else {})
    answer = client.post("/sign-in", data=typed)
    assert answer.status_code == 302, answer.text
    _forget_requests()


def _forget_requests() -> None:
    """Requests made inside an open context share its `g`, where each leaves its token and its person."""
    if has_app_context():
        for left in ("csrf_token", "csrf_valid", "_login_user"):
            g.pop(left, None)


def scheme() -> WorkflowSpec:
    """The scheme that test dossiers follow."""
    return catalogue.definitions().workflow(*SCHEME)


@remembered
def round_(
    *,
    assessed_year: int | None = None,
    dates: Mapping[str, dt.date | rounds.DateChoice] | None = None,
    practice: bool = False,
    title: str = "Đợt đánh giá hằng năm",
) -> Round:
    """The round of this title in the assessed year (last year by default), made once; `dates` change it.

    A date alone is included ("by this day"); with False beside it the day itself is late.
    """
    administrator = person(role_titles.ADMINISTRATOR)
    year = assessed_year or clock.today().year - 1
    found = db.session.scalar(sa.select(Round).where(Round.title == title, Round.assessed_year == year))
    found = found or rounds.open_round(
        actor=administrator,
        scheme=SCHEME,
        unit_id=province().id,
        assessed_year=year,
        title=title,
        practice=practice,
    )
    if dates:
        given = {name: day if isinstance(day, tuple) else (day, True) for name, day in dates.items()}
        found = rounds.change_dates(found.id, given, actor=administrator, version=found.version)
    assert found.dates is not None
    commit()
    return rounds.get(found.id)


def answers(level: int = 1, *, disadvantaged: bool = False) -> dict[str, dict[str, str]]:
    """What to type, by indicator code, to reach exactly `level` (0, 1 or 2): every share at its threshold."""
    form = catalogue.definitions().form_of(scheme())
    return walking.answers(form, level, disadvantaged=disadvantaged)


def minutes(**changes: object) -> meetings.Minutes:
    """What is recorded of a proper meeting."""
    usual: dict[str, object] = {
        "held_on": clock.today(),
        "chaired_by": "Nguyễn Văn Chủ",
        "chair_position": "Phó Chủ tịch Ủy ban nhân dân xã",
        "bodies_present": meetings.OBLIGATORY,
        "conclusion": "Thống nhất kết quả tự đánh giá.",
    }
    return meetings.Minutes(**(usual | changes))  # type: ignore[arg-type]


@remembered
def dossier(
    at: str | None = None,
    *,
    level: int = 1,
    unit: Unit | None = None,
    round_: Round | None = None,
    claims: Typed | None = None,
) -> Dossier:
    """A dossier in the state `at` (the initial one by default), walked there by the real actions of the right people.

    `level` is what the findings reach; a state with a level of its own decides it. `claims` are filed instead of
    answers at that level, and written even when the dossier stays where it begins. Without a `unit` the next
    commune that has no dossier in the round is taken.
    """
    spec = scheme()
    state = at or spec.initial
    reached = spec.states[state].level or level
    found = round_ or _usual_round()
    made = _opened(found, unit or _next_commune(found))
    course = _course(made, reached, claims)
    if claims:
        walking.write(Claim, made, claims, actor=person_for("commune_officer", made), course=course)
    for transition in walking.way(spec, state, reached):
        walking.step(made, transition, course, person)
    commit()
    return made


_usual_round = round_


def _course(made: Dossier, reached: int, claims: Typed | None) -> walking.Course:
    poor = made.disadvantaged_area
    return walking.Course(
        answers(max(reached, 1), disadvantaged=poor) if claims is None else claims,
        answers(reached, disadvantaged=poor),
        minutes(),
        note=lambda transition: REASON if transition.note == "required" else "",
    )


def _opened(found: Round, place: Unit) -> Dossier:
    spec = scheme()
    officer = person(spec.states[spec.initial].turn, place)
    opened = dossiers.open_dossier(found.id, actor=officer, unit_id=place.id)
    commit()
    return opened


def _next_commune(found: Round) -> Unit:
    taken = set(db.session.scalars(sa.select(Dossier.unit_id).where(Dossier.round_id == found.id)))
    return next(one for one in communes(len(taken) + 1) if one.id not in taken)


def person_for(role: str, about: Dossier) -> User:
    """The person who holds `role` for this dossier."""
    return person(role, walking.seat_of(about, role))


def act(about: Dossier, action: str, note: str = REASON, *, actor: User | None = None) -> Dossier:
    """Take one action as the first role that may; nothing is filled in before."""
    transition = _transition(about, action)
    acted = actions.act(about.id, action, actor=actor or person_for(transition.by[0], about), note=note)
    commit()
    return acted


def _transition(about: Dossier, action: str) -> TransitionSpec:
    transitions = catalogue.workflow_of(about).spec.transitions
    return next(t for t in transitions if t.action == action and about.state in t.origins)


def claims(about: Dossier, typed: Typed) -> None:
    """Save claims as the commune's officer, over whatever stands there."""
    _write(Claim, about, typed)


def by_a_colleague(row: Claim | Finding) -> None:
    """Let another person of the same role have written every field of a stored claim or finding."""
    colleague = person("commune_officer", db.session.get_one(Dossier, row.dossier_id).unit, name="colleague")
    row.writers = dict.fromkeys([*row.answer, "value", "explanation"], colleague.id)
    row.saved_by = colleague.signature
    commit()


def findings(about: Dossier, typed: Typed) -> None:
    """Save findings as the district's appraiser, over whatever stands there."""
    _write(Finding, about, typed)


def _write(kind: type[Claim] | type[Finding], about: Dossier, typed: Typed) -> None:
    spec = catalogue.workflow_of(about).spec
    actor = person_for(spec.states[about.state].turn, about)
    walking.write(kind, about, typed, actor=actor, course=walking.Course({}, {}, minutes()))
    commit()


def meeting(about: Dossier, **changes: object) -> None:
    """Record the meeting as the commune's officer."""
    meetings.record(about.id, minutes(**changes), actor=person_for("commune_officer", about))
    commit()
