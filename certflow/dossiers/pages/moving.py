"""Moving a round's dossiers to a newer version of their rules: what would happen, then what did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from certflow.access.policy import ADMINISTRATOR, ADMINISTRATORS
from certflow.catalogue import catalogue
from certflow.catalogue.words import marks
from certflow.criteria.pages.definitions import changes
from certflow.dossiers import moving
from certflow.dossiers.moving import MoveResult
from certflow.errors import NotFound
from certflow.http import addresses
from certflow.http.paging import asked_page
from certflow.http.person import actor, commit_part
from certflow.http.policy import Room
from certflow.law.specs.workflow import WorkflowSpec
from certflow.models.base import ListPagination, Pagination, db
from certflow.models.rounds import Round
from certflow.models.row_security import EVERYTHING, see
from certflow.rounds import rounds
from certflow.wording import language

bp = Room("moving", __name__, only=ADMINISTRATORS, url_prefix="/rounds/<int:round_id>/move")

ON_A_PAGE = 50
SENTENCES = 60
SHOWN = ("moves", "confirm", "stays")


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One dossier: how it is, which version it had, and what becomes of it."""

    told: MoveResult
    state: str


@dataclass(frozen=True, slots=True)
class MoveSheet:
    """One page of the dossiers (MoveRow) that move or stay, with how many there are of each kind among all."""

    page: Pagination
    counts: Counter[str]


@bp.before_request
def _every_dossier() -> None:
    see(EVERYTHING)  # a move is about all dossiers of the round, and tells nothing of what stands in them


@bp.page("", ADMINISTRATOR)
def show(round_id: int) -> ResponseReturnValue:
    """What a move would do, dossier by dossier; nothing is changed."""
    assessment_round = rounds.get(round_id)
    choices = rounds.newer_versions(assessment_round)
    target = _chosen(choices, request.args.get("to", type=int))
    sheet = _sheet(assessment_round, moving.plan(round_id, target.key), asked_page())
    here = url_for(".show", round_id=round_id, to=target.version)
    more = {"choices": choices, "language_next": here, **_differences(assessment_round, target)}
    return _page("rounds/move.html", assessment_round, target, sheet, **more)


@bp.action("", ADMINISTRATOR)
def move(round_id: int) -> ResponseReturnValue:
    """Move the dossiers that can move, a few in each transaction, and show the result of each."""
    key = (rounds.get(round_id).workflow, addresses.sent_id("to"))
    results: list[MoveResult] = []
    moving.begin(round_id, key, actor=actor())
    db.session.commit()
    while batch := moving.move_some(round_id, key, actor=actor(), after=results[-1].dossier_id if results else 0):
        commit_part()
        results += batch
    moving.begin(round_id, key, actor=actor())
    assessment_round, target = rounds.get(round_id), catalogue.known().workflow(*key)
    sheet = _sheet(assessment_round, sorted(results, key=lambda result: result.kind not in ("stays", "confirm")), 1)
    return _page(
        "rounds/moved.html", assessment_round, target, sheet, language_next=url_for("rounds.show", round_id=round_id)
    )


def _chosen(choices: list[WorkflowSpec], version: int | None) -> WorkflowSpec:
    """The version asked for, the newest by default; raises NotFound when there is no such one to move to."""
    for spec in choices:
        if version in (None, spec.version):
            return spec
    raise NotFound(_("There is no such newer version to move to."))


def _sheet(assessment_round: Round, results: Iterable[MoveResult], page: int) -> MoveSheet:
    """The page asked for; what is decided or moved before is only counted."""
    counts: Counter[str] = Counter()
    listed = []
    for result in results:
        counts[result.kind] += 1
        if result.kind in SHOWN:
            listed.append(result)
    rows = ListPagination(listed, page, ON_A_PAGE)
    rows.items = [MoveRow(result, _state(assessment_round, result)) for result in rows.items]
    return MoveSheet(rows, counts)


def _state(assessment_round: Round, result: MoveResult) -> str:
    """The title of a dossier's state in the version it had."""
    spec = catalogue.known().workflows.get((assessment_round.workflow, result.version))
    return spec.states[result.state].title.in_language(language()) if spec else result.state


def _differences(assessment_round: Round, target: WorkflowSpec) -> dict[str, object]:
    """The differences between the target and the round's version, or the version before if the round has the target."""
    definitions = catalogue.known()
    before = (
        assessment_round.workflow_version if target.version > assessment_round.workflow_version else target.version - 1
    )
    old = definitions.workflows.get((assessment_round.workflow, before), target)
    criteria = tuple(catalogue.form_at(*rounds.form_by(assessment_round, spec)) for spec in (old, target))
    of_scheme, of_criteria = changes(old, target), changes(*criteria)
    return {
        "old": old,
        "of_scheme": of_scheme,
        "of_criteria": of_criteria,
        "long": sum(len(sentences) for _heading, sentences in of_scheme + of_criteria) > SENTENCES,
        "criteria": criteria,
    }


def _page(template: str, assessment_round: Round, target: WorkflowSpec, sheet: MoveSheet, **more: object) -> str:
    page: str = render_template(
        template,
        assessment_round=assessment_round,
        target=target,
        sheet=sheet,
        notices=[marks.practice()] if assessment_round.practice else [],
        **more,
    )
    return page
