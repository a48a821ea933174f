"""What a case file says, typed and frozen: examples beside a definition, each with what must come out."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certflow.law.specs.form import Part

CaseAnswer = Mapping[str, object]

NOT_THE_ROLE = "role"
NOT_THE_STATE = "state"


@dataclass(frozen=True, slots=True)
class FormCase:
    """Answers of one unit, the level they must reach and the indicators that must keep the next level away.

    By points the level is the rank of the band, with as many `points` where they are named; of these forms and of
    records `unanswered` is what must still be missing in `part`.
    """

    name: str
    answers: Mapping[str, CaseAnswer]
    disadvantaged_area: bool
    level: int
    unmet: tuple[str, ...]
    part: Part = "claims"
    points: Fraction | None = None
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionCase:
    """Somebody tries an action: it leads to `target`, or is `refused` by guards, by "role" or by "state".

    `facts` is what the case says of the dossier, by key.
    """

    name: str
    state: str
    action: str
    role: str
    facts: Mapping[str, Any]
    target: str
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineCase:
    """An instant, with its zone, that is on time or late against a deadline of the scheme.

    Where the days are counted, `after` is the instant of the event they are counted from; otherwise there is none.
    """

    name: str
    deadline: str
    assessed_year: int
    instant: dt.datetime
    on_time: bool
    after: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class FormCases:
    """The cases in the file `path` beside a criteria set; `key` is the set's name and version."""

    path: str
    key: tuple[str, int]
    cases: tuple[FormCase, ...]


@dataclass(frozen=True, slots=True)
class WorkflowCases:
    """The cases in the file `path` beside a scheme; `key` is the scheme's name and version."""

    path: str
    key: tuple[str, int]
    actions: tuple[ActionCase, ...]
    deadlines: tuple[DeadlineCase, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of all definitions."""

    forms: tuple[FormCases, ...]
    workflows: tuple[WorkflowCases, ...]
