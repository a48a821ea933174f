"""Acts that need two persons: nothing counts by one alone, and everything once another one has confirmed it."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.approval import proposals
from certflow.catalogue import role_titles
from certflow.dossiers import dossiers, receipts
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted, Stale
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Recognition
from certflow.models.rounds import Round
from certflow.results import recognitions, revocations
from certflow.rounds import round_dates, rounds
from certflow.rules import authority, confirmations
from tests import make, make_two_tier
from tests.gateways import samples
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("inside_the_application")

DAY = dt.timedelta(days=1)
SECOND = "administrator.second"


def administrators() -> tuple[User, User]:
    return make.person(role_titles.ADMINISTRATOR), make.person(role_titles.ADMINISTRATOR, name=SECOND)


def under_way() -> Round:
    return rounds.get(make.dossier().round_id)


def asked(found: Round, days: int = 10, reason: str = make.REASON) -> Proposal:
    first = found.dates[0]
    wanted = {first.deadline: (first.due_on + dt.timedelta(days=days), True)}
    made = round_dates.change(found.id, wanted, actor=administrators()[0], version=found.version, reason=reason)
    assert made is not None
    make.commit()
    return made


def test_dates_of_a_round_under_way_change_once_a_second_administrator_confirms_them() -> None:
    found = under_way()
    first, before = found.dates[0].deadline, found.dates[0].due_on

    made = asked(found)
    assert {d.deadline: d.due_on for d in rounds.get(found.id).dates}[first] == before
    for _twice in range(2):  # who lost the first answer gets it again
        proposals.confirm(made.id, actor=administrators()[1])
        make.commit()
    db.session.expire_all()

    assert {d.deadline: d.due_on for d in rounds.get(found.id).dates}[first] == before + 10 * DAY
    assert (made.outcome, made.settled_by_id) == ("confirmed", administrators()[1].id)


def test_a_round_without_dossiers_or_for_practice_needs_one_administrator() -> None:
    empty, practice = make.round_(), make.round_(title="Thực hành", practice=True)
    make.dossier(round_=practice)

    for found in (empty, practice):
        wanted = {found.dates[0].deadline: (found.dates[0].due_on + DAY, True)}
        assert round_dates.change(found.id, wanted, actor=administrators()[0], version=found.version) is None
        db.session.expire_all()
        assert rounds.get(found.id).version > 1


def test_other_dates_need_a_reason() -> None:
    found = under_way()

    with pytest.raises(Invalid) as refusal:
        asked(found, reason="\u200b")

    assert set(refusal.value.fields) == {"reason"}


def test_nobody_confirms_what_they_proposed_and_nobody_else_than_an_administrator_does() -> None:
    made = asked(under_way())

    with pytest.raises(NotPermitted):
        proposals.confirm(made.id, actor=administrators()[0])
    with pytest.raises(NotFound):
        proposals.confirm(made.id, actor=make.person("commune_officer"))

    assert made.outcome == ""


def test_of_one_round_one_change_is_proposed_at_a_time() -> None:
    found = under_way()

    assert asked(found).id == asked(found).id  # sent once more

    with pytest.raises(Invalid):
        asked(found, days=20)


def test_dates_that_were_changed_meanwhile_are_not_overwritten() -> None:
    found = under_way()
    made = asked(found)
    rounds.change_dates(found.id, {}, actor=administrators()[0], version=found.version)
    make.commit()

    with pytest.raises(Stale):
        proposals.confirm(made.id, actor=administrators()[1])
    db.session.rollback()

    assert proposals.get(made.id, administrators()[1]).outcome == ""


def test_what_is_refused_or_taken_back_is_never_done_and_never_settled_again() -> None:
    found = under_way()
    before = found.dates[0].due_on
    refused = asked(found)
    proposals.refuse(refused.id, actor=administrators()[1], reason=make.REASON)
    taken = asked(found)
    with pytest.raises(NotPermitted):
        proposals.withdraw(taken.id, actor=administrators()[1], reason=make.REASON)
    proposals.withdraw(taken.id, actor=administrators()[0], reason=make.REASON)

    assert proposals.refuse(refused.id, actor=administrators()[1], reason=make.REASON) is refused  # sent once more
    with pytest.raises(ActionNotOpen):
        proposals.refuse(refused.id, actor=administrators()[1], reason="Lý do khác.")
    for made in (refused, taken):
        with pytest.raises(ActionNotOpen):
            proposals.confirm(made.id, actor=administrators()[1])
    assert rounds.get(found.id).dates[0].due_on == before
    assert [one.outcome for one in proposals.listed(administrators()[0])] == ["withdrawn", "refused"]


def entered() -> int:
    entry, administrator = make_two_tier.entry(), administrators()[0]
    rule = authority.enter(entry, io.BytesIO(samples.pdf()), "quyết định.pdf", actor=administrator)
    make.commit()
    return rule.id


def test_an_authority_rule_counts_once_a_second_administrator_has_confirmed_it() -> None:
    dossier = make_two_tier.dossier("proposed")
    rule_id = entered()
    assert authority.role_in_force(dossier, clock.today()) == ""
    assert authority.lacking(clock.today())

    make_two_tier.confirm_rule(authority.get(rule_id))
    make.commit()

    assert authority.role_in_force(dossier, clock.today()) == "department_head"
    assert not authority.lacking(clock.today())
    assert authority.get(rule_id).confirmed_by == administrators()[1].signature


def test_a_rule_that_is_refused_is_withdrawn_and_one_withdrawn_waits_for_nobody() -> None:
    refused = entered()
    waiting = proposals.open_about(confirmations.KIND, rule_id=refused)
    assert waiting is not None
    proposals.refuse(waiting.id, actor=administrators()[1], reason=make.REASON)
    make.commit()
    gone = entered()
    authority.withdraw(gone, reason=make.REASON, actor=administrators()[0])

    assert authority.get(refused).withdrawn_by == administrators()[1].signature
    assert proposals.open_about(confirmations.KIND, rule_id=gone) is None
    assert not authority.get(gone).counts_on(clock.today())


def test_the_database_itself_keeps_one_person_from_being_both() -> None:
    made = asked(under_way())

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.update(Proposal)
            .where(Proposal.id == made.id)
            .values(outcome="confirmed", settled_by_id=made.proposed_by_id, settled_at=clock.now())
        )
    db.session.rollback()


def late() -> Dossier:
    """A dossier filed today, a day after its first filing date."""
    yesterday = clock.today() - DAY
    found = make.round_(dates={due.spec.name: yesterday for due in rounds.dues(make.round_())})
    return make.dossier("submitted", round_=found)


def received(dossier: Dossier, **changes: object) -> Proposal:
    said: dict[str, object] = {"received_on": clock.today() - DAY, "way": "post", "register_number": "12/CVĐ"}
    entry = receipts.ReceiptEntry(**(said | changes))  # type: ignore[arg-type]
    return receipts.propose(dossier, entry, actor=make.person_for("education_officer", dossier), reason="")


def test_papers_that_came_in_time_make_a_dossier_filed_here_late_count_as_in_time() -> None:
    dossier = late()
    filed = [one for one in dossiers.standings(dossier) if one.reached_at]
    assert [one.on_time for one in filed] == [False] * len(filed)
    assert filed

    made = received(dossier)
    assert not any(one.on_paper for one in dossiers.standings(dossier))
    proposals.confirm(made.id, actor=make.person_for("district_appraiser", dossier))

    now = [one for one in dossiers.standings(dossier) if one.on_paper]
    assert [(one.on_time, one.on_paper) for one in now] == [(True, clock.today() - DAY)] * len(now)
    assert now
    with pytest.raises(ActionNotOpen):
        received(dossier)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": None}, "received_on"),
        ({"received_on": dt.date(9999, 1, 1)}, "received_on"),
        ({"received_on": dt.date(2001, 1, 1)}, "received_on"),
        ({"way": "bird"}, "way"),
        ({"register_number": "  "}, "register_number"),
        ({"register_number": "9" * 81}, "register_number"),
    ],
)
def test_a_receipt_that_cannot_be_is_told_by_its_field(changes: dict[str, object], field: str) -> None:
    dossier = make.dossier("submitted")

    with pytest.raises(Invalid) as refusal:
        received(dossier, **changes)

    assert set(refusal.value.fields) == {field}


def test_the_unit_that_files_neither_records_nor_confirms_a_receipt() -> None:
    dossier = late()
    chair = make.person_for("commune_chair", dossier)
    entry = receipts.ReceiptEntry(clock.today(), "post", "1")

    with pytest.raises(NotPermitted):
        receipts.propose(dossier, entry, actor=chair, reason="")
    made = received(dossier)
    with pytest.raises(NotPermitted):
        proposals.confirm(made.id, actor=chair)


def revoked(dossier: Dossier, **changes: object) -> Proposal:
    said: dict[str, object] = {"document_number": "09/QĐ-PGDĐT", "document_date": clock.today(), "reason": make.REASON}
    entry = revocations.RevocationEntry(**(said | changes))  # type: ignore[arg-type]
    return revocations.propose(dossier, entry, actor=make.person_for("district_appraiser", dossier))


def test_a_result_is_revoked_by_two_persons_and_counts_no_more() -> None:
    dossier = make.dossier("recognised_level_1")
    made = revoked(dossier)
    again = make.dossier(unit=make.units()[dossier.place.name], round_=make.round_(title="Đợt sau"))
    assert [one.level for one in recognitions.held(again, clock.today())] == [1]
    with pytest.raises(NotPermitted):
        proposals.confirm(made.id, actor=make.person_for("province_reviewer", dossier))

    proposals.confirm(made.id, actor=make.person_for("education_head", dossier))

    result = db.session.scalars(sa.select(Recognition)).one()
    assert (result.revoked_on, result.revocation, result.revoked_reason) == (clock.today(), "09/QĐ-PGDĐT", make.REASON)
    assert recognitions.held(again, clock.today()) == ()
    assert dossier.state == "recognised_level_1"
    with pytest.raises(ActionNotOpen):
        revoked(dossier)


def test_nothing_is_revoked_that_was_not_granted_and_by_nobody_below() -> None:
    dossier = make.dossier("appraising")
    with pytest.raises(ActionNotOpen):
        revoked(dossier)
    entry = revocations.RevocationEntry("1", clock.today(), make.REASON)

    with pytest.raises(NotPermitted):
        revocations.propose(dossier, entry, actor=make.person_for("commune_chair", dossier))


def test_of_two_who_settle_at_once_one_does(app: Flask) -> None:
    made = asked(under_way()).id
    third = make.person(role_titles.ADMINISTRATOR, name="administrator.third").id
    second = administrators()[1].id

    def settle(how: Callable[..., Proposal], who: int, **more: str) -> str:
        return how(made, actor=db.session.get_one(User, who), **more).outcome

    given = at_once(
        app,
        [
            lambda: settle(proposals.confirm, second),
            lambda: settle(proposals.refuse, third, reason=make.REASON),
        ],
    )

    assert sorted(type(one).__name__ for one in given) == ["ActionNotOpen", "str"]
