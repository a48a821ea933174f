"""Units through time in the reader's words: kinds, changes, successions, and what becomes of titles."""

import datetime as dt

from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.models.places import Succession, Unit, UnitVersion
from certflow.models.recognition import Recognition
from certflow.services import organisations, people
from certflow.services.inheritance import Inherited
from certflow.services.unit_lines import Fate, Former, Titles
from certflow.web import results


def kind(name: str) -> str:
    """The kind of a unit: "commune" as "Commune"."""
    words = people.kind_title(name)
    return words[:1].upper() + words[1:]


def office(name: str) -> str:
    """The kind of an office."""
    return organisations.title(name)


def counted(counts: dict[str, int]) -> str:
    """Numbers of units by their kind, in one line."""
    words = {
        "province": ngettext("%(num)d province", "%(num)d provinces", counts.get("province", 0)),
        "district": ngettext("%(num)d district", "%(num)d districts", counts.get("district", 0)),
        "commune": ngettext("%(num)d commune", "%(num)d communes", counts.get("commune", 0)),
    }
    return ", ".join(words[one] for one in words if counts.get(one))


def standing(unit: Unit, on: dt.date) -> tuple[str, str]:
    """Whether a unit exists on a day, with the kind of its tag."""
    if unit.stands_on(on):
        return str(_("Exists")), "good"
    gone = unit.ends_on is not None and unit.ends_on < on
    return (str(_("Ended")), "neutral") if gone else (str(_("Not yet begun")), "waiting")


def change(version: UnitVersion) -> str:
    """What began a version."""
    words = {"rename": _("New name"), "recode": _("New code"), "move": _("New unit above")}
    found = [str(words.get(one, one)) for one in version.change.split(",") if one]
    if found:
        return ", ".join(found)
    return str(_("Came about")) if version.starts_on else str(_("Since before the record"))


def link(one: Succession) -> str:
    """How a unit became another, and whether with all of its area."""
    kinds = {
        "merge": _("Merged"),
        "split": _("Divided"),
        "tier_removed": _("Tier abolished"),
        "tier_changed": _("Became a unit of another tier"),
    }
    extent = _("whole") if one.extent == "whole" else _("a part")
    return f"{kinds.get(one.kind, one.kind)} ({extent})"


def treatment(name: str) -> tuple[str, str]:
    """What becomes of a title, with the kind of its tag."""
    words = {
        "inherited": (_("Inherited"), "good"),
        "suspended": (_("Suspended"), "waiting"),
        "reassess": (_("To be assessed anew"), "waiting"),
    }
    found, tag = words.get(name, (_("Not decided"), "neutral"))
    return str(found), tag


def inherited(unit: str, found: Inherited | None) -> str:
    """What a unit has of its predecessors' titles, and by which document, in a sentence."""
    if found is None or found.outcome.treatment == "undecided":
        return str(_("Whether the result passes on to %(unit)s is not decided; it counts nowhere for it.", unit=unit))
    values = {"unit": unit, "document": found.cited}
    if found.title is not None:
        return _held(values, found)
    sentences = {
        "inherited": _(
            "Results pass on by %(document)s, but not every unit that went into %(unit)s has one in force: "
            "it inherits none.",
            **values,
        ),
        "suspended": _("The result is suspended for %(unit)s, by %(document)s.", **values),
        "reassess": _("%(unit)s is to be assessed anew, by %(document)s.", **values),
    }
    return str(sentences[found.outcome.treatment])


def _held(values: dict[str, str], found: Inherited) -> str:
    title = found.title
    if title is None:
        return ""
    if title.until is None:
        return str(_("%(unit)s inherits level %(level)s, by %(document)s.", level=title.level, **values))
    values |= {"until": f"{title.until:%d/%m/%Y}"}
    words = _("%(unit)s inherits level %(level)s, kept until %(until)s, by %(document)s.", level=title.level, **values)
    return str(words)


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
    return results.awarded(found)


def scheme(found: Recognition) -> str:
    """By which scheme it was awarded, and for which year."""
    values = {"scheme": results.scheme(found.dossier), "year": found.dossier.round.assessed_year}
    return str(_("%(scheme)s, assessed year %(year)s", **values))


def scheme_name(found: Recognition) -> str:
    """By which scheme it was awarded."""
    return results.scheme(found.dossier)


def succeeds(found: Titles) -> str:
    """The direct predecessors, each with its latest results: "A (level 2, 2024), B (none)"."""
    return ", ".join(f"{one.name} ({_latest(one)})" for one in found.former if one.steps == 1)


def _latest(one: Former) -> str:
    schemes = {title.dossier.workflow: title for title in reversed(one.titles)}
    words = (f"{awarded(title).lower()}, {title.dossier.round.assessed_year}" for title in schemes.values())
    return "; ".join(words) or str(_("none"))
