"""What the head and the foot of every page show: the way to the main pages, the person's part, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from certflow.access import access, parts
from certflow.access.parts import HeldRole
from certflow.catalogue.catalogue import known
from certflow.catalogue.role_titles import ADMINISTRATOR
from certflow.criteria import rating_sets
from certflow.http.person import actor
from certflow.models.units import OfficeContact
from certflow.rounds import rounds
from certflow.units import contacts
from certflow.wording import language, place, title_at

# The task that a page without a line of its own belongs to.
WITHIN = {"rating_sets.begin": "rating_sets.listed", "moving.show": "rounds.listed"}
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One link of the main navigation; on a phone it stands in the menu alone unless it is `first`."""

    label: str
    url: str
    current: bool
    first: bool = False


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """The tasks about one matter, under a heading of the menu."""

    label: str
    entries: tuple[NavigationEntry, ...]


def _groups() -> list[NavigationGroup]:
    """Every task of the person who is signed in."""
    administers = access.is_administrator(actor())
    lines = _of_administrators() if administers else _of_offices(_writes_sets())
    here = _here({endpoint for _label, those in lines for _words, endpoint in those})
    return [
        NavigationGroup(label, tuple(_entry(words, endpoint, here) for words, endpoint in those))
        for label, those in lines
    ]


def _of_administrators() -> list[tuple[str, list[Line]]]:
    of_rounds = [(_("Rounds"), "rounds.listed"), (_("Open a new round"), "rounds.new")]
    people = [(_("People"), "people.listed"), (_("People from a spreadsheet"), "people_import.start")]
    units = [(_("Administrative units"), "places.listed"), (_("Apply a resolution on units"), "unit_changes.start")]
    rules = [(_("Rules"), "definitions.listed"), (_("Departments' own criteria sets"), "rating_sets.listed")]
    rules += [(_("Authority rules"), "authority.listed"), (_("Signing rules"), "signing_rules.listed")]
    impartial = [(_("Conflicts of interest"), "recusals.listed"), (_("Councils"), "councils.listed")]
    return [
        (_("Work"), [*_work(), (_("Two-person acts"), "proposals.listed"), (_("Audit"), "audit.listed")]),
        (_("Rounds"), [*of_rounds, (_("Working days"), "working_days.show")]),
        (_("People"), [*people, (_("Delegations"), "delegations.listed")]),
        (_("Units"), [*units, (_("Office contacts"), "offices.contacts_listed")]),
        (_("Rules"), [*rules, (_("Inheritance rules"), "inheritance.listed")]),
        (_("Impartiality"), impartial),
    ]


def _writes_sets() -> bool:
    """Asked only of people at provinces, for nobody else speaks for a department."""
    seats = {part.unit.kind for part in parts.held(actor()) if part.unit is not None}
    return "province" in seats and rating_sets.may_look(actor())


def _of_offices(writes_sets: bool) -> list[tuple[str, list[Line]]]:
    own_sets = [(_("Departments' own criteria sets"), "rating_sets.listed")] if writes_sets else []
    work = [(_("Two-person acts"), "proposals.listed"), (_("Conflicts of interest"), "recusals.listed")]
    return [
        (_("Work"), [*_work(), *work]),
        (_("Rules"), [(_("Rules"), "definitions.listed"), *own_sets, (_("Authority rules"), "authority.listed")]),
        (_("Units"), [(_("Administrative units"), "places.listed")]),
    ]


def _work() -> list[Line]:
    return [
        (_("My work"), "work.show"),
        (_("Dossiers"), "dossiers.listed"),
        (_("How to use this system"), "help.listed"),
    ]


def _here(endpoints: set[str]) -> str:
    """The task that the page belongs to: its own line, else the list of its blueprint; "" when none."""
    endpoint = WITHIN.get(request.endpoint or "", request.endpoint or "")
    of_blueprint = sorted(each for each in endpoints if each.partition(".")[0] == request.blueprint)
    listed = [each for each in of_blueprint if each.endswith((".listed", ".show", ".start"))]
    return endpoint if endpoint in endpoints else next(iter(listed), "")


def _entry(label: str, endpoint: str, here: str) -> NavigationEntry:
    return NavigationEntry(label, url_for(endpoint), endpoint == here)


def _main(groups: list[NavigationGroup]) -> list[NavigationEntry]:
    """The few tasks that stand beside the menu: one's work, and on wide screens what comes most often after it."""
    entries = {entry.url: entry for group in groups for entry in group.entries}
    often = [
        endpoint
        for endpoint in ("rounds.listed", "people.listed", "definitions.listed")
        if url_for(endpoint) in entries
    ]
    first = [replace(entries[url_for(endpoint)], first=True) for endpoint in ("work.show", "dossiers.listed")]
    return [*first, *(entries[url_for(endpoint)] for endpoint in often)]


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


def office_contacts() -> list[OfficeContact]:
    """Whom the reader can call: the offices of their units and above; for others those of the provinces."""
    if not current_user.is_authenticated:
        return contacts.shown_to(())
    return contacts.shown_to({part.unit.id for part in parts.held(actor()) if part.unit is not None})


def agency(called: Sequence[OfficeContact]) -> str:
    """Whose system it is: the department of the reader's own province, or of the only one; "" where that is unclear.

    By its name as entered among the contacts that are `called` on the page, else by its usual name.
    """
    own = access.provinces_of(actor()) if current_user.is_authenticated else []
    ids = {unit.id for unit in own}
    named = [each.name for each in called if each.unit.kind == "province" and (not own or each.unit_id in ids)]
    if named or len(own) > 1:
        return named[0] if len(named) == 1 else ""
    provinces = own or rounds.provinces()
    if len(provinces) != 1:
        return ""
    return str(_("Education department of %(province)s", province=place(provinces[0].name)))


def _context() -> dict[str, Any]:
    called = cache(office_contacts)  # the head and the foot of a page ask once
    return {"office_contacts": called, "agency": lambda: agency(called())} | _of_the_person()


def _of_the_person() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"navigation": [], "tasks": [], "person_detail": ""}
    groups = _groups()
    return {"navigation": _main(groups), "tasks": groups, "person_detail": _person_detail()}


def register(app: Flask) -> None:
    """Give every page its navigation."""
    app.context_processor(_context)
