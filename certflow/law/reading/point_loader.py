"""The bands and caps of a form of points from TOML, and whether its points lead to every band."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import cast

from certflow.law.reading.entry_loader import NAME
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import BandSpec, CapSpec, CriterionSpec, FormSpec, IndicatorSpec
from certflow.law.specs.words import Text

MOST_TOTALS = 20_000  # beyond what any office needs, and what is still looked through at once


def with_bands(reader: Reader, form: FormSpec) -> FormSpec:
    """The form with its bands and caps, where its points add up to what the file says and reach each band."""
    before = len(reader.faults)
    bands = tuple(_band(part) for part in reader.tables("bands"))
    rated = replace(
        form,
        levels=len(bands),
        bands=bands,
        caps=tuple(_cap(part, form, bands) for part in reader.tables("caps", optional=True)),
        total=reader.fraction("total"),
    )
    _check_total(reader, rated)
    _check_bands(reader, bands)
    if len(reader.faults) == before:
        _check_reach(reader, rated)
    return rated


def _band(reader: Reader) -> BandSpec:
    with reader.whole():
        band = BandSpec(
            name=reader.words("name"),
            title=cast(Text, reader.text("title")),
            at_least=reader.fraction("at_least"),
            source=reader.words("source"),
        )
    if band.name and not NAME.match(band.name):
        reader.fault("name", f"{band.name!r} is no name; use lower-case letters, digits and _")
    if band.at_least < 0:
        reader.fault("at_least", f"{band.at_least} is below 0; the lowest band may start at 0")
    return band


def _check_total(reader: Reader, form: FormSpec) -> None:
    most = sum((criterion.most for criterion in form.criteria), Fraction(0))
    if most / _unit(form) > MOST_TOTALS:
        reader.fault("total", f"can come out in more than {MOST_TOTALS} ways; give the points in larger steps")
    if form.total != most:
        reader.fault("total", f"is {form.total}, but the indicators bring {most} points; correct the one or the other")


def _check_bands(reader: Reader, bands: tuple[BandSpec, ...]) -> None:
    names = [band.name for band in bands]
    for name in sorted({name for name in names if names.count(name) > 1}):
        reader.fault("bands", f"{names.count(name)} bands are called {name!r}; name them apart")
    for lower, higher in pairwise(bands):
        if higher.at_least <= lower.at_least:
            problem = f"{higher.name} starts at {higher.at_least}, not above {lower.name} at {lower.at_least}"
            reader.fault("bands", f"{problem}; order them from the lowest to the highest")


def _cap(reader: Reader, form: FormSpec, bands: tuple[BandSpec, ...]) -> CapSpec:
    with reader.whole():
        cap = CapSpec(
            title=cast(Text, reader.text("title")),
            band=reader.words("band"),
            below=reader.fraction("below"),
            source=reader.words("source"),
            indicator=reader.words("indicator", ""),
            criterion=reader.number("criterion", 0),
        )
    names = [band.name for band in bands]
    if cap.band not in names[:-1]:
        advice = f"choose one below the highest: {', '.join(names[:-1]) or 'there is none'}"
        reader.fault("band", f"{cap.band!r} is the highest band or none; {advice}")
    if bool(cap.indicator) == bool(cap.criterion):
        reader.fault("indicator", "name either the indicator or the criterion whose points the cap looks at")
        return cap
    _check_cap(reader, form, cap)
    return cap


def _check_cap(reader: Reader, form: FormSpec, cap: CapSpec) -> None:
    indicators = {i.code: i.most for c in form.criteria for i in c.indicators if i.most is not None}
    numbers = {criterion.number: criterion.most for criterion in form.criteria if criterion.most}
    most = indicators.get(cap.indicator) if cap.indicator else numbers.get(cap.criterion)
    key = "indicator" if cap.indicator else "criterion"
    if most is None:
        choices = ", ".join(indicators) if cap.indicator else ", ".join(map(str, numbers))
        reader.fault(key, f"{cap.indicator or cap.criterion!r} brings no points; choose one of {choices}")
    elif not 0 < cap.below <= most:
        reader.fault(
            "below", f"{cap.below} is outside the {most} points it can bring; give more than 0, at most {most}"
        )


def _check_reach(reader: Reader, form: FormSpec) -> None:
    """Every band is the outcome of some points: of a total from its own start to the next, with no cap that bites."""
    ends = [band.at_least for band in form.bands[1:]]
    for rank, band in enumerate(form.bands, 1):
        end = ends[rank - 1] if rank < len(form.bands) else None
        if not any(band.at_least <= total and (end is None or total < end) for total in _totals(form, rank)):
            reader.fault("bands", f"no points lead to {band.name!r}; change its at_least, the next one's, or the caps")


def _totals(form: FormSpec, rank: int) -> Iterator[Fraction]:
    """Every total that can come about while no cap keeps the rating below `rank`.

    A set of sums is kept as the bits of a number, counted in the largest unit of which all steps are multiples.
    """
    unit = _unit(form)
    biting = [cap for cap in form.caps if form.rank(cap.band) < rank]
    least: dict[str | int, Fraction] = {}
    for cap in biting:
        key = cap.indicator or cap.criterion
        least[key] = max(cap.below, least.get(key, Fraction(0)))
    sums = 1
    for criterion in form.criteria:
        sums = _added(sums, _sums_of(criterion, least, unit))
    return (n * unit for n in range(sums.bit_length()) if sums >> n & 1)


def _unit(form: FormSpec) -> Fraction:
    return Fraction(1, lcm(*(i.step.denominator for c in form.criteria for i in c.indicators if i.step is not None)))


def _sums_of(criterion: CriterionSpec, least: Mapping[str | int, Fraction], unit: Fraction) -> int:
    sums = 1
    for indicator in criterion.indicators:
        if indicator.most is not None:
            sums = _added(sums, _values(indicator, least.get(indicator.code, Fraction(0)), unit))
    low = -(-least.get(criterion.number, Fraction(0)) // unit)
    return sums >> low << low


def _values(indicator: IndicatorSpec, least: Fraction, unit: Fraction) -> int:
    most, step = indicator.most or Fraction(0), indicator.step or Fraction(1)
    values = (n * step for n in range(int(most / step) + 1))
    return sum(1 << int(value / unit) for value in values if value >= least)


def _added(sums: int, more: int) -> int:
    """The sums of one of each."""
    total = 0
    for n in range(more.bit_length()):
        if more >> n & 1:
            total |= sums << n
    return total
