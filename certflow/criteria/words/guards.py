"""What each guard asks for, in words for the page of a scheme."""

from typing import Any

from flask_babel import lazy_gettext

GUARD_WORDS: dict[str, Any] = {
    "self_assessment_complete": lazy_gettext("Every indicator is self-assessed"),
    "meeting_recorded": lazy_gettext("The self-assessment meeting is recorded"),
    "claim_reaches_a_level": lazy_gettext("The self-assessment reaches at least level 1"),
    "findings_complete": lazy_gettext("Every indicator has a finding"),
    "findings_reach_the_level": lazy_gettext("The findings reach the level"),
    "proposal_agrees": lazy_gettext("The endorsed proposal is this level"),
    "reason_given": lazy_gettext("A reason is given"),
    "document_named": lazy_gettext("The document is named by its number and date"),
    "upgrade_due": lazy_gettext("The time before a higher level has passed"),
    "not_own_dossier": lazy_gettext("The person had no other part in this dossier before"),
    "authority_established": lazy_gettext("An authority rule in force names this office"),
}


def in_words(guard: str) -> str:
    """What `guard` asks for in the reader's language; its bare name when nobody has put it into words."""
    return str(GUARD_WORDS.get(guard, guard))
