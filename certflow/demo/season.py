"""Building the practice season, every piece by the service that makes the real ones."""

import datetime as dt

from sqlalchemy import exists, select

from certflow import clock, jobs
from certflow.assessment import evidence, meetings
from certflow.catalogue import catalogue
from certflow.demo import cast, colleagues, further, plan, samples, walking
from certflow.demo.plan import Story, When
from certflow.demo.stage import Progress, Stage
from certflow.dossiers import dossiers
from certflow.errors import SetupError
from certflow.gateways.unit_sources.data import legacy_units
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit
from certflow.results import documents
from certflow.units import attributes, importing, store

SCHEME = ("dong_nai_commune_recognition", 1)


def build(progress: Progress) -> None:
    """Make the whole season in an empty database, inside the application's context; commits piece by piece."""
    _refuse_unless_empty()
    units = _units(progress)
    stage = _people(units, progress)
    opened = {when: stage.open_round(SCHEME, title, plan.DATES[when]) for when, title in plan.TITLES.items()}
    db.session.commit()
    _dossiers(stage, opened, progress)
    colleagues.build(stage, opened["ahead"], progress)
    further.build(stage, opened["passed"], progress)
    _papers(progress)


def _refuse_unless_empty() -> None:
    if db.session.scalar(select(exists().where(Unit.id > 0) | exists().where(User.id > 0))):
        raise SetupError("the database holds something already", "certflow demo --dir ANOTHER-FOLDER")


def _units(progress: Progress) -> dict[str, Unit]:
    rows = list(legacy_units(cast.PROVINCE))
    progress.begin("Units of Đồng Nai", len(rows))
    store.ensure_country()
    importing.import_units(rows, progress.tick)
    units = cast.places()
    attributes.mark_disadvantaged(units[cast.DISADVANTAGED], plan.DISADVANTAGED_SOURCE)
    db.session.commit()
    return units


def _people(units: dict[str, Unit], progress: Progress) -> Stage:
    engagements = cast.engagements(units)
    progress.begin("People", len(engagements) + 1)
    administrator = cast.first_administrator()
    progress.tick()
    crew = {}
    for engagement in engagements:
        user = cast.engage(engagement, actor=administrator)
        crew[engagement.part.role, engagement.unit.id if engagement.unit else 0] = user
        progress.tick()
    db.session.commit()
    return Stage(units, administrator, crew)


def _dossiers(stage: Stage, opened: dict[When, Round], progress: Progress) -> None:
    stories = plan.stories()
    progress.begin("Dossiers", len(stories))
    for number, story in enumerate(stories):
        dossier = _opened(story, opened[story.round], stage)
        course = _course(story, dossier, number)
        _attach(story, dossier, stage)
        db.session.commit()
        _walk(story, dossier, course, stage)
        progress.tick()


def _opened(story: Story, chosen_round: Round, stage: Stage) -> Dossier:
    unit = stage.named[story.commune]
    officer = stage.person_for("commune_officer", unit)
    return dossiers.open_dossier(chosen_round.id, actor=officer, unit_id=unit.id)


def _course(story: Story, dossier: Dossier, number: int) -> walking.Course:
    form, whole, margin = catalogue.form_of(dossier), 4200 + 613 * number, 10 + 17 * number % 80
    poor = dossier.disadvantaged_area
    findings = walking.answers(
        form, story.found, disadvantaged=poor, unmet=() if story.found else plan.UNMET, whole=whole, margin=margin
    )
    claims = walking.answers(form, story.claimed, disadvantaged=poor, whole=whole, margin=margin)
    return walking.Course(claims, findings, _minutes(number), plan.note, plan.EXPLANATIONS)


def _minutes(number: int) -> meetings.Minutes:
    bodies = meetings.BODIES if number % 2 else meetings.BODIES[: 3 + number % 4]
    return meetings.Minutes(
        held_on=clock.today() - dt.timedelta(days=2 + number % 12),
        chaired_by=("Phạm Đức Thành", "Võ Thị Hồng", "Lê Quang Vinh")[number % 3],
        chair_position="Phó Chủ tịch Ủy ban nhân dân",
        bodies_present=bodies,
        other_bodies="Hội Cựu giáo chức" if number % 5 == 0 else "",
        conclusion="Cuộc họp thống nhất kết quả tự đánh giá và đề nghị lập hồ sơ gửi cấp huyện.",
    )


def _attach(story: Story, dossier: Dossier, stage: Stage) -> None:
    officer = stage.person_for("commune_officer", dossier.unit)
    for indicator, name, title in plan.FILES[: story.files]:
        file = samples.paper(title, dossier.unit.name) if title else samples.picture(seed=dossier.id)
        evidence.attach(dossier.id, indicator, file, name, actor=officer)


def _walk(story: Story, dossier: Dossier, course: walking.Course, stage: Stage) -> None:
    if not story.states:
        _fill_in_part(story, dossier, course, stage)
    spec = catalogue.workflow_of(dossier).spec
    for state in story.states:
        if dossier.state == "returned":
            _supplement(dossier, course, stage)
        for transition in walking.way(spec, state, story.found, start=dossier.state):
            walking.step(dossier, transition, course, stage.person_for)
            db.session.commit()


def _fill_in_part(story: Story, dossier: Dossier, course: walking.Course, stage: Stage) -> None:
    """A draft in which only the first criteria are answered."""
    officer = stage.person_for("commune_officer", dossier.unit)
    answers = {code: answer for code, answer in course.claims.items() if int(code.split(".")[0]) <= story.criteria}
    walking.write(Claim, dossier, answers, actor=officer, course=course)
    db.session.commit()


def _supplement(dossier: Dossier, course: walking.Course, stage: Stage) -> None:
    """What a commune adds when its dossier was returned."""
    officer = stage.person_for("commune_officer", dossier.unit)
    more = walking.Course(course.claims, course.findings, course.minutes, explanations=plan.SUPPLEMENT)
    walking.write(Claim, dossier, course.claims, actor=officer, course=more)


def _papers(progress: Progress) -> None:
    """Make the files of all documents, as the background worker does."""
    pending = documents.pending(limit=1000)
    progress.begin("Decisions, certificates and letters", len(pending))
    for document_id in pending:
        jobs.issue_document({"document_id": document_id})
        db.session.commit()
        progress.tick()
