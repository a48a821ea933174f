"""Schemes that no law knows, to test what the shipped ones do not show: holders, ratings, decisions made elsewhere.

Call these inside an application context, after the application was made: it loads the shipped definitions.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from certflow import clock
from certflow.catalogue import catalogue, role_titles
from certflow.demo import walking
from certflow.dossiers import actions, dossiers
from certflow.dossiers.effects import EFFECTS
from certflow.law.catalogue import Catalogue
from certflow.law.facts import OutsideDocument
from certflow.law.specs.form import FormSpec, Trust
from certflow.law.specs.words import Text
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.rounds import Round
from certflow.rounds import rounds
from tests import make

RATING, COMMENDATION, OUTSIDE = "test_centre_rating", "test_person_commendation", "test_outside_recognition"
CENTRE = "Trung tâm học tập cộng đồng Xuân Tây"
DECISION = "88/QĐ-BGDĐT"
_HERE = Path(__file__).parent


@cache
def _read() -> Catalogue:
    return catalogue.read_from(_HERE / "workflows", _HERE / "forms", EFFECTS)


def use(*, trust: Trust = "sample") -> None:
    """Run on these schemes beside the shipped ones; their criteria set is a sample unless said otherwise."""
    shipped, here = catalogue.definitions(), _read()
    forms = {key: replace(form, trust=trust) for key, form in here.forms.items()}
    catalogue.use(Catalogue(shipped.workflows | here.workflows, shipped.forms | forms))


def round_of(scheme: str, *, practice: bool = False) -> Round:
    """The round of one of these schemes, made once."""
    title = f"Đợt {scheme}{' tập dượt' if practice else ''}"
    known = db.session.scalar(sa.select(Round).where(Round.title == title))
    opened = known or rounds.open_round(
        actor=make.person(role_titles.ADMINISTRATOR),
        scheme=(scheme, 1),
        unit_id=make.province().id,
        assessed_year=clock.today().year - 1,
        title=title,
        practice=practice,
    )
    make.commit()
    return rounds.get(opened.id)


def opened(scheme: str, *, name: str = CENTRE, detail: str = "", practice: bool = False) -> Dossier:
    """A dossier of the first commune, or of a holder there."""
    found = round_of(scheme, practice=practice)
    officer = make.person("centre_officer", make.unit())
    about = {"holder_name": name, "holder_detail": detail} if scheme != OUTSIDE else {}
    made = dossiers.open_dossier(found.id, actor=officer, unit_id=make.unit().id, **about)
    make.commit()
    return made


def walked(about: Dossier, state: str, *, note: str = make.REASON) -> Dossier:
    """Take the dossier to `state` by the shortest way, the findings at level 2."""
    spec = catalogue.workflow_of(about).spec
    typed = walking.answers(catalogue.form_of(about), 2)
    course = walking.Course(typed, typed, make.minutes())
    level = spec.states[state].level
    for transition in walking.way(spec, state, level, start=about.state):
        walking.prepare(about, course, make.person)
        actor = make.person_for(transition.by[0], about)
        document = OutsideDocument(DECISION, clock.today())
        said = note if transition.note == "required" else ""
        actions.act(about.id, transition.action, actor=actor, note=said, document=document)
    make.commit()
    return about


def graded(_form: FormSpec, level: int) -> Text:
    """Names of the ratings, for a criteria set that has levels only: put it in the place of `FormSpec.grade`."""
    return [Text("Không đạt", "Failed"), Text("Khá", "Fair"), Text("Tốt", "Good")][level]
