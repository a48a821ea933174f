"""What the head of every page shows: the way to the main pages, and the person's part."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from certflow.access import access, parts
from certflow.access.parts import HeldRole
from certflow.catalogue.catalogue import known
from certflow.catalogue.role_titles import ADMINISTRATOR
from certflow.http.person import actor
from certflow.wording import language, title_at

WITHIN = {"rating_sets": "definitions", "delegations": "people", "signing_rules": "people"}


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One link of the main navigation."""

    label: str
    url: str
    current: bool


def _entries() -> list[NavigationEntry]:
    places = [("work", _("My work"), "work.show"), ("dossiers", _("Dossiers"), "dossiers.listed")]
    if access.is_administrator(actor()):
        places = [("rounds", _("Rounds"), "rounds.listed"), ("people", _("People"), "people.listed")]
    places.append(("definitions", _("Rules"), "definitions.listed"))
    here = WITHIN.get(request.blueprint or "", request.blueprint)
    return [NavigationEntry(label, url_for(endpoint), here == blueprint) for blueprint, label, endpoint in places]


def _person_detail() -> str:
    return "; ".join([_named(part, title) for part in parts.held(actor()) if (title := _title(part.role))])


def _title(role: str) -> str:
    """The title of a role; "" for a role that is in no scheme any more."""
    spec = known().roles.get(role)
    if spec is None:
        return str(_("Administrator")) if role == ADMINISTRATOR else ""
    return spec.title.in_language(language())


def _named(part: HeldRole, title: str) -> str:
    """A part with its unit, and before it how it is signed where it is held for somebody else."""
    how = f"{part.delegation.mode}. " if part.delegation is not None else ""
    return f"{how}{title_at(title, part.unit.name)}" if part.unit is not None else title


def _context() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"navigation": [], "person_detail": ""}
    return {"navigation": _entries(), "person_detail": _person_detail()}


def register(app: Flask) -> None:
    """Give every page its navigation."""
    app.context_processor(_context)
