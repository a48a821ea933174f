"""What the pages say of a rating by points, and of a record: total, class, caps, sums and gaps."""

from collections.abc import Mapping
from dataclasses import dataclass

from certflow.assessment.assessments import Contents
from certflow.assessment.words import entries
from certflow.law.scoring.scoring import Answers, Result
from certflow.law.specs.form import CapSpec, FormSpec, Part
from certflow.models.dossiers import Claim, Finding


def claims(form: FormSpec, contents: Contents) -> Answers:
    """The claims that count, by indicator code; of an entry that is answered by files, how many there are."""
    found = {code: files for code, files in _files(form, contents).items() if not _again(contents.claims.get(code))}
    return {**_counted(contents.claims), **found}


def written(form: FormSpec, contents: Contents) -> Answers:
    """As `claims`, with those that must be confirmed again."""
    return {**{code: claim.answer for code, claim in contents.claims.items()}, **_files(form, contents)}


def findings(contents: Contents) -> Answers:
    """The findings that count, by indicator code."""
    return _counted(contents.findings)


def _counted(stored: Mapping[str, Claim] | Mapping[str, Finding]) -> Answers:
    """What must be confirmed again counts as not answered."""
    return {code: row.answer for code, row in stored.items() if not row.to_confirm}


def _again(claim: Claim | None) -> bool:
    return claim is not None and claim.to_confirm


def _files(form: FormSpec, contents: Contents) -> Answers:
    codes = [indicator.code for indicator in form.indicators.values() if indicator.kind == "file"]
    return {code: {"files": len(contents.evidence[code])} for code in codes if contents.evidence.get(code)}


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
    """The points of each group that brings any, by its number; nothing by any other method."""
    given = result.points.criteria if result.points else {}
    scored = [criterion for criterion in form.criteria if criterion.number in given and criterion.most]
    return {one.number: entries.points_of_most(given[one.number], one.most) for one in scored}


def following(form: FormSpec, number: int, part: Part) -> int | None:
    """The number of the next criterion of which something is asked in this part of a dossier; None after the last."""
    return next((one.number for one in form.criteria_in(part) if one.number > number), None)
