"""Criteria sets from TOML."""

from fractions import Fraction
from itertools import pairwise
from typing import cast

from certflow.law.reading.entry_loader import read_group, read_measure
from certflow.law.reading.point_loader import with_bands
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import (
    COMPARED,
    INDICATOR_KINDS,
    METHODS,
    TRUSTS,
    CriterionSpec,
    FormSpec,
    IndicatorKind,
    IndicatorSpec,
    Method,
    PartSpec,
    Threshold,
)
from certflow.law.specs.words import UNIT_KINDS, Text, UnitKind

PERCENTAGES = ("percentage", "percentages")
MEASURED_IN = (*COMPARED, "count")
RESERVED_PARTS = ("denominator", "definition")


def read_form(reader: Reader) -> FormSpec:
    """The criteria set in one file; faults go to the reader's list."""
    with reader.whole():
        method = cast(Method, reader.one_of("method", METHODS, "levels"))
        levels = reader.number("levels", least=1) if method == "levels" else 0
        form = FormSpec(
            name=reader.words("name"),
            version=reader.number("version", least=1),
            title=cast(Text, reader.text("title")),
            source=reader.words("source"),
            trust=reader.one_of("trust", TRUSTS),
            trust_note=cast(Text, reader.text("trust_note")),
            method_source=reader.words("method_source", "" if method == "record" else None),
            levels=levels,
            criteria=tuple(_asked(part, method, levels) for part in reader.tables("criteria")),
            method=method,
            path=reader.path,
        )
        if method == "points":
            form = with_bands(reader, form)
    _check_numbers(reader, form)
    for criterion in form.criteria:
        form.indicators.update({indicator.code: indicator for indicator in criterion.indicators})
    return form


def _asked(reader: Reader, method: Method, levels: int) -> CriterionSpec:
    return _criterion(reader, levels) if method == "levels" else read_group(reader, method)


def _check_numbers(reader: Reader, form: FormSpec) -> None:
    numbers = [criterion.number for criterion in form.criteria]
    if numbers != list(range(1, len(numbers) + 1)):
        reader.fault("criteria", f"must be numbered 1, 2, 3 ... in order, not {numbers}")
    for criterion in form.criteria:
        codes = [indicator.code for indicator in criterion.indicators]
        expected = [f"{criterion.number}.{n}" for n in range(1, len(codes) + 1)]
        if codes != expected:
            reader.fault(f"criteria[{criterion.number}].indicators", f"must be numbered {expected}, not {codes}")


def _criterion(reader: Reader, levels: int) -> CriterionSpec:
    with reader.whole():
        number = reader.number("number", least=1)
        return CriterionSpec(
            number=number,
            title=cast(Text, reader.text("title")),
            clauses=_clauses(reader, levels),
            indicators=tuple(_indicator(part, number, levels) for part in reader.tables("indicators")),
        )


def _clauses(reader: Reader, levels: int) -> tuple[str, ...]:
    clauses = reader.list_of_words("clauses")
    if clauses and len(clauses) != levels:
        reader.fault("clauses", f"must cite one clause for each of the {levels} levels, not {len(clauses)}")
    return clauses


def _indicator(reader: Reader, criterion: int, levels: int) -> IndicatorSpec:
    with reader.whole():
        kind = cast(IndicatorKind, reader.one_of("kind", INDICATOR_KINDS))
        measured = kind in PERCENTAGES
        indicator = IndicatorSpec(
            code=f"{criterion}.{reader.number('number', least=1)}",
            kind=kind,
            title=cast(Text, reader.text("title")),
            parts=_parts(reader, levels) if measured else (_single_part(reader, kind, levels),),
            highest=reader.number("highest", least=1) if kind == "attained_level" else 0,
            denominator=reader.text("denominator") if measured else None,
            definition_hint=_definition_hint(reader, kind),
            evidence_hint=reader.text("evidence_hint", optional=True),
            measure=read_measure(reader) if kind in MEASURED_IN else None,
            units=cast(UnitKind, reader.one_of("units", UNIT_KINDS)) if kind == "share_of_units" else None,
            recognised_by=reader.words("recognised_by") if kind == "share_of_units" else "",
        )
    _check_range(reader, indicator)
    return indicator


def _definition_hint(reader: Reader, kind: IndicatorKind) -> Text | None:
    """What to say about how a number was found: asked of shares, possible for counts."""
    if kind not in (*PERCENTAGES, "count"):
        return None
    return reader.text("definition_hint", optional=kind == "count")


def _check_range(reader: Reader, indicator: IndicatorSpec) -> None:
    if indicator.kind in ("yes_no", *COMPARED):
        return
    if indicator.kind == "count":
        _check_counts(reader, indicator)
        return
    limit = indicator.highest if indicator.kind == "attained_level" else 100
    for part in indicator.parts:
        for threshold in part.thresholds:
            for least in (threshold.least, threshold.least_in_disadvantaged_area):
                if least is not None and not 0 <= least <= limit:
                    reader.fault("at_least", f"{least} is outside 0 to {limit}")


def _check_counts(reader: Reader, indicator: IndicatorSpec) -> None:
    for threshold in indicator.parts[0].thresholds:
        if threshold.least is not None and (threshold.least.denominator != 1 or threshold.least < 1):
            reader.fault("at_least", f"{threshold.least} is no whole number of 1 or more")
        elif threshold.least is not None and indicator.limit is not None and threshold.least > indicator.limit:
            reader.fault("at_least", f"{threshold.least} is more than {indicator.limit} percent")


def _single_part(reader: Reader, kind: IndicatorKind, levels: int) -> PartSpec:
    clauses = _clauses(reader, levels)
    if kind == "yes_no":
        leasts: tuple[Fraction, ...] = (Fraction(1),) * levels
    elif kind in COMPARED:
        leasts = (Fraction(0),) * levels
    else:
        leasts = _leasts(reader, "at_least", levels)
    at_levels = _units_at_levels(reader, levels) if kind == "share_of_units" else ()
    return PartSpec("value", Text("", ""), _thresholds(clauses, leasts, (), at_levels))


def _units_at_levels(reader: Reader, levels: int) -> tuple[int, ...]:
    counts = _leasts(reader, "units_at_level", levels)
    for level in counts:
        if level.denominator != 1 or level < 1:
            reader.fault("units_at_level", f"{level} is no level; write 1 or more")
    return tuple(int(level) for level in counts)


def _parts(reader: Reader, levels: int) -> tuple[PartSpec, ...]:
    parts = tuple(_part(part, levels) for part in reader.tables("parts"))
    keys = [part.key for part in parts]
    if len(set(keys)) != len(keys):
        reader.fault("parts", f"two parts have the same key: {keys}")
    kind = reader.table.get("kind")
    if parts and (len(parts) == 1) != (kind == "percentage"):
        reader.fault("parts", "a percentage has one part, percentages have two or more")
    return parts


def _part(reader: Reader, levels: int) -> PartSpec:
    with reader.whole():
        key = reader.words("key")
        if key in RESERVED_PARTS or not key.isidentifier():
            reader.fault("key", f"cannot be {key!r}; use a lower-case word other than {', '.join(RESERVED_PARTS)}")
        leasts = _leasts(reader, "at_least", levels)
        lower: tuple[Fraction, ...] = ()
        if reader.has("at_least_in_disadvantaged_area"):
            lower = _leasts(reader, "at_least_in_disadvantaged_area", levels)
            _check_lower(reader, leasts, lower)
        return PartSpec(key, cast(Text, reader.text("title")), _thresholds(_clauses(reader, levels), leasts, lower))


def _check_lower(reader: Reader, leasts: tuple[Fraction, ...], lower: tuple[Fraction, ...]) -> None:
    for usual, reduced in zip(leasts, lower, strict=False):
        if reduced > usual:
            reader.fault("at_least_in_disadvantaged_area", f"{reduced} is higher than the usual {usual}")


def _leasts(reader: Reader, key: str, levels: int) -> tuple[Fraction, ...]:
    values = reader.fractions(key)
    if len(values) != levels:
        reader.fault(key, f"must give one threshold for each of the {levels} levels, not {len(values)}")
    for lower, higher in pairwise(values):
        if higher < lower:
            reader.fault(key, f"falls from {lower} to {higher} at the next level; a higher level cannot ask for less")
    return values


def _thresholds(
    clauses: tuple[str, ...],
    leasts: tuple[Fraction, ...],
    lower: tuple[Fraction, ...],
    at_levels: tuple[int, ...] = (),
) -> tuple[Threshold, ...]:
    return tuple(
        Threshold(clause, least, lower[n] if n < len(lower) else None, at_levels[n] if n < len(at_levels) else 0)
        for n, (clause, least) in enumerate(zip(clauses, leasts, strict=False))
    )
