"""An account is given another name: every record of an act goes on showing name and position of the day of the act."""

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow import clock
from certflow.approval import proposals
from certflow.assessment import evidence
from certflow.catalogue import catalogue
from certflow.criteria import confirmations
from certflow.dossiers import receipts
from certflow.handling import handling
from certflow.impartiality import conflicts, councils
from certflow.models.approval import Proposal
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Submission
from certflow.models.people import User
from certflow.models.rules import AuthorityRule
from certflow.people import people
from certflow.results import revocations
from certflow.rounds import round_dates, rounds, working_days
from certflow.rules import authority, delegations
from tests import make, make_delegated, make_two_tier, merging
from tests.browsing import in_english
from tests.criteria.sets_written import published
from tests.gateways import samples

POSITION, NEW = "Chức vụ cũ", "Người Mới"
DAY = dt.timedelta(days=1)


class Shown(NamedTuple):
    """A page, who reads it, and the people of whose acts it tells; `present` where it names accounts of today too."""

    address: str
    reader: User
    people: tuple[User, ...]
    present: bool = False


def administrators() -> tuple[User, User]:
    return named(make.person("administrator")), named(make.person("administrator", name="administrator.second"))


def named(person: User) -> User:
    """A person under the name and in the position of the day of what they are about to do."""
    first, name = make.person("administrator"), f"Người Cũ {person.id}"
    if person.position != POSITION:
        people.change(person.id, actor=first, full_name=name, position=POSITION, active=True)
        make.commit()
    return person


def everybody() -> dict[str, User]:
    return {role: named(person) for role, person in make.people().items()} | {"second": administrators()[1]}


def a_filed_dossier() -> Iterator[Shown]:
    by = everybody()
    dossier = make.dossier("endorsed", unit=make.unit())
    at, reader = f"/dossiers/{dossier.id}/", by["education_officer"]
    officer, chair, appraiser = (by[role] for role in ("commune_officer", "commune_chair", "district_appraiser"))
    yield Shown(f"{at}history", reader, (officer, chair, appraiser, by["education_officer"]))
    yield Shown(at, reader, (chair,), present=True)  # who takes the next step is named as of now
    yield Shown(f"{at}submissions/1", reader, (chair,))
    yield Shown(f"{at}criteria/5", reader, (officer,))
    yield Shown(f"{at}meeting", reader, (officer,))
    yield Shown(f"{at}appraisal/5", reader, (appraiser, chair))
    yield Shown(f"{at}proof", reader, (officer, chair, appraiser))


def a_decided_dossier() -> Iterator[Shown]:
    by = everybody()
    dossier = make.dossier("declined", unit=make.unit())
    yield Shown(f"/dossiers/{dossier.id}/", by["commune_officer"], (by["education_head"],))


def a_draft_with_files_that_changed_hands() -> Iterator[Shown]:
    by = everybody()
    first, second = by["commune_officer"], named(make.person("commune_officer", make.unit(), name="second.officer"))
    dossier = make.dossier(unit=make.unit())
    seen = handling.take(dossier.id, actor=first).id
    make.commit()
    handling.take_over(dossier.id, actor=second, reason=make.REASON, seen=seen)
    evidence.attach(dossier.id, "5.1", io.BytesIO(samples.pdf()), "x.pdf", actor=first)
    yield Shown(f"/dossiers/{dossier.id}/criteria/5", second, (first,))
    yield Shown(f"/dossiers/{dossier.id}/history", by["commune_chair"], (first,))
    yield Shown(f"/dossiers/{dossier.id}/history", second, (first, second))


def acts_of_two_persons() -> Iterator[Shown]:
    by, (first, second) = everybody(), administrators()
    decided = make.dossier("recognised_level_1", unit=make.unit())
    round_ = rounds.get(decided.round_id)
    wanted = {round_.dates[0].deadline: (round_.dates[0].due_on + DAY, True)}
    dates = round_dates.change(round_.id, wanted, actor=first, version=round_.version, reason=make.REASON)
    assert dates is not None
    both = by["district_appraiser"], by["education_head"]
    refused, confirmed = (_revoked(decided, *both, settle) for settle in (_refuse, _confirm))
    yield Shown(f"/rounds/{round_.id}", second, (first,))
    yield Shown(f"/proposals/{dates.id}", second, (first,))
    for proposal in (refused, confirmed):
        yield Shown(f"/proposals/{proposal.id}", by["education_officer"], both)
    yield Shown("/proposals/", by["education_officer"], both[:1])


def _revoked(about: Dossier, first: User, second: User, settle: Callable[[Proposal, User], None]) -> Proposal:
    entry = revocations.RevocationEntry("09/QĐ-PGDĐT", clock.today(), make.REASON)
    proposal = revocations.propose(about, entry, actor=first)
    settle(proposal, second)
    make.commit()
    return proposal


def _refuse(proposal: Proposal, second: User) -> None:
    proposals.refuse(proposal.id, actor=second, reason=make.REASON)


def _confirm(proposal: Proposal, second: User) -> None:
    proposals.confirm(proposal.id, actor=second)


def a_receipt_of_papers() -> Iterator[Shown]:
    by = everybody()
    yesterday = clock.today() - DAY
    round_ = make.round_(dates={due.spec.name: yesterday for due in rounds.dues(make.round_())})
    dossier = make.dossier("submitted", unit=make.unit(), round_=round_)
    entry = receipts.ReceiptEntry(yesterday, "post", "12/CVĐ")
    proposal = receipts.propose(dossier, entry, actor=by["education_officer"], reason="")
    _confirm(proposal, by["district_appraiser"])
    both = by["education_officer"], by["district_appraiser"]
    yield Shown(f"/proposals/{proposal.id}", by["education_head"], both)


def who_may_not_judge_and_who_steps_in() -> Iterator[Shown]:
    by, (first, second) = everybody(), administrators()
    dossier = make.dossier("appraising", unit=make.unit())
    stranger, member = named(make.user("stranger")), named(make.user("member"))
    conflict = conflicts.declare(by["district_appraiser"].id, make.REASON, actor=first, dossier_id=dossier.id)
    conflicts.withdraw(conflict.id, make.REASON, actor=second)
    day, role = clock.today(), "district_appraiser"
    conflicts.name(dossier.id, actor=first, user_id=stranger.id, role=role, document="QĐ 5", starts_on=day)
    entry = councils.CouncilEntry(dossier.round_id, dossier.district_id, "15/QĐ-PGDĐT", day)
    council = councils.enter(entry, actor=first)
    councils.seat(council.id, user_id=member.id, part="chair", actor=first, starts_on=day)
    councils.dissolve(council.id, make.REASON, actor=second)
    yield Shown("/recusals/", second, (by["district_appraiser"], first, second))
    yield Shown(f"/recusals/dossiers/{dossier.id}", second, (stranger,), present=True)
    yield Shown(f"/councils/{council.id}", second, (member, second))


def rules_with_their_documents() -> Iterator[Shown]:
    by, (first, second) = everybody(), administrators()
    deputy = named(make_delegated.deputy())
    delegation = make_delegated.delegation(deputy, of=by["education_head"])
    delegations.withdraw(delegation.id, reason=make.REASON, actor=second)
    yield Shown(f"/delegations/{delegation.id}", second, (deputy, first, second))
    signing = make_delegated.rule()
    yield Shown(f"/signing-rules/{signing.id}", second, (first,))
    confirmed, proposed = make_two_tier.rule(ends_on=clock.today()), _proposed_rule(first)
    authority.withdraw(confirmed.id, reason=make.REASON, actor=second)
    yield Shown(f"/authority/{confirmed.id}", second, (first, second))
    yield Shown(f"/authority/{proposed.id}", second, (first,))
    inherited = merging.rule()
    yield Shown(f"/inheritance/{inherited.id}", second, (first,))


def _proposed_rule(administrator: User) -> AuthorityRule:
    entry = make_two_tier.entry(starts_on=clock.today() + DAY)
    return authority.enter(entry, io.BytesIO(samples.pdf()), "x.pdf", actor=administrator)


def sets_days_and_accounts() -> Iterator[Shown]:
    by, (first, second) = everybody(), administrators()
    form, department = catalogue.definitions().form_of(make.scheme()), by["province_reviewer"]
    confirmations.confirm(form.name, form.version, actor=department, document="Biên bản số 12")
    own = published()
    working_days.enter(dt.date(2025, 4, 26), working=True, source="Thông báo số 1", actor=first)
    yield Shown(f"/rules/criteria/{form.name}/{form.version}", second, (department,))
    yield Shown(f"/rating-sets/{own.id}/", second, (department,))
    yield Shown("/working-days/?year=2025", second, (first,))
    yield Shown(f"/people/{department.id}/events", second, (first,), present=True)


@pytest.mark.parametrize(
    "acts",
    [
        a_filed_dossier,
        a_decided_dossier,
        a_draft_with_files_that_changed_hands,
        acts_of_two_persons,
        a_receipt_of_papers,
        who_may_not_judge_and_who_steps_in,
        rules_with_their_documents,
        sets_days_and_accounts,
    ],
)
def test_what_tells_of_an_act_keeps_the_name_of_its_day(app: Flask, acts: Callable[[], Iterator[Shown]]) -> None:
    with app.app_context():
        pages = list(acts())
        make.commit()
        renamed()

    for page in pages:
        words = read(app, page)
        assert [person.id for person in page.people if old(person) not in words] == [], page.address
        assert page.present or NEW not in words, page.address


def renamed() -> None:
    """Hand every account on to somebody else in another position."""
    administrator = make.person("administrator")
    for person in db.session.scalars(sa.select(User)).all():
        name = f"{NEW} {person.id}"
        people.change(person.id, actor=administrator, full_name=name, position="Chức vụ mới", active=True)
    make.commit()


def old(person: User) -> str:
    return f"Người Cũ {person.id}, {POSITION}"


def read(app: Flask, page: Shown) -> str:
    """The content of a page as it is read, without what it says that an account is called now."""
    client = in_english(app.test_client())
    make.sign_in(client, page.reader)
    answer = client.get(page.address)
    assert answer.status_code == 200, page.address
    content = answer.text.partition("<main")[2].partition("</main>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", content).split())
    return re.sub(rf" \(now: {NEW} \d+\)", "", words)


def test_the_receipt_the_history_and_the_frozen_list_agree_and_say_what_the_account_is_called_now(app: Flask) -> None:
    with app.app_context():
        by = everybody()
        dossier = make.dossier("submitted", unit=make.unit())
        before = dossier.submissions[0].manifest
        renamed()
    client = in_english(app.test_client())
    make.sign_in(client, by["education_officer"])
    chair, at = by["commune_chair"], f"/dossiers/{dossier.id}"

    listed = client.get(f"{at}/submissions/1/manifest.json")

    assert listed.text == before
    assert json.loads(listed.text)["filed_by"] == f"Người Cũ {chair.id}"
    for page in (f"{at}/submissions/1", f"{at}/history"):
        assert f"{old(chair)} (now: {NEW} {chair.id})" in client.get(page).text
    with app.app_context():
        filed = db.session.scalars(sa.select(Submission)).one()
        assert filed.manifest_hash == hashlib.sha256(before.encode()).hexdigest()


def test_who_works_on_a_dossier_now_is_named_as_the_account_is_called_now(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        by = everybody()
        dossier = make.dossier("submitted", unit=make.unit())
        handling.take(dossier.id, actor=by["education_officer"])
        renamed()
        second = make.person("education_officer", make.unit("Huyện Cẩm Mỹ"), name="second.officer")
    make.sign_in(in_english(client), second)

    page = client.get(f"/dossiers/{dossier.id}/").text

    assert f"{NEW} {by['education_officer'].id} has been working on it since" in page
