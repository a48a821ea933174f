"""What becomes of a title after a merger, in words."""

from flask_babel import gettext as _

from certflow.rules.inheritance import Inherited
from certflow.wording import place


def treatment(name: str) -> tuple[str, str]:
    """The label of a treatment of titles, and the colour name of its tag."""
    words = {
        "inherited": (_("Inherited"), "good"),
        "suspended": (_("Suspended"), "waiting"),
        "reassess": (_("To be assessed again"), "waiting"),
    }
    label, tag = words.get(name, (_("Not decided"), "neutral"))
    return str(label), tag


def inherited(unit: str, result: Inherited | None) -> str:
    """The sentence about a unit's inherited title and the document."""
    if result is None or result.outcome.treatment == "undecided":
        return str(
            _(
                "It is not decided whether %(unit)s inherits the result; the result does not count for this unit.",
                unit=place(unit),
            )
        )
    values = {"unit": unit, "document": result.cited}
    if result.title is not None:
        return _held(values, result)
    sentences = {
        "inherited": _(
            "Results are inherited by %(document)s, but not every unit merged into %(unit)s has a "
            "result in force: it inherits no result.",
            unit=place(unit),
            document=result.cited,
        ),
        "suspended": _(
            "The result is suspended for %(unit)s, by %(document)s.", unit=place(unit), document=result.cited
        ),
        "reassess": _("%(unit)s is to be assessed again, by %(document)s.", **values),
    }
    return str(sentences[result.outcome.treatment])


def _held(values: dict[str, str], result: Inherited) -> str:
    title = result.title
    if title is None:
        return ""
    if title.until is None:
        return str(_("%(unit)s inherits level %(level)s, by %(document)s.", level=title.level, **values))
    values |= {"until": f"{title.until:%d/%m/%Y}"}
    words = _("%(unit)s inherits level %(level)s, kept until %(until)s, by %(document)s.", level=title.level, **values)
    return str(words)
