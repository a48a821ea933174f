"""How long something takes, where each answer is looked at: an error page or a refusal is no measurement."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")
Clock = Callable[[], float]
Checked = tuple[Callable[[], T], Callable[[T], None]]


def medians(acts: Mapping[str, Checked[T]], count: int, clock: Clock = time.perf_counter) -> dict[str, float]:
    """Median milliseconds of each act by `clock`, in `count` rounds of all of them after a first one.

    Beside an act stands its check, which raises for an answer that is wrong and is not timed. In rounds, what else the
    machine does meanwhile falls on all alike.
    """
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _round in range(count + 1):
        for name, (act, check) in acts.items():
            began = clock()
            answer = act()
            times[name].append((clock() - began) * 1000)
            check(answer)
    return {name: statistics.median(each[1:]) for name, each in times.items()}
