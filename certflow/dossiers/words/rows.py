"""Dossiers as lists show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certflow.access import turns
from certflow.access.turns import Reading
from certflow.dossiers.dossiers import Listed
from certflow.impartiality import impartiality
from certflow.law.deadlines import Standing
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class DossierRow:
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


def rows(dossiers: Iterable[Listed], reader: User, handled: Mapping[int, str]) -> list[DossierRow]:
    """How lists show `dossiers` to `reader`; `handled` says who works on which, by the dossiers' ids."""
    dossiers = tuple(dossiers)
    barred = impartiality.recused([listed.dossier for listed in dossiers], reader)
    return [
        _row(each, turns.reading(each.dossier, reader), handled, barred.get(each.dossier.id, ())) for each in dossiers
    ]


def _row(listed: Listed, reading: Reading, handled: Mapping[int, str], barred: tuple[str, ...]) -> DossierRow:
    dossier, state = reading.dossier, reading.state
    return DossierRow(
        dossier,
        state.title.in_language(language()),
        "waiting" if barred else reading.kind,
        turns.turn(dossier),
        None if state.final else listed.next_due,
        handled.get(dossier.id, ""),
        barred,
    )
