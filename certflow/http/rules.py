"""The words in which the policy is written: who, about what, in which part, and when."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Who(StrEnum):
    """Whom a page is for, before anything is known of what it is about."""

    ANYBODY = "anybody, signed in or not"
    SIGNED_IN = "whoever is signed in"
    ADMINISTRATOR = "administrators"
    DEPARTMENT = "people of an education department"
    DEPARTMENT_OR_ADMINISTRATOR = "people of an education department, and administrators"


class About(StrEnum):
    """What the address names; whoever may not see it is answered as if it did not exist.

    A dossier is seen as `access.dossier` says: by the people of its unit, and by those above it once it was filed.
    Files and papers are seen with their dossier, a criteria set in writing by its department and administrators.
    """

    NOTHING = "nothing that some people may not see"
    DOSSIER = "a dossier"
    EVIDENCE = "a file of a dossier"
    DOCUMENT = "a paper of a dossier"
    RECUSABLE = "a dossier in which somebody may be recused; administrators are told whose, and nothing in it"
    PROPOSAL = "an act for two persons, seen with its dossier, or by administrators"
    RATING_SET = "a department's own criteria set"
    OPENING = "a round in which the dossier of a unit can be opened"


class Part(StrEnum):
    """Which of those who see it may do this; the roles are those that its scheme names, whatever they are called."""

    ANY = "everybody who sees it"
    CLAIMS = "those who write claims"
    FINDINGS = "those who write findings"
    READS_FINDINGS = "those with a part after filing, and who filed once it is decided"
    ACTION = "those who take the action that the address names"
    DECIDES = "those with an action that decides"
    RECEIVES = "those whose turn it is once the dossier is filed"
    ABOVE = "those with a part beyond filing"
    SETTLES = "the second person, whose part it is"
    PROPOSER = "whoever proposed it"
    TAKES_PART = "those with any role of the scheme for this dossier"
    BEGINS = "the role of the unit with which the scheme begins"
    ITS_DEPARTMENT = "the department whose set it is"


class When(StrEnum):
    """How the thing must be; in every other state the answer is that this is not possible now."""

    ALWAYS = "at any time"
    CLAIMS = "while claims are written and it is the person's turn"
    FINDINGS = "while findings are written and it is the person's turn"
    ACTION = "while the action is open"
    TURN = "while it is the person's turn"
    DRAFT = "until it is published"
    NOT_CLOSED = "until the round is closed"
    FILED = "once it was filed; before there is nothing to find"


class Verdict(Enum):
    """How an address answers, with the statuses that say so.

    Whoever is let in may still be told that something is missing in what they sent.
    """

    LET_IN = (200, 302, 422)
    SIGN_IN = (302, 401)
    NOT_PERMITTED = (403,)
    NOT_FOUND = (404,)
    NOT_OPEN = (409,)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one route says for one method.

    With `told_by_view` the guard leaves a wrong state to the view, whose answer gives back what was typed; the status
    is the same.
    """

    who: Who = Who.SIGNED_IN
    about: About = About.NOTHING
    part: Part = Part.ANY
    when: When = When.ALWAYS
    told_by_view: bool = False


PUBLIC = Rule(Who.ANYBODY)
SIGNED_IN = Rule()
ADMINISTRATOR = Rule(Who.ADMINISTRATOR)
DEPARTMENT = Rule(Who.DEPARTMENT)

OPENS = Rule(about=About.OPENING, part=Part.BEGINS, when=When.NOT_CLOSED)
SEES = Rule(about=About.DOSSIER)
SEES_FILED = Rule(about=About.DOSSIER, when=When.FILED)
SEES_FILE = Rule(about=About.EVIDENCE)
SEES_PAPER = Rule(about=About.DOCUMENT)
TAKES_PART = Rule(about=About.DOSSIER, part=Part.TAKES_PART)
READS_FINDINGS = Rule(about=About.DOSSIER, part=Part.READS_FINDINGS)
WRITES_CLAIMS = Rule(about=About.DOSSIER, part=Part.CLAIMS, when=When.CLAIMS)
WRITES_FINDINGS = Rule(about=About.DOSSIER, part=Part.FINDINGS, when=When.FINDINGS)
TYPES_CLAIMS = Rule(about=About.DOSSIER, part=Part.CLAIMS, when=When.CLAIMS, told_by_view=True)
TYPES_FINDINGS = Rule(about=About.DOSSIER, part=Part.FINDINGS, when=When.FINDINGS, told_by_view=True)
REMOVES_FILE = Rule(about=About.EVIDENCE, part=Part.CLAIMS, when=When.CLAIMS)
LOOKS_AT_ACTION = Rule(about=About.DOSSIER, part=Part.ACTION, when=When.ACTION)
TAKES_ACTION = Rule(about=About.DOSSIER, part=Part.ACTION, when=When.ACTION, told_by_view=True)

HANDLES = Rule(about=About.DOSSIER, part=Part.TAKES_PART, when=When.TURN, told_by_view=True)
RECEIVES = Rule(about=About.DOSSIER, part=Part.RECEIVES)
ACTS_ABOVE = Rule(about=About.DOSSIER, part=Part.ABOVE)
RECUSES = Rule(about=About.RECUSABLE)
SEES_PROPOSAL = Rule(about=About.PROPOSAL)
SETTLES = Rule(about=About.PROPOSAL, part=Part.SETTLES)
TAKES_BACK = Rule(about=About.PROPOSAL, part=Part.PROPOSER)

LOOKS_AT_SETS = Rule(Who.DEPARTMENT_OR_ADMINISTRATOR)
SEES_SET = Rule(Who.DEPARTMENT_OR_ADMINISTRATOR, About.RATING_SET)
WRITES_SET = Rule(Who.DEPARTMENT_OR_ADMINISTRATOR, About.RATING_SET, Part.ITS_DEPARTMENT, When.DRAFT)
