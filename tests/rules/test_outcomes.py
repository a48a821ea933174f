"""The lowest of what all predecessors hold: never more than one of them has, for no longer than one of them has it."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from certflow.rules.outcomes import Holding, Title, best, outcome

DAY = dt.date(2026, 7, 1)
days = st.dates(dt.date(2024, 1, 1), dt.date(2029, 12, 31))
titles = st.builds(Title, st.integers(1, 3), st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), st.none() | days)
treatments = st.sampled_from(["inherited", "suspended", "reassess", "undecided"])
holdings = st.builds(Holding, titles, treatments)
predecessors = st.lists(st.lists(holdings, max_size=4), max_size=6)
passing = st.lists(st.lists(titles.map(lambda one: Holding(one, "inherited")), max_size=4), min_size=1, max_size=6)


@given(passing)
def test_nobody_gets_more_than_any_predecessor_has_on_the_day(held: list[list[Holding]]) -> None:
    found = outcome(held, DAY)
    live = [best(some, DAY) for some in held]

    if any(one is None for one in live):
        assert found is None or found.title is None
        return
    assert found is not None
    assert found.title is not None
    assert found.title.live(DAY)
    for one in live:
        assert one is not None
        assert found.title.level <= one.title.level
        assert found.title.since >= one.title.since
        assert (found.title.until or dt.date.max) <= (one.title.until or dt.date.max)


@given(passing, st.permutations(range(6)))
def test_the_order_of_predecessors_does_not_matter(held: list[list[Holding]], order: list[int]) -> None:
    shuffled = [held[n] for n in order if n < len(held)]

    assert outcome(shuffled, DAY) == outcome(held, DAY)


@given(passing, st.lists(titles.map(lambda one: Holding(one, "inherited")), max_size=4))
def test_a_further_predecessor_never_raises_what_is_inherited(held: list[list[Holding]], more: list[Holding]) -> None:
    before, after = outcome(held, DAY), outcome([*held, more], DAY)
    was = before.title if before else None
    now = after.title if after else None

    assert now is None or (was is not None and now.level <= was.level)


@given(predecessors)
def test_one_title_that_may_not_pass_on_keeps_all_from_passing(held: list[list[Holding]]) -> None:
    live = [one for some in held if (one := best(some, DAY)) is not None]
    found = outcome(held, DAY)

    assert (found is None) == (not live)
    if found is not None and any(one.treatment != "inherited" for one in live):
        assert found.title is None


@given(predecessors)
def test_two_steps_are_not_kinder_than_one(held: list[list[Holding]]) -> None:
    """A unit whose predecessors' titles passed through another one has no higher level than if they came straight."""
    straight, step = outcome(held, DAY), outcome(held[:2], DAY)
    between = [Holding(step.common, step.treatment)] if step is not None and step.common is not None else []
    through = outcome([between, *held[2:]], DAY) if held else None

    if through is not None and through.title is not None:
        assert straight is not None
        assert straight.title is not None
        assert through.title.level == straight.title.level
