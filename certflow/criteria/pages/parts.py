"""What the pages of a department's own set show: its parts in order, how they stand, and the preview."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.assessment.forms import answers
from certflow.assessment.pages import criteria
from certflow.assessment.words import entries, ratings
from certflow.catalogue import department_sets
from certflow.criteria import rating_sets
from certflow.criteria.forms.rating_sets import SetPartForm
from certflow.errors import ActionBlocked, DefinitionError
from certflow.http.person import actor
from certflow.law.decimals import decimal_text
from certflow.law.form_words import FormWords
from certflow.law.scoring.entries import entries_reaching
from certflow.law.scoring.scoring import score
from certflow.law.sets.faults import SetFault, shown
from certflow.law.sets.tables import points
from certflow.law.specs.form import FormSpec
from certflow.models.criteria import RatingSet


@dataclass(frozen=True, slots=True)
class SetPart:
    """One part in the list of parts."""

    title: str
    url: str | None
    detail: str
    status_label: str
    status_kind: str


def address(own: RatingSet, part: str, **options: Any) -> str:
    """Where a part is written."""
    if part.isdecimal():
        return url_for("rating_sets.group", set_id=own.id, number=int(part), **options)
    return url_for(f"rating_sets.{part}", set_id=own.id, **options)


def following(own: RatingSet, part: str) -> str:
    """Where writing goes on after a part: the next one, after the last the overview."""
    order = _order(own)
    place = order.index(part) + 1
    return address(own, order[place]) if place < len(order) else url_for("rating_sets.show", set_id=own.id)


def _order(own: RatingSet) -> list[str]:
    return ["head", *map(str, range(1, len(own.content["criteria"]) + 1)), "bands", "caps"]


def title(own: RatingSet, part: str) -> str:
    """The name of a part."""
    names = {"head": _("Title and paper"), "bands": _("Classes"), "caps": _("Limits on the class")}
    if part in names:
        return str(names[part])
    words = own.content["criteria"][int(part) - 1]["title"].get("vi") or "…"
    return str(_("Group %(number)s. %(title)s", number=part, title=words))


def page(own: RatingSet, part: str, form: SetPartForm) -> dict[str, Any]:
    """What the page of one part shows."""
    return {
        "own": own,
        "part": part,
        "form": form,
        "title": title(own, part),
        "sum": total(own),
        "group": own.content["criteria"][int(part) - 1] if part.isdecimal() else None,
        "language_next": address(own, part),
    }


def total(own: RatingSet) -> str:
    """The points of all rows against those wanted: "45 / 100 points"."""
    sum_of_rows, whole = decimal_text(points(own.content)), str(own.content.get("total", ""))
    return str(_("%(points)s / %(most)s points", points=shown(sum_of_rows), most=shown(whole) or "–"))


def overview(own: RatingSet) -> dict[str, Any]:
    """What the overview of a set and the page before publishing show."""
    faults = rating_sets.faults(own)
    writable = own.published_at is None and rating_sets.is_department(actor(), own.unit)
    return {
        "own": own,
        "faults": [(title(own, fault.page), _place(own, fault), fault.words) for fault in faults],
        "parts": [_part(own, part, faults, writable=writable) for part in _order(own)],
        "writable": writable,
        "sum": total(own),
        "rows": sum(len(group.get("indicators", ())) for group in own.content["criteria"]),
        "form": SetPartForm(formdata=None, data={"revision": str(own.revision)}),
        "head": department_sets.head_of(own),
    }


def _place(own: RatingSet, fault: SetFault) -> str:
    return address(own, fault.page, check=1)


def _part(own: RatingSet, part: str, faults: tuple[SetFault, ...], *, writable: bool) -> SetPart:
    wrong = sum(fault.page == part for fault in faults)
    label = ngettext("%(num)d to correct", "%(num)d to correct", wrong) if wrong else _("Nothing to correct")
    checked = {"check": 1} if wrong and not _is_blank(own, part) else {}
    return SetPart(
        title(own, part),
        address(own, part, **checked) if writable else None,
        _detail(own, part),
        str(label),
        "yours" if wrong else "good",
    )


def _is_blank(own: RatingSet, part: str) -> bool:
    """Whether nothing was written in a part yet, so that nothing there is wrong, only missing."""
    if part == "head":
        return not (own.title_vi or own.document_number)
    items = own.content["criteria"][int(part) - 1].get("indicators") if part.isdecimal() else own.content.get(part)
    return not items


def _detail(own: RatingSet, part: str) -> str:
    if part == "head":
        return department_sets.head_of(own).document
    if not part.isdecimal():
        rows = len(own.content.get(part, ()))
        return str(ngettext("%(num)d row", "%(num)d rows", rows)) if rows else ""
    group = own.content["criteria"][int(part) - 1]
    rows = len(group.get("indicators", ()))
    brought = shown(decimal_text(points({"criteria": [group]})))
    row_count = ngettext("%(num)d row", "%(num)d rows", rows)
    return str(_("%(rows)s, %(points)s points", rows=row_count, points=brought)) if rows else ""


def preview(own: RatingSet) -> dict[str, Any]:
    """The classes of a set that has no faults, each with an example."""
    form = _form(own)
    return {
        "own": own,
        "form": form,
        "sum": total(own),
        "examples": [_example(form, rank) for rank in range(len(form.bands), 0, -1)],
        "points": entries.points,
    }


def preview_group(own: RatingSet, number: int) -> dict[str, Any]:
    """The form of one group, as a centre gets it, and what only the appraiser is asked there."""
    form = _form(own)
    criterion = criteria.criterion_of(form, number)
    numbers = [each.number for each in form.criteria]
    return {
        "own": own,
        "spec": form,
        "criterion": criterion,
        "form": answers.claim_form(FormWords(form), criterion, {}),
        "anchor": entries.anchor,
        "before": number - 1 if number - 1 in numbers else None,
        "after": number + 1 if number + 1 in numbers else None,
    }


def _form(own: RatingSet) -> FormSpec:
    try:
        return rating_sets.form_of(own)
    except DefinitionError:
        reasons = [fault.words for fault in rating_sets.faults(own)]
        raise ActionBlocked(str(_("You can preview when the check finds nothing wrong.")), *reasons) from None


def _example(form: FormSpec, rank: int) -> tuple[str, str, tuple[str, ...]]:
    """A total and the points of each group with which a class is reached."""
    band = form.bands[rank - 1]
    try:
        result = score(form, entries_reaching(form, rank), disadvantaged=False, part="findings")
    except LookupError:
        return band.title.vi, "", ()
    tally = result.points
    reached = tally.total if tally else Fraction(0)
    return band.title.vi, entries.points(reached), tuple(ratings.sums(form, result).values())
