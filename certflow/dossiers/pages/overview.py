"""The overview of a dossier: its tasks, dates, actions, papers and end, as one person reads it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from certflow.access import turns
from certflow.access.policy import DOSSIER
from certflow.access.turns import Reading
from certflow.assessment import assessments
from certflow.assessment.assessments import Contents
from certflow.assessment.changes import MEETING
from certflow.assessment.forms.answers import Stored
from certflow.assessment.words import ratings
from certflow.assessment.words.entries import level_words
from certflow.catalogue.catalogue import form_of
from certflow.catalogue.words import marks
from certflow.dossiers import actions, dates, dossiers, retractions
from certflow.dossiers.dates import Dates
from certflow.dossiers.words import next_steps
from certflow.dossiers.words.next_steps import Ahead, Arrival, NextStep, Task
from certflow.dossiers.words.supplements import Supplements, supplements_of
from certflow.handling.words import handled
from certflow.handling.words.handled import Handled
from certflow.http.person import actor
from certflow.http.policy import subject
from certflow.http.sections import section
from certflow.impartiality import judges as bench
from certflow.impartiality.judges import Bench
from certflow.impartiality.words import judging
from certflow.impartiality.words.judging import Judges
from certflow.law.deadlines import Standing, Undated
from certflow.law.form_words import FormWords
from certflow.law.impartiality import NONE
from certflow.law.scoring.scoring import Result, score
from certflow.law.specs.form import CriterionSpec, FormSpec, Part
from certflow.law.workflow import Offer, Workflow, chart
from certflow.models.dossiers import PAPERS, Dossier, HistoryEntry, Meeting, Submission
from certflow.models.results import Document, Recognition
from certflow.results import documents, recognitions
from certflow.results.pages.documents import title
from certflow.results.words import awards
from certflow.rules.words import deciders
from certflow.rules.words.deciders import Decider
from certflow.wording import language


@dataclass(frozen=True, slots=True)
class Overview:
    """A dossier with everything its overview tells.

    `last` is the latest step, `returned` says it was a return; `papers` come with their titles, and `ending` are the
    sentences about the result. `barred` says why the reader may not act although it is their turn; `judges` are shown
    to those who see findings, while somebody judges. `proposing` are the acts for two persons that the reader may
    propose: words and address. `asked` is what is to be supplemented, once it was given back.
    """

    form: FormSpec
    contents: Contents
    offers: tuple[Offer, ...]
    next: NextStep
    ahead: Ahead
    arrival: Arrival | None
    handled: Handled
    dates: list[tuple[str, list[Standing], list[Undated]]]
    tasks: list[Task]
    appraisal: list[Task]
    last: HistoryEntry | None
    returned: bool
    papers: list[tuple[str, Document]]
    recognition: Recognition | None
    decider: Decider | None
    ending: list[str]
    barred: tuple[str, ...]
    judges: Judges | None
    proposing: list[tuple[str, str]]
    asked: Supplements | None


def show(dossier_id: int) -> ResponseReturnValue:
    """The overview."""
    reading = turns.reading(subject(DOSSIER, dossier_id), actor())
    dossier, workflow, form = reading.dossier, reading.workflow, form_of(reading.dossier)
    history, say = dossiers.history(dossier), FormWords(form, workflow.spec)
    spoken = language()
    stages = workflow.progress(dossier.state)
    return render_template(
        "dossiers/show.html",
        shown=_overview(reading, form, history, say),
        steps=[{"label": stage.title.in_language(spoken), "state": mark} for stage, mark in stages],
        drawing=_drawing(workflow, spoken, dossier.state, frozenset(_visited(history))),
        say=say,
        **head(reading),
    )


def _visited(history: Sequence[HistoryEntry]) -> Iterator[str]:
    for entry in dossiers.standing_steps(history):
        yield from (entry.from_state, entry.to_state)


@lru_cache(maxsize=500)
def _drawing(workflow: Workflow, spoken: str, state: str, visited: frozenset[str]) -> Markup:
    """The path of a dossier, drawn once in each language: neither the scheme nor its drawing ever changes."""
    text = _(
        "The dossier is now at: %(state)s. The history names every step it took; the page of the scheme describes all "
        "states and actions.",
        state=workflow.spec.states[state].title.in_language(spoken),
    )
    macros: Any = current_app.jinja_env.get_template("http/macros/flowchart.html").module
    drawn: Markup = macros.flowchart(
        chart(workflow, spoken, state), _("The path of this dossier"), text, state, visited
    )
    return drawn


def head(reading: Reading) -> dict[str, object]:
    """What every page about a dossier needs."""
    return {
        "dossier": reading.dossier,
        "spec": reading.workflow.spec,
        "state": reading.state,
        "kind": reading.kind,
        "turn": turns.part(reading.dossier, reading.state.turn),
        "above": reading.dossier.above,
        "notices": marks.of_dossier(reading.dossier),
    }


def _overview(reading: Reading, form: FormSpec, history: Sequence[HistoryEntry], say: FormWords) -> Overview:
    dossier, contents, last = reading.dossier, assessments.contents(reading.dossier), dossiers.last_step(history)
    papers = documents.of_dossier(dossier) if reading.state.final else []
    recognition = recognitions.of_dossier(dossier) if reading.state.final else None
    seats, all_dates = _bench(reading), dates.of(dossier)
    asked = _asked(reading, contents)
    barred, tasks = _barred(reading, seats), _Tasks(reading, form, contents, say, asked)
    lists, offers = tasks.both(barred=bool(barred)), actions.offers_to(reading, seats, contents)
    return Overview(
        form=form,
        contents=contents,
        offers=offers,
        next=next_steps.next_step(reading, None if barred else offers, chain(*lists), seats),
        ahead=next_steps.ahead(reading, all_dates.standings, recognition),
        arrival=next_steps.arrival(reading, retractions.shown(dossier)),
        handled=handled.of_reading(reading),
        dates=_layers(all_dates),
        tasks=lists[0],
        appraisal=lists[1],
        last=None if last is None or reading.conceals(last) else last,
        returned=last is not None and _is_return(reading, last),
        papers=[(title(paper), paper) for paper in papers],
        recognition=recognition,
        decider=deciders.of_dossier(dossier, papers) if reading.workflow.spec.decided_by_rule else None,
        ending=[s for s in (awards.decided(recognition), awards.kept(recognition)) if s] if recognition else [],
        barred=barred,
        judges=judging.shown(dossier, seats) if seats else None,
        proposing=_proposing(reading, filed=dossier.filed, decided=recognition is not None),
        asked=asked,
    )


def _asked(reading: Reading, contents: Contents) -> Supplements | None:
    """What is to be supplemented, and what has changed since the last filing, for those who read the answers of now."""
    compared = reading.sees_draft and (contents.requests or len(contents.filings) > 1)
    return supplements_of(reading.dossier, contents) if compared else None


def _bench(reading: Reading) -> Bench | None:
    """Who judges the dossier now, for a reader who sees findings."""
    judged = reading.workflow.impartiality.judged_in(reading.state.name)
    return bench.bench(reading.dossier, also=reading.reader) if judged and reading.sees_findings else None


@section("claims.check", "dossiers/last_step.html")
@section("appraisals.result", "dossiers/last_step.html")
def _after_the_answers(dossier: Dossier) -> dict[str, Any]:
    """What the answers lead to, for the page on which whoever wrote them checks them; nothing for other readers."""
    reading = turns.reading(dossier, actor())
    if not (reading.is_turn and reading.state.edits):
        return {"offers": (), "main": None}
    seats = _bench(reading)
    offers = () if _barred(reading, seats) else actions.offers_to(reading, seats)
    return {"offers": offers, "main": next_steps.main_offer(reading.workflow.spec, reading.state.name, offers)}


def _barred(reading: Reading, seats: Bench | None) -> tuple[str, ...]:
    """Why the reader may not act although it is their turn."""
    if seats is None or not reading.is_turn:
        return ()
    involved = seats.involved.get(reading.reader.person_id, NONE)
    return tuple(reading.workflow.impartiality.refusals({reading.state.turn}, involved).values())


def _is_return(reading: Reading, entry: HistoryEntry) -> bool:
    """Whether an act gave the dossier back with reasons: to its own stage or an earlier one, not to its end."""
    spec = reading.workflow.spec
    explained = [t for t in spec.transitions if t.action == entry.action and t.note == "required"]
    return bool(explained) and spec.goes_back(entry.from_state, entry.to_state)


def _layers(all_dates: Dates) -> list[tuple[str, list[Standing], list[Undated]]]:
    titles = {"plan": _("Earlier dates of the plan"), "statutory": _("Dates of the circular")}
    layers = []
    for layer, name in titles.items():
        standings = [s for s in all_dates.standings if s.due.spec.layer == layer]
        undated = [each for each in all_dates.undated if each.spec.layer == layer]
        if standings or undated:
            layers.append((name, standings, undated))
    return layers


def _proposing(reading: Reading, *, filed: bool, decided: bool) -> list[tuple[str, str]]:
    """The acts for two persons that the reader may propose about the dossier: words and address."""
    dossier, links = reading.dossier, []
    if filed and reading.workflow.spec.receivers & reading.roles:
        links.append((_("Record the day the papers came"), url_for("receipts.paper_receipt", dossier_id=dossier.id)))
    if decided and reading.acts_above:
        links.append(
            (_("Record that the result was revoked"), url_for("revocations.revocation", dossier_id=dossier.id))
        )
    return links


@dataclass(frozen=True, slots=True)
class _Tasks:
    """What there is to fill in and to look at in a dossier; `say` are the words of its form."""

    reading: Reading
    form: FormSpec
    contents: Contents
    say: FormWords
    asked: Supplements | None

    def both(self, *, barred: bool) -> tuple[list[Task], list[Task]]:
        """Those of the self-assessment and those of the appraisal; `barred`: the reader may not act."""
        return self.of_claims(), self.of_findings(barred=barred)

    def of_claims(self) -> list[Task]:
        """A task for each criterion, for the meeting where there is one, and for the result.

        Whoever may not read what is being changed is led to what was filed.
        """
        dossier, spec = self.reading.dossier, self.reading.workflow.spec
        if not spec.writers["claims"]:
            return []
        if not self.reading.sees_draft:
            return [_filed_task(filing) for filing in self.contents.filings[-1:]]
        answers = self.contents.counted_claims(self.form)
        result = score(self.form, answers, disadvantaged=dossier.disadvantaged_area)
        writing = self._writes("claims")
        tasks = self._criteria("claims", "claims.criterion", result, writing)
        if spec.meeting_source:
            task = _meeting_task(dossier.id, self.contents.meeting, writing)
            tasks.append(self._to_supplement(task, (MEETING,), writing))
        if self.contents.takes_papers:
            task = _papers_task(dossier.id, len(self.contents.evidence.get(PAPERS, ())))
            tasks.append(self._to_supplement(task, (PAPERS,), writing))
        name, url = self.say("check" if writing else "result"), url_for("claims.check", dossier_id=dossier.id)
        return [*tasks, Task(name, url, *self._reached(result, writing))]

    def of_findings(self, *, barred: bool) -> list[Task]:
        """A task for each criterion and one for the result: once there are findings, or it is time to make them.

        To the unit itself they show once all is decided.
        """
        if not (self.contents.findings or self.reading.state.edits == "findings") or not self.reading.sees_findings:
            return []
        dossier, answers = self.reading.dossier, self.contents.counted_findings()
        result = score(self.form, answers, disadvantaged=dossier.disadvantaged_area, part="findings")
        writing = self._writes("findings") and not barred
        tasks = self._criteria("findings", "appraisals.criterion", result, writing)
        name = self.say("appraisal_check" if writing else "appraisal_result")
        return [
            *tasks,
            Task(name, url_for("appraisals.result", dossier_id=dossier.id), *self._reached(result, writing)),
        ]

    def _writes(self, part: Part) -> bool:
        return self.reading.state.edits == part and self.reading.is_turn

    def _criteria(self, part: Part, endpoint: str, result: Result, writing: bool) -> list[Task]:
        spoken, rows = language(), self.contents.claims if part == "claims" else self.contents.findings
        sums = ratings.sums(self.form, result) if result.points else {}
        tasks = []
        for criterion in self.form.by_part[part]:
            number = criterion.number
            details = (
                sums.get(number, "") if self.form.method != "levels" else _level_so_far(criterion, result),
                _to_confirm(criterion, rows),
                self._files(criterion) if part == "claims" else "",
            )
            name = self.say("criterion_title", number=number, title=criterion.title.in_language(spoken))
            url = url_for(endpoint, dossier_id=self.reading.dossier.id, number=number)
            task = Task(name, url, *self._answered(criterion, result, writing), " · ".join(filter(None, details)))
            codes = (str(number), *(indicator.code for indicator in criterion.indicators))
            tasks.append(self._to_supplement(task, codes, writing) if part == "claims" else task)
        return tasks

    def _to_supplement(self, task: Task, codes: Collection[str], writing: bool) -> Task:
        """The task, marked where something was asked under it and has not changed since."""
        if self.asked is None or self.asked.open_codes.isdisjoint(codes):
            return task
        kind, detail = "yours" if writing else "waiting", " · ".join(filter(None, (task.status_label, task.detail)))
        return replace(task, status_label=_("To be supplemented"), status_kind=kind, detail=detail)

    def _answered(self, criterion: CriterionSpec, result: Result, writing: bool) -> tuple[str, str]:
        """How many indicators of a criterion have a complete answer, and the kind of its tag."""
        total = len(criterion.indicators)
        complete = len([indicator for indicator in criterion.indicators if indicator.code not in result.unanswered])
        label = self.say("done", done=complete, total=total)
        return label, "good" if complete == total else "yours" if writing else "neutral"

    def _files(self, criterion: CriterionSpec) -> str:
        evidence = self.contents.evidence
        count = sum([len(evidence[i.code]) for i in criterion.indicators if i.code in evidence])
        return self.say("files_counted", count=count) if count else ""

    def _reached(self, result: Result, writing: bool) -> tuple[str, str]:
        """What all answers together come to, and the kind of its tag."""
        if self.form.method != "levels" and not result.unanswered:
            return (level_words(self.form, result.level) if self.form.bands else _("Complete")), "good"
        if result.level and self.form.method == "levels":
            return _("Level %(level)s reached", level=result.level), "good"
        if result.unanswered:
            return _("Not complete yet"), "yours" if writing else "neutral"
        return _("No level reached"), "bad"


def _filed_task(filing: Submission) -> Task:
    address = url_for("dossiers.receipt", dossier_id=filing.dossier_id, number=filing.number)
    title = _("What was filed, no. %(number)s", number=filing.number)
    return Task(title, address, _("The unit works on it again"), "waiting")


def _level_so_far(criterion: CriterionSpec, result: Result) -> str:
    reached = result.criterion_level(criterion)
    if reached is None:
        return ""
    return str(_("Reaches level %(level)s", level=reached) if reached else _("Does not reach level 1"))


def _to_confirm(criterion: CriterionSpec, rows: Stored) -> str:
    codes = [i.code for i in criterion.indicators if i.code in rows and rows[i.code].to_confirm]
    return str(_("To confirm again: %(codes)s", codes=", ".join(codes))) if codes else ""


def _papers_task(dossier_id: int, files: int) -> Task:
    label = ngettext("%(num)s file", "%(num)s files", files) if files else _("No file yet")
    url = url_for("claims.papers", dossier_id=dossier_id)
    return Task(_("Other papers of the dossier"), url, label, "good" if files else "neutral")


def _meeting_task(dossier_id: int, meeting: Meeting | None, writing: bool) -> Task:
    name, url = _("Self-assessment meeting"), url_for("claims.meeting", dossier_id=dossier_id)
    if meeting is None:
        return Task(name, url, _("Not recorded yet"), "yours" if writing else "neutral")
    details = _("Held on %(day)s, chaired by %(name)s", day=f"{meeting.held_on:%d/%m/%Y}", name=meeting.chaired_by)
    return Task(name, url, _("Recorded"), "good", details)
