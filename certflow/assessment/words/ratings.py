"""What the pages say of a rating by points, and of a record: total, class, caps, sums and gaps."""

from collections.abc import Mapping
from dataclasses import dataclass

from certflow.assessment.words import entries
from certflow.law.scoring.scoring import Result
from certflow.law.specs.form import CapSpec, FormSpec, Part


@dataclass(frozen=True, slots=True)
class Rating:
    """A result in words: `band` is the class ("" while there is none), `before` the class by the total alone.

    `caps` are those that keep the class down, `sums` the points of each group by its number.
    """

    total: str
    band: str
    before: str
    caps: tuple[CapSpec, ...]
    sums: Mapping[int, str]


def rating(form: FormSpec, result: Result) -> Rating | None:
    """The words of a result by points; None by any other method."""
    tally = result.points
    if tally is None or form.total is None:
        return None
    return Rating(
        total=entries.points_of_most(tally.total, form.total),
        band=entries.level_words(form, tally.level) if tally.level else "",
        before=entries.level_words(form, tally.reached) if tally.caps else "",
        caps=tally.caps,
        sums=sums(form, result),
    )


def sums(form: FormSpec, result: Result) -> dict[int, str]:
    """The points of each group that has points, by its number; empty for a method without points."""
    points = result.points.criteria if result.points else {}
    scored = [criterion for criterion in form.criteria if criterion.number in points and criterion.most]
    return {criterion.number: entries.points_of_most(points[criterion.number], criterion.most) for criterion in scored}


def following(form: FormSpec, number: int, part: Part) -> int | None:
    """The number of the next criterion with indicators in this part of a dossier; None after the last."""
    return next((criterion.number for criterion in form.by_part[part] if criterion.number > number), None)
