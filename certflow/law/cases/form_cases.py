"""Cases of a criteria set: answers in short notation, as changes to a named base."""

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from certflow.law.cases.entry_cases import read_entry, read_expected
from certflow.law.cases.specs import CaseAnswer, FormCase, FormCases
from certflow.law.reading.reading import Reader
from certflow.law.specs.form import COMPARED, ENTRY_KINDS, FormSpec, IndicatorSpec

UNANSWERED = "unanswered"
SHARE_DEFINITION = "as in the case"
SNAPSHOT_DAY = "2024-12-31"
STORED_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?\Z", re.ASCII)
Given = Mapping[str, dict[str, object]]


def read_form_cases(reader: Reader, form: FormSpec) -> FormCases:
    """The cases in one file beside `form`; faults go to the reader's list."""
    with reader.whole():
        bases = {name: _answers(part, form) for name, part in reader.named_tables("bases").items()}
        cases = tuple(_case(part, form, bases) for part in reader.tables("cases"))
    for name, times in Counter(case.name for case in cases).items():
        if times > 1:
            reader.fault("cases", f"{times} cases are called {name!r}; name them apart")
    return FormCases(reader.path, (form.name, form.version), cases)


def _case(reader: Reader, form: FormSpec, bases: Mapping[str, Given]) -> FormCase:
    with reader.whole():
        base = reader.words("base")
        if base and base not in bases:
            reader.fault("base", f"{base!r} is no base; choose one of {', '.join(bases)}")
        change = _answers(reader.table_at("change"), form) if reader.has("change") else {}
        answers = _merged(form, bases.get(base, {}), change)
        if form.method != "levels":
            return read_expected(reader, form, answers)
        case = FormCase(
            name=reader.words("name"),
            answers=answers,
            disadvantaged_area=reader.truth("disadvantaged_area"),
            level=reader.number("level"),
            unmet=reader.list_of_words("unmet", optional=True),
        )
    _check_expectation(reader, form, case)
    return case


def _check_expectation(reader: Reader, form: FormSpec, case: FormCase) -> None:
    if case.level > form.levels:
        reader.fault("level", f"{case.level} is above the form's {form.levels} levels")
    for code in case.unmet:
        if code not in form.indicators:
            reader.fault("unmet", f"{code!r} is no indicator of {form.name}")
    if bool(case.unmet) == (case.level == form.levels):
        reader.fault("unmet", f"name the indicators that keep the next level away; none at level {form.levels}")


def _merged(form: FormSpec, base: Given, change: Given) -> dict[str, CaseAnswer]:
    """The base with the changes; a change to a share keeps what it does not name, "unanswered" keeps nothing."""
    merged: dict[str, CaseAnswer] = {}
    for code in form.indicators:
        changed = change.get(code)
        answer = base.get(code, {}) if changed is None else changed and {**base.get(code, {}), **changed}
        if answer and form.indicators[code].denominator is not None:
            answer = {"definition": SHARE_DEFINITION, **answer}
        merged[code] = answer
    return merged


def _answers(reader: Reader, form: FormSpec) -> dict[str, dict[str, object]]:
    answers = {}
    reader.read.update(reader.table)
    for code in reader.table:
        if code in form.indicators:
            answers[code] = _answer(reader, form.indicators[code])
        else:
            reader.fault(code, f"is no indicator of {form.name}")
    return answers


def _answer(reader: Reader, indicator: IndicatorSpec) -> dict[str, object]:
    code = indicator.code
    if reader.table[code] == UNANSWERED:
        return {}
    if indicator.kind in ENTRY_KINDS:
        return read_entry(reader, indicator)
    if indicator.kind == "yes_no":
        return {"value": reader.truth(code)}
    if indicator.kind == "attained_level":
        return {"value": _attained(reader, indicator)}
    if indicator.kind == "count":
        return {"value": _counted(reader, indicator)}
    part = reader.table_at(code)
    if indicator.kind in COMPARED:
        return _compared(part, indicator)
    return _units(part, indicator) if indicator.computed else _shares(part, indicator)


def _attained(reader: Reader, indicator: IndicatorSpec) -> int:
    level = reader.number(indicator.code)
    if level > indicator.highest:
        reader.fault(indicator.code, f"{level} is above the highest level, {indicator.highest}")
    return level


def _counted(reader: Reader, indicator: IndicatorSpec) -> int:
    number = reader.number(indicator.code)
    if indicator.limit is not None and number > indicator.limit:
        reader.fault(indicator.code, f"{number} is more than {indicator.limit} percent")
    return number


def _compared(reader: Reader, indicator: IndicatorSpec) -> dict[str, object]:
    """The years that are named, as the exact text that is stored: a change keeps the other year."""
    answer: dict[str, object] = {}
    with reader.whole():
        for year in (year for year in ("previous", "current") if reader.has(year)):
            answer[year] = text = reader.words(year)
            if text and not STORED_DECIMAL.match(text):
                reader.fault(year, f'is no number as it is stored: {text!r}; write "58.25"')
            elif text and indicator.limit is not None and Fraction(text) > indicator.limit:
                reader.fault(year, f"{text} is more than {indicator.limit} percent")
    return answer


def _units(reader: Reader, indicator: IndicatorSpec) -> dict[str, object]:
    """The stored snapshot of so many units below, of which `level_N` are recognised at level N or higher."""
    levels = sorted({threshold.units_at_level for threshold in indicator.parts[0].thresholds})
    with reader.whole():
        total = reader.number("units")
        counts = [reader.number(f"level_{level}") for level in levels]
    for (whole, within), level in zip(pairwise([total, *counts]), levels, strict=True):
        if within > whole:
            reader.fault(f"level_{level}", f"{within} is more than the {whole} it is counted within")
    unit_levels = [
        max((level for level, n in zip(levels, counts, strict=True) if unit < n), default=0) for unit in range(total)
    ]
    return {"on": SNAPSHOT_DAY, "units": [_unit(str(n), level) for n, level in enumerate(unit_levels, 1)]}


def _unit(code: str, level: int) -> dict[str, object]:
    """A unit below whose recognition, if it has one, is in force on the snapshot's day."""
    day = SNAPSHOT_DAY if level else None
    return {"code": code, "name": code, "level": level, "recognised_on": day, "valid_until": day}


def _shares(reader: Reader, indicator: IndicatorSpec) -> dict[str, object]:
    """The numbers that are named, of which there may be fewer than all: a change keeps the others."""
    answer: dict[str, object] = {}
    with reader.whole():
        if reader.has("denominator"):
            answer["denominator"] = reader.number("denominator", least=1)
        answer |= {part.key: reader.number(part.key) for part in indicator.parts if reader.has(part.key)}
        if reader.has("definition"):
            answer["definition"] = reader.words("definition", "")
    return answer
