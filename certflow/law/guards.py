"""Guards, each declared with its words and the facts it looks at: what may stand in the way of an action, and why."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from certflow.law import case_keys
from certflow.law.case_keys import Key
from certflow.law.deadlines import months_after
from certflow.law.facts import DossierFacts, Fact, HeldLevel, OutsideDocument
from certflow.law.form_words import FormWords
from certflow.law.impartiality import YOU, Involvement
from certflow.law.scoring.entries import answers_reaching
from certflow.law.scoring.scoring import Result, score
from certflow.law.specs.workflow import WorkflowSpec
from certflow.vietnamese import says_something
from certflow.wording import N_, _, language

Refuses = Callable[[DossierFacts], str]
Fixed = Callable[[int, int | None, int], bool]


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that an action may need: `refuses` returns the reason why it is missing, "" when it is not.

    `asks` says in English what is needed; `facts` are all that it looks at. `fixed` is set where work alone cannot
    satisfy the guard, and says whether it holds: from the level of the action, the level proposed and the level found.
    """

    asks: str
    facts: tuple[Fact[Any], ...]
    refuses: Refuses
    fixed: Fixed | None = None

    def __call__(self, facts: DossierFacts) -> str:
        return self.refuses(facts)

    @property
    def keys(self) -> Iterator[Key]:
        """The keys under which a case states its facts."""
        return (key for fact in self.facts for key in fact.keys)


GUARDS: dict[str, Guard] = {}


def guard(asks: str, *facts: Fact[Any], fixed: Fixed | None = None) -> Callable[[Refuses], Guard]:
    """Declare a function to be a guard, which schemes and cases may name from then on."""

    def declare(refuses: Refuses) -> Guard:
        GUARDS[refuses.__name__] = declared = Guard(asks, facts, refuses, fixed)
        return declared

    return declare


def in_words(name: str) -> str:
    """What a guard asks for in the reader's language; its bare name where there is no such guard any more."""
    return _(GUARDS[name].asks) if name in GUARDS else name


def _level(level: int | None) -> str:
    if level is None:
        return _("nothing answered")
    return _("Level %(level)s", level=level) if level else _("No level")


def _role(spec: WorkflowSpec, name: str) -> str:
    return spec.roles[name].title.in_language(language())


SELF_ASSESSMENT: Fact[Result] = Fact(
    (Key("claims_level", case_keys.level),),
    lambda form, level: score(form, answers_reaching(form, level)),
    lambda _spec, level: _("Self-assessment: %(level)s", level=_level(level)),
)


@guard(N_("Every indicator is self-assessed"), SELF_ASSESSMENT)
def self_assessment_complete(facts: DossierFacts) -> str:
    """Every indicator has a complete claim (Circular 25/2023/TT-BGDĐT art. 9.1.a, b)."""
    missing = len(facts[SELF_ASSESSMENT].unanswered)
    return FormWords(facts.form).counted("unassessed", missing) if missing else ""


MEETING: Fact[bool] = Fact(
    (Key("meeting_recorded", case_keys.truth, False),),
    words=lambda _spec, recorded: _("Meeting recorded") if recorded else _("No meeting recorded"),
)


@guard(N_("The self-assessment meeting is recorded"), MEETING)
def meeting_recorded(facts: DossierFacts) -> str:
    """The self-assessment meeting is on record (art. 9.1.c)."""
    return "" if facts[MEETING] else _("The self-assessment meeting has not been recorded yet")


@guard(N_("The self-assessment reaches at least level 1"), SELF_ASSESSMENT)
def claim_reaches_a_level(facts: DossierFacts) -> str:
    """A commune files for the level its self-assessment reaches (art. 9.1.d)."""
    if facts[SELF_ASSESSMENT].level:
        return ""
    if facts.form.bands:
        return _("The self-assessment leads to no class; a dossier can only be filed for a class that is reached")
    return _("The self-assessment does not reach level 1; a dossier can only be filed for a level that is reached")


APPRAISAL: Fact[Result] = Fact(
    (Key("findings_level", case_keys.level),),
    lambda form, level: score(form, answers_reaching(form, level), part="findings"),
    lambda _spec, level: _("Findings: %(level)s", level=_level(level)),
)


@guard(N_("Every indicator has a finding"), APPRAISAL)
def findings_complete(facts: DossierFacts) -> str:
    """Every indicator has a complete finding (art. 9.2.c)."""
    missing = len(facts[APPRAISAL].unanswered)
    return FormWords(facts.form).counted("unfound", missing) if missing else ""


@guard(N_("The findings reach the level"), APPRAISAL, fixed=lambda level, _proposed, reached: reached >= level)
def findings_reach_the_level(facts: DossierFacts) -> str:
    """The findings reach the level the action is about (art. 8.1)."""
    reached = facts[APPRAISAL].level
    if reached >= facts.level:
        return ""
    if facts.form.bands:
        classes = {"reached": _class(facts, reached), "wanted": _class(facts, facts.level)}
        return _("The findings lead to the class “%(reached)s”, not “%(wanted)s”", **classes)
    if not reached:
        return _("The findings do not reach level %(level)s: they reach no level", level=facts.level)
    return _("The findings reach level %(reached)s, not level %(level)s", reached=reached, level=facts.level)


def _class(facts: DossierFacts, level: int) -> str:
    """The title of the class that a level of a rating by points stands for; "–" for none."""
    return facts.form.bands[level - 1].title.in_language(language()) if level else "–"


def _proposal(_spec: WorkflowSpec, level: int | None) -> str:
    if level is None:
        return _("No proposal")
    proposed = _("Level %(level)s", level=level) if level else _("Not to recognise")
    return _("Proposal: %(proposed)s", proposed=proposed)


PROPOSED_LEVEL: Fact[int | None] = Fact((Key("proposed_level", case_keys.level),), words=_proposal)


@guard(
    N_("The endorsed proposal is this level"), PROPOSED_LEVEL, fixed=lambda level, proposed, _reached: proposed == level
)
def proposal_agrees(facts: DossierFacts) -> str:
    """The head recognises what was proposed and endorsed; otherwise the appraisal is reopened (art. 9.2.đ)."""
    level = facts[PROPOSED_LEVEL]
    if level == facts.level:
        return ""
    if not level:
        return _("The endorsed proposal is not to recognise; ask for a new appraisal to change it")
    if facts.form.bands:
        proposed = _class(facts, level)
        return _("The endorsed proposal is the class “%(proposed)s”; ask for a new appraisal", proposed=proposed)
    return _("The endorsed proposal is level %(proposed)s; ask for a new appraisal to change it", proposed=level)


def _reason(_spec: WorkflowSpec, note: str) -> str:
    if note.strip():
        return _("With a reason")
    return _("The reason has only blanks") if note else _("Without a reason")


NOTE: Fact[str] = Fact((Key("note", case_keys.words, ""),), words=_reason)


@guard(N_("A reason is given"), NOTE)
def reason_given(facts: DossierFacts) -> str:
    """Reasons are typed."""
    return "" if says_something(facts[NOTE]) else _("A reason must be given")


def _parts(spec: WorkflowSpec, names: tuple[str, ...]) -> str:
    if not names:
        return _("Did not take part before")
    return _("Took part before in the role: %(roles)s", roles=", ".join(_role(spec, name) for name in names))


INVOLVEMENT: Fact[Involvement] = Fact(
    (Key("took_part_as", case_keys.roles, ()),),
    lambda _form, names: Involvement(frozenset(names)),
    _parts,
)


@guard(N_("The person had no other role in this dossier before"), INVOLVEMENT)
def not_own_dossier(facts: DossierFacts) -> str:
    """Nobody appraises, endorses or decides a dossier on which they acted in another part before."""
    refusal = YOU["not_own_dossier"]
    return _(refusal) if facts[INVOLVEMENT].parts - facts.acting_as else ""


_TODAY = Key("today", case_keys.day, dt.date(2025, 3, 1))
TODAY: Fact[dt.date] = Fact((_TODAY,))


def _document(_spec: WorkflowSpec, number: str, dated: dt.date | None, today: dt.date) -> str:
    if not number or dated is None:
        return _("Document without a number or a date")
    return _("Document of %(day)s, on %(today)s", day=f"{dated:%d/%m/%Y}", today=f"{today:%d/%m/%Y}")


DOCUMENT: Fact[OutsideDocument] = Fact(
    (Key("document_number", case_keys.words, ""), Key("document_date", case_keys.day_or_none), _TODAY),
    lambda _form, number, dated, _today: OutsideDocument(number, dated),
    _document,
)


@guard(N_("The document is named by its number and date"), DOCUMENT, TODAY)
def document_named(facts: DossierFacts) -> str:
    """The paper from outside is named by its number and its date, which does not lie ahead."""
    document = facts[DOCUMENT]
    if not document.number.strip() or document.dated is None:
        return _("The number and the date of the document must be given")
    return _("The date of the document is in the future") if document.dated > facts[TODAY] else ""


def _authority(spec: WorkflowSpec, role: str) -> str:
    return _("Authority rule: %(role)s", role=_role(spec, role)) if role in spec.roles else _("No authority rule")


AUTHORITY: Fact[str] = Fact((Key("authority", case_keys.words, ""),), words=_authority)


@guard(N_("An authority rule in force names this office"), AUTHORITY)
def authority_established(facts: DossierFacts) -> str:
    """Where the law names nobody, an authority rule with its document says who decides."""
    role = facts[AUTHORITY]
    return "" if role == facts.authority_asked else authority_missing(role)


def authority_missing(role: str) -> str:
    """Why an office may not decide: there is no rule (`role` is ""), or the rule in force names another."""
    if not role:
        return _(
            "The law does not say who decides here: an administrator must first enter the authority rule, "
            "with its document"
        )
    return _("The authority rule in force names another office; the dossier goes there")


def _held(_spec: WorkflowSpec, level: int, since: dt.date | None, today: dt.date) -> str:
    if since is None:
        return _("Holds no level")
    days = {"since": f"{since:%d/%m/%Y}", "today": f"{today:%d/%m/%Y}"}
    return _("Level %(level)s held since %(since)s, on %(today)s", level=level, **days)


HELD: Fact[tuple[HeldLevel, ...]] = Fact(
    (Key("held_level", case_keys.level, 0), Key("held_since", case_keys.day), _TODAY),
    lambda _form, level, since, _today: (HeldLevel(level, since),) if since else (),
    _held,
)


def upgrade_from(held: tuple[HeldLevel, ...], level: int, months: int) -> dt.date | None:
    """The first day on which `level` may follow the lower levels that are held; None where none is."""
    return max((months_after(each.since, months) for each in held if each.level < level), default=None)


@guard(N_("The time before a higher level has passed"), HELD, TODAY)
def upgrade_due(facts: DossierFacts) -> str:
    """A higher level follows a lower one that is held only after the months the law asks (art. 5, 10, 15)."""
    first = upgrade_from(facts[HELD], facts.level, facts.upgrade_after_months)
    if first is None or facts[TODAY] >= first:
        return ""
    return _(
        "A lower level was recognised less than %(months)s months ago; level %(level)s is possible from %(day)s",
        months=facts.upgrade_after_months,
        level=facts.level,
        day=f"{first:%d/%m/%Y}",
    )
