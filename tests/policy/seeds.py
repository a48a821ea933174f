"""The world of the matrix: one commune with a dossier in every state, its files and papers, and one of all else."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from certflow import clock
from certflow.access.policy import DOSSIER
from certflow.approval.policy import PROPOSAL
from certflow.assessment import assessments, evidence
from certflow.assessment.policy import EVIDENCE
from certflow.catalogue import role_titles
from certflow.criteria import rating_sets
from certflow.criteria.policy import RATING_SET
from certflow.demo import walking
from certflow.dossiers.policy import OPENING
from certflow.http.policy import NOTHING, About
from certflow.impartiality import councils
from certflow.impartiality.policy import RECUSABLE
from certflow.law.specs.workflow import TransitionSpec
from certflow.models.dossiers import Dossier
from certflow.people import people
from certflow.results import documents, recognitions
from certflow.results.policy import DOCUMENT
from certflow.rounds import round_dates, rounds
from certflow.rules import authority
from tests import make
from tests.criteria import sets_written
from tests.gateways import samples
from tests.policy.cast import HERE, PLACES, elsewhere, merge
from tests.policy.expected import Target

INDICATOR = "1.1"
# Things of which none is there: whoever is let in is told so, everybody else that it is not theirs.
ABSENT = ("delegation_id", "council_id", "member_id", "conflict_id", "substitute_id", "import_id")
ABSENT_TOO = ("unit_id", "organisation_id", "attribute_id")


@dataclass(frozen=True)
class World:
    """What requests can be about, and the parts of addresses that are alike for everybody."""

    targets: dict[About[Any], list[Target]]
    parts: dict[str, Any]


def world(states: Iterable[str] = ()) -> World:
    """Make it, with a dossier in each of `states` (all of the scheme by default)."""
    elsewhere()
    targets: defaultdict[About[Any], list[Target]] = defaultdict(list)
    targets[NOTHING] = [Target(NOTHING, "")]
    code = ""
    for state in sorted(states or make.scheme().states, reverse=True):  # a level 2 is decided before a level 1 is held
        made, file_id = _walked(state)
        named = {"dossier_id": made.id, "version": made.version, **_versions(made)}
        targets[DOSSIER].append(Target(DOSSIER, state, named))
        targets[RECUSABLE].append(Target(RECUSABLE, state, {"dossier_id": made.id}))
        targets[EVIDENCE].append(Target(EVIDENCE, state, {"evidence_id": file_id}))
        papers = [paper.id for paper in documents.of_dossier(made)]
        targets[DOCUMENT] += [Target(DOCUMENT, state, {"document_id": one}) for one in papers[:1]]
        if made.proposed_level and not code and (recognition := recognitions.of_dossier(made)):
            code = recognition.verify_code
            for one in papers:
                documents.issue(one)
    targets[PROPOSAL] = [Target(PROPOSAL, "open", {"proposal_id": _proposal()})]
    targets[RATING_SET] = list(_sets())
    targets[OPENING] = list(_openings())
    parts = {"code": code, **_parts()}
    _councils()
    merge()
    return World(targets, parts)


def _councils() -> None:
    """Of the year in two districts; the one above HERE is of five with the member who comes with the actors."""
    administrator = make.person(role_titles.ADMINISTRATOR)
    for name in (PLACES["own"]["district"], PLACES["sibling"]["district"]):
        found = make.round_(title=f"Đợt {make.scheme().initial}")
        number, unit = f"{name}/QĐ", make.unit(name)
        entry = councils.CouncilEntry(found.id, unit.id, number, clock.today(), whole_year=True)
        made = councils.enter(entry, actor=administrator)
        for place, part in enumerate(("chair", "secretary", "member", "member")):
            member = make.user(f"council.{unit.id}.{place}")
            councils.seat(made.id, actor=administrator, user_id=member.id, part=part, starts_on=clock.today())
    make.commit()


def _walked(state: str) -> tuple[Dossier, int]:
    """A dossier of the commune in `state`, in a round of its own, with a file that was attached at its beginning."""
    spec = make.scheme()
    made = make.dossier(unit=make.unit(HERE), round_=make.round_(title=f"Đợt {state}"))
    officer = make.person_for(spec.states[spec.initial].turn, made)
    file = evidence.attach(made.id, INDICATOR, io.BytesIO(samples.pdf()), "a.pdf", actor=officer)
    reached = spec.states[state].level or 1
    course = walking.Course(make.answers(reached), make.answers(reached), make.minutes(), note=_note)
    for transition in walking.way(spec, state, reached):
        walking.step(made, transition, course, make.person)
    make.commit()
    return made, file.id


def _versions(made: Dossier) -> dict[str, int]:
    """The fields that say which answers a person saw, while they can be written."""
    if make.scheme().states[made.state].edits != "claims":
        return {}
    return {f"{code}-version": claim.version for code, claim in assessments.contents(made).claims.items()}


def _note(transition: TransitionSpec) -> str:
    return make.REASON if transition.note == "required" else ""


def _sets() -> Iterator[Target]:
    published = sets_written.published()
    draft = rating_sets.begin(make.province().id, sets_written.FAMILY, actor=make.person("province_reviewer"))
    make.commit()
    for state, own in (("published", published), ("draft", draft)):
        yield Target(RATING_SET, state, {"set_id": own.id, "revision": own.revision})


def _openings() -> Iterator[Target]:
    for state in ("open", "closed"):
        found = make.round_(title=f"Đợt không có hồ sơ, {state}")
        if state == "closed":
            rounds.close(found.id, actor=make.person(role_titles.ADMINISTRATOR))
            make.commit()
        yield Target(OPENING, state, {"round_id": found.id, "unit_id": make.unit(HERE).id})


def _parts() -> dict[str, Any]:
    """What stands in addresses that name no dossier: the first of each that is there."""
    somebody = make.user("somebody")
    appointment = people.give(
        somebody, role="commune_officer", unit_id=make.unit("Xã Suối Cát").id, starts_on=clock.today()
    )
    make.commit()
    return {
        "units": {name: unit.id for name, unit in make.units().items()},
        "user_id": somebody.id,
        "appointment_id": appointment.id,
        "round_id": make.round_(title="Đợt của quản trị").id,
        "rule_id": _rule(),
        "number": 1,
        "action": make.scheme().transitions[0].action,
        "paper": "decision",
        "indicator": INDICATOR,
        "filename": "document.css",
        "dossier_id": 1,
        **dict.fromkeys(ABSENT + ABSENT_TOO, 10**6),
        "digest": "0" * 64,
        "kind": "invitation",
        **dict.fromkeys(("token", "upload", "handle"), "absent"),
        "role": "commune_officer",
        "old": 1,
        "new": 1,
        "page": 1,
        "version": 1,
    }


def _proposal() -> int:
    """Other dates for a round under way, as one administrator proposed them."""
    found = make.round_(title=f"Đợt {make.scheme().initial}")
    made = round_dates.change(
        found.id,
        {found.dates[0].deadline: (clock.today(), True)},
        actor=make.person(role_titles.ADMINISTRATOR),
        version=found.version,
        reason=make.REASON,
    )
    assert made is not None
    make.commit()
    return made.id


def _rule() -> int:
    spec, role = authority.candidates()[0]
    entry = authority.AuthorityEntry(
        unit_id=make.province().id,
        scheme=spec.name,
        role=role.name,
        starts_on=clock.today(),
        ends_on=None,
        document_number="Quyết định số 1/QĐ-UBND",
        document_date=clock.today(),
        issued_by="Ủy ban nhân dân tỉnh Đồng Nai",
    )
    made = authority.enter(entry, io.BytesIO(samples.pdf()), "a.pdf", actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    return made.id
