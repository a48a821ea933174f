"""Guards: each returns the reason why an action is not yet possible, or "" when nothing stands in the way."""

import datetime as dt
from collections.abc import Callable

from certflow.law.deadlines import months_after
from certflow.law.facts import DossierFacts
from certflow.law.form_words import FormWords
from certflow.law.impartiality import YOU
from certflow.vietnamese import says_something
from certflow.wording import _, language

Guard = Callable[[DossierFacts], str]


def self_assessment_complete(facts: DossierFacts) -> str:
    """Every indicator has a complete claim (Circular 25/2023/TT-BGDĐT art. 9.1.a, b)."""
    missing = len(facts.claimed().unanswered)
    return FormWords(facts.form).counted("unassessed", missing) if missing else ""


def meeting_recorded(facts: DossierFacts) -> str:
    """The self-assessment meeting is on record (art. 9.1.c)."""
    return "" if facts.meeting_recorded() else _("The self-assessment meeting has not been recorded yet")


def claim_reaches_a_level(facts: DossierFacts) -> str:
    """A commune files for the level its self-assessment reaches (art. 9.1.d)."""
    if facts.claimed().level:
        return ""
    if facts.form.bands:
        return _("The self-assessment leads to no class, and a dossier is filed for the class that is reached")
    return _("The self-assessment does not reach level 1, and a dossier is filed for the level that is reached")


def findings_complete(facts: DossierFacts) -> str:
    """Every indicator has a complete finding (art. 9.2.c)."""
    missing = len(facts.found().unanswered)
    return FormWords(facts.form).counted("unfound", missing) if missing else ""


def findings_reach_the_level(facts: DossierFacts) -> str:
    """The findings reach the level the action is about (art. 8.1)."""
    reached = facts.found().level
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


def proposal_agrees(facts: DossierFacts) -> str:
    """The head recognises what was proposed and endorsed; otherwise the appraisal is reopened (art. 9.2.đ)."""
    if facts.proposed_level == facts.level:
        return ""
    if not facts.proposed_level:
        return _("The endorsed proposal is not to recognise; ask for a new appraisal to change it")
    if facts.form.bands:
        proposed = _class(facts, facts.proposed_level)
        return _("The endorsed proposal is the class “%(proposed)s”; ask for a new appraisal", proposed=proposed)
    return _(
        "The endorsed proposal is level %(proposed)s; ask for a new appraisal to change it",
        proposed=facts.proposed_level,
    )


def reason_given(facts: DossierFacts) -> str:
    """Reasons are typed."""
    return "" if says_something(facts.note) else _("A reason must be given")


def not_own_dossier(facts: DossierFacts) -> str:
    """Nobody appraises, endorses or decides a dossier on which they acted in another part before."""
    told = YOU["not_own_dossier"] if facts.took_part_otherwise() else ""
    return _(told) if told else ""


def document_named(facts: DossierFacts) -> str:
    """The paper from outside is named by its number and its date, which does not lie ahead."""
    if not facts.document.number.strip() or facts.document.dated is None:
        return _("The number and the date of the document must be given")
    return _("The date of the document lies in the future") if facts.document.dated > facts.today else ""


def authority_established(facts: DossierFacts) -> str:
    """Where the law names nobody, an authority rule with its document says who decides."""
    named = facts.authority()
    return "" if named == facts.authority_asked else authority_missing(named)


def authority_missing(named: str) -> str:
    """Why an office may not decide: there is no rule ("" is named), or the rule in force names another."""
    if not named:
        return _(
            "The law does not say who decides here: an administrator must first enter the authority rule, "
            "with its document"
        )
    return _("The authority rule in force names another office; the dossier goes there")


def upgrade_due(facts: DossierFacts) -> str:
    """A higher level follows a lower one that is held only after the months the law asks (art. 5, 10, 15)."""
    lower = [held for held in facts.held() if held.level < facts.level]
    first = max((months_after(held.since, facts.upgrade_after_months) for held in lower), default=dt.date.min)
    if facts.today >= first:
        return ""
    return _(
        "A lower level was recognised less than %(months)s months ago; level %(level)s is possible from %(day)s",
        months=facts.upgrade_after_months,
        level=facts.level,
        day=f"{first:%d/%m/%Y}",
    )


GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        self_assessment_complete,
        meeting_recorded,
        claim_reaches_a_level,
        findings_complete,
        findings_reach_the_level,
        proposal_agrees,
        reason_given,
        not_own_dossier,
        document_named,
        authority_established,
        upgrade_due,
    )
}
