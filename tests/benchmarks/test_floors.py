"""What must stay fast stays so: floors far below what is measured, for slow machines; `poe bench` prints the rates."""

import time

from tests.benchmarks import recomputing


def test_ten_thousand_dossiers_are_scored_in_a_second_on_one_core() -> None:
    scored, _read = recomputing.scored(1000)

    assert scored > 10_000


def test_all_definitions_are_read_and_walked_through_in_less_than_a_third_of_a_second() -> None:
    assert min(recomputing.loaded() for _n in range(3)) < 0.3


def test_a_round_is_computed_anew_at_hundreds_of_dossiers_in_a_second() -> None:
    anew, _merely_read = recomputing.recomputed("sqlite", 200, clock=time.process_time)

    assert anew > 500
