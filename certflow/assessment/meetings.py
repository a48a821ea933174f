"""Recording the meeting that agreed on the self-assessment (Circular 25/2023/TT-BGDĐT art. 9.1.c)."""

import datetime as dt
from dataclasses import dataclass, replace

from certflow import clock
from certflow.access import access, editing, vacancies
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid, Stale
from certflow.law.impartiality import FILING
from certflow.models.base import db
from certflow.models.days import Signature
from certflow.models.dossiers import Dossier, Meeting
from certflow.models.people import User
from certflow.wording import _

STUDY_PROMOTION = "study_promotion_association"
FATHERLAND_FRONT = "fatherland_front"
BODIES = (
    STUDY_PROMOTION,
    FATHERLAND_FRONT,
    "youth_union",
    "womens_union",
    "farmers_association",
    "veterans_association",
    "trade_union",
)
OBLIGATORY = (STUDY_PROMOTION, FATHERLAND_FRONT)


@dataclass(frozen=True, slots=True)
class Minutes:
    """What is recorded of the meeting; `bodies_present` are keys of BODIES, `version` 0 before the first record."""

    held_on: dt.date | None
    chaired_by: str
    chair_position: str
    bodies_present: tuple[str, ...]
    other_bodies: str = ""
    conclusion: str = ""
    version: int = 0


def body_title(key: str) -> str:
    """The name of a body of the commune in the reader's language."""
    return {
        STUDY_PROMOTION: _("Study-promotion association"),
        FATHERLAND_FRONT: _("Vietnam Fatherland Front committee"),
        "youth_union": _("Youth union"),
        "womens_union": _("Women's union"),
        "farmers_association": _("Farmers' association"),
        "veterans_association": _("Veterans' association"),
        "trade_union": _("Trade union"),
    }[key]


def record(dossier_id: int, minutes: Minutes, *, actor: User) -> Meeting:
    """Record the meeting, or correct the record while the dossier is still being drafted.

    Raises Stale when it was changed since `minutes.version`, but for who sends again what they have recorded.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, "claims")
    if not workflow_of(dossier).spec.meeting_source:
        raise ActionNotOpen(_("This scheme does not ask for a meeting."))
    _check(dossier, minutes)
    meeting = db.session.get(Meeting, dossier.id, populate_existing=True)
    if (meeting.version if meeting else 0) != minutes.version:
        if meeting is not None and _is_recorded(meeting, minutes, actor):
            return meeting
        raise Stale(
            _("The record of the meeting was changed after you opened this page. Compare it with yours and save again.")
        )
    if meeting is None:
        meeting = Meeting(dossier_id=dossier.id)
        db.session.add(meeting)
    minutes = _tidy(minutes)
    meeting.held_on = minutes.held_on or clock.today()
    meeting.chaired_by, meeting.chair_position = minutes.chaired_by, minutes.chair_position
    meeting.bodies_present, meeting.other_bodies = list(minutes.bodies_present), minutes.other_bodies
    meeting.conclusion = minutes.conclusion
    meeting.recorded_by, meeting.recorded_at = actor.signature, clock.now()
    db.session.flush()
    return meeting


def _tidy(minutes: Minutes) -> Minutes:
    """What was typed as it is stored: without blanks around it, the bodies in their order."""
    return replace(
        minutes,
        chaired_by=minutes.chaired_by.strip(),
        chair_position=minutes.chair_position.strip(),
        bodies_present=tuple(key for key in BODIES if key in minutes.bodies_present),
        other_bodies=minutes.other_bodies.strip(),
        conclusion=minutes.conclusion.strip(),
    )


def _is_recorded(meeting: Meeting, minutes: Minutes, actor: User) -> bool:
    """Whether `actor` was the last to record it, in the version after the one they saw, in these words."""
    stored = Minutes(
        meeting.held_on,
        meeting.chaired_by,
        meeting.chair_position,
        tuple(meeting.bodies_present),
        meeting.other_bodies,
        meeting.conclusion,
        meeting.version - 1,
    )
    return stored == _tidy(minutes) and meeting.recorded_by_id == actor.id


def _check(dossier: Dossier, minutes: Minutes) -> None:
    faults = {
        "held_on": _day_fault(minutes.held_on, dossier.round.assessed_year),
        "chaired_by": _("Enter the full name of the person who chaired the meeting."),
        "chair_position": _("Enter the chair's position; the chair is a leader of the people's committee."),
        "bodies_present": _bodies_fault(set(minutes.bodies_present)),
    }
    if minutes.chaired_by.strip():
        faults["chaired_by"] = ""
    if minutes.chair_position.strip():
        faults["chair_position"] = ""
    fields = {field: (message,) for field, message in faults.items() if message}
    if fields:
        raise Invalid(fields=fields)


def _day_fault(held_on: dt.date | None, assessed_year: int) -> str:
    if held_on is None:
        return _("Enter the day of the meeting, for example 10/01/2026.")
    if held_on > clock.today():
        return _("The day of the meeting is in the future.")
    if held_on.year < assessed_year:
        return _("The meeting cannot be before the assessed year.")
    return ""


def _bodies_fault(present: set[str]) -> str:
    if present - set(BODIES):
        return _("Choose from the bodies listed.")
    if not set(OBLIGATORY) <= present:
        return _("The study-promotion association and the Fatherland Front must be present.")
    return ""


def usual_chair(dossier: Dossier) -> Signature | None:
    """Who most likely chairs the meeting: the leader who files; None where nobody or several hold that part."""
    roles = {role for t in workflow_of(dossier).spec.transitions if FILING in t.effects for role in t.by}
    people = vacancies.holding(dossier, roles.pop()) if len(roles) == 1 else []
    return people[0].signature if len(people) == 1 else None
