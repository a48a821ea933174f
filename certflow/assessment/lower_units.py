"""The units below a dossier's unit and their recognitions: answers that are computed and never typed."""

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from certflow import clock
from certflow.catalogue.catalogue import form_of, is_sample, workflow_of
from certflow.law.scoring.coverage import Coverage, LowerUnit
from certflow.law.scoring.scoring import Answer, Answers
from certflow.law.specs.form import IndicatorSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.people import User
from certflow.models.results import Recognition
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, seeing
from certflow.models.units import Unit, UnitVersion
from certflow.rules import inheritance
from certflow.rules.inheritance import Inherited


def coverage(unit: Unit, kind: str, on: dt.date, *, form: str, practice: bool = False) -> Coverage:
    """The units of `kind` directly below `unit` on the day `on` in Vietnamese order, each with its recognition then.

    Only recognitions by the criteria set called `form` count, in any of its versions. Of several the highest in force
    counts, otherwise the one that ended last; a unit's own comes before one that it has inherited. Those of practice
    rounds count in practice only, official ones only officially, and those reached on a sample set nowhere.
    """
    then = (UnitVersion.parent_id == unit.id, UnitVersion.kind == kind, UnitVersion.stands_on(on))
    below = db.session.scalars(select(UnitVersion).where(*then).order_by(UnitVersion.sort_key)).all()
    granted: dict[int, list[Recognition]] = {}
    query = (
        select(Recognition)
        .join(Dossier, Recognition.dossier_id == Dossier.id)
        .join(Round, Dossier.round_id == Round.id)
        .where(Recognition.unit_id.in_(select(UnitVersion.unit_id).where(*then)), Recognition.recognised_on <= on)
        .where(or_(Recognition.revoked_on.is_(None), Recognition.revoked_on > on))
        .where(Dossier.form == form, Round.practice.is_(practice))
        .where(Recognition.kind == "recognition", Recognition.holder_id.is_(None))
        .options(contains_eager(Recognition.dossier))
    )
    with seeing(EVERYTHING):  # the share is the same whoever asks
        recognitions = db.session.scalars(query).all()
    for recognition in recognitions:
        if not is_sample(recognition.dossier):
            granted.setdefault(recognition.unit_id, []).append(recognition)
    ids = [version.unit_id for version in below]
    passed = inheritance.of_units(ids, on, within=unit, form=form, practice=practice) if ids else {}
    return Coverage(on, tuple(_lower_unit(version, granted.get(version.unit_id, ()), passed, on) for version in below))


def _lower_unit(
    unit: UnitVersion, granted: Iterable[Recognition], passed: Mapping[int, Inherited], on: dt.date
) -> LowerUnit:
    candidates = [LowerUnit(unit.code, unit.name, r.level, r.recognised_on, r.valid_until) for r in granted]
    inherited = passed.get(unit.unit_id)
    if inherited is not None and (title := inherited.title) is not None:
        days = {"recognised_on": title.since, "valid_until": title.until}
        candidates.append(LowerUnit(unit.code, unit.name, title.level, **days, inherited_from=inherited.predecessors))
    ranked = sorted(candidates, key=lambda candidate: _rank(candidate, on))
    return ranked[-1] if ranked else LowerUnit(unit.code, unit.name)


def _rank(unit: LowerUnit, on: dt.date) -> tuple[bool, int, bool, dt.date]:
    live = unit.live(on)
    return live, unit.level if live else 0, not unit.inherited_from, unit.valid_until or dt.date.min


def computed_answer(dossier: Dossier, indicator: IndicatorSpec) -> Answer:
    """The answer to a computed indicator of `dossier` as of today, or of the last day of a unit that has ended.

    Kept as it is, it can be scored again later.
    """
    by, practice = indicator.recognised_by, dossier.round.practice
    day = min(clock.today(), dossier.unit.ends_on or dt.date.max)
    return coverage(dossier.unit, str(indicator.units), day, form=by, practice=practice).as_answer()


def computed_answers(dossier: Dossier) -> dict[str, Answer]:
    """The answers to all computed indicators of the dossier's criteria set, as of today."""
    indicators = form_of(dossier).indicators.values()
    return {i.code: computed_answer(dossier, i) for i in indicators if i.computed}


def as_filed_now(dossier: Dossier, claims: Answers) -> Answers:
    """The claims as filing would freeze them: where the dossier can be filed from, what is computed is of today."""
    spec = workflow_of(dossier).spec
    if any(dossier.state in t.origins and "freeze_submission" in t.effects for t in spec.transitions):
        return {**claims, **computed_answers(dossier)}
    return claims


def refresh_claims(dossier: Dossier, *, actor: User, at: dt.datetime) -> None:
    """Store what is computed as of today in the claims, for the submission that freezes them."""
    for code, answer in computed_answers(dossier).items():
        claim = db.session.get(Claim, (dossier.id, code))
        if claim is None:
            claim = Claim(dossier_id=dossier.id, indicator=code, version=0, explanation="")
            db.session.add(claim)
        if claim.answer != answer or claim.to_confirm:
            claim.answer, claim.saved_by, claim.saved_at, claim.to_confirm = dict(answer), actor.signature, at, False
            claim.version += 1
    db.session.flush()
