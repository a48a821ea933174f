"""What the head of every page shows: the way to the main pages, and the person's part."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from certflow.services import access, people
from certflow.web.gate import actor

WITHIN = {"rating_sets": "definitions"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the main navigation."""

    label: str
    url: str
    current: bool


def _entries() -> list[Entry]:
    places = [("work", _("My work"), "work.show"), ("dossiers", _("Dossiers"), "dossiers.listed")]
    if access.is_administrator(actor()):
        places = [("rounds", _("Rounds"), "rounds.listed"), ("people", _("People"), "people.listed")]
    places.append(("definitions", _("Rules"), "definitions.listed"))
    here = WITHIN.get(request.blueprint or "", request.blueprint)
    return [Entry(label, url_for(endpoint), here == blueprint) for blueprint, label, endpoint in places]


def _person_detail() -> str:
    titles = people.roles()
    held = access.appointments(actor())
    named = [f"{titles[a.role][0]}, {a.unit.name}" if a.unit else titles[a.role][0] for a in held if a.role in titles]
    return "; ".join(named)


def _context() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"navigation": [], "person_detail": ""}
    return {"navigation": _entries(), "person_detail": _person_detail()}


def register(app: Flask) -> None:
    """Give every page its navigation."""
    app.context_processor(_context)
