"""Sections of a page that rooms above the page's own room add to it, so that the page knows nothing of them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Section = Callable[..., dict[str, Any]]

_SECTIONS: dict[str, list[tuple[str, Section]]] = defaultdict(list)


def section(endpoint: str, template: str) -> Callable[[Section], Section]:
    """Add `template` to the page of `endpoint`; the decorated function returns what the template needs."""

    def add(function: Section) -> Section:
        _SECTIONS[endpoint].append((template, function))
        return function

    return add


def sections(endpoint: str, *about: Any) -> dict[str, Any]:
    """The context of all sections of a page for what it is about; `sections` are their templates, in order."""
    context: dict[str, Any] = {"sections": [template for template, _function in _SECTIONS[endpoint]]}
    for _template, function in _SECTIONS[endpoint]:
        context |= function(*about)
    return context
