"""Whether a dossier in progress can go on by a newer version of its rules, and which answers must then be given again.

A dossier keeps what was done with it. It moves only where every step it took, the state it is in and every answer it
can no longer change mean the same in the newer version; otherwise it stays, with the reasons.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from certflow.law.scoring.scoring import Answers, score
from certflow.law.specs.form import PARTS, FormSpec, IndicatorSpec, Part
from certflow.law.specs.words import Text
from certflow.law.specs.workflow import TransitionSpec, WorkflowSpec
from certflow.wording import _, language

PREFIX = "move:"  # no action of a scheme can be called so: its names have no colon


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of a scheme with the criteria set it uses."""

    scheme: WorkflowSpec
    form: FormSpec


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One step that a dossier took, as its history tells it."""

    action: str
    origin: str
    target: str
    acting_as: str


@dataclass(frozen=True, slots=True)
class HeldAnswers:
    """What a dossier has come to: its state, the steps it took, and its answers that are not empty."""

    state: str
    steps: Sequence[TakenStep]
    claims: Answers
    findings: Answers
    disadvantaged: bool = False
    proposed_level: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """The dossier can move; the claims and findings of these indicators must be confirmed then."""

    claims: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def to_confirm(self) -> int:
        """How many answers must be confirmed."""
        return len(self.claims) + len(self.findings)


@dataclass(frozen=True, slots=True)
class Stays:
    """The dossier keeps its version, for these reasons; `decided` when it is because nothing more happens to it."""

    reasons: tuple[str, ...]
    decided: bool = False


Outlook = Moves | Stays


def move_name(old: int, new: int) -> str:
    """The action under which the history keeps a move from one version to another."""
    return f"{PREFIX}{old}:{new}"


def versions_of(action: str) -> tuple[int, int] | None:
    """The two versions of a move that history keeps; None for a step of the scheme."""
    if not action.startswith(PREFIX):
        return None
    old, new = action.removeprefix(PREFIX).split(":")
    return int(old), int(new)


def asked_anew(old: FormSpec, new: FormSpec) -> frozenset[str]:
    """The indicators of `new` that an answer given under `old` does not answer.

    An answer must be given again where the question is another one: its kind (a number cannot answer yes or no), its
    title, the levels to choose from, what a share is a share of, the parts that are counted, what counts towards them
    (the definition), the measure, or the kind of units that are counted; and where there was no such question before.

    A threshold that changed does not make a typed number wrong: the result is computed anew from it. Nor does the
    clause, the hint at evidence, the order, or an English translation, for the Vietnamese words are the question. What
    is computed is never typed, so that only what it counts matters. An indicator that is gone asks nothing any more:
    its answer is kept and not looked at.

    The scale of points, the options of a choice and the least length of a text belong to the question.
    """
    return frozenset(
        code
        for code, indicator in new.indicators.items()
        if code not in old.indicators or _question(old.indicators[code]) != _question(indicator)
    )


def _question(indicator: IndicatorSpec) -> tuple[object, ...]:
    if indicator.computed:
        return indicator.kind, indicator.units
    return (
        indicator.kind,
        *(indicator.highest, indicator.most, indicator.step, indicator.least_characters),
        *(_words(text) for text in (indicator.title, indicator.denominator, indicator.definition_hint)),
        _words(indicator.measure),
        tuple((part.key, _words(part.title)) for part in indicator.parts),
        tuple((option.name, _words(option.title)) for option in indicator.options),
    )


def needed_anew(old: FormSpec, new: FormSpec, part: Part) -> frozenset[str]:
    """The indicators that must be answered in `part` by `new`, and did not have to be by `old`."""
    return frozenset(_needed(new, part) - _needed(old, part))


def _needed(form: FormSpec, part: Part) -> set[str]:
    return {code for code, indicator in form.indicators.items() if indicator.asked_in(part) and not indicator.optional}


def _words(text: Text | None) -> str:
    """The Vietnamese words, however they are spaced and composed."""
    return unicodedata.normalize("NFC", " ".join(text.vi.split())) if text else ""


def about(scheme: WorkflowSpec) -> tuple[object, ...]:
    """What a scheme is about: the kind of its subject, of the unit this belongs to, and of the units above."""
    return scheme.subject, scheme.place, scheme.tiers


def past(scheme: WorkflowSpec, state: str, what: str) -> bool:
    """Whether a dossier in `state` has left the stage in which `what` ("claims" or "findings") is written."""
    order = [stage.name for stage in scheme.stages]
    writing = [order.index(each.stage) for each in scheme.states.values() if each.edits == what]
    now = scheme.states[state]
    return bool(writing) and now.edits != what and order.index(now.stage) > min(writing)


class IndicatorSuccession:
    """An older and a newer version of the rules, compared once for all dossiers that may move between them."""

    def __init__(self, old: Rules, new: Rules) -> None:
        self.old, self.new = old, new
        self._anew = asked_anew(old.form, new.form)
        self._needed = {part: needed_anew(old.form, new.form, part) for part in PARTS}

    def outlook(self, answers: HeldAnswers) -> Outlook:
        """Whether a dossier can move, and what must be confirmed then."""
        if self.old.scheme.states[answers.state].final:
            return Stays((_("The dossier is decided; a decided dossier never moves."),), decided=True)
        reasons = [*self._of_subject(), *self._of_state(answers.state), *self._of_steps(answers.steps)]
        if not reasons:
            reasons = [*self._of_claims(answers), *self._of_findings(answers), *self._of_proposal(answers)]
        if reasons:
            return Stays(tuple(reasons))
        return Moves(self._changed_in("claims", answers.claims), self._changed_in("findings", answers.findings))

    def _changed_in(self, part: Part, answers: Answers) -> tuple[str, ...]:
        """The indicators whose answer is there and must be given again, in the form's order."""
        indicators = self.new.form.indicators.items()
        return tuple(code for code, i in indicators if i.asked_in(part) and code in answers and code in self._anew)

    def _lacking(self, part: Part, answers: Answers) -> tuple[str, ...]:
        """The indicators of `_changed_in` and those that must be answered now and are not, in the form's order."""
        lacking = {*self._changed_in(part, answers), *(self._needed[part] - set(answers))}
        return tuple(code for code in self.new.form.indicators if code in lacking)

    def _of_subject(self) -> list[str]:
        if about(self.old.scheme) == about(self.new.scheme):
            return []
        return [_("The newer version is for another kind of unit.")]

    def _of_state(self, name: str) -> list[str]:
        before, after = self.old.scheme.states[name], self.new.scheme.states.get(name)
        title = before.title.in_language(language())
        if after is None:
            return [_("Its present state “%(state)s” is not in the newer version.", state=title)]
        if (before.turn, before.edits, before.stage) != (after.turn, after.edits, after.stage):
            words = _(
                "For the present state “%(state)s” the newer version has a different turn, stage or right to write.",
                state=title,
            )
            return [words]
        return []

    def _of_steps(self, steps: Sequence[TakenStep]) -> list[str]:
        reasons = []
        for step in dict.fromkeys(steps):
            before, after = _found(self.old.scheme, step), _found(self.new.scheme, step)
            changed = self._changed(step, before, after)
            if changed:
                title = before.title.in_language(language()) if before else step.action
                reasons.append(
                    _("The dossier took the step “%(step)s”, which has changed: %(what)s.", step=title, what=changed)
                )
        return reasons

    def _changed(self, step: TakenStep, before: TransitionSpec | None, after: TransitionSpec | None) -> str:
        """What has changed about a step that was taken; "" when the newer version keeps the step.

        Additional roles or origin states in the newer version do not count as a change.
        """
        if after is None:
            return _("it no longer exists")
        if after.target != step.target:
            return _("it leads to another state")
        if not self._may_still(step, after):
            return _("it belongs to other roles")
        if before is None or _asks(before) != _asks(after):
            return _("it has other conditions")
        if (before.effects, before.level) != (after.effects, after.level):
            return _("it has other effects")
        return ""

    def _may_still(self, step: TakenStep, after: TransitionSpec) -> bool:
        before, now = (rules.scheme.roles.get(step.acting_as) for rules in (self.old, self.new))
        return step.acting_as in after.by and before is not None and now is not None and before.seat == now.seat

    def _of_claims(self, answers: HeldAnswers) -> list[str]:
        """The reasons why a filed dossier stays: the unit can no longer answer questions that have changed."""
        codes = self._lacking("claims", answers.claims)
        if not codes or not past(self.new.scheme, answers.state, "claims"):
            return []
        if self._leads_back(answers.state, "claims"):
            words = _("Questions that the unit can no longer answer have changed (%(codes)s): return it first.")
        else:
            words = _(
                "Questions that the unit can no longer answer have changed (%(codes)s), and nobody can "
                "return the dossier any more: it ends under its present version."
            )
        return [words % {"codes": ", ".join(codes)}]

    def _of_findings(self, answers: HeldAnswers) -> list[str]:
        codes = self._lacking("findings", answers.findings)
        if not codes or not answers.findings or not past(self.new.scheme, answers.state, "findings"):
            return []
        return [
            _("Questions of its appraisal have changed (%(codes)s): send it back first.", codes=", ".join(codes)),
        ]

    def _of_proposal(self, answers: HeldAnswers) -> list[str]:
        """The reasons why the findings do not support the proposed level under the newer thresholds."""
        if not answers.proposed_level or not past(self.new.scheme, answers.state, "findings"):
            return []
        if self._names(answers.proposed_level, self.old) != self._names(answers.proposed_level, self.new):
            return [_("The proposed level means something else in the newer version: send it back first.")]
        level = score(self.new.form, answers.findings, disadvantaged=answers.disadvantaged, part="findings").level
        if level >= answers.proposed_level:
            return []
        return [
            _(
                "Level %(proposed)s is proposed, but the findings reach level %(level)s under the newer "
                "version: send it back first.",
                proposed=answers.proposed_level,
                level=level,
            )
        ]

    @staticmethod
    def _names(level: int, rules: Rules) -> tuple[str, str]:
        """What a level stands for: of a rating by points, the name of its class."""
        form = rules.form
        return form.method, form.bands[level - 1].name if 0 < level <= len(form.bands) else ""

    def _leads_back(self, state: str, what: str) -> bool:
        """Whether steps of its present version lead from `state` to one in which `what` is written."""
        scheme, reached, todo = self.old.scheme, {state}, [state]
        while todo:
            origin = todo.pop()
            targets = {t.target for t in scheme.transitions if origin in t.origins} - reached
            reached |= targets
            todo.extend(targets)
        return any(scheme.states[name].edits == what for name in reached)


def _asks(transition: TransitionSpec) -> tuple[object, ...]:
    return set(transition.needs), transition.document, transition.authority


def _found(scheme: WorkflowSpec, step: TakenStep) -> TransitionSpec | None:
    return next((t for t in scheme.transitions if t.action == step.action and step.origin in t.origins), None)
