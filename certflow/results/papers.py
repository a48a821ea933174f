"""The words of a paper: the scheme's sentences filled with the dossier's own facts, frozen when it is numbered."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from certflow.catalogue import units
from certflow.catalogue.catalogue import confirmation_for, form_of, is_sample, workflow_of
from certflow.law.specs.outcome import OfficeSpec, OutcomeSpec, PaperSpec
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Document
from certflow.models.rules import AuthorityRule, Delegation
from certflow.rules import authority, signing
from certflow.vietnamese import capitalised, cited_upwards, within_sentence

PRACTICE_SUFFIX = "-TH"
TIERS = {"commune": "xã", "district": "huyện", "province": "tỉnh"}


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signs a paper, on which day, in whose part, and by which delegation where they hold that for another."""

    signatory: User
    dated: dt.date
    role: str
    delegation: Delegation | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper about a dossier says, before it has a number."""

    dossier: Dossier
    signed: Signed
    level: int = 0
    grade: str = ""
    valid_until: dt.date | None = None
    code: str = ""
    reasons: str = ""

    @property
    def dated(self) -> dt.date:
        """The day of the paper: that of the act."""
        return self.signed.dated

    @property
    def role(self) -> str:
        """The part in which the signatory decides."""
        return self.signed.role

    @property
    def office(self) -> OfficeSpec:
        """The office in whose name the paper is issued: that of the role in which the signatory decides."""
        return outcome_of(self.dossier).offices[self.role]

    @property
    def validity(self) -> str:
        """How long the result holds, where the scheme says it in words and no day is set."""
        words = outcome_of(self.dossier).validity
        return words.vi.format_map({"assessed_year": self.dossier.round.assessed_year}) if words else ""

    @property
    def sample(self) -> bool:
        """Whether the criteria set has no legal force, so that no number may be drawn and the paper says so."""
        return is_sample(self.dossier)

    def notation(self, spec: PaperSpec) -> str:
        """The book's notation; practice rounds have books of their own, so that they use up no official number."""
        notation = spec.notation.format_map({"office_initials": self.office.initials})
        return notation + (PRACTICE_SUFFIX if self.dossier.round.practice else "")


def outcome_of(dossier: Dossier) -> OutcomeSpec:
    """The outcome of a dossier's scheme, which the loader has proven to exist where it is needed."""
    outcome = workflow_of(dossier).spec.outcome
    if outcome is None:
        raise LookupError(f"{dossier.workflow} has no outcome")
    return outcome


def vietnamese_date(day: dt.date) -> str:
    """A date as officers write it: 05/02/2026."""
    return f"{day:%d/%m/%Y}"


def _words(paper: Paper, rule: AuthorityRule | None) -> dict[str, Any]:
    places = units.places_of(paper.dossier)
    commune, district, province = places.get("commune"), places.get("district"), places["province"]
    words = {
        "unit": within_sentence(paper.dossier.place.name),
        "commune": within_sentence(commune.name) if commune else "",
        "holder": paper.dossier.holder.name if paper.dossier.holder else "",
        "holder_detail": paper.dossier.holder.detail if paper.dossier.holder else "",
        "grade": paper.grade,
        "validity": paper.validity,
        "authority": authority.cited(rule) if rule else "",
        "district": within_sentence(district.name) if district else "",
        "district_short": district.short_name if district else "",
        "province": within_sentence(province.name),
        "province_short": province.short_name,
        "level": paper.level,
        "assessed_year": paper.dossier.round.assessed_year,
        "valid_until": vietnamese_date(paper.valid_until) if paper.valid_until else "",
        "office_initials": paper.office.initials,
    }
    return words | {"office": paper.office.name.format_map(words)}


def facts(
    paper: Paper, spec: PaperSpec, number_text: str, *, public_url: str, decision: Document | None
) -> dict[str, Any]:
    """Everything the template of a paper may print, as plain values."""
    rule = authority.deciding(paper.dossier, paper.dated, paper.role)
    outcome, words = outcome_of(paper.dossier), _words(paper, rule)
    return {
        **_head(paper, words),
        "number_text": number_text,
        "unit": paper.dossier.subject_name,
        "unit_parent": _parent(paper, words),
        "province": words["province"] if paper.dossier.unit.kind != "province" else "",
        "tier": TIERS[paper.dossier.unit.kind],
        "level": paper.level,
        "grade": paper.grade,
        "validity": "" if paper.valid_until else paper.validity,
        **_stated(paper, spec, words),
        "assessed_year": words["assessed_year"],
        **dict.fromkeys(("title", "subject"), spec.title.format_map(words)),
        "legal_bases": [cited_upwards(line).format_map(words) for line in spec.legal_bases],
        "articles": [capitalised(cited_upwards(line).format_map(words)) for line in spec.articles],
        "recipients": [line.format_map(words) for line in spec.recipients],
        "addressee": (spec.addressee or "Ủy ban nhân dân {unit}").format_map(words),
        "reasons": [line.strip() for line in paper.reasons.splitlines() if line.strip()],
        "marks": marks(paper.dossier),
        "practice": paper.dossier.round.practice,
        "sample": paper.sample,
        **_recognition(paper, outcome, public_url, decision),
        **_authority(rule),
    }


def _authority(rule: AuthorityRule | None) -> dict[str, Any]:
    """The rule by which the office decides, as it was on the day."""
    if rule is None:
        return {}
    number, dated = rule.document_number, rule.document_date.isoformat()
    rest = {"id": rule.id, "role": rule.role, "issued_by": rule.issued_by}
    return {"authority_rule": {"document_number": number, "document_date": dated, **rest}}


def _stated(paper: Paper, spec: PaperSpec, words: dict[str, Any]) -> dict[str, str]:
    """What the paper states first, as a certificate prints it, and what of it is the award.

    The names that head a certificate and the year, which has a line of its own, are not said again.
    """
    sentence = capitalised(cited_upwards(spec.articles[0]).format_map(words)) if spec.articles else ""
    places = (words["commune"], words["district"], words["province"])
    for name in (paper.dossier.subject_name, words["holder_detail"], *places):
        if name and sentence.lower().startswith(name.lower()):
            sentence = sentence[len(name) :].lstrip(", ")
    sentence = sentence.removesuffix(f", năm đánh giá {words['assessed_year']}")
    return {"statement": sentence, "award": paper.grade or (f"mức độ {paper.level}" if paper.level else "")}


def _parent(paper: Paper, words: dict[str, Any]) -> str:
    """The unit that a paper names after its subject, below the province."""
    if paper.dossier.holder is not None:
        return ", ".join(name for name in (words["commune"], words["district"]) if name)
    return str(words["district"]) if paper.dossier.unit.kind == "commune" else ""


def _head(paper: Paper, words: dict[str, Any]) -> dict[str, Any]:
    office = paper.office
    return {
        "issuing_parent": office.parent.format_map(words).upper(),
        "issuing_office": office.name.format_map(words).upper(),
        "place": office.place.format_map(words),
        "issued_on": paper.dated.isoformat(),
        "signatory": signing.block(office.position, paper.signed.signatory.full_name, paper.signed.delegation),
        "authority": office.authority.format_map(words).upper(),
        "proposal": "",
        "filing": office.filing,
    }


def _recognition(paper: Paper, outcome: OutcomeSpec, public_url: str, decision: Document | None) -> dict[str, Any]:
    if not paper.code:
        return {}
    return {
        "recognised_on": paper.dated.isoformat(),
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else "",
        "validity_source": cited_upwards(outcome.validity_source),
        "decision_number_text": decision.number_text if decision else "",
        "decision_date": decision.dated.isoformat() if decision else "",
        "verify_url": f"{public_url}/verify/{paper.code}",
        "verify_code": paper.code,
    }


def marks(dossier: Dossier) -> list[str]:
    """What must be printed on everything that uses this criteria set, in Vietnamese; nothing once it is confirmed."""
    form = form_of(dossier)
    if form.trust == "department" or confirmation_for(form, dossier.province) is not None:
        return []
    return [form.trust_note.vi]
