"""A form typed over what is stored: each field by itself, so that nothing typed or stored is lost.

A page sends, with each field, a mark of the text that it showed there (`mark`). Three texts then decide: the one shown,
the one typed and the one stored now. What was not touched keeps the stored text; what only this page changed is taken;
what both changed is taken when the same person stored it, and is otherwise a conflict that the person settles.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from certflow.assessment.answers import parse
from certflow.law.scoring.scoring import Answer
from certflow.law.specs.form import IndicatorSpec
from certflow.wording import _

LONGEST_EXPLANATION = 4000
EXPLANATION = "explanation"
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, for one indicator or a record: values, explanation, the version it was typed over (0: none).

    `shown` are the marks of what the page showed in each field, where it says so, and `yielded` the fields for which
    the person chose what somebody else stored.
    """

    values: Texts
    explanation: str = ""
    version: int = 0
    shown: Texts = field(default_factory=dict)
    yielded: frozenset[str] = frozenset()

    def texts(self, names: tuple[str, ...]) -> dict[str, str]:
        """The typed text of each of these fields."""
        return {name: self.explanation if name == EXPLANATION else self.values.get(name, "") for name in names}


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """What is stored of it, as text by field, its version (0: nothing) and who wrote each field."""

    texts: Texts
    version: int
    writers: Mapping[str, int]
    to_confirm: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of one indicator: the answer to store, the texts of all its fields, faults and conflicts."""

    answer: Answer
    texts: Texts
    faults: Mapping[str, str]
    conflicts: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """The explanation to store; "" where none is asked for."""
        return self.texts.get(EXPLANATION, "")


def mark(text: str) -> str:
    """A short mark of a text as a page shows it; equal texts have equal marks, whatever their line ends."""
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:12]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def settle(names: tuple[str, ...], typed: Typed, stored: StoredTexts, actor_id: int) -> tuple[Texts, tuple[str, ...]]:
    """The text that each field gets, and the fields in conflict, which keep what is stored."""
    sent = {name: _plain(text) for name, text in typed.texts(names).items()}
    old = {name: _plain(stored.texts.get(name, "")) for name in names}
    if stored.to_confirm and typed.version != stored.version:
        conflicts = names  # the question has changed since the page was opened
    else:
        conflicts = tuple(name for name in names if _conflict(name, sent[name], old[name], typed, stored, actor_id))
    wanted = {name: old[name] if name in conflicts else _chosen(name, sent[name], old[name], typed) for name in names}
    return wanted, conflicts


def merge(indicator: IndicatorSpec, names: tuple[str, ...], typed: Typed, stored: StoredTexts, actor_id: int) -> Merged:
    """Merge what `actor_id` typed in the fields `names` into what is stored."""
    old = {name: _plain(stored.texts.get(name, "")) for name in names}
    wanted, conflicts = settle(names, typed, stored, actor_id)
    answer, faults = _read(indicator, wanted)
    if not faults:
        return Merged(answer, wanted, faults, conflicts)
    texts = {name: old[name] if name in faults else text for name, text in wanted.items()}
    answer, still = _read(indicator, texts)
    if still:  # numbers that hang together stay as they are stored
        texts = {name: text if name == EXPLANATION else old[name] for name, text in texts.items()}
        answer, _none = _read(indicator, texts)
    return Merged(answer, texts, faults, conflicts)


def _chosen(name: str, sent: str, old: str, typed: Typed) -> str:
    untouched = name in typed.shown and mark(sent) == typed.shown[name]
    return old if untouched or name in typed.yielded else sent


def _conflict(name: str, sent: str, old: str, typed: Typed, stored: StoredTexts, actor_id: int) -> bool:
    """Whether both the page and another person changed the field since the page showed it."""
    if sent == old or name in typed.yielded:
        return False
    if name in typed.shown:
        if typed.shown[name] in (mark(sent), mark(old)):
            return False
    elif typed.version == stored.version:
        return False
    return stored.version > 0 and stored.writers.get(name, actor_id) != actor_id


def _read(indicator: IndicatorSpec, texts: Texts) -> tuple[Answer, dict[str, str]]:
    """The answer in these texts, and the faults by field."""
    answer, faults = parse(indicator, texts)
    if len(texts.get(EXPLANATION, "")) > LONGEST_EXPLANATION:
        faults = {**faults, EXPLANATION: _("Shorten this to at most %(most)s characters.", most=LONGEST_EXPLANATION)}
    return answer, faults
