"""The drawing of a scheme: everything is in it, and nothing lies on anything else."""

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from certflow.law.drawing.flowchart import Box, Flowchart, Way, flowchart
from certflow.law.drawing.lettering import width, wrapped
from certflow.law.specs.workflow import WorkflowSpec
from tests.definitions.shipped import DEFINITIONS, SCHEME


def _odd() -> WorkflowSpec:
    """A scheme whose first state is not its first in the file, with an action that leads to where it came from."""
    first, *others = SCHEME.transitions
    again = replace(first, action="again", origins=("under_review",), target="under_review")
    back_to_end = replace(first, action="reopen", origins=("declined",), target="drafting")
    backwards = dict(reversed(SCHEME.states.items()))
    return replace(SCHEME, states=backwards, transitions=(*others, again, back_to_end, first))


SPECS = {f"{name}-{version}": spec for (name, version), spec in DEFINITIONS.workflows.items()} | {"odd": _odd()}
DRAWN = [
    pytest.param(spec, flowchart(spec, language, "end", current), id=f"{name}-{language}-{current}")
    for name, spec in SPECS.items()
    for language in ("vi", "en")
    for current in ("", spec.initial)
]


def apart(one: Box, other: Box) -> bool:
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def within(inner: Box, outer: Box) -> bool:
    return inner.x >= outer.x and inner.y >= outer.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def upright(way: Way) -> tuple[float, float, float]:
    """The x of a way's long line and the heights between which it runs; a way that joins another runs nowhere."""
    found = re.search(r"Q [\d.]+ [\d.]+ ([\d.]+) ([\d.]+)V ([\d.]+)", way.path)
    if found is None:
        return 0, 0, 0
    low, high = sorted((float(found[2]), float(found[3])))
    return float(found[1]), low, high


@pytest.mark.parametrize(("spec", "chart"), DRAWN)
def test_every_state_action_and_way_is_drawn_once(spec: WorkflowSpec, chart: Flowchart) -> None:
    assert sorted(card.state.name for card in chart.cards) == sorted(spec.states)
    expected = {(t.action, origin, t.target) for t in spec.transitions for origin in t.origins}
    assert sorted((w.transition.action, w.origin, w.transition.target) for w in chart.ways) == sorted(expected)
    rows = {(row.action, card.state.name) for card in chart.cards for row in card.rows}
    assert rows == {(action, origin) for action, origin, _target in expected}
    assert [len(band.cards) for band in chart.bands] == [
        sum(state.stage == stage.name for state in spec.states.values()) for stage in spec.stages
    ]


@pytest.mark.parametrize(("spec", "chart"), DRAWN)
def test_no_box_lies_on_another(spec: WorkflowSpec, chart: Flowchart) -> None:
    assert all(apart(one.box, other.box) for one, other in combinations(chart.cards, 2))
    assert all(apart(one.box, other.box) for one, other in combinations(chart.bands, 2))
    assert all(within(card.box, band.box) for band in chart.bands for card in band.cards)
    assert all(within(band.box, Box(0, 0, chart.width, chart.height)) for band in chart.bands)


@pytest.mark.parametrize(("spec", "chart"), DRAWN)
def test_words_stay_in_their_box_and_apart(spec: WorkflowSpec, chart: Flowchart) -> None:
    for card in chart.cards:
        below = [line for row in card.rows for line in row.lines]
        lines = [*card.title, *card.turn, *below]
        assert all(width(line.words, 12.5) <= card.box.width - 24 for line in [*card.turn, *below])
        assert all(width(line.words, 14, bold=True) <= card.box.width - 24 for line in card.title)
        assert all(lower.y - upper.y >= 15 for upper, lower in pairwise(lines))
        assert lines[0].y - 12 >= card.box.y
        assert lines[-1].y + 3 <= card.box.bottom
        if card.rows:
            assert card.turn[-1].y + 3 <= card.rows[0].top


@pytest.mark.parametrize(("spec", "chart"), DRAWN)
def test_ways_to_different_states_never_run_on_each_other_or_through_a_box(
    spec: WorkflowSpec, chart: Flowchart
) -> None:
    whole = [way for way in chart.ways if way.head]
    for one, other in combinations(whole, 2):
        (x, low, high), (other_x, other_low, other_high) = upright(one), upright(other)
        assert x != other_x or high <= other_low or other_high <= low, (one.transition.action, other.transition.action)
    sides = {card.box.x for card in chart.cards} | {card.box.right for card in chart.cards}
    for way in whole:
        x = upright(way)[0]
        assert min(sides) > x > 0 if way.back else max(sides) < x < chart.width
    assert {(w.transition.target, w.back) for w in chart.ways} == {(w.transition.target, w.back) for w in whole}


def test_room_is_kept_for_the_word_at_the_current_state_only() -> None:
    plain, marked = (flowchart(SCHEME, "vi", "end", current) for current in ("", "appraising"))

    higher = [m.state.name for p, m in zip(plain.cards, marked.cards, strict=True) if m.box.height > p.box.height]
    assert higher == ["appraising"]


def test_lines_are_few_fit_and_are_of_like_length() -> None:
    words = "Gửi hồ sơ đến Phòng Giáo dục và Đào tạo"

    lines = wrapped(words, 12.5, 220)

    assert " ".join(lines) == words
    assert len(lines) == 2
    assert all(width(line, 12.5) <= 220 for line in lines)
    assert min(map(len, lines)) > max(map(len, lines)) / 2
    assert wrapped("một_chữ_dài_hơn_chỗ_có", 12.5, 20) == ("một_chữ_dài_hơn_chỗ_có",)
    assert wrapped("", 12.5, 20) == ()
