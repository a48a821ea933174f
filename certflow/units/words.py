"""Labels of units in the reader's language: kinds, offices, changes and successions."""

import datetime as dt

from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.catalogue import role_titles
from certflow.models.units import Succession, Unit, UnitVersion
from certflow.units import organisations


def kind(name: str) -> str:
    """The label of a kind of unit, with a capital letter."""
    words = role_titles.kind_title(name)
    return words[:1].upper() + words[1:]


def office(name: str) -> str:
    """The label of a kind of office."""
    return organisations.title(name)


def counted(counts: dict[str, int]) -> str:
    """The numbers of units by kind, in one line."""
    words = {
        "province": ngettext("%(num)d province", "%(num)d provinces", counts.get("province", 0)),
        "district": ngettext("%(num)d district", "%(num)d districts", counts.get("district", 0)),
        "commune": ngettext("%(num)d commune", "%(num)d communes", counts.get("commune", 0)),
    }
    return ", ".join(words[tier] for tier in words if counts.get(tier))


def standing(unit: Unit, on: dt.date) -> tuple[str, str]:
    """The label that says whether a unit exists on a day, and the colour name of its tag."""
    if unit.stands_on(on):
        return str(_("Exists")), "good"
    is_past = unit.ends_on is not None and unit.ends_on < on
    return (str(_("Ended")), "neutral") if is_past else (str(_("Not in force yet")), "waiting")


def change(version: UnitVersion) -> str:
    """The label of the change that began a version."""
    words = {"rename": _("New name"), "recode": _("New code"), "move": _("New unit above")}
    changes = [str(words.get(name, name)) for name in version.change.split(",") if name]
    if changes:
        return ", ".join(changes)
    return str(_("Established")) if version.starts_on else str(_("Before the records began"))


def link(succession: Succession) -> str:
    """The label of a succession, with its extent."""
    kinds = {
        "merge": _("Merged"),
        "split": _("Divided"),
        "tier_removed": _("Tier abolished"),
        "tier_changed": _("Became a unit of another tier"),
    }
    extent = _("whole") if succession.extent == "whole" else _("a part")
    return f"{kinds.get(succession.kind, succession.kind)} ({extent})"
