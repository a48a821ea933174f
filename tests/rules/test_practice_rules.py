"""A rule that was entered to practise decides nothing official; an official one may be practised with."""

import pytest

from certflow import clock
from certflow.dossiers import filing_receipts
from certflow.errors import ActionBlocked, Invalid
from certflow.models.base import db
from certflow.models.results import NumberBook
from certflow.results import recognitions
from certflow.rules import authority
from tests import make, make_two_tier

pytestmark = pytest.mark.usefixtures("inside_the_application")

TRYING = "Đợt tập dượt hai cấp"


def test_a_rule_for_practice_lets_a_practice_round_be_decided_and_no_other() -> None:
    make_two_tier.rule(practice=True)
    official = make_two_tier.dossier("proposed")
    tried = make_two_tier.dossier("recognised_level_1", round_=make_two_tier.round_(TRYING, practice=True))

    with pytest.raises(ActionBlocked, match="Pháp luật chưa quy định"):
        make.act(official, "forward_department")

    assert recognitions.of_dossier(tried) is not None
    of_papers = db.session.query(NumberBook).filter(NumberBook.notation != filing_receipts.NOTATION)
    assert all(book.notation.endswith("-TH") for book in of_papers)
    assert [found.practice for found in authority.lacking(clock.today())] == [False]


def test_in_practice_the_rule_for_practice_comes_first_and_the_official_one_serves_without_it() -> None:
    official = make_two_tier.rule("department_head")
    place, name = make_two_tier.province().id, make_two_tier.SCHEME[0]

    def named(practice: bool) -> int | None:
        found = authority.in_force(place, name, clock.today(), practice=practice)
        return found.id if found else None

    assert (named(practice=False), named(practice=True)) == (official.id, official.id)
    trying = make_two_tier.rule("province_chair", practice=True)
    assert (named(practice=False), named(practice=True)) == (official.id, trying.id)
    with pytest.raises(Invalid):
        make_two_tier.rule(practice=True)
