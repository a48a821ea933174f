"""What was answered to the same indicators in an earlier year: by the unit itself, else by those it came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import CTE, Select, literal, select
from sqlalchemy.orm import contains_eager

from certflow.access import access
from certflow.catalogue.catalogue import form_of
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import IndicatorSpec
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Succession

YEARS_BACK = 5
MOST_GENERATIONS = 3
MOST_CLAIMS = 200


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer of an earlier year; `whose` is the name of the unit then, "" where it is the dossier's name now."""

    year: int
    whose: str
    answer: Answer


def answers(dossier: Dossier, specs: Iterable[IndicatorSpec], *, actor: User) -> Mapping[str, list[EarlierAnswer]]:
    """What was filed last for each indicator in an earlier year, by code, as far as `actor` may see it; one query.

    The unit's own latest filed dossier by the same criteria set counts. Without one, the latest dossier of each unit it
    came from does, of the nearest generation that has any. An indicator that was asked otherwise then is left out.
    """
    indicators = {spec.code: spec for spec in specs}
    by_code: dict[str, list[EarlierAnswer]] = {}
    latest: dict[int, int] = {}
    nearest = None
    for claim, filed, steps in db.session.execute(_claims(dossier, list(indicators), actor)):
        nearest = steps if nearest is None else nearest
        is_latest = latest.setdefault(filed.unit_id, filed.id) == filed.id
        before = form_of(filed).indicators.get(claim.indicator)
        if steps == nearest and is_latest and before is not None and _alike(before, indicators[claim.indicator]):
            whose = "" if filed.subject_name == dossier.subject_name else filed.subject_name
            by_code.setdefault(claim.indicator, []).append(
                EarlierAnswer(filed.round.assessed_year, whose, claim.answer)
            )
    return by_code


def _alike(before: IndicatorSpec, now: IndicatorSpec) -> bool:
    """Whether two versions of an indicator ask for the same kind of answer, in the same parts and measure."""
    keys = [[part.key for part in spec.parts] for spec in (before, now)]
    return (before.kind, keys[0], before.measure) == (now.kind, keys[1], now.measure)


def _claims(dossier: Dossier, codes: list[str], actor: User) -> Select[Claim, Dossier, int]:
    """The claims of earlier filed dossiers, with the steps back to their unit; the nearest and latest come first."""
    line, year = _line(dossier.unit_id), dossier.round.assessed_year
    return (
        select(Claim, Dossier, line.c.steps)
        .join(Dossier, Dossier.id == Claim.dossier_id)
        .join(line, line.c.unit_id == Dossier.unit_id)
        .join(Dossier.round)
        .where(access.visible(actor), Dossier.filed, Dossier.form == dossier.form)
        .where(Dossier.holder_id == dossier.holder_id, Round.practice.is_(dossier.round.practice))
        .where(Round.assessed_year < year, Round.assessed_year >= year - YEARS_BACK)
        .where(Claim.indicator.in_(codes), Claim.to_confirm.is_(False))
        .options(contains_eager(Dossier.round))
        .order_by(line.c.steps, Round.assessed_year.desc(), Dossier.unit_id, Dossier.id.desc(), Claim.indicator)
        .limit(MOST_CLAIMS)
    )


def _line(unit_id: int) -> CTE:
    """A unit with those it came from, and how many steps back each lies."""
    line = select(literal(unit_id).label("unit_id"), literal(0).label("steps")).cte("line", recursive=True)
    back = select(Succession.predecessor_id, line.c.steps + 1).where(
        Succession.successor_id == line.c.unit_id, line.c.steps < MOST_GENERATIONS
    )
    return line.union(back)
