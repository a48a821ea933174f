"""Recording the meeting that agreed on the self-assessment (Circular 25/2023/TT-BGDĐT art. 9.1.c)."""

import datetime as dt
from dataclasses import dataclass, field

from certflow import clock
from certflow.access import access, editing, vacancies
from certflow.assessment.merging import StoredTexts, Texts, Typed, settle
from certflow.catalogue.catalogue import workflow_of
from certflow.errors import ActionNotOpen, Invalid
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
    """What is recorded of the meeting; `bodies_present` are keys of BODIES, `version` 0 before the first record.

    `shown` and `yielded` are those of `merging.Typed`.
    """

    held_on: dt.date | None
    chaired_by: str
    chair_position: str
    bodies_present: tuple[str, ...]
    other_bodies: str = ""
    conclusion: str = ""
    version: int = 0
    shown: Texts = field(default_factory=dict)
    yielded: frozenset[str] = frozenset()


FIELDS = ("held_on", "chaired_by", "chair_position", "bodies_present", "other_bodies", "conclusion")


def texts_of(record: Minutes | Meeting | None) -> dict[str, str]:
    """The text of each of FIELDS, by which records are compared."""
    if record is None:
        return dict.fromkeys(FIELDS, "")
    return {
        "held_on": record.held_on.isoformat() if record.held_on else "",
        "chaired_by": record.chaired_by.strip(),
        "chair_position": record.chair_position.strip(),
        "bodies_present": " ".join(key for key in BODIES if key in record.bodies_present),
        "other_bodies": record.other_bodies.strip(),
        "conclusion": record.conclusion.strip(),
    }


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


def record(dossier_id: int, minutes: Minutes, *, actor: User) -> tuple[str, ...]:
    """Record the meeting, or correct the record while the dossier is still being drafted.

    Gives the fields that somebody else changed meanwhile to another text: these keep what is stored.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    editing.require_editor(dossier, actor, "claims")
    if not workflow_of(dossier).spec.meeting_source:
        raise ActionNotOpen(_("This scheme does not ask for a meeting."))
    _refuse_unknown(minutes)
    meeting = db.session.get(Meeting, dossier.id, populate_existing=True)
    texts, conflicts = _merged(meeting, minutes, actor)
    merged = _minutes(texts)
    _check(dossier, merged)
    if texts == texts_of(meeting):
        return conflicts
    if meeting is None:
        meeting = Meeting(dossier_id=dossier.id)
        db.session.add(meeting)
    meeting.held_on = merged.held_on or clock.today()
    meeting.chaired_by, meeting.chair_position = merged.chaired_by, merged.chair_position
    meeting.bodies_present, meeting.other_bodies = list(merged.bodies_present), merged.other_bodies
    meeting.conclusion = merged.conclusion
    meeting.recorded_by, meeting.recorded_at = actor.signature, clock.now()
    db.session.flush()
    return conflicts


def _merged(meeting: Meeting | None, minutes: Minutes, actor: User) -> tuple[Texts, tuple[str, ...]]:
    typed = Typed(texts_of(minutes), version=minutes.version, shown=minutes.shown, yielded=minutes.yielded)
    if meeting is None:
        return settle(FIELDS, typed, StoredTexts(texts_of(None), 0, {}), actor.id)
    writers = dict.fromkeys(FIELDS, meeting.recorded_by_id)
    return settle(FIELDS, typed, StoredTexts(texts_of(meeting), meeting.version, writers), actor.id)


def _minutes(texts: Texts) -> Minutes:
    return Minutes(
        held_on=dt.date.fromisoformat(texts["held_on"]) if texts["held_on"] else None,
        chaired_by=texts["chaired_by"],
        chair_position=texts["chair_position"],
        bodies_present=tuple(texts["bodies_present"].split()),
        other_bodies=texts["other_bodies"],
        conclusion=texts["conclusion"],
    )


def _refuse_unknown(minutes: Minutes) -> None:
    if set(minutes.bodies_present) - set(BODIES):
        raise Invalid(fields={"bodies_present": (_("Choose from the bodies listed."),)})


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
    if not set(OBLIGATORY) <= present:
        return _("The study-promotion association and the Fatherland Front must be present.")
    return ""


def usual_chair(dossier: Dossier) -> Signature | None:
    """Who most likely chairs the meeting: the leader who files; None where nobody or several hold that part."""
    roles = {role for t in workflow_of(dossier).spec.transitions if FILING in t.effects for role in t.by}
    people = vacancies.holding(dossier, roles.pop()) if len(roles) == 1 else []
    return people[0].signature if len(people) == 1 else None
