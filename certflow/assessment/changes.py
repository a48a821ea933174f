"""What a dossier holds in the shape of a manifest, and what differs between two: answers, files, the meeting."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certflow.assessment.assessments import Contents
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import FormSpec
from certflow.models.dossiers import PAPERS, Claim, Dossier, Evidence, Meeting, Submission

Manifest = Mapping[str, Any]
MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs under one indicator: its answers before and after, and the names of files added and removed.

    Under PAPERS there are only files.
    """

    code: str
    before: Answer
    after: Answer
    explained: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    fewer: bool

    @property
    def answered(self) -> bool:
        """Whether the answer differs; of a computed one, more than the day on which it was counted."""
        return _lasting(self.before) != _lasting(self.after)

    @property
    def anything(self) -> bool:
        """Whether anything differs."""
        return bool(self.answered or self.explained or self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two states of a dossier: indicators in the form's order, the meeting, other papers."""

    indicators: tuple[Change, ...]
    meeting: bool
    papers: Change

    def __bool__(self) -> bool:
        return bool(self.indicators) or self.meeting or self.papers.anything

    @property
    def fewer(self) -> tuple[str, ...]:
        """The codes under which there are fewer files than before."""
        return tuple(change.code for change in (*self.indicators, self.papers) if change.fewer)


def answers_filed(claims: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    """Answers with their explanations, as a manifest lists them."""
    return {claim.indicator: {"answer": claim.answer, "explanation": claim.explanation} for claim in claims}


def files_filed(files: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Files by name, size and hash, as a manifest lists them."""
    return [{"indicator": f.indicator, "name": f.original_name, "size": f.size, "sha256": f.sha256} for f in files]


def meeting_filed(meeting: Meeting | None) -> dict[str, Any] | None:
    """The record of the meeting, as a manifest has it."""
    if meeting is None:
        return None
    return {
        "held_on": meeting.held_on.isoformat(),
        "chaired_by": meeting.chaired_by,
        "chair_position": meeting.chair_position,
        "bodies_present": meeting.bodies_present,
        "other_bodies": meeting.other_bodies,
        "conclusion": meeting.conclusion,
    }


def present(contents: Contents) -> Manifest:
    """What would be filed now."""
    files = [file for code in sorted(contents.evidence) for file in contents.evidence[code]]
    return {
        "answers": answers_filed(claim for claim in contents.claims.values() if not claim.to_confirm),
        "evidence": files_filed(files),
        "meeting": meeting_filed(contents.meeting),
    }


def filed(submission: Submission) -> Manifest:
    """What was filed."""
    manifest: Manifest = json.loads(submission.manifest)
    return manifest


def since_filing(form: FormSpec, contents: Contents) -> Changes | None:
    """What differs now from what was filed last; None before the first filing."""
    return between(form, filed(contents.filings[-1]), present(contents)) if contents.filings else None


def latest(dossier: Dossier, contents: Contents) -> Changes | None:
    """What has changed since the last filing, or what the last filing changed of the one before it; None for neither.

    The first while the dossier is with those who file it, the second once it is filed again.
    """
    form = form_of(dossier)
    if workflow_of(dossier).spec.before_filing(dossier.state):
        return since_filing(form, contents)
    if len(contents.filings) < 2:
        return None
    return between(form, *(filed(submission) for submission in contents.filings[-2:]))


def between(form: FormSpec, before: Manifest, after: Manifest) -> Changes:
    """What differs between two manifests under the indicators of `form`."""
    codes = [indicator.code for criterion in form.by_part["claims"] for indicator in criterion.indicators]
    changed = (_change(code, before, after) for code in codes)
    indicators = tuple(change for change in changed if change.anything)
    return Changes(indicators, before.get("meeting") != after.get("meeting"), _change(PAPERS, before, after))


def _change(code: str, before: Manifest, after: Manifest) -> Change:
    old, new = (manifest["answers"].get(code) or {} for manifest in (before, after))
    old_files, new_files = (_files(manifest, code) for manifest in (before, after))
    old_hashes, new_hashes = (Counter(sha256 for _name, sha256 in files) for files in (old_files, new_files))
    return Change(
        code,
        old.get("answer") or {},
        new.get("answer") or {},
        (old.get("explanation") or "") != (new.get("explanation") or ""),
        _names(new_files, new_hashes - old_hashes),
        _names(old_files, old_hashes - new_hashes),
        len(new_files) < len(old_files),
    )


def _files(manifest: Manifest, code: str) -> list[tuple[str, str]]:
    return [(file["name"], file["sha256"]) for file in manifest["evidence"] if file["indicator"] == code]


def _names(files: Iterable[tuple[str, str]], left: Counter[str]) -> tuple[str, ...]:
    names = []
    for name, sha256 in files:
        if left[sha256] > 0:
            left[sha256] -= 1
            names.append(name)
    return tuple(names)


def _lasting(answer: Answer) -> Answer:
    """An answer without the day on which lower units were counted."""
    return {key: value for key, value in answer.items() if key != "on"} if "units" in answer else answer


def mark(manifest: Manifest, code: str) -> str:
    """The hash of what a manifest holds under an indicator, a whole criterion ("2"), MEETING or PAPERS."""
    text = json.dumps(_portion(manifest, code), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _portion(manifest: Manifest, code: str) -> object:
    if code == MEETING:
        return manifest["meeting"]
    if code == PAPERS:
        return sorted(file["sha256"] for file in manifest["evidence"] if file["indicator"] == PAPERS)
    answers = {
        own: (_lasting(row["answer"]), row["explanation"])
        for own, row in manifest["answers"].items()
        if _belongs(own, code) and (row["answer"] or row["explanation"])
    }
    files = sorted((f["indicator"], f["sha256"]) for f in manifest["evidence"] if _belongs(f["indicator"], code))
    return answers, files


def _belongs(indicator: str, code: str) -> bool:
    """Whether an indicator is meant by the code of an indicator or of a whole criterion."""
    return indicator == code or indicator.partition(".")[0] == code
