"""The words of a paper: the scheme's sentences filled with the dossier's own facts, frozen when it is numbered."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from certflow.definitions.specs import OutcomeSpec, PaperSpec
from certflow.models.dossier import Dossier
from certflow.models.people import User
from certflow.models.recognition import Document
from certflow.services import confirmations
from certflow.services.access import chain
from certflow.services.catalogue import form_of, workflow_of

PRACTICE_SUFFIX = "-TH"
TIERS = {"commune": "xã", "district": "huyện", "province": "tỉnh"}


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper about a dossier says, before it has a number."""

    dossier: Dossier
    signatory: User
    dated: dt.date
    level: int = 0
    valid_until: dt.date | None = None
    verify_code: str = ""
    reasons: str = ""

    def notation(self, spec: PaperSpec) -> str:
        """The book's notation; practice rounds have books of their own, so that they use up no official number."""
        return spec.notation + (PRACTICE_SUFFIX if self.dossier.round.practice else "")


def outcome_of(dossier: Dossier) -> OutcomeSpec:
    """The outcome of a dossier's scheme, which the loader has proven to exist where it is needed."""
    outcome = workflow_of(dossier).spec.outcome
    if outcome is None:
        raise LookupError(f"{dossier.workflow} has no outcome")
    return outcome


def vietnamese_date(day: dt.date) -> str:
    """A date as officers write it: 05/02/2026."""
    return f"{day:%d/%m/%Y}"


def _within_sentence(name: str) -> str:
    """A unit's full name inside a sentence: its kind in lower case ("xã Xuân Tây")."""
    return name[:1].lower() + name[1:]


def _words(paper: Paper) -> dict[str, Any]:
    places = chain(paper.dossier.unit)
    district, province = places.get("district"), places["province"]
    return {
        "unit": _within_sentence(paper.dossier.unit.name),
        "district": _within_sentence(district.name) if district else "",
        "district_short": district.short_name if district else "",
        "province": _within_sentence(province.name),
        "province_short": province.short_name,
        "level": paper.level,
        "band": _band(paper),
        "assessed_year": paper.dossier.round.assessed_year,
        "valid_until": vietnamese_date(paper.valid_until) if paper.valid_until else "",
    }


def _band(paper: Paper) -> str:
    """The class of a rating by points, in Vietnamese as every paper is."""
    bands = form_of(paper.dossier).bands
    return bands[paper.level - 1].title.vi if bands and paper.level else ""


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def facts(
    paper: Paper, spec: PaperSpec, number_text: str, *, public_url: str, decision: Document | None
) -> dict[str, Any]:
    """Everything the template of a paper may print, as plain values."""
    outcome, words = outcome_of(paper.dossier), _words(paper)
    return {
        **_head(paper, outcome, words),
        "number_text": number_text,
        "unit": paper.dossier.unit.name,
        "unit_parent": words["district"] if paper.dossier.unit.kind == "commune" else "",
        "province": words["province"],
        "tier": TIERS[paper.dossier.unit.kind],
        "level": paper.level,
        "assessed_year": words["assessed_year"],
        "title": spec.title.format_map(words),
        "subject": spec.title.format_map(words),
        "legal_bases": [line.format_map(words) for line in spec.legal_bases],
        "articles": [_capitalised(line.format_map(words)) for line in spec.articles],
        "recipients": [line.format_map(words) for line in spec.recipients],
        "addressee": f"Ủy ban nhân dân {words['unit']}",
        "reasons": [line.strip() for line in paper.reasons.splitlines() if line.strip()],
        "marks": marks(paper.dossier),
        "practice": paper.dossier.round.practice,
        **_recognition(paper, outcome, public_url, decision),
    }


def _head(paper: Paper, outcome: OutcomeSpec, words: dict[str, Any]) -> dict[str, Any]:
    office = outcome.office
    return {
        "issuing_parent": office.parent.format_map(words).upper(),
        "issuing_office": office.name.format_map(words).upper(),
        "place": office.place.format_map(words),
        "issued_on": paper.dated.isoformat(),
        "signatory": {"capacity": "", "position": office.position.upper(), "name": paper.signatory.full_name},
        "authority": office.authority.format_map(words).upper(),
        "proposal": "",
        "filing": office.filing,
    }


def _recognition(paper: Paper, outcome: OutcomeSpec, public_url: str, decision: Document | None) -> dict[str, Any]:
    if paper.valid_until is None:
        return {}
    return {
        "recognised_on": paper.dated.isoformat(),
        "valid_until": paper.valid_until.isoformat(),
        "validity_source": outcome.validity_source,
        "decision_number_text": decision.number_text if decision else "",
        "decision_date": decision.dated.isoformat() if decision else "",
        "verify_url": f"{public_url}/verify/{paper.verify_code}",
        "verify_code": paper.verify_code,
    }


def marks(dossier: Dossier) -> list[str]:
    """What must be printed on everything that uses this criteria set, in Vietnamese; nothing once it is confirmed."""
    form = form_of(dossier)
    if confirmations.confirmation_for(form, chain(dossier.unit)["province"]) is not None:
        return []
    return [form.trust_note.vi]
