"""The words of the policy for criteria sets and the education departments that write them."""

from certflow.criteria import confirmations, rating_sets
from certflow.errors import ActionNotOpen, NotPermitted
from certflow.http.policy import About, Named, Part, Rule, When, Who
from certflow.models.criteria import RatingSet
from certflow.models.people import User
from certflow.wording import _


def _only_departments(person: User) -> None:
    if not confirmations.provinces_confirmable_by(person):
        raise NotPermitted(_("This is for the province's education department."))


def _only_who_looks_at_sets(person: User) -> None:
    if not rating_sets.may_look(person):
        raise NotPermitted(_("Only education departments write their own criteria sets; administrators can read them."))


def _its_department(person: User, own: RatingSet, _named: Named) -> None:
    if not rating_sets.is_department(person, own.unit):
        raise NotPermitted(_("Only the province's education department can write its own criteria set."))


def _draft(_person: User, own: RatingSet, _named: Named) -> None:
    if own.published_at is not None:
        raise ActionNotOpen(_("This version is published and cannot change. To make changes, begin the next version."))


DEPARTMENTS = Who("department", "people of an education department", _only_departments)
SET_READERS = Who(
    "department_or_administrator",
    "people of an education department, and administrators",
    _only_who_looks_at_sets,
)
RULE_READERS = Who(
    "looks_after_rules",
    "people at provinces and above, and administrators",
    confirmations.require_looking_after_rules,
)
RATING_SET = About(
    "rating_set",
    "a department's own criteria set",
    ("set_id",),
    rating_sets.find,
)
ITS_DEPARTMENT = Part("its_department", "the department whose set it is", _its_department)
DRAFT = When("draft", "until it is published", _draft)

DEPARTMENT = Rule(DEPARTMENTS)
LOOKS_AT_SETS = Rule(SET_READERS)
READS_CASES = Rule(RULE_READERS)
SEES_SET = Rule(SET_READERS, RATING_SET)
WRITES_SET = Rule(SET_READERS, RATING_SET, ITS_DEPARTMENT, DRAFT)
