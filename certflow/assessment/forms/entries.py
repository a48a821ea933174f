"""The field in which points, or an entry of a record, are typed."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from certflow.assessment.words.entries import scale
from certflow.law.specs.form import IndicatorSpec
from certflow.wording import language


def entry_field(indicator: IndicatorSpec, answer: str, entry: str) -> tuple[type[Field], dict[str, Any]]:
    """The kind of field and its options; `answer` labels what is judged, such as “Finding”, `entry` what is not."""
    match indicator.kind:
        case "points":
            return StringField, {"label": _("Points"), "description": scale(indicator)}
        case "yes_no" | "choice":
            label = entry if indicator.most is None else answer
            return RadioField, {"label": label, "choices": _choices(indicator), "validate_choice": False}
        case "text":
            return TextAreaField, {"label": entry, "description": _at_least(indicator), "filters": [tidy]}
        case "date":
            return StringField, {"label": _("Date")}
        case "amount":
            return StringField, {"label": _("Amount")}
    return StringField, {"label": entry}


def _choices(indicator: IndicatorSpec) -> list[SelectChoice]:
    if indicator.kind == "choice":
        return [SelectChoice(value=one.name, label=one.title.in_language(language())) for one in indicator.options]
    yes, no = (_("Yes"), _("No")) if indicator.most is None else (_("Met"), _("Not met"))
    return [SelectChoice(value="yes", label=yes), SelectChoice(value="no", label=no)]


def _at_least(indicator: IndicatorSpec) -> str:
    least = indicator.least_characters
    return str(_("At least %(least)s characters; less is kept as a draft.", least=least)) if least else ""


def tidy(text: str | None) -> str | None:
    """The text with plain line ends, without the sign that no database of text can hold."""
    return text.replace("\r\n", "\n").replace("\x00", "") if text else text
