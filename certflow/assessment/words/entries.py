"""Points, entries of a record and bands as people read them."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.law.form_words import FormWords
from certflow.law.scoring.points import points_of
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import ENTRY_KINDS, FormSpec, IndicatorSpec
from certflow.models.dossiers import Dossier
from certflow.wording import language

SHORT = 200


def anchor(code: str) -> str:
    """The id of an indicator's part of the page: "4.2" gives "i4-2", which style sheets and scripts can name too."""
    return f"i{code.replace('.', '-')}"


def is_entry(indicator: IndicatorSpec) -> bool:
    """Whether it is answered with points or as an entry of a record, and so in words of its own."""
    judged = any(part.thresholds for part in indicator.parts)
    return indicator.kind in ENTRY_KINDS or (indicator.kind == "yes_no" and not judged)


def points(number: Fraction) -> str:
    """A number of points with its decimals, in the reader's way."""
    return str(format_decimal(Decimal(number.numerator) / Decimal(number.denominator), format="#,##0.##"))


def points_of_most(number: Fraction, most: Fraction) -> str:
    """The points with the most that can be given: "8,5 / 10 points"."""
    return str(_("%(points)s / %(most)s points", points=points(number), most=points(most)))


def level_words(form: FormSpec, level: int) -> str:
    """A level by its name: the class's own title where there are classes; 0 says that there is none.

    A record has no level and no words for one.
    """
    match form.method:
        case "points":
            return form.bands[level - 1].title.in_language(language()) if level else str(_("No class"))
        case "record":
            return ""
    return str(_("Level %(level)s", level=level) if level else _("No level reached"))


def level_of(dossier: Dossier, level: int) -> str:
    """As `level_words`, by the criteria set of a dossier."""
    return level_words(form_of(dossier), level)


def scale(indicator: IndicatorSpec) -> str:
    """How many points an indicator can bring, and how they are given; "" where it brings none."""
    if indicator.most is None or indicator.step is None:
        return ""
    most = points(indicator.most)
    if indicator.kind == "yes_no":
        return str(_("%(most)s points or none", most=most))
    return str(_("0 to %(most)s points, in steps of %(step)s", most=most, step=points(indicator.step)))


def given(indicator: IndicatorSpec, answer: Answer) -> str:
    """An answer in a few words; "" while there is none."""
    words = full(indicator, answer)
    return words if len(words) <= SHORT else words[: SHORT - 1] + "…"


def full(indicator: IndicatorSpec, answer: Answer) -> str:
    """An answer with every word of it; "" while there is none."""
    value = answer.get("value")
    if indicator.kind == "file":
        files = answer.get("files")
        return str(ngettext("%(num)s file", "%(num)s files", files)) if isinstance(files, int) and files else ""
    if indicator.kind == "yes_no":
        return _yes_no(indicator, answer) if isinstance(value, bool) else ""
    match indicator.kind, value:
        case "points", str():
            return _points(indicator, answer)
        case "amount", int():
            return str(_("%(amount)s đồng", amount=format_decimal(value)))
        case "date", str():
            return _day(value)
        case "choice", str():
            titles = {option.name: option.title.in_language(language()) for option in indicator.options}
            return titles.get(value, value)
        case "text", str():
            return value
    return ""  # none, or the answer to what an earlier version of the rules asked


def _day(value: str) -> str:
    try:
        return f"{dt.date.fromisoformat(value):%d/%m/%Y}"
    except ValueError:
        return ""


def _points(indicator: IndicatorSpec, answer: Answer) -> str:
    """The points given; as they stand, where the indicator cannot have so many."""
    brought = points_of(indicator, answer)
    if brought is None or indicator.most is None:
        return str(answer.get("value"))
    return points_of_most(brought, indicator.most)


def _yes_no(indicator: IndicatorSpec, answer: Answer) -> str:
    if indicator.most is None:
        return str(_("Yes") if answer.get("value") else _("No"))
    words = _("Met") if answer.get("value") else _("Not met")
    return f"{words}: {_points(indicator, answer)}"


def words_of(dossier: Dossier) -> FormWords:
    """What the parts of a dossier's form are called."""
    return FormWords(form_of(dossier), workflow_of(dossier).spec)


def is_rated(dossier: Dossier) -> bool:
    """Whether a dossier is rated by points, so that its levels are classes."""
    return form_of(dossier).method == "points"
