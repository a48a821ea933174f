"""The form of one criterion, made from its definition: a few fields for each indicator, named "<code>-<field>"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from certflow.assessment.answers import fields_of
from certflow.assessment.assessments import Saved, names_of, texts_of
from certflow.assessment.merging import EXPLANATION, Typed, mark
from certflow.assessment.words import figures
from certflow.assessment.words.entries import anchor, is_entry, scale
from certflow.errors import Invalid
from certflow.http.fields import show_faults, version_sent
from certflow.law.form_words import FormWords
from certflow.law.specs.form import COMPARED, CriterionSpec, IndicatorSpec
from certflow.models.dossiers import Claim, Finding
from certflow.wording import language

Stored = Mapping[str, Claim] | Mapping[str, Finding]


class FilesForm(Form):
    """The files to attach to one indicator."""

    file = MultipleFileField()


def share_ids(indicator: IndicatorSpec) -> tuple[str, ...]:
    """The ids of the fields of an indicator's shares, by part; none where no share is typed."""
    typed_here = indicator.kind in figures.PERCENTAGES
    return tuple(f"{anchor(indicator.code)}-{part.key}" for part in indicator.parts) if typed_here else ()


def files_form(words: FormWords, code: str, reasons: tuple[str, ...] = ()) -> FilesForm:
    """The upload form of an indicator with what was refused."""
    form = FilesForm(formdata=None)
    form.file.id, form.file.name = f"{anchor(code)}-file", f"{code}-file"
    form.file.label.text = words("attach", code=code)
    form.file.errors = list(reasons)
    return form


@dataclass(frozen=True, slots=True)
class _Labels:
    """What the fields are called: the answer that is judged, the entry that is not, and what explains an answer."""

    answer: str
    entry: str
    explanation: str
    hint: str = ""


def claim_form(words: FormWords, criterion: CriterionSpec, rows: Stored | None) -> FlaskForm:
    """The unit's form: filled with what is `rows`, or with what was sent when that is None."""
    return _form(criterion, rows, _Labels(words("claim"), words("answer"), words("explanation")))


def finding_form(words: FormWords, criterion: CriterionSpec, rows: Stored | None) -> FlaskForm:
    """The appraiser's form; as `claim_form`."""
    hint = _("A reason is needed where the finding is lower than the self-assessment.")
    return _form(criterion, rows, _Labels(words("finding"), words("answer"), words("comment"), hint))


def _form(criterion: CriterionSpec, rows: Stored | None, labels: _Labels) -> FlaskForm:
    fields: dict[str, Any] = {}
    for indicator in criterion.indicators:
        for name, (kind, options) in _fields(indicator, labels).items():
            fields[f"{indicator.code}-{name}"] = kind(id=f"{anchor(indicator.code)}-{name}", **options)
    form_class = type("CriterionForm", (FlaskForm,), fields)
    if rows is None:
        return form_class()
    return form_class(formdata=None, data=_filled(criterion, rows))


def _fields(indicator: IndicatorSpec, labels: _Labels) -> dict[str, tuple[type[Field], dict[str, Any]]]:
    fields = _values(indicator, labels)
    if indicator.judged:
        fields[EXPLANATION] = (
            TextAreaField,
            {"label": labels.explanation, "description": labels.hint, "filters": [tidy]},
        )
    fields["version"] = (HiddenField, {"default": "0"})
    fields["shown"] = (HiddenField, {"default": ""})
    return fields


def _values(indicator: IndicatorSpec, labels: _Labels) -> dict[str, tuple[type[Field], dict[str, Any]]]:
    if indicator.computed or indicator.kind == "file":
        return {}
    if is_entry(indicator):
        return {"value": entry_field(indicator, labels.answer, labels.entry)}
    if indicator.kind in figures.PERCENTAGES:
        return _percentages(indicator)
    if indicator.kind in COMPARED:
        example = _("With a decimal comma, for example 58,25")
        compared = figures.compared_labels()
        return {name: (StringField, {"label": label, "description": example}) for name, label in compared.items()}
    if indicator.kind == "count":
        hint = indicator.definition_hint.in_language(language()) if indicator.definition_hint else ""
        label = labels.answer if indicator.judged else labels.entry
        return {"value": (StringField, {"label": label, "description": hint})}
    return _choice(indicator, labels.answer)


def _choice(indicator: IndicatorSpec, label: str) -> dict[str, tuple[type[Field], dict[str, Any]]]:
    if indicator.kind == "yes_no":
        choices = [SelectChoice(value="yes", label=_("Met")), SelectChoice(value="no", label=_("Not met"))]
    else:
        levels = [*range(1, indicator.highest + 1), 0]
        choices = [SelectChoice(value=str(level), label=figures.level_attained(level)) for level in levels]
    return {"value": (RadioField, {"label": label, "choices": choices, "validate_choice": False})}


def _percentages(indicator: IndicatorSpec) -> dict[str, tuple[type[Field], dict[str, Any]]]:
    counted = indicator.denominator.in_language(language()) if indicator.denominator else ""
    hint = indicator.definition_hint.in_language(language()) if indicator.definition_hint else ""
    fields: dict[str, tuple[type[Field], dict[str, Any]]] = {"denominator": (StringField, {"label": counted})}
    for part in indicator.parts:
        fields[part.key] = (StringField, {"label": part.title.in_language(language())})
    definition = {"label": _("How it was determined"), "description": hint, "filters": [tidy]}
    return fields | {"definition": (TextAreaField, definition)}


def _filled(criterion: CriterionSpec, rows: Stored) -> dict[str, str]:
    filled: dict[str, str] = {}
    for indicator in criterion.indicators:
        row = rows.get(indicator.code)
        values = texts_of(indicator, row)
        filled |= {f"{indicator.code}-{name}": value for name, value in values.items()}
        filled[f"{indicator.code}-version"] = str(row.version if row is not None else 0)
        filled[f"{indicator.code}-shown"] = marks(indicator, values)
    return filled


def marks(indicator: IndicatorSpec, texts: Mapping[str, str], open_still: Mapping[str, str] | None = None) -> str:
    """What a page shows in the fields of an indicator, as one mark for each: "value:0123456789ab ...".

    A conflict that is still open keeps the mark that the page had.
    """
    kept = open_still or {}
    return " ".join(f"{name}:{kept.get(name) or mark(texts.get(name, ''))}" for name in names_of(indicator))


def typed(form: FlaskForm, criterion: CriterionSpec) -> dict[str, Typed]:
    """What was sent, by indicator code; a version that is no number counts as none seen."""
    return {indicator.code: _typed(form, indicator) for indicator in criterion.indicators}


def _typed(form: FlaskForm, indicator: IndicatorSpec) -> Typed:
    """What was sent for one indicator; a field that was not sent, as an unmarked choice is not, stays as it is."""
    code, names = indicator.code, names_of(indicator)
    shown = dict(pair.split(":", 1) for pair in (form[f"{code}-shown"].data or "").split() if ":" in pair)
    left = {name for name in names if f"{code}-{name}" not in request.form}
    chosen = {name for name in names if request.form.get(f"{code}-{name}-choice") == "stored"}
    return Typed(
        values={name: form[f"{code}-{name}"].data or "" for name in fields_of(indicator)},
        explanation=(form[f"{code}-explanation"].data or "") if indicator.judged else "",
        version=version_sent(form[f"{code}-version"].data),
        shown={name: shown[name] for name in names if name in shown},
        yielded=frozenset(left | chosen),
    )


def show_saved(form: FlaskForm, criterion: CriterionSpec, saved: Saved) -> None:
    """Put what became of the fields on the form: faults, what is stored now, and the marks to type over it.

    A field at fault, in conflict or held keeps what was typed.
    """
    show_faults(form, Invalid(fields=saved.faults))
    for indicator in criterion.indicators:
        code, texts = indicator.code, saved.texts[indicator.code]
        kept = saved.conflicts.get(code, ())
        for name in names_of(indicator):
            if name not in kept and f"{code}-{name}" not in {*saved.faults, *saved.held}:
                form[f"{code}-{name}"].data = texts.get(name, "")
        form[f"{code}-version"].data = str(saved.versions.get(code, 0))
        form[f"{code}-shown"].data = marks(indicator, texts)


def typed_pairs(form: FlaskForm) -> list[tuple[str, str]]:
    """Everything typed, with its label, for a page that can only hand it back."""
    return [
        (f"{field.name.partition('-')[0]} {field.label.text}".strip(), str(field.data))
        for field in form
        if field.data and not isinstance(field, HiddenField)
    ]


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
        return [
            SelectChoice(value=option.name, label=option.title.in_language(language())) for option in indicator.options
        ]
    yes, no = (_("Yes"), _("No")) if indicator.most is None else (_("Met"), _("Not met"))
    return [SelectChoice(value="yes", label=yes), SelectChoice(value="no", label=no)]


def _at_least(indicator: IndicatorSpec) -> str:
    least = indicator.least_characters
    return str(_("At least %(least)s characters; a shorter text is kept as a draft.", least=least)) if least else ""


def tidy(text: str | None) -> str | None:
    """The text with plain line ends, without the sign that no database of text can hold."""
    return text.replace("\r\n", "\n").replace("\x00", "") if text else text
