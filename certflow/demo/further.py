"""Building the rest of the practice season: centres rated, districts that report and that ask to be recognised."""

from collections import Counter

from sqlalchemy import func, select

from certflow.assessment import meetings
from certflow.catalogue import catalogue
from certflow.demo import further_plan, walking
from certflow.demo.further_plan import Undertaking
from certflow.demo.stage import Progress, Stage
from certflow.dossiers import dossiers
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.vietnamese import within_sentence

_NO_MEETING = meetings.Minutes(None, "", "", ())
_NOT_FILED = {"drafting", "awaiting_chair"}


def build(stage: Stage, communes: Round, progress: Progress) -> None:
    """Open the further rounds and make their dossiers; the reports tell what became of the round `communes`."""
    progress.begin("Dossiers of centres and districts", sum(len(entry.places) for entry in further_plan.UNDERTAKINGS))
    for undertaking in further_plan.UNDERTAKINGS:
        opened = stage.open_round(undertaking.scheme, undertaking.title, undertaking.dates)
        for place in undertaking.places:
            dossier = _opened(opened, stage.named[place], stage)
            db.session.commit()
            _walk(dossier, undertaking, _course(dossier, undertaking, communes), stage)
            progress.tick()


def _opened(chosen_round: Round, unit: Unit, stage: Stage) -> Dossier:
    spec = catalogue.workflow_of(chosen_round).spec
    officer = stage.person_for(spec.states[spec.initial].turn, unit)
    name = f"Trung tâm học tập cộng đồng {within_sentence(unit.name)}" if spec.about_holders else ""
    return dossiers.open_dossier(chosen_round.id, actor=officer, unit_id=unit.id, holder_name=name)


def _course(dossier: Dossier, undertaking: Undertaking, communes: Round) -> walking.Course:
    claims, findings = further_plan.CENTRE_CLAIMS, further_plan.CENTRE_FINDINGS
    if undertaking is further_plan.REPORT:
        claims = _report(dossier.unit, communes)
    elif undertaking is further_plan.DISTRICTS:
        claims = walking.answers(catalogue.form_of(dossier), 1)
    return walking.Course(claims, findings, _NO_MEETING, further_plan.note)


def _report(district: Unit, communes: Round) -> dict[str, dict[str, str]]:
    """The district's report as it is typed, its numbers counted in the round of its communes."""
    below = select(func.count()).select_from(Unit).where(Unit.parent_id == district.id, Unit.kind == "commune")
    own = Dossier.round_id == communes.id, Unit.parent_id == district.id
    states = Counter(db.session.scalars(select(Dossier.state).join(Unit, Dossier.unit_id == Unit.id).where(*own)))
    filed = sum(number for state, number in states.items() if state not in _NOT_FILED)
    ends = (states[state] for state in ("recognised_level_1", "recognised_level_2", "declined"))
    counts = (db.session.scalar(below), filed, *ends)
    words = {"2.1": further_plan.DIFFICULTIES, "2.2": further_plan.PROPOSALS}
    values = {f"1.{number}": str(count) for number, count in enumerate(counts, 1)} | words
    return {code: {"value": value} for code, value in values.items()}


def _walk(dossier: Dossier, undertaking: Undertaking, course: walking.Course, stage: Stage) -> None:
    spec = catalogue.workflow_of(dossier).spec
    states = undertaking.places[dossier.unit.name]
    if not states:
        officer = stage.person_for(spec.states[spec.initial].turn, dossier.unit)
        answers = {code: answer for code, answer in course.claims.items() if int(code[0]) in undertaking.drafted}
        walking.write(Claim, dossier, answers, actor=officer, course=course)
        db.session.commit()
    for state in states:
        for transition in walking.way(spec, state, 0, start=dossier.state):
            walking.step(dossier, transition, course, stage.person_for)
            db.session.commit()
