"""Dossiers of every tier made by doing, in a province so small that all its lower units can be recognised quickly."""

import datetime as dt

from certflow import clock
from certflow.catalogue import catalogue, units
from certflow.demo import walking
from certflow.dossiers import dossiers
from certflow.gateways.unit_sources.data import UnitRow
from certflow.law.facts import OutsideDocument
from certflow.models.dossiers import Dossier
from certflow.models.units import Unit
from certflow.rounds import rounds
from certflow.units import importing, store
from tests import make
from tests.snapshots import remembered

PROVINCE, DISTRICT, COMMUNE = "Tỉnh Đồng Nai", "Huyện Cẩm Mỹ", "Xã Xuân Tây"
COMMUNES = ("dong_nai_commune_recognition", 1)
DISTRICTS = ("dong_nai_district_recognition", 1)
MINISTRY = ("province_recognition", 1)
ANSWERED = ("dong_nai_province_recognition", 1)
ANSWER = OutsideDocument("345/QĐ-BGDĐT", clock.today() - dt.timedelta(days=1))
REASON = "Đề nghị làm rõ số liệu."


@remembered
def place(name: str) -> Unit:
    """One of the three units, the country among them by "": made on the first call."""
    if not units.of_kind("province"):
        store.ensure_country()
        importing.import_units(
            (
                UnitRow("75", "province", "Tỉnh", PROVINCE, "Đồng Nai", None),
                UnitRow("740", "district", "Huyện", DISTRICT, "Cẩm Mỹ", "75"),
                UnitRow("26000", "commune", "Xã", COMMUNE, "Xuân Tây", "740"),
            )
        )
        make.commit()
    return make.units()[name] if name else units.country()


@remembered
def opened(scheme: tuple[str, int], name: str, *, year: int | None = None) -> Dossier:
    """A new dossier of the unit in a round of its own."""
    unit, spec = place(name), catalogue.definitions().workflow(*scheme)
    found = rounds.open_round(
        actor=make.person("administrator"),
        scheme=scheme,
        unit_id=place(PROVINCE).id,
        assessed_year=year or clock.today().year - 1,
        title=f"Đợt {spec.name} {year or ''}",
    )
    officer = make.person(spec.states[spec.initial].turn, unit)
    made = dossiers.open_dossier(found.id, actor=officer, unit_id=unit.id)
    make.commit()
    return made


def walk(dossier: Dossier, state: str, level: int = 2) -> Dossier:
    """Take the dossier to `state` by the real actions of the right people; its answers reach `level`."""
    typed = walking.answers(catalogue.form_of(dossier), level)
    course = walking.Course(typed, typed, make.minutes(), note=_note, document=ANSWER)
    for transition in walking.way(catalogue.workflow_of(dossier).spec, state, level, start=dossier.state):
        walking.step(dossier, transition, course, make.person)
    make.commit()
    return dossier


def _note(transition: object) -> str:
    return REASON if getattr(transition, "note", "") == "required" else ""


@remembered
def lower_tiers(level: int = 2) -> tuple[Dossier, Dossier]:
    """The commune and the district, both recognised at `level`."""
    commune = walk(opened(COMMUNES, COMMUNE), f"recognised_level_{level}", level)
    return commune, walk(opened(DISTRICTS, DISTRICT), f"recognised_level_{level}", level)
