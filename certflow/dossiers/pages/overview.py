"""What the overview of a dossier shows: its tasks, dates, actions, papers and end."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from certflow.access import access, editing, turns
from certflow.assessment import assessments, meetings
from certflow.assessment.assessments import Contents
from certflow.assessment.forms.answers import Stored
from certflow.assessment.words import ratings
from certflow.assessment.words.entries import level_words, words_of
from certflow.catalogue.catalogue import form_of, workflow_of
from certflow.dossiers import actions, dates, dossiers
from certflow.dossiers.dates import Dates
from certflow.dossiers.words import timeline
from certflow.handling.words import handled
from certflow.handling.words.handled import Handled
from certflow.impartiality import impartiality
from certflow.impartiality import judges as bench
from certflow.impartiality.judges import Bench
from certflow.impartiality.words import judging
from certflow.impartiality.words.judging import Judges
from certflow.law.deadlines import Standing, Undated
from certflow.law.form_words import FormWords
from certflow.law.impartiality import NONE
from certflow.law.roles import writers
from certflow.law.scoring.scoring import Result, score
from certflow.law.specs.form import CriterionSpec, FormSpec
from certflow.law.workflow import Offer
from certflow.models.dossiers import Dossier, HistoryEntry, Meeting
from certflow.models.people import User
from certflow.models.results import Document, Recognition
from certflow.results import documents, recognitions
from certflow.results.pages.documents import title
from certflow.results.words import awards
from certflow.rules.words import deciders
from certflow.rules.words.deciders import Decider
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a task list, in the shape that the page's macro takes."""

    title: str
    url: str
    status_label: str
    status_kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """A dossier with everything its overview tells.

    `last` is the latest step, by whom it was taken is `last_by`, `returned` says it was a return; `papers` come with
    their titles, and `ending` are the sentences about the result. `barred` says why the reader may not act although it
    is their turn; `judges` are shown to those who see findings, while somebody judges.
    """

    dossier: Dossier
    form: FormSpec
    contents: Contents
    offers: tuple[Offer, ...]
    handled: Handled
    dates: list[tuple[str, list[Standing], list[Undated]]]
    tasks: list[Task]
    appraisal: list[Task]
    last: HistoryEntry | None
    last_by: str
    returned: bool
    papers: list[tuple[str, Document]]
    recognition: Recognition | None
    decider: Decider | None
    ending: list[str]
    barred: tuple[str, ...]
    judges: Judges | None


def overview(dossier: Dossier, reader: User) -> Overview:
    """What `reader` sees of a dossier that they may see."""
    form, contents = form_of(dossier), assessments.contents(dossier)
    last = dossiers.last_step(dossier)
    final = turns.state_of(dossier).final
    papers = documents.of_dossier(dossier) if final else []
    recognition = recognitions.of_dossier(dossier) if final else None
    found = _bench(dossier, reader)
    barred = _barred(dossier, reader, found)
    return Overview(
        dossier=dossier,
        form=form,
        contents=contents,
        offers=actions.offers(dossier, actor=reader, judges=found),
        handled=handled.of_dossier(dossier),
        dates=_layers(dates.of(dossier)),
        tasks=_claim_tasks(dossier, form, contents, reader),
        appraisal=_finding_tasks(dossier, form, contents, reader, barred=bool(barred)),
        last=last,
        last_by=timeline.signed_by(last) if last is not None else "",
        returned=last is not None and _is_return(dossier, last),
        papers=[(title(paper), paper) for paper in papers],
        recognition=recognition,
        decider=deciders.of_dossier(dossier, papers),
        ending=[s for s in (awards.decided(recognition), awards.kept(recognition)) if s] if recognition else [],
        barred=barred,
        judges=judging.shown(dossier, found) if found else None,
    )


def _bench(dossier: Dossier, reader: User) -> Bench | None:
    """Who judges the dossier now, for a reader who sees findings."""
    judged = impartiality.rule_of(dossier).judged_in(dossier.state)
    return bench.bench(dossier, also=reader) if judged and editing.sees_findings(reader, dossier) else None


def _barred(dossier: Dossier, reader: User, found: Bench | None) -> tuple[str, ...]:
    """Why `reader` may not act although it is their turn."""
    turn = turns.state_of(dossier).turn
    if found is None or turn not in access.roles_on(reader, dossier):
        return ()
    involved = found.involved.get(reader.person_id, NONE)
    return tuple(impartiality.rule_of(dossier).refusals({turn}, involved).values())


def _is_return(dossier: Dossier, entry: HistoryEntry) -> bool:
    """Whether an act gave the dossier back with reasons: to its own stage or an earlier one, not to its end."""
    spec = workflow_of(dossier).spec
    before, after = spec.states[entry.from_state], spec.states[entry.to_state]
    order = [stage.name for stage in spec.stages]
    explained = any(t.action == entry.action and t.note == "required" for t in spec.transitions)
    return explained and not after.final and order.index(after.stage) <= order.index(before.stage)


def _layers(found: Dates) -> list[tuple[str, list[Standing], list[Undated]]]:
    titles = {"plan": _("Earlier dates of the plan"), "statutory": _("Dates of the circular")}
    layers = []
    for layer, name in titles.items():
        standings = [s for s in found.standings if s.due.spec.layer == layer]
        undated = [each for each in found.undated if each.spec.layer == layer]
        if standings or undated:
            layers.append((name, standings, undated))
    return layers


def _writes(dossier: Dossier, what: str, reader: User) -> bool:
    return turns.state_of(dossier).edits == what and turns.is_turn_of(dossier, reader)


def _claim_tasks(dossier: Dossier, form: FormSpec, contents: Contents, reader: User) -> list[Task]:
    spec = workflow_of(dossier).spec
    if not writers(spec, "claims"):
        return []
    result = score(form, ratings.claims(form, contents), disadvantaged=dossier.disadvantaged_area)
    writing, words = _writes(dossier, "claims", reader), words_of(dossier)
    tasks = []
    for criterion in form.criteria_in("claims"):
        files = sum(len(contents.evidence.get(indicator.code, ())) for indicator in criterion.indicators)
        label, kind = _answered(words, criterion, result, writing)
        tasks.append(
            Task(
                title=_criterion_title(words, criterion),
                url=url_for("claims.criterion", dossier_id=dossier.id, number=criterion.number),
                status_label=label,
                status_kind=kind,
                detail=_joined(
                    _level_so_far(form, criterion, result),
                    _to_confirm(criterion, contents.claims),
                    _files(words, files),
                ),
            )
        )
    if meetings.asked_by(spec):
        tasks.append(_meeting_task(dossier, contents.meeting, writing))
    return [*tasks, _check_task(dossier, form, result, writing)]


def _finding_tasks(dossier: Dossier, form: FormSpec, contents: Contents, reader: User, *, barred: bool) -> list[Task]:
    if not _shows_findings(dossier, contents, reader):
        return []
    answers = ratings.findings(contents)
    result = score(form, answers, disadvantaged=dossier.disadvantaged_area, part="findings")
    writing, words = _writes(dossier, "findings", reader) and not barred, words_of(dossier)
    tasks = []
    for criterion in form.criteria_in("findings"):
        label, kind = _answered(words, criterion, result, writing)
        url = url_for("appraisals.criterion", dossier_id=dossier.id, number=criterion.number)
        detail = _joined(_level_so_far(form, criterion, result), _to_confirm(criterion, contents.findings))
        tasks.append(Task(_criterion_title(words, criterion), url, label, kind, detail))
    url = url_for("appraisals.result", dossier_id=dossier.id)
    return [
        *tasks,
        Task(words("appraisal_check" if writing else "appraisal_result"), url, *_reached(form, result, writing)),
    ]


def _shows_findings(dossier: Dossier, contents: Contents, reader: User) -> bool:
    """Findings show once there are some or it is time to make them; to the unit itself once all is decided."""
    if not contents.findings and turns.state_of(dossier).edits != "findings":
        return False
    return editing.sees_findings(reader, dossier)


def _criterion_title(words: FormWords, criterion: CriterionSpec) -> str:
    return words("criterion_title", number=criterion.number, title=criterion.title.in_language(language()))


def _answered(words: FormWords, criterion: CriterionSpec, result: Result, writing: bool) -> tuple[str, str]:
    """How many indicators of a criterion have a complete answer, and the kind of its tag."""
    total = len(criterion.indicators)
    done = total - sum(indicator.code in result.unanswered for indicator in criterion.indicators)
    label = words("done", done=done, total=total)
    return label, "good" if done == total else "yours" if writing else "neutral"


def _level_so_far(form: FormSpec, criterion: CriterionSpec, result: Result) -> str:
    if not result.verdicts:
        return ratings.sums(form, result).get(criterion.number, "")
    met = [result.criterion_met(criterion, level) for level in range(1, len(result.verdicts) + 1)]
    reached = 0
    while reached < len(met) and met[reached]:
        reached += 1
    if reached:
        return str(_("Reaches level %(level)s", level=reached))
    return str(_("Does not reach level 1")) if met[0] is False else ""


def _to_confirm(criterion: CriterionSpec, stored: Stored) -> str:
    codes = [i.code for i in criterion.indicators if i.code in stored and stored[i.code].to_confirm]
    return str(_("To confirm again: %(codes)s", codes=", ".join(codes))) if codes else ""


def _files(words: FormWords, count: int) -> str:
    return words("files_counted", count=count) if count else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _meeting_task(dossier: Dossier, meeting: Meeting | None, writing: bool) -> Task:
    title, url = _("Self-assessment meeting"), url_for("claims.meeting", dossier_id=dossier.id)
    if meeting is None:
        return Task(title, url, _("Not recorded yet"), "yours" if writing else "neutral")
    held = _("Held on %(day)s, chaired by %(name)s", day=f"{meeting.held_on:%d/%m/%Y}", name=meeting.chaired_by)
    return Task(title, url, _("Recorded"), "good", held)


def _check_task(dossier: Dossier, form: FormSpec, result: Result, writing: bool) -> Task:
    name = words_of(dossier)("check" if writing else "result")
    return Task(name, url_for("claims.check", dossier_id=dossier.id), *_reached(form, result, writing))


def _reached(form: FormSpec, result: Result, writing: bool) -> tuple[str, str]:
    """What all answers together come to, and the kind of its tag."""
    if form.method != "levels" and not result.unanswered:
        return (level_words(form, result.level) if form.bands else _("Complete")), "good"
    if result.level and form.method == "levels":
        return _("Level %(level)s reached", level=result.level), "good"
    if result.unanswered:
        return _("Not complete yet"), "yours" if writing else "neutral"
    return _("No level reached"), "bad"
