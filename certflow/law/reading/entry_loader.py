"""Groups and sections with their entries: what a form of points or a record asks, from TOML."""

import re
from fractions import Fraction
from typing import cast

from certflow.law.reading.reading import Reader
from certflow.law.specs.form import (
    KINDS_BY_METHOD,
    PARTS,
    CriterionSpec,
    IndicatorKind,
    IndicatorSpec,
    Method,
    OptionSpec,
    Part,
    PartSpec,
    is_percent,
)
from certflow.law.specs.words import Text

MOST_POINTS, MOST_STEPS = 1000, 200
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
NO_WORDS = Text("", "")


def read_group(reader: Reader, method: Method) -> CriterionSpec:
    """One group of a form of points, which cites where it is from, or one section of a record, which may."""
    with reader.whole():
        number = reader.number("number", least=1)
        return CriterionSpec(
            number=number,
            title=cast(Text, reader.text("title")),
            clauses=(),
            indicators=tuple(_entry(part, number, method) for part in reader.tables("indicators")),
            source=reader.words("source", None if method == "points" else ""),
        )


def read_measure(reader: Reader) -> Text | None:
    """The unit in which a value is counted; both languages say percent or neither does, as it limits the value."""
    measure = reader.text("measure")
    if measure is not None and measure.vi and measure.en and is_percent(measure.vi) != is_percent(measure.en):
        reader.fault("measure", f"says percent in one language only: {measure.vi!r}, {measure.en!r}")
    return measure


def _entry(reader: Reader, criterion: int, method: Method) -> IndicatorSpec:
    with reader.whole():
        kind = cast(IndicatorKind, reader.one_of("kind", KINDS_BY_METHOD[method]))
        scored = method == "points" and kind != "text"
        share = kind == "percentage"
        most, step = _points(reader, kind) if scored else (None, None)
        return IndicatorSpec(
            code=f"{criterion}.{reader.number('number', least=1)}",
            kind=kind,
            title=cast(Text, reader.text("title")),
            parts=(PartSpec("numerator" if share else "value", _numerator(reader) if share else NO_WORDS, ()),),
            denominator=reader.text("denominator") if share else None,
            definition_hint=reader.text("definition_hint", optional=not share),
            evidence_hint=reader.text("evidence_hint", optional=True),
            measure=read_measure(reader) if kind == "count" else None,
            most=most,
            step=step,
            options=_options(reader) if kind == "choice" else (),
            least_characters=reader.number("least_characters", 0) if kind == "text" else 0,
            optional=_optional(reader, scored=scored),
            part="claims" if kind == "file" else _part(reader, scored=scored),
            source=reader.words("source", ""),
        )


def _numerator(reader: Reader) -> Text:
    return cast(Text, reader.text("numerator"))


def _points(reader: Reader, kind: IndicatorKind) -> tuple[Fraction, Fraction]:
    """How many points there are at most, and the steps in which they are given: all or nothing for a yes or no."""
    most = reader.fraction("most")
    step = most if kind == "yes_no" else reader.fraction("step", Fraction(1))
    if not 0 < most <= MOST_POINTS:
        reader.fault("most", f"{most} is no number of points; give more than 0, at most {MOST_POINTS}")
        return Fraction(1), Fraction(1)
    if kind == "yes_no":
        return most, most
    if step <= 0 or (most / step).denominator != 1:
        reader.fault("step", f'{step} does not divide the {most} points; give a step such as 1 or "0.5"')
        return most, most
    if most / step > MOST_STEPS:
        reader.fault("step", f"{step} makes more than {MOST_STEPS} steps; give a larger one")
        return most, most
    return most, step


def _options(reader: Reader) -> tuple[OptionSpec, ...]:
    """What can be chosen, in the file's order."""
    table = reader.table_at("options")
    with table.whole():
        options = tuple(OptionSpec(name, cast(Text, table.text(name))) for name in table.table)
    if len(options) < 2:
        reader.fault("options", "leaves nothing to choose; give at least two")
    for option in options:
        if not NAME.match(option.name):
            reader.fault(f"options.{option.name}", "is no name; use lower-case letters, digits and _")
    return options


def _optional(reader: Reader, *, scored: bool) -> bool:
    optional = reader.has("optional") and reader.truth("optional")
    if optional and scored:
        reader.fault("optional", "cannot be true of an indicator with points; leave it out")
    return optional


def _part(reader: Reader, *, scored: bool) -> Part | None:
    if not reader.has("part"):
        return None
    if scored:
        reader.fault("part", "cannot be said of an indicator with points: unit and appraiser both give them")
    return cast(Part, reader.one_of("part", PARTS))
