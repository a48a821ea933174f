"""What the paper of a receipt prints: the words of its page, under the head of papers by Decree 30/2020/NĐ-CP."""

from typing import Any

from flask_babel import gettext as _

from certflow.catalogue.catalogue import is_sample
from certflow.clock import local_day
from certflow.dossiers.words.filed import FiledWords
from certflow.law.deadlines import Standing
from certflow.results import papers
from certflow.vietnamese import body_in, within_sentence, without_tier
from certflow.wording import cited, instant

TITLE = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
OF_COMMITTEES = ("Phòng", "Sở")


def facts(words: FiledWords, address: str) -> dict[str, Any]:
    """Everything that the template prints; to be called where the reader's language is Vietnamese."""
    dossier, filed = words.dossier, words.filed
    retracted = filed.retracted_at
    return {
        **_head(words),
        "number_text": words.receipt.number_text,
        "issued_on": local_day(filed.filed_at).isoformat(),
        "signatory": {"capacity": "", "position": "NGƯỜI GỬI HỒ SƠ", "name": filed.filed_by.name},
        "title": TITLE,
        "unit": dossier.subject_name,
        "retracted": _("Taken back at %(instant)s", instant=instant(retracted)) if retracted else "",
        "lines": [{"name": name, "words": said} for name, said in words.lines()],
        "papers": words.papers(),
        "filing_days": [_said(standing) for standing in words.standings()],
        "results": words.results(),
        "remarks": _remarks(words, address),
        "marks": papers.marks(dossier),
        "practice": dossier.round.practice,
        "sample": is_sample(dossier),
    }


def _head(words: FiledWords) -> dict[str, str]:
    """The issuing office and, of an office of a people's committee, the committee above it; then the place."""
    body, seat = body_in(words.spec.roles[words.receipt.facts["role"]].title.vi), words.seat
    parent, office = "", words.office
    if seat and body.startswith(OF_COMMITTEES):
        parent, office = f"Ủy ban nhân dân {within_sentence(seat)}", without_tier(body)
    elif not seat and ", " in body:
        office, parent = body.split(", ", 1)
    return {
        "issuing_parent": parent.upper(),
        "issuing_office": office.upper(),
        "place": words.short_seat or "Hà Nội",
    }


def _said(standing: Standing) -> str:
    due, source = standing.due, cited(standing.due.spec.source)
    day = f"{due.on:%d/%m/%Y}"
    by = _("by %(date)s", date=day) if due.included else _("before %(date)s", date=day)
    verdict = _("On time") if standing.on_time else _("Late")
    return f"{due.spec.title.vi}: {by} ({source}): {verdict}"


def _remarks(words: FiledWords, address: str) -> list[str]:
    """Where it is looked up, what the paper is, and the hash of what was filed."""
    return [
        _("How the dossier stands: %(address)s (sign-in needed)", address=address),
        _("The system made this paper when the dossier was filed; it bears no signature and no seal."),
        _("SHA-256 of the list of what was filed: %(digest)s", digest=words.filed.manifest_hash),
    ]
