"""The forms in which a department writes its own criteria set: one for each part, with rows that come and go."""

import re
from collections.abc import Iterable, Iterator
from textwrap import shorten
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.criteria.rating_sets import SetNames
from certflow.http.fields import ADay, DayField, shown_day, version_sent
from certflow.http.typed import decimal
from certflow.law.reading.reading import NUMBER
from certflow.law.sets.faults import MOST_BANDS, MOST_CAPS, MOST_ROWS, QUOTED, SetFault, shown
from certflow.law.sets.tables import Content, looks_at, most
from certflow.models.criteria import RatingSet

LONGEST = 500
SHOWN = 42  # of the title of a row to choose: there may be hundreds


def number_typed(text: str) -> str:
    """A number with a point where it is one; otherwise what was typed, which the check then refuses.

    What only a file may say, such as "7.5", is kept in quotes: the check would take it there.
    """
    return decimal(text) or (QUOTED.format(text) if NUMBER.match(text) else text)


def _tidy(text: str | None) -> str:
    """Words on one line, without signs that cannot be printed."""
    return " ".join("".join(sign if ord(sign) > 31 else " " for sign in text or "").split())


def _words(label: Any, longest: int = LONGEST, **options: Any) -> StringField:
    message = lazy_gettext("Shorten this to at most %(most)s characters.", most=longest)
    return StringField(label, [Length(max=longest, message=message)], filters=[_tidy], **options)


class Rows(FieldList):
    """Rows that come and go; a field whose name gives no small number is no row's, where WTForms fails over it."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        names = re.compile(rf"{prefix}-([0-9]{{1,3}})-")
        return (int(match[1]) for name in formdata if (match := names.match(name)))


class SetPartForm(FlaskForm):
    """One part of a draft, typed over its `revision`."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        """The revision that the page showed."""
        return version_sent(self.revision.data)


class HeadForm(SetPartForm):
    """What the department says of its set as a whole."""

    title_vi = _words(lazy_gettext("Title of the criteria set"), 300)
    title_en = _words(
        lazy_gettext("Title in English"),
        300,
        description=lazy_gettext("If this is empty, English readers see the Vietnamese words."),
    )
    number = _words(
        lazy_gettext("Kind and number of the paper"),
        120,
        description=lazy_gettext("The paper that sets the criteria, for example “Quyết định số 812/QĐ-SGDĐT”."),
    )
    dated = DayField(lazy_gettext("Day of the paper"), [ADay()])
    issuer = _words(lazy_gettext("Issued by"), 200)
    total = _words(
        lazy_gettext("Points of the whole criteria set"), 20, description=lazy_gettext("The total points of all rows.")
    )

    def named(self) -> SetNames:
        """What was typed."""
        texts = {name: self[name].data for name in ("title_vi", "title_en", "issuer")}
        return SetNames(
            **texts,
            document_number=self.number.data,
            document_date=self.dated.day,
            total=number_typed(self.total.data),
        )


class RowForm(Form):
    """One row of a group: what is rated, and the points it brings."""

    kind = HiddenField()
    title_vi = _words(lazy_gettext("What is rated or asked"))
    title_en = _words(lazy_gettext("In English"))
    most = _words(lazy_gettext("Maximum points"), 20)
    step = _words(lazy_gettext("In steps of"), 20)


class GroupForm(SetPartForm):
    """One group with its rows."""

    title_vi = _words(lazy_gettext("Title of the group"))
    title_en = _words(lazy_gettext("Title in English"))
    source = _words(
        lazy_gettext("Basis"), description=lazy_gettext("If this is empty, the department's paper is the basis.")
    )
    rows = Rows(FormField(RowForm), max_entries=MOST_ROWS)


class BandForm(Form):
    """One class of the rating."""

    name = HiddenField()
    title_vi = _words(lazy_gettext("Name of the class"), 120)
    title_en = _words(lazy_gettext("In English"), 120)
    at_least = _words(lazy_gettext("From how many points"), 20)


class BandsForm(SetPartForm):
    """The classes, from the lowest to the highest."""

    rows = Rows(FormField(BandForm), max_entries=MOST_BANDS)


class CapForm(Form):
    """One thing that keeps the class down; the view fills the choices."""

    title_vi = _words(lazy_gettext("In words"))
    title_en = _words(lazy_gettext("In English"))
    about = SelectField(lazy_gettext("Row or group with too few points"), validate_choice=False)
    below = _words(lazy_gettext("Below how many points"), 20)
    band = SelectField(lazy_gettext("Highest class allowed"), validate_choice=False)


class CapsForm(SetPartForm):
    """What keeps the class down although the total would reach a higher one."""

    rows = Rows(FormField(CapForm), max_entries=MOST_CAPS)


class SetFileForm(SetPartForm):
    """A TOML file to put in the place of the draft's content."""

    file = FileField(lazy_gettext("TOML file"))


def head_form(own: RatingSet) -> HeadForm:
    """The head as it is stored."""
    return HeadForm(
        formdata=None,
        data={
            "revision": str(own.revision),
            "title_vi": own.title_vi,
            "title_en": own.title_en,
            "number": own.document_number,
            "dated": shown_day(own.document_date),
            "issuer": own.issuer,
            "total": shown(own.content.get("total", "")),
        },
    )


def group_form(own: RatingSet, number: int) -> GroupForm:
    """A group as it is stored."""
    group = own.content["criteria"][number - 1]
    rows = [
        {
            **_titles(row),
            "kind": row.get("kind", "points"),
            "most": shown(row.get("most", "")),
            "step": shown(row.get("step", "1")),
        }
        for row in group.get("indicators", [])
    ]
    return GroupForm(
        formdata=None,
        data={"revision": str(own.revision), **_titles(group), "source": group.get("source", ""), "rows": rows},
    )


def bands_form(own: RatingSet) -> BandsForm:
    """The classes as they are stored."""
    rows = [
        {**_titles(band), "name": band.get("name", ""), "at_least": shown(band.get("at_least", ""))}
        for band in own.content.get("bands", [])
    ]
    return BandsForm(formdata=None, data={"revision": str(own.revision), "rows": rows})


def caps_form(own: RatingSet) -> CapsForm:
    """What keeps the class down, as it is stored."""
    rows = [
        {
            **_titles(cap),
            "about": _about(looks_at(cap)),
            "below": shown(cap.get("below", "")),
            "band": cap.get("band", ""),
        }
        for cap in own.content.get("caps", [])
    ]
    return CapsForm(formdata=None, data={"revision": str(own.revision), "rows": rows})


def with_choices(form: CapsForm, content: Content) -> CapsForm:
    """The form with what a cap can look at and leave."""
    nothing = SelectChoice("", _("Choose"))
    about = [nothing, *_places(content)]
    bands = [SelectChoice(band["name"], str(band["title"].get("vi", ""))) for band in content.get("bands", [])[:-1]]
    for entry in form.rows:
        entry.form.about.choices = about
        entry.form.band.choices = [nothing, *bands]
    return form


def _places(content: Content) -> list[SelectChoice]:
    choices = []
    for number, group in enumerate(content.get("criteria", []), 1):
        rows = [(n, row) for n, row in enumerate(group.get("indicators", []), 1) if most(row)]
        if rows:
            title = _("Group %(number)s as a whole: %(title)s", number=number, title=group["title"].get("vi", ""))
            choices.append(SelectChoice(str(number), shorten(title, SHOWN, placeholder="…")))
        titles = {n: f"{number}.{n}. {row['title'].get('vi', '')}" for n, row in rows}
        choices += [SelectChoice(f"{number}.{n}", shorten(titles[n], SHOWN, placeholder="…")) for n in titles]
    return choices


def _about(place: tuple[int, int] | None) -> str:
    if place is None:
        return ""
    return f"{place[0]}.{place[1]}" if place[1] else str(place[0])


def _titles(item: dict[str, Any]) -> dict[str, str]:
    title = item.get("title", {})
    return {"title_vi": title.get("vi", ""), "title_en": title.get("en", "")}


def show(form: SetPartForm, faults: list[SetFault]) -> None:
    """Put what the check says at its fields; the rest at the head of the form."""
    for fault in faults:
        place = _field_of(form, fault)
        if place is None:
            form.form_errors.append(fault.words)
        else:
            place.errors = [*place.errors, fault.words]
            if "rows" in form:
                form.rows.errors = [*form.rows.errors, fault.words]


def _field_of(form: SetPartForm, fault: SetFault) -> Field | None:
    fields: dict[str, Field] = form._fields
    if fault.row:
        entries = form.rows.entries
        fields = entries[fault.row - 1].form._fields if fault.row <= len(entries) else {}
    return fields.get("about" if fault.field in ("indicator", "criterion") else fault.field)


class ConfirmForm(FlaskForm):
    """The paper that records the comparison with the signed law."""

    document = StringField(
        lazy_gettext("Paper that records the comparison"),
        [
            InputRequired(lazy_gettext("Enter the paper that records the comparison.")),
            Length(max=300, message=lazy_gettext("Shorten this to at most 300 characters.")),
        ],
        description=lazy_gettext("Its kind, number, date and issuing office, as on the paper itself."),
    )
