"""Dossiers as lists show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certflow.access.turns import kind, state_of, turn
from certflow.dossiers.dossiers import Listed
from certflow.impartiality import impartiality
from certflow.law.deadlines import Standing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier as a list shows it: `turn` names who must act next ("" when nobody must), `due` what comes next.

    `handled` says who works on it and since when ("" when nobody does); `barred` why the reader may not act although it
    is their turn.
    """

    dossier: Dossier
    state: str
    kind: str
    turn: str
    due: Standing | None
    handled: str
    barred: tuple[str, ...] = ()


def rows(found: Iterable[Listed], reader: User, handled: Mapping[int, str]) -> list[Row]:
    """How lists show `found` to `reader`; `handled` says who works on which, by the dossiers' ids."""
    found = tuple(found)
    barred = impartiality.recused([one.dossier for one in found], reader)
    return [
        Row(
            one.dossier,
            state_of(one.dossier).title.in_language(language()),
            "waiting" if one.dossier.id in barred else kind(one.dossier, reader),
            turn(one.dossier),
            None if state_of(one.dossier).final else one.next_due,
            handled.get(one.dossier.id, ""),
            barred.get(one.dossier.id, ()),
        )
        for one in found
    ]
