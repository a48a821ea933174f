"""A proposal in words: what is to be done, about what, and how it stands."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from certflow.models.approval import Proposal
from certflow.models.dossiers import Round
from certflow.rounds import round_dates, rounds
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class Told:
    """A proposal in the reader's words; `lines` are what is to be done as (what, how), `kind_of_tag` its colour."""

    proposal: Proposal
    what: str
    about: str
    url: str
    lines: list[tuple[str, str]]
    standing: str
    kind_of_tag: str


def told(proposal: Proposal) -> Told:
    """The words for one proposal."""
    what, about, url = _subject(proposal)
    standing, kind = _standing(proposal)
    return Told(proposal, what, about, url, _lines(proposal), standing, kind)


def _subject(proposal: Proposal) -> tuple[str, str, str]:
    if proposal.round is not None:
        return (
            str(_("Other dates for a round")),
            proposal.round.title,
            url_for("rounds.show", round_id=proposal.round_id),
        )
    if proposal.rule is not None:
        return (
            str(_("An authority rule")),
            proposal.rule.document_number,
            url_for("authority.show", rule_id=proposal.rule_id),
        )
    name = proposal.dossier.subject_name if proposal.dossier else ""
    what = _("Papers received") if proposal.kind == "paper_receipt" else _("Revocation of a result")
    return str(what), name, url_for("dossiers.show", dossier_id=proposal.dossier_id)


def _standing(proposal: Proposal) -> tuple[str, str]:
    outcomes = {
        "": (_("Waits for a second person"), "waiting"),
        "confirmed": (_("Confirmed"), "good"),
        "refused": (_("Refused"), "bad"),
        "withdrawn": (_("Taken back"), "neutral"),
    }
    words, kind = outcomes[proposal.outcome]
    return str(words), kind


def _lines(proposal: Proposal) -> list[tuple[str, str]]:
    said = proposal.content
    if proposal.round is not None:
        return _dates(proposal, proposal.round)
    if proposal.rule is not None:
        return [(str(_("What is to be done")), str(_("The rule comes into force on its first day.")))]
    if proposal.kind == "paper_receipt":
        ways = {"direct": _("Handed in"), "post": _("By post")}
        return [
            (str(_("Day on which the papers came")), _day(said["received_on"])),
            (str(_("How they came")), str(ways[said["way"]])),
            (str(_("Number in the register of incoming papers")), said["register_number"]),
        ]
    return [
        (str(_("Number of the decision")), said["document_number"]),
        (str(_("Date of the document")), _day(said["document_date"])),
    ]


def _dates(proposal: Proposal, found: Round) -> list[tuple[str, str]]:
    """The dates asked for that differ from the present ones, by the titles of the deadlines."""
    present = {due.spec.name: due for due in rounds.dues(found)}
    lines = []
    for name, (day, included) in round_dates.proposed(proposal.content).items():
        due = present.get(name)
        if due is not None and (due.on, due.included) != (day, included):
            lines.append((due.spec.title.in_language(language()), _change(due.on, due.included, day, included)))
    return lines


def _change(old: object, old_included: bool, new: object, included: bool) -> str:
    return str(_("%(old)s → %(new)s", old=_limit(old, old_included), new=_limit(new, included)))


def _limit(day: object, included: bool) -> str:
    shown = f"{day:%d/%m/%Y}"
    return str(_("by %(date)s", date=shown) if included else _("before %(date)s", date=shown))


def _day(stored: str) -> str:
    year, month, day = stored.split("-")
    return f"{day}/{month}/{year}"
