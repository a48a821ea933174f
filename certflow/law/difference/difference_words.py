"""What the parts of a definition are called in a sentence, in the reader's language."""

from typing import Any

from certflow.law.specs.form import BandSpec, CapSpec, CriterionSpec, IndicatorSpec, OptionSpec, PartSpec
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import DeadlineSpec, RoleSpec, StageSpec, StateSpec, TransitionSpec
from certflow.wording import _, language


def part_name(item: Any, position: int) -> str:
    """The name by which people know one part of a definition; `position` counts from 1."""
    title = item.title.in_language(language()) if isinstance(getattr(item, "title", None), Text) else ""
    return _named(item, title) or _("number %(number)s", number=position)


def _named(item: Any, title: str) -> str:
    if isinstance(item, CriterionSpec):
        return _("Criterion %(number)s", number=item.number)
    if isinstance(item, IndicatorSpec):
        return _("Indicator %(code)s", code=item.code)
    return _titled(title).get(type(item), title) if title else ""


def _titled(title: str) -> dict[type, str]:
    return {
        PartSpec: _("“%(title)s”", title=title),
        OptionSpec: _("“%(title)s”", title=title),
        BandSpec: _("Class “%(title)s”", title=title),
        CapSpec: _("Limit “%(title)s”", title=title),
        RoleSpec: _("Role “%(title)s”", title=title),
        StageSpec: _("Stage “%(title)s”", title=title),
        StateSpec: _("State “%(title)s”", title=title),
        TransitionSpec: _("Step “%(title)s”", title=title),
        DeadlineSpec: _("Date “%(title)s”", title=title),
    }


def section(field: str) -> str:
    """The heading under which a change of this part of a definition is read."""
    headings = {
        "criteria": _("Criteria and indicators"),
        **dict.fromkeys(("bands", "caps", "total"), _("Classes and points")),
        "roles": _("Roles"),
        "stages": _("Stages and states"),
        "states": _("Stages and states"),
        "transitions": _("Steps"),
        "deadlines": _("Dates"),
        "outcome": _("Outcome"),
    }
    return headings.get(field, _("General"))


def label(field: str) -> str:
    """What one value of a definition is called; the key itself where there is no word for it."""
    words = _words_of_both() | _words_of_criteria() | _words_of_points()
    words |= _words_of_schemes() | _words_of_dates() | _words_of_papers()
    return words.get(field, field)


def _words_of_both() -> dict[str, str]:
    return {
        "title": _("the title"),
        "source": _("the legal basis"),
        "level": _("the level"),
        "levels": _("the number of levels"),
        "number": _("the number"),
        "remark": _("the remark"),
        "kind": _("the kind of answer"),
    }


def _words_of_criteria() -> dict[str, str]:
    return {
        "trust": _("the status of the criteria set"),
        "trust_note": _("the note on the criteria set"),
        "method_source": _("the basis for how a level is reached"),
        "criteria": _("the criteria"),
        "indicators": _("the indicators"),
        "parts": _("the parts"),
        "clauses": _("the clauses"),
        "clause": _("the clause"),
        "least": _("the threshold"),
        "least_in_disadvantaged_area": _("the threshold in a disadvantaged area"),
        "highest": _("the highest level that can be answered"),
        "denominator": _("the denominator of a percentage"),
        "definition_hint": _("the hint on counting"),
        "evidence_hint": _("the hint on evidence"),
        "units": _("the units that are counted"),
        "units_at_level": _("the level at which units are counted"),
        "recognised_by": _("the criteria set used to recognise units"),
    }


def _words_of_points() -> dict[str, str]:
    return {
        "method": _("how it is judged"),
        "total": _("the total of points"),
        "bands": _("the classes"),
        "at_least": _("the points where the class starts"),
        "caps": _("the limits"),
        "band": _("the highest class allowed"),
        "below": _("the points below which it applies"),
        "indicator": _("the indicator it checks"),
        "criterion": _("the criterion it checks"),
        "most": _("the maximum points"),
        "step": _("the step of points"),
        "options": _("the options"),
        "least_characters": _("the minimum number of characters"),
        "optional": _("whether it is optional"),
        "part": _("who is asked"),
    }


def _words_of_schemes() -> dict[str, str]:
    return {
        "subject": _("the kind of unit"),
        "form": _("the criteria set"),
        "form_version": _("the version of the criteria set"),
        "initial": _("the first state"),
        "roles": _("the roles"),
        "seat": _("the tier of the role"),
        "stages": _("the stages"),
        "stage": _("the stage"),
        "states": _("the states"),
        "turn": _("whose turn it is"),
        "edits": _("what may be written"),
        "favourable": _("whether it ends with a result"),
        "transitions": _("the steps"),
        "origins": _("the states it starts from"),
        "target": _("the state it leads to"),
        "by": _("who may act"),
        "needs": _("the conditions"),
        "effects": _("the effects"),
        "notify": _("who is notified"),
        "note": _("the note"),
    }


def _words_of_dates() -> dict[str, str]:
    return {
        "deadlines": _("the dates"),
        "layer": _("the layer of dates"),
        "day": _("the day"),
        "year": _("the year of the date"),
        "on": _("the date"),
        "working_days": _("the number of working days"),
        "after": _("the states after which the days are counted"),
    }


def _words_of_papers() -> dict[str, str]:
    return {
        "outcome": _("the outcome"),
        "deciders": _("who decides"),
        "replier": _("who signs the written reply"),
        "award": _("the kind of result"),
        "validity": _("how long a result is kept"),
        "upgrade_after_months": _("the months before a higher level"),
        "upgrade_source": _("the basis of the months before a higher level"),
        "addressee": _("the addressee of the letter"),
        "validity_years": _("the years a result is kept"),
        "validity_source": _("the basis for how long a result is kept"),
        "office": _("the issuing office"),
        "decision": _("the decision"),
        "certificate": _("the certificate"),
        "refusal": _("the written reply"),
        "template": _("the template"),
        "notation": _("the notation"),
        "legal_bases": _("the legal bases on paper"),
        "articles": _("the articles"),
        "recipients": _("the recipients"),
        "position": _("the position"),
        "authority": _("the authority"),
        "place": _("the place"),
        "filing": _("the archive line"),
        "parent": _("the office above"),
        "initials": _("the initials of the office"),
    }
