"""The cases of forms of points and of records leave no band, cap, maximum or entry out that could be moved unseen."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from certflow.config import resource
from certflow.law.cases.case_runner import failures, run_form
from certflow.law.cases.specs import FormCase, FormCases
from certflow.law.cases.workflow_cases import load_cases
from certflow.law.guards import GUARDS
from certflow.law.scoring.points import Tally, tallied
from certflow.law.specs.form import CapSpec, FormSpec, IndicatorSpec
from tests.definitions.shipped import DEFINITIONS

BOOKS = load_cases(resource("workflows"), resource("forms"), DEFINITIONS, GUARDS).forms
FORMS = [(form, book) for book in BOOKS if (form := DEFINITIONS.form(*book.key)).method == "points"]
RECORDS = [(form, book) for book in BOOKS if (form := DEFINITIONS.form(*book.key)).method == "record"]
Item = TypeVar("Item")


def test_there_is_a_form_of_points() -> None:
    assert FORMS


def test_every_band_has_cases_at_its_start_and_just_below_and_above() -> None:
    missing = [
        f"{book.path}: {band.name}: {side}"
        for form, book in FORMS
        for rank, band in enumerate(form.bands, 1)
        for side in {"at", "below", "above"} - _sides_of_band(form, book, rank, band.at_least)
        if side != "below" or band.at_least > 0
    ]

    assert not missing, "Write these cases:\n" + "\n".join(missing)


def test_every_cap_has_cases_at_it_and_just_below_and_above() -> None:
    missing = [
        f"{book.path}: {cap.title.en}: {side}"
        for form, book in FORMS
        for cap in form.caps
        for side in {"at", "below", "above"} - _sides_of_cap(form, book, cap)
        if side != "above" or cap.below < _most(form, cap)
    ]

    assert not missing, "Write these cases:\n" + "\n".join(missing)


def test_no_band_cap_maximum_or_step_can_be_moved_without_a_case_that_fails() -> None:
    unseen = [
        f"{form.path}: {words}"
        for form, book in FORMS
        for words, moved in (*_bands_moved(form), *_caps_moved(form), *_indicators_moved(form))
        if not any(failures(run_form(moved, book)))
    ]

    assert not unseen, "\n".join(unseen)


def test_no_obligatory_entry_can_be_left_out_without_a_case_that_fails() -> None:
    for form, book in (*FORMS, *RECORDS):
        for indicator in form.indicators.values():
            kind = indicator.kind if form.method == "record" else "text"
            other = replace(indicator, most=None, kind=kind, optional=not indicator.optional)
            if form.method == "record" or not indicator.optional:
                changed = _with_indicator(form, indicator, other)
                assert any(failures(run_form(changed, book))), f"{form.path}: {indicator.code}"


def _hair(form: FormSpec) -> Fraction:
    return min(i.step for i in form.indicators.values() if i.step is not None)


def _tally(form: FormSpec, case: FormCase) -> Tally:
    return tallied(form, case.answers, case.part)


def _sides_of_band(form: FormSpec, book: FormCases, rank: int, at_least: Fraction) -> set[str]:
    """Where totals lie about the start of a band, in cases that expect what follows with no cap in the way."""
    found = set()
    for case, tally in ((case, _tally(form, case)) for case in book.cases):
        off = tally.total - at_least
        if abs(off) <= _hair(form) and not tally.caps and case.level == (rank if off >= 0 else rank - 1):
            found.add("at" if not off else "below" if off < 0 else "above")
    return found


def _sides_of_cap(form: FormSpec, book: FormCases, cap: CapSpec) -> set[str]:
    """Where the points lie about a cap, in cases whose total would lead to a higher band."""
    found = set()
    for case, tally in ((case, _tally(form, case)) for case in book.cases):
        off = (tally.indicators[cap.indicator] or Fraction(0)) if cap.indicator else tally.criteria[cap.criterion]
        off -= cap.below
        kept_down = case.level == form.rank(cap.band)
        if abs(off) <= _hair(form) and tally.reached > form.rank(cap.band) and kept_down == (off < 0):
            found.add("at" if not off else "below" if off < 0 else "above")
    return found


def _most(form: FormSpec, cap: CapSpec) -> Fraction:
    most = form.indicators[cap.indicator].most if cap.indicator else form.criterion(cap.criterion).most
    assert most is not None
    return most


def _bands_moved(form: FormSpec) -> Iterator[tuple[str, FormSpec]]:
    for n, band in enumerate(form.bands):
        for off in (-_hair(form), _hair(form)):
            if band.at_least + off >= 0:
                moved = replace(band, at_least=band.at_least + off)
                yield f"{band.name} at {moved.at_least}", replace(form, bands=_put(form.bands, n, moved))


def _caps_moved(form: FormSpec) -> Iterator[tuple[str, FormSpec]]:
    for n, cap in enumerate(form.caps):
        lower, higher = replace(cap, below=cap.below - _hair(form)), replace(cap, below=cap.below + _hair(form))
        names = [band.name for band in form.bands]
        bands = [replace(cap, band=name) for name in names[:-1] if name != cap.band]
        for moved in (lower, higher, *bands):
            yield f"{cap.title.en} as {moved.below}, {moved.band}", replace(form, caps=_put(form.caps, n, moved))
        yield f"{cap.title.en} left out", replace(form, caps=form.caps[:n] + form.caps[n + 1 :])


def _indicators_moved(form: FormSpec) -> Iterator[tuple[str, FormSpec]]:
    for indicator in form.indicators.values():
        if indicator.most is None or indicator.step is None:
            continue
        for off in (-_hair(form), _hair(form)):
            moved = replace(indicator, most=indicator.most + off)
            yield f"{indicator.code} at most {moved.most}", _with_indicator(form, indicator, moved)
        if indicator.kind == "points":
            coarse = replace(indicator, step=indicator.most)
            yield f"{indicator.code} all or nothing", _with_indicator(form, indicator, coarse)


def _put(items: tuple[Item, ...], n: int, item: Item) -> tuple[Item, ...]:
    return (*items[:n], item, *items[n + 1 :])


def _with_indicator(form: FormSpec, old: IndicatorSpec, new: IndicatorSpec) -> FormSpec:
    criteria = tuple(replace(c, indicators=tuple(new if i is old else i for i in c.indicators)) for c in form.criteria)
    return replace(form, criteria=criteria, indicators=form.indicators | {old.code: new})
