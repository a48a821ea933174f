"""The one function that changes a dossier's state, and what it needs to decide."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, cast

from sqlalchemy import Boolean, Table, bindparam, case, exists, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from certflow import clock
from certflow.access import access, turns
from certflow.access.turns import Reading
from certflow.assessment import lower_units, supplements
from certflow.assessment.assessments import Contents
from certflow.assessment.evidence import with_files
from certflow.assessment.supplements import Asked
from certflow.catalogue import role_titles
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.dossiers.effects import EFFECTS, Act
from certflow.errors import Refusal, Stale
from certflow.handling import handling
from certflow.impartiality import impartiality
from certflow.impartiality import judges as bench
from certflow.impartiality.judges import Bench
from certflow.law import guards
from certflow.law.councils import COUNCIL
from certflow.law.facts import DossierFacts, Fact, OutsideDocument
from certflow.law.impartiality import NONE
from certflow.law.scoring.scoring import Answers, Result, score
from certflow.law.specs.form import Part
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import TransitionSpec
from certflow.law.workflow import Move, Offer
from certflow.models.base import db, instant
from certflow.models.dossiers import RETRACTION, Claim, Dossier, Finding, HistoryEntry, Meeting, Sequel
from certflow.models.people import User
from certflow.results import recognitions
from certflow.rules import authority, signing
from certflow.wording import _

_dossier = cast(Table, Dossier.__table__)


NO_DOCUMENT = OutsideDocument()


def act(
    dossier_id: int,
    action: str,
    *,
    actor: User,
    note: str = "",
    document: OutsideDocument = NO_DOCUMENT,
    asked: Asked = supplements.NOTHING,
    version: int | None = None,
) -> Dossier:
    """Take `action` on a dossier and record it, or raise a Refusal and change nothing.

    `version` is the one that `actor` saw; when another act came since, Stale is raised, but not for their own sent
    again. `document` is the paper from outside that is recorded; `asked` is what is asked for when it is given back.
    """
    dossier = access.dossier(dossier_id, actor, lock=True)
    record = Act(actor, note.strip(), document, clock.now())
    if version is not None and version != dossier.version:
        if _stands(dossier, version + 1, action, record, asked):
            return dossier
        raise Stale(_("Somebody else acted on this dossier after you opened it. Look at it again, then decide."))
    roles_held = access.parts_on(actor, dossier)
    facts = facts_of(dossier, actor=actor, note=note, document=document)
    roles = frozenset(part.role for part in roles_held)
    move = workflow_of(dossier).take(action, state=dossier.state, roles=roles, facts=facts)
    move, delegation = signing.part_used(dossier, move, roles_held)
    supplements.check(dossier, move, asked)
    _change(dossier, move, replace(record, delegation=delegation))
    supplements.follow(dossier, move, asked)
    return dossier


def _stands(dossier: Dossier, number: int, action: str, record: Act, asked: Asked) -> bool:
    """Whether the step `number` is this very act of the same person, and was not taken back."""
    entry = db.session.get(HistoryEntry, (dossier.id, number))
    if entry is None or (entry.action, entry.actor_id, entry.note) != (action, record.actor.id, record.note):
        return False
    if (entry.document_number, entry.document_date) != (record.document.number.strip(), record.document.dated):
        return False
    sequel = db.session.get(Sequel, (dossier.id, number))
    return supplements.was_asked(dossier, number, asked) and (sequel is None or sequel.kind != "retracted")


def _change(dossier: Dossier, move: Move, record: Act) -> None:
    if not move.transition.effects and record.delegation is None:
        _change_state(dossier, move, record)
    else:
        _change_with_effects(dossier, move, record)


def _change_with_effects(dossier: Dossier, move: Move, record: Act) -> None:
    try:
        with db.session.begin_nested():  # an effect that refuses takes the change of state back
            record = replace(record, at=_change_state(dossier, move, record))
            if record.delegation is not None:  # which may have ended at midnight, since it was asked for
                signing.require_on(record.delegation, clock.local_day(record.at))
            for effect in move.transition.effects:
                EFFECTS[effect](dossier, move, record)
    except Refusal:
        db.session.expire(dossier)  # what was set on it past the unit of work
        raise


def keep_state(dossier: Dossier, action: str, *, actor: User, note: str) -> None:
    """Record an administrator's act that is no step of the scheme, on a dossier that is held and stays as it is.

    Raises Stale when somebody acted on it since it was read.
    """
    stays = TransitionSpec(
        action, Text("", ""), (dossier.state,), dossier.state, (role_titles.ADMINISTRATOR,), source=""
    )
    move = Move(stays, dossier.state, dossier.state, role_titles.ADMINISTRATOR)
    _change_state(dossier, move, Act(actor, note, NO_DOCUMENT, clock.now()), stays=True)


def take_back(dossier: Dossier, step: HistoryEntry, *, actor: User, note: str) -> dt.datetime:
    """Bring a dossier that is held to the state before its latest `step`, in the part that took it; gives the instant.

    Whether the step may be taken back is for the caller to ask; what it stored beside the state is for them to undo.
    """
    words, parts = Text("", ""), (step.acting_as,)
    back = TransitionSpec(f"{RETRACTION}{step.number}", words, (dossier.state,), step.from_state, parts, source="")
    move = Move(back, dossier.state, step.from_state, step.acting_as)
    move, delegation = signing.part_used(dossier, move, access.parts_on(actor, dossier))
    return _change_state(dossier, move, Act(actor, note.strip(), NO_DOCUMENT, clock.now(), delegation))


def offers(dossier: Dossier, *, actor: User) -> tuple[Offer, ...]:
    """The actions open to `actor` now, each with what still stands in its way."""
    return offers_to(turns.reading(dossier, actor))


def offers_to(reading: Reading, judges: Bench | None = None, contents: Contents | None = None) -> tuple[Offer, ...]:
    """The offers to the reader; `judges`, when loaded already, must include the reader's involvement."""
    dossier, actor, roles_held = reading.dossier, reading.reader, reading.held
    facts = facts_of(dossier, actor=actor, contents=contents)
    if judges is not None:
        facts |= {guards.INVOLVEMENT: judges.involved.get(actor.person_id, NONE), COUNCIL: judges.sitting}
    open_actions = reading.workflow.offers(dossier.state, reading.roles, facts)
    delegated = [part for part in roles_held if part.delegation is not None]
    return signing.with_missing(dossier, open_actions, roles_held) if delegated else open_actions


def answers_of(dossier: Dossier, kind: type[Claim] | type[Finding]) -> Answers:
    """The stored answers of one kind by indicator code, without those that must be confirmed again."""
    query = select(kind.indicator, kind.answer).where(kind.dossier_id == dossier.id, kind.to_confirm.is_(False))
    rows = db.session.execute(query)
    return dict(rows.all())


def claims_of(dossier: Dossier) -> Answers:
    """The answers of the self-assessment as they count now: files and lower units are counted anew."""
    return with_files(dossier, lower_units.as_filed_now(dossier, answers_of(dossier, Claim)))


def _result(dossier: Dossier, answers: Answers, part: Part) -> Result:
    return score(form_of(dossier), answers, disadvantaged=dossier.disadvantaged_area, part=part)


def _meeting_recorded(dossier: Dossier) -> bool:
    return bool(db.session.scalar(select(exists().where(Meeting.dossier_id == dossier.id))))


# How each fact is found for a person who is about to act on a dossier; what is typed for the act is not looked up.
LOOK_UPS: dict[Fact[Any], Callable[[Dossier, User], Any]] = {
    guards.SELF_ASSESSMENT: lambda dossier, _actor: _result(dossier, claims_of(dossier), "claims"),
    guards.APPRAISAL: lambda dossier, _actor: _result(dossier, answers_of(dossier, Finding), "findings"),
    guards.MEETING: lambda dossier, _actor: _meeting_recorded(dossier),
    guards.PROPOSED_LEVEL: lambda dossier, _actor: dossier.proposed_level,
    guards.INVOLVEMENT: impartiality.of,
    guards.AUTHORITY: lambda dossier, _actor: authority.role_in_force(dossier, clock.today()),
    guards.HELD: lambda dossier, _actor: recognitions.held(dossier, clock.today()),
    guards.TODAY: lambda _dossier, _actor: clock.today(),
    COUNCIL: lambda dossier, _actor: bench.council_of(dossier),
}


def _loaded(contents: Contents) -> dict[Fact[Any], Callable[[Dossier, User], Any]]:
    """How facts are found in what a page has loaded already."""

    def claimed(dossier: Dossier) -> Answers:
        return lower_units.as_filed_now(dossier, contents.counted_claims(form_of(dossier)))

    return {
        guards.SELF_ASSESSMENT: lambda dossier, _actor: _result(dossier, claimed(dossier), "claims"),
        guards.APPRAISAL: lambda dossier, _actor: _result(dossier, contents.counted_findings(), "findings"),
        guards.MEETING: lambda _dossier, _actor: contents.meeting is not None,
    }


def facts_of(
    dossier: Dossier,
    *,
    actor: User,
    note: str = "",
    document: OutsideDocument = NO_DOCUMENT,
    contents: Contents | None = None,
) -> DossierFacts:
    """The facts that guards may read when `actor` acts on `dossier`; each is looked up once, when first needed."""
    look_ups = LOOK_UPS if contents is None else LOOK_UPS | _loaded(contents)
    look_up = cache(lambda fact: look_ups[fact](dossier, actor))
    return DossierFacts(form_of(dossier), look_up, {guards.NOTE: note, guards.DOCUMENT: document})


# Built once, and sent past the unit of work: the ORM's own bookkeeping costs several times what the rows do.
_MOVE = (
    update(_dossier)
    .where(
        _dossier.c.id == bindparam("dossier_id"),
        _dossier.c.version == bindparam("seen"),
        _dossier.c.state == bindparam("origin"),
    )
    .values(
        state=bindparam("target"),
        version=_dossier.c.version + 1,
        entered_at=case((bindparam("stays", type_=Boolean()), _dossier.c.entered_at), else_=instant()),
    )
    .returning(_dossier.c.version, _dossier.c.entered_at, instant().label("at"))
)
_RECORD = insert(cast(Table, HistoryEntry.__table__))
_OWN: dict[str, Any] = {"delegation_id": None, "signs_for": ""}


def _change_state(dossier: Dossier, move: Move, act: Act, *, stays: bool = False) -> dt.datetime:
    """Write the new state and its history entry; the instant is the database's, taken in the statement itself.

    With `stays` the dossier was in that state all along.
    """
    connection = db.session.connection()
    parameters = {"dossier_id": dossier.id, "seen": dossier.version, "origin": move.origin, "target": move.target}
    changed = connection.execute(_MOVE, parameters | {"stays": stays}).one_or_none()
    if changed is None:
        raise Stale(_("Somebody else acted on this dossier at the same moment. Look at it again, then decide."))
    (version, entered_at, at), delegation = changed, act.delegation
    entry = {
        "dossier_id": dossier.id,
        "number": version,
        "action": move.transition.action,
        "from_state": move.origin,
        "to_state": move.target,
        **act.actor.signature.columns("actor"),
        "acting_as": move.acting_as,
        **({"delegation_id": delegation.id, "signs_for": delegation.mode} if delegation else _OWN),
        "note": act.note,
        "document_number": act.document.number.strip() if move.transition.document else "",
        "document_date": act.document.dated if move.transition.document else None,
        "at": at,
    }
    connection.execute(_RECORD, entry)
    for name, value in (("state", move.target), ("version", version), ("entered_at", entered_at)):
        set_committed_value(dossier, name, value)
    handling.pass_on(dossier, actor=act.actor, at=at)
    return cast(dt.datetime, at)
