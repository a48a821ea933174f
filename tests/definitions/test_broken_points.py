"""A rating or a record that does not hold together is refused with file, key and what to do."""

from fractions import Fraction

import pytest

from certflow.errors import DefinitionError
from tests.definitions.made import RATING, RECORD, read

BAND = '{ name = "middle", title = { vi = "Vừa", en = "Middle" }, at_least = "9.5", source = "Made up" }'
RATING_DEFECTS = [
    ("unknown method", 'method = "points"', 'method = "darts"', "method", "'darts'; choose one of levels, points"),
    ("levels written", "total  = 20", "total = 20\nlevels = 3", "levels", "is not known here"),
    ("no total", "total  = 20", "", "total", "is missing"),
    ("wrong total", "total  = 20", "total = 21", "total", "is 21, but the indicators bring 20 points"),
    ("no bands", "bands = [", "bands = []\nx = [", "bands", "give at least one"),
    ("same start", "at_least = 15", 'at_least = "9.5"', "bands", "high starts at 19/2, not above middle"),
    ("falling", "at_least = 15", "at_least = 9", "bands", "order them from the lowest to the highest"),
    ("below nothing", "at_least = 0", "at_least = -1", "bands[1].at_least", "is below 0"),
    ("inexact", "at_least = 15", "at_least = 15.5", "at_least", "must be a number such as"),
    ("too fine", "at_least = 15", 'at_least = "15.555"', "at_least", "more than two decimals"),
    ("a third", "at_least = 15", 'at_least = "46/3"', "at_least", "more than two decimals"),
    ("unreachable", "at_least = 15", "at_least = 21", "bands", "no points lead to 'high'"),
    ("between the steps", 'at_least = "9.5"', 'at_least = "14.75"', "bands", "no points lead to 'middle'"),
    ("same name", 'name = "high"', 'name = "low"', "bands", "2 bands are called 'low'"),
    ("bad name", 'name = "high"', 'name = "Cao!"', "name", "is no name"),
    ("band without source", 'at_least = 0, source = "Made up"', "at_least = 0", "bands[1].source", "is missing"),
    ("band without English", ', en = "High" }', " }", "bands[3].title.en", "the translation is missing"),
    ("mistyped", "at_least = 0", "atleast = 0", "bands[1].atleast", "is it mistyped?"),
    ("cap of no band", 'band = "middle"', 'band = "best"', "caps[1].band", "choose one below the highest: low, middle"),
    ("cap at the highest", 'band = "middle"', 'band = "high"', "caps[1].band", "'high' is the highest band"),
    ("cap on nothing", 'indicator = "1.2", ', "", "caps[1].indicator", "name either"),
    ("cap on both", 'indicator = "1.2"', 'indicator = "1.2", criterion = 1', "caps[1].indicator", "name either"),
    ("cap on no indicator", 'indicator = "1.2"', 'indicator = "9.9"', "caps[1].indicator", "one of 1.1, 1.2, 2.1"),
    ("cap on a text", 'indicator = "1.2"', 'indicator = "2.2"', "caps[1].indicator", "brings no points"),
    ("cap on no criterion", "criterion = 2", "criterion = 3", "caps[2].criterion", "choose one of 1, 2"),
    ("cap above the most", 'below = "2.5"', "below = 11", "caps[1].below", "outside the 10 points"),
    ("cap at nothing", 'below = "2.5"', "below = 0", "caps[1].below", "outside the 10 points"),
    ("no most", "most = 5, title = { vi = \"Số", "title = { vi = \"Số", "most", "is missing"),
    ("no points at all", "most = 10,", "most = 0,", "most", "is no number of points"),
    ("too many", "most = 10,", "most = 100000,", "most", "at most 1000"),
    ("step that does not fit", 'step = "0.5"', "step = 3", "step", "does not divide the 10 points"),
    ("no step", 'step = "0.5"', "step = 0", "step", "does not divide"),
    ("step of a hair", 'step = "0.5"', 'step = "0.01"', "step", "more than 200 steps"),
    ("optional points", 'step = "0.5"', 'step = "0.5", optional = true', "optional", "cannot be true"),
    ("points of one part", 'step = "0.5"', 'step = "0.5", part = "claims"', "part", "unit and appraiser both"),
    ("unknown part", 'part = "findings"', 'part = "nobody"', "part", "choose one of claims, findings"),
    ("unknown kind", 'kind = "points", most = 10', 'kind = "percentage", most = 10', "kind", "points, yes_no, text"),
    ("group without source", 'two" }\nsource = "Made up"', 'two" }', "criteria[2].source", "missing"),
    ("points for a text", "optional = true", "optional = true, most = 3", "most", "is not known here"),
    ("wrong number", "number = 2, kind", "number = 7, kind", "criteria[1].indicators", "must be numbered"),
]  # fmt: skip
RECORD_DEFECTS = [
    ("bands in a record", 'method = "record"', 'method = "record"\nbands = []', "bands", "is not known here"),
    ("clauses", "number = 1, kind", 'clauses = ["x"], number = 1, kind', "clauses", "is not known here"),
    ("one option", ", bad = { vi = \"Kém\", en = \"Bad\" }", "", "options", "leaves nothing to choose"),
    ("option without English", ', en = "Bad" }', " }", "options.bad.en", "the translation is missing"),
    ("option with a bad name", "bad = {", '"Bad One" = {', "options.Bad One", "is no name"),
    ("no options", "options = {", "choices = {", "options", "is missing"),
    ("no measure", "measure = { vi = \"lớp\", en = \"classes\" }, ", "", "measure", "is missing"),
    ("no numerator", "numerator = {", "counted = {", "numerator", "is missing"),
    ("no hint", "definition_hint = {", "hint = {", "definition_hint", "is missing"),
    ("points", 'kind = "amount"', 'kind = "points"', "kind", "'points'; choose one of text"),
    ("optional is a word", "optional = true", 'optional = "perhaps"', "optional", "must be true or false"),
    ("length is a word", "least_characters = 20", 'least_characters = "long"', "least_characters", "a whole number"),
]  # fmt: skip
DEFECTS = [(RATING, *d) for d in RATING_DEFECTS] + [(RECORD, *d) for d in RECORD_DEFECTS]


def faults_after(text: str, old: str, new: str) -> tuple[str, ...]:
    assert old in text, f"the defect cannot be made: {old!r} is not there"
    with pytest.raises(DefinitionError) as refusal:
        read(text.replace(old, new, 1))
    return refusal.value.faults


@pytest.mark.parametrize(
    ("text", "old", "new", "key", "reason"), [(d[0], *d[2:]) for d in DEFECTS], ids=[d[1] for d in DEFECTS]
)
def test_what_does_not_hold_together_is_refused(text: str, old: str, new: str, key: str, reason: str) -> None:
    faults = faults_after(text, old, new)

    assert any(fault.startswith("forms/made.toml: ") and key in fault and reason in fault for fault in faults), faults


def test_totals_too_many_to_look_through_are_refused() -> None:
    text = RATING.replace('most = 10, step = "0.5"', 'most = 1, step = "0.01"').replace("total  = 20", "total = 501")

    faults = faults_after(text, 'kind = "yes_no", most = 5', 'kind = "yes_no", most = 495')

    assert "forms/made.toml: total: can come out in more than 20000 ways; give the points in larger steps" in faults


def test_a_cap_that_shuts_a_band_out_is_refused() -> None:
    text = RATING.replace(
        'band = "middle", indicator = "1.2", below = "2.5"', 'band = "low", criterion = 1, below = 15'
    )

    assert faults_after(text, "at_least = 15", "at_least = 14") == (
        "forms/made.toml: bands: no points lead to 'middle'; change its at_least, the next one's, or the caps",
    )


def test_both_are_read_as_they_stand() -> None:
    rating, record = read(RATING), read(RECORD)

    assert (rating.method, rating.levels, rating.total, rating.rank("high")) == ("points", 3, Fraction(20), 3)
    assert (record.method, record.levels) == ("record", 0)
    assert [criterion.source for criterion in record.criteria] == ["", "Made up"]
    assert [criterion.number for criterion in rating.by_part["claims"]] == [1, 2]
    assert [criterion.number for criterion in rating.by_part["findings"]] == [1, 2, 3]
