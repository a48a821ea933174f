"""What became of units that hold titles, and of their titles, in words."""

from flask_babel import gettext as _

from certflow.models.results import Recognition
from certflow.models.units import Unit
from certflow.results.titles import Fate, Former, Renaming, Titles
from certflow.results.words import awards
from certflow.rules.words.inheritance import inherited
from certflow.wording import place


def fate(outcome: Fate) -> str:
    """What became of a unit that holds a title, and of the title, in sentences."""
    link = outcome.link
    values = {"day": f"{link.effective_on:%d/%m/%Y}", "resolution": link.resolution.number}
    if link.successor is None:
        words = _(
            "The tier of this unit was abolished from %(day)s, by %(resolution)s; no unit has taken its place.",
            **values,
        )
        return str(words)
    values["unit"] = place(link.successor.name)
    if link.kind == "tier_changed":
        became = _("This unit became %(unit)s from %(day)s, by %(resolution)s.", **values)
    elif link.extent == "whole":
        became = _("This unit was merged into %(unit)s from %(day)s, by %(resolution)s.", **values)
    else:
        became = _("A part of this unit went to %(unit)s from %(day)s, by %(resolution)s.", **values)
    return f"{became} {_of_the_title(outcome, link.successor)}{_since(link.successor)}"


def renamed(renaming: Renaming) -> str:
    """That a unit has a new name, since when and by which resolution."""
    version = renaming.version
    values = {"former": renaming.former, "unit": place(version.name), "day": f"{version.starts_on:%d/%m/%Y}"}
    if version.resolution is None:
        return str(_("%(former)s has been called %(unit)s since %(day)s.", **values))
    number = version.resolution.number
    return str(_("%(former)s has been called %(unit)s since %(day)s, by %(resolution)s.", resolution=number, **values))


def _of_the_title(outcome: Fate, successor: Unit) -> str:
    if outcome.joined:
        return str(_("%(unit)s existed before and keeps only its own results.", unit=successor.name))
    return inherited(successor.name, outcome.inherited)


def _since(successor: Unit) -> str:
    if successor.heir is None:
        return ""
    words = _("%(unit)s later became part of %(heir)s.", unit=place(successor.name), heir=place(successor.heir.name))
    return f" {words}"


def awarded(recognition: Recognition) -> str:
    """What was awarded."""
    return awards.awarded(recognition)


def scheme(recognition: Recognition) -> str:
    """By which scheme it was awarded, and for which year."""
    values = {"scheme": awards.scheme(recognition.dossier), "year": recognition.dossier.round.assessed_year}
    return str(_("%(scheme)s, assessed year %(year)s", **values))


def scheme_name(recognition: Recognition) -> str:
    """By which scheme it was awarded."""
    return awards.scheme(recognition.dossier)


def succeeds(titles: Titles) -> str:
    """The direct predecessors, each with its latest results: "A (level 2, 2024), B (none)"."""
    return ", ".join(f"{place(former.name)} ({_latest(former)})" for former in titles.former if former.steps == 1)


def _latest(former: Former) -> str:
    schemes = {title.dossier.workflow: title for title in reversed(former.titles)}
    words = (f"{awarded(title).lower()}, {title.dossier.round.assessed_year}" for title in schemes.values())
    return "; ".join(words) or str(_("none"))
