"""What became of units that hold titles, and of their titles, in words."""

from flask_babel import gettext as _

from certflow.models.results import Recognition
from certflow.models.units import Unit
from certflow.results.titles import Fate, Former, Titles
from certflow.results.words import awards
from certflow.rules.words.inheritance import inherited


def fate(found: Fate) -> str:
    """What became of a unit that holds a title, and of the title, in sentences."""
    one = found.link
    values = {"day": f"{one.effective_on:%d/%m/%Y}", "resolution": one.resolution.number}
    if one.successor is None:
        words = _(
            "The tier of this unit was abolished from %(day)s, by %(resolution)s; no unit has taken its place.",
            **values,
        )
        return str(words)
    values["unit"] = one.successor.name
    if one.kind == "tier_changed":
        became = _("This unit became %(unit)s from %(day)s, by %(resolution)s.", **values)
    elif one.extent == "whole":
        became = _("This unit was merged into %(unit)s from %(day)s, by %(resolution)s.", **values)
    else:
        became = _("A part of this unit went to %(unit)s from %(day)s, by %(resolution)s.", **values)
    return f"{became} {_of_the_title(found, one.successor)}{_since(one.successor)}"


def _of_the_title(found: Fate, successor: Unit) -> str:
    if found.joined:
        return str(_("%(unit)s existed before and keeps only its own results.", unit=successor.name))
    return inherited(successor.name, found.inherited)


def _since(successor: Unit) -> str:
    if successor.heir is None:
        return ""
    words = _("%(unit)s has itself become part of %(heir)s since.", unit=successor.name, heir=successor.heir.name)
    return f" {words}"


def awarded(found: Recognition) -> str:
    """What was awarded."""
    return awards.awarded(found)


def scheme(found: Recognition) -> str:
    """By which scheme it was awarded, and for which year."""
    values = {"scheme": awards.scheme(found.dossier), "year": found.dossier.round.assessed_year}
    return str(_("%(scheme)s, assessed year %(year)s", **values))


def scheme_name(found: Recognition) -> str:
    """By which scheme it was awarded."""
    return awards.scheme(found.dossier)


def succeeds(found: Titles) -> str:
    """The direct predecessors, each with its latest results: "A (level 2, 2024), B (none)"."""
    return ", ".join(f"{one.name} ({_latest(one)})" for one in found.former if one.steps == 1)


def _latest(one: Former) -> str:
    schemes = {title.dossier.workflow: title for title in reversed(one.titles)}
    words = (f"{awarded(title).lower()}, {title.dossier.round.assessed_year}" for title in schemes.values())
    return "; ".join(words) or str(_("none"))
