"""Units through time: search, the tree of a day, and the page of one unit."""

import datetime as dt
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from certflow.access import access
from certflow.clock import today
from certflow.http.fields import ADay, DayField, shown_day
from certflow.http.paging import asked_page
from certflow.http.person import actor
from certflow.http.policy import SIGNED_IN, Room
from certflow.http.sections import sections
from certflow.models.units import UnitVersion
from certflow.units import attributes, holders, organisations, register
from certflow.units import words as unit_words

bp = Room("places", __name__, url_prefix="/units")

LONGEST = 120


class SearchForm(FlaskForm):
    """What is looked for, and the day whose units are meant; sent in the address."""

    class Meta(FlaskForm.Meta):
        csrf = False

    q = StringField(
        lazy_gettext("Name or code"),
        [Length(max=LONGEST, message=lazy_gettext("Shorten this to at most %(max)d characters."))],
        description=lazy_gettext(
            "With or without accents; an earlier name works too, for example “dong nai” or 26350."
        ),
    )
    on = DayField(lazy_gettext("As of the day"), [ADay()], description=lazy_gettext("If this is empty, today is used."))


class UnitDayForm(FlaskForm):
    """The day on which a page is to show units; sent in the address."""

    class Meta(FlaskForm.Meta):
        csrf = False

    on = DayField(lazy_gettext("As of the day"), [ADay()], description=lazy_gettext("If this is empty, today is used."))


@dataclass(frozen=True, slots=True)
class DayChoice:
    """The requested day, and its text for links (None: today)."""

    on: dt.date
    repeated: str | None


@bp.page("/", SIGNED_IN)
def listed() -> ResponseReturnValue:
    """Show the search results; without words, the provinces of the day."""
    form = SearchForm(request.args)
    valid, day_choice = form.validate(), _day(form)
    words = (form.q.data or "").strip()[:LONGEST]
    page = render_template(
        "units/listed.html",
        form=form,
        day_choice=day_choice,
        words=words,
        matches=register.search(words if valid else "", day_choice.on, asked_page()),
        counts=register.counts(day_choice.on) if not words else {},
        provinces=register.provinces(day_choice.on) if not words else [],
        administrator=access.is_administrator(actor()),
        say=unit_words,
    )
    return page, 200 if valid else 422


@bp.page("/<int:unit_id>", SIGNED_IN)
def show(unit_id: int) -> ResponseReturnValue:
    """Show one unit: names, predecessors, successors, offices and titles."""
    form = UnitDayForm(request.args)
    valid, day_choice = form.validate(), _day(form)
    story = register.story(unit_id)
    version, unit = register.nearest(story, day_choice.on), story[0].unit
    administrator = access.is_administrator(actor())
    came, went = register.links(unit_id)
    page = render_template(
        "units/show.html",
        form=form,
        day_choice=day_choice,
        unit=unit,
        version=version,
        story=story,
        names_above=register.names_above(story),
        above=register.above(version, day_choice.on),
        came=came,
        went=went,
        below=_below(version, day_choice.on),
        attributes=attributes.of_unit(unit_id),
        offices=organisations.at(unit_id),
        centres=holders.centres(unit_id) if administrator else [],
        administrator=administrator,
        say=unit_words,
        **sections("places.show", unit, day_choice.on),
    )
    return page, 200 if valid else 422


@bp.page("/<int:unit_id>/below", SIGNED_IN)
def below(unit_id: int) -> ResponseReturnValue:
    """Show the children of a unit on a day."""
    form = UnitDayForm(request.args)
    valid, day_choice = form.validate(), _day(form)
    version = register.nearest(register.story(unit_id), day_choice.on)
    page = render_template(
        "units/below.html",
        form=form,
        day_choice=day_choice,
        version=version,
        above=register.above(version, day_choice.on),
        children=register.below(unit_id, day_choice.on, asked_page()),
        say=unit_words,
    )
    return page, 200 if valid else 422


def _day(form: SearchForm | UnitDayForm) -> DayChoice:
    """The requested day; today if the field is empty or not a date."""
    day = form.on.day or today()
    form.on.data = form.on.data or shown_day(day)
    return DayChoice(day, None if day == today() else shown_day(day))


def _below(version: UnitVersion, on: dt.date) -> dict[str, int]:
    """The number of children by kind on a day; empty for a commune."""
    return register.counts_below(version.unit_id, on) if version.kind != "commune" else {}
