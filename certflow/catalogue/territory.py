"""Whose a definition is: of the whole country, or of the province or district whose plan it follows."""

from collections.abc import Collection
from typing import Protocol

from certflow.models.units import Unit
from certflow.vietnamese import search_key

_PLAN_OF_A_PLACE = "UBND"


class Sourced(Protocol):
    """A scheme or a criteria set."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...


def prefix(unit: Unit) -> str:
    """How the names of the definitions of a unit begin: "dong_nai_" for Tỉnh Đồng Nai."""
    return f"{search_key(unit.short_name).replace(' ', '_')}_"


def is_own(spec: Sourced, places: Collection[Unit]) -> bool:
    """Whether it follows the plan of one of `places`."""
    return spec.name.startswith(tuple(prefix(unit) for unit in places))


def is_national(spec: Sourced) -> bool:
    """Whether it follows no plan of a people's committee, so that every province can use it."""
    return _PLAN_OF_A_PLACE not in spec.source


def serves(spec: Sourced, places: Collection[Unit]) -> bool:
    """Whether one of `places` can use it."""
    return is_own(spec, places) or is_national(spec)
