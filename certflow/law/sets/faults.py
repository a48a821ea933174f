"""What is wrong with a department's set, in the words of the office and at the place where it was typed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certflow.errors import DefinitionError
from certflow.law.catalogue import read_one
from certflow.law.decimals import decimal_text
from certflow.law.sets.tables import Content, Head, points, table_of
from certflow.law.specs.form import FormSpec
from certflow.wording import _

MOST_GROUPS, MOST_ROWS, MOST_BANDS, MOST_CAPS = 20, 20, 10, 20
GROUP = re.compile(r"criteria\[(\d+)\](?:\.indicators\[(\d+)\])?(?:\.(.+))?\Z")
LISTED = re.compile(r"(bands|caps)(?:\[(\d+)\])?(?:\.(.+))?\Z")
QUOTED = "“{}”"  # what was typed for a number and is none
COUNTING = (("head", "total"), ("caps", "below"), ("caps", "indicator"), ("caps", "criterion"))
UNREACHED = re.compile(r"no points lead to '(\w+)'")


@dataclass(frozen=True, slots=True)
class SetFault:
    """One thing to correct: on the page "head", "bands", "caps" or a group's number, there in the row from 1.

    `row` is 0 for the page as a whole and `field` is "" for what belongs to no field.
    """

    page: str
    row: int
    field: str
    words: str


def faults_of(content: Content, head: Head) -> tuple[SetFault, ...]:
    """Everything that keeps the set from being published; nothing when the loader takes it."""
    faults = [*_faults_of_head(head), *_read(content, head)]
    if any(fault.page.isdecimal() for fault in faults):  # points that cannot be read make all that counts them wrong
        faults = [fault for fault in faults if (fault.page, fault.field) not in COUNTING]
    return tuple(dict.fromkeys(faults))


def spec_of(content: Content, head: Head) -> FormSpec:
    """The set as the loader reads it; raises DefinitionError with its faults."""
    form = read_one(table_of(content, head), head.name)
    assert isinstance(form, FormSpec)
    return form


def too_many(table: Mapping[str, Any]) -> tuple[str, ...]:
    """What an uploaded file has more of than its pages can show."""
    groups = table.get("criteria")
    rows = [g.get("indicators") for g in groups if isinstance(g, dict)] if isinstance(groups, list) else []
    counted = [("criteria", groups, MOST_GROUPS), *(("indicators", each, MOST_ROWS) for each in rows)]
    counted += [("bands", table.get("bands"), MOST_BANDS), ("caps", table.get("caps"), MOST_CAPS)]
    return tuple(
        _("%(what)s: there are %(count)s, at most %(most)s can be shown.", what=what, count=len(items), most=most)
        for what, items, most in counted
        if isinstance(items, list) and len(items) > most
    )


def _faults_of_head(head: Head) -> Iterator[SetFault]:
    if not head.title_vi:
        yield SetFault("head", 0, "title_vi", _("Enter the title of the criteria set, as on the department's paper."))
    if not head.number:
        words = _("Enter the kind and number of the paper in which the department sets these criteria.")
        yield SetFault("head", 0, "number", words)
    if head.dated is None:
        yield SetFault("head", 0, "dated", _("Enter the day of that paper."))
    if not head.issuer:
        yield SetFault("head", 0, "issuer", _("Enter the office that issued the paper."))


def _read(content: Content, head: Head) -> Iterator[SetFault]:
    try:
        spec_of(content, head)
    except DefinitionError as refused:
        for fault in refused.faults:
            place, _colon, reason = fault.removeprefix(f"{head.name}: ").partition(": ")
            if not place.startswith(("title.", "trust_note.", "source")) and not place.endswith(".en"):
                yield _placed(place, reason, content)


def _placed(place: str, reason: str, content: Content) -> SetFault:
    """A fault of the loader at its field; words of our own where the pages can make the fault."""
    if match := GROUP.match(place):
        row, field = int(match[2] or 0), (match[3] or "").replace(".", "_")
        words_of = (ROWS if row else GROUPS).get(field)
        return SetFault(match[1], row, field, words_of() if words_of else _as_it_is(place, reason))
    if match := LISTED.match(place):
        page, row, field = match[1], int(match[2] or 0), (match[3] or "").replace(".", "_")
        words_of = LISTS[page].get(field) if row else None
        return SetFault(page, row, field, words_of() if words_of else _of_list(page, place, reason, content))
    if place == "total":
        return SetFault("head", 0, "total", _of_total(reason, content))
    words = _("Add at least one group.") if place == "criteria" else _as_it_is(place, reason)
    return SetFault("head", 0, "", words)


def _as_it_is(place: str, reason: str) -> str:
    return f"{place}: {reason}"


def _of_total(reason: str, content: Content) -> str:
    if "indicators bring" in reason:
        total, sum_of_rows = shown(content.get("total", "")), shown(decimal_text(points(content)))
        return _(
            "The rows add up to %(given)s points, but the criteria set says %(total)s.", given=sum_of_rows, total=total
        )
    if "can come out in more than" in reason:
        return _("The steps are too small for these points: choose larger steps or fewer points.")
    return _("Enter the total points of all rows, for example 100.")


def _of_list(page: str, place: str, reason: str, content: Content) -> str:
    if "is empty" in reason or "is missing" in reason:
        return _("Add at least one class.")
    if "order them" in reason:
        return _(
            "Order the classes from the lowest to the highest: each must begin with more points than the one before."
        )
    if match := UNREACHED.match(reason):
        return _(
            "No points lead to the class “%(name)s”: change its first points, the first points of "
            "the next class, or a limit.",
            name=_title(content.get(page, ()), match[1]),
        )
    return _as_it_is(place, reason)


def _title(bands: Iterable[Mapping[str, Any]], name: str) -> str:
    return next((str(band["title"].get("vi")) for band in bands if band.get("name") == name), name)


def shown(number: object) -> str:
    """A kept number as it is typed, with a comma; what was refused as it was typed."""
    text = str(number)
    return text[1:-1] if text == QUOTED.format(text[1:-1]) else text.replace(".", ",")


Words = Mapping[str, Callable[[], str]]

GROUPS: Words = {
    "title_vi": lambda: _("Enter the title of the group."),
    "indicators": lambda: _("Add at least one row to this group, or remove the group."),
}
ROWS: Words = {
    "title_vi": lambda: _("Write what is rated or asked."),
    "most": lambda: _("Enter a number above 0 and at most 1000, for example 10 or 7,5."),
    "step": lambda: _("The step must divide the points evenly, into at most 200 steps, for example 0,5 or 1."),
}
LISTS: dict[str, Words] = {
    "bands": {
        "title_vi": lambda: _("Enter the name of the class, such as “Tốt”."),
        "at_least": lambda: _("Enter 0 or a larger number, for example 50 or 64,5."),
    },
    "caps": {
        "title_vi": lambda: _("Describe the limit in words."),
        "band": lambda: _("Choose the highest class allowed: one below the highest of all classes."),
        "below": lambda: _("Enter a number above 0 and at most the maximum points there."),
        "indicator": lambda: _("Choose the row or group that the limit checks; it must give points."),
        "criterion": lambda: _("Choose the row or group that the limit checks; it must give points."),
    },
}
