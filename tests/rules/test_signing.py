"""Who signs for whom: the rules refuse what they do not permit, and papers print "KT.", "TL." and "TUQ." properly."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.access import access
from certflow.catalogue import role_titles
from certflow.dossiers import actions, dossiers
from certflow.errors import ActionBlocked, ActionNotOpen, Invalid, NotFound, NotPermitted, Refusal
from certflow.gateways.pdf import printing
from certflow.law.workflow import Offer
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.results import Document, Recognition
from certflow.models.rules import Delegation
from certflow.people import people
from certflow.results import documents
from certflow.rules import delegations, signing_rules
from tests import make, make_delegated
from tests.gateways.paper_samples import close_up, pages
from tests.make_delegated import DAY, HEAD, POSITION, fresh
from tests.observing import everything
from tests.racing import at_once, in_session, refusals, taking

pytestmark = pytest.mark.usefixtures("inside_the_application")

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def endorsed() -> Dossier:
    return make.dossier("endorsed", unit=make.unit())


def deciding(dossier: Dossier, actor: User) -> Offer:
    """The offer to recognise, as the button is drawn from it."""
    return next(o for o in actions.offers(dossier, actor=actor) if o.transition.action == "recognise_level_1")


def refused(dossier: Dossier, actor: User) -> tuple[str, ...]:
    """Why the deputy cannot decide: nothing is changed, and the button says the same."""
    before = everything()
    with pytest.raises(ActionBlocked) as refusal:
        actions.act(dossier.id, "recognise_level_1", actor=actor)
    assert everything() == before
    assert deciding(dossier, actor).reasons == refusal.value.reasons
    return refusal.value.reasons


REFUSED: list[tuple[dict[str, Any] | None, str]] = [
    (None, "Chưa có quy định thẩm quyền ký nào cho"),
    ({"mode": "TL", "papers": ("decision", "certificate")}, "Không có quy định nào cho phép ký “KT.”"),
    ({"signer_position": "Chuyên viên"}, "Không có quy định nào nêu “Phó Trưởng phòng”"),
    ({"signer_position": "", "signer_role": "district_appraiser"}, "Không có quy định nào nêu “Phó Trưởng phòng”"),
    ({"schemes": ("commune_recognition",)}, "nêu quy trình khác"),
    ({"papers": ("refusal",)}, "không có: Quyết định"),
    ({"papers": ("decision",)}, "không có: Giấy chứng nhận"),
    ({"ends_on": clock.today() - DAY}, "không có hiệu lực ngày"),
    ({"starts_on": clock.today() + DAY}, "không có hiệu lực ngày"),
]


@ONLY_SQLITE
@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_what_no_rule_permits_is_refused_with_what_is_missing(
    endorsed: Dossier, changes: dict[str, Any] | None, reason: str
) -> None:
    if changes is not None:
        make_delegated.rule(**changes)
    make_delegated.rule(unit_id=make.unit("Huyện Xuân Lộc").id)  # another unit's rule permits nothing here
    make_delegated.delegation()

    reasons = refused(endorsed, fresh(make_delegated.deputy()))

    assert reason in reasons[0]
    assert reasons[-1].startswith("Quản trị viên phải nhập")


def test_a_rule_that_was_withdrawn_permits_nothing(endorsed: Dossier) -> None:
    administrator, rule = make.person(role_titles.ADMINISTRATOR), make_delegated.rule()
    make_delegated.delegation()
    deputy = fresh(make_delegated.deputy())
    assert deciding(endorsed, deputy).reasons == ()

    signing_rules.withdraw(rule.id, reason="Quy chế đã thay đổi", actor=administrator)

    assert refused(endorsed, deputy)
    with pytest.raises(ActionNotOpen):
        signing_rules.withdraw(rule.id, reason="Một lần nữa", actor=administrator)


@pytest.mark.parametrize(
    ("mode", "position", "rule"),
    [
        ("KT", POSITION, {}),
        ("TL", "Chánh Văn phòng", {"papers": ("decision", "certificate")}),
        ("TUQ", "Trưởng ban", {"schemes": (make.SCHEME[0],)}),
    ],
)
def test_the_papers_print_for_whom_it_is_signed_in_both_engines(
    endorsed: Dossier, mode: str, position: str, rule: dict[str, Any]
) -> None:
    permitting = make_delegated.rule(mode=mode, signer_position=position, **rule)
    made = make_delegated.delegation(mode=mode, position=position, scheme=make.SCHEME[0])

    make.act(endorsed, "recognise_level_1", actor=fresh(make_delegated.deputy()))

    papers = documents.of_dossier(endorsed)
    assert [paper.kind for paper in papers] == ["decision", "certificate"]
    for paper in papers:
        assert paper.facts["signatory"] == {
            "capacity": f"{mode}. TRƯỞNG PHÒNG",
            "position": position.upper(),
            "name": "Lê Thị Phó",
        }
        kept = paper.facts["signs_for"]
        assert (kept["mode"], kept["delegation"]["id"], kept["rule"]["id"]) == (mode, made.id, permitting.id)
        for engine in ("typst", "pdfkit"):
            read = close_up("".join(pages(printing.render(paper.template, paper.facts, engine=engine))))
            assert re.search(close_up(rf"{mode}\. TRƯỞNG PHÒNG {position.upper()} (.{{0,40}})Lê Thị Phó"), read), engine
    recognition = db.session.scalars(sa.select(Recognition)).one()
    assert recognition.decided_by_id == make_delegated.deputy().id


def test_the_holder_signs_as_before_and_a_reply_is_signed_for_them_too(endorsed: Dossier) -> None:
    make_delegated.rule(papers=("refusal",))
    make_delegated.delegation()

    make.act(endorsed, "decline", actor=fresh(make_delegated.deputy()))
    own = make.dossier("recognised_level_1")

    (reply,) = documents.of_dossier(endorsed)
    assert reply.facts["signatory"]["capacity"] == "KT. TRƯỞNG PHÒNG"
    for paper in documents.of_dossier(own):
        assert paper.facts["signatory"]["capacity"] == ""
        assert "signs_for" not in paper.facts


@ONLY_SQLITE
def test_a_rule_may_name_whoever_holds_a_role_at_the_unit(endorsed: Dossier) -> None:
    signer = make.person("education_officer", make.unit("Huyện Cẩm Mỹ"), name="tiep.nhan.hai")
    make_delegated.rule(signer_position="", signer_role="education_officer")
    make_delegated.delegation(signer, position="Chuyên viên")

    make.act(endorsed, "recognise_level_1", actor=fresh(signer))

    assert dossiers.last_act(endorsed).signs_for == "KT"  # type: ignore[union-attr]


@ONLY_SQLITE
def test_of_two_delegations_the_one_that_may_sign_is_used(endorsed: Dossier) -> None:
    make_delegated.rule(mode="TUQ")
    make_delegated.delegation()
    may = make_delegated.delegation(of=make.person(HEAD, name="truong.hai"), mode="TUQ", scheme=endorsed.workflow)

    make.act(endorsed, "recognise_level_1", actor=fresh(make_delegated.deputy()))

    assert dossiers.last_act(endorsed).delegation_id == may.id  # type: ignore[union-attr]


def test_an_act_begun_before_midnight_and_written_after_it_is_refused(
    endorsed: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instant is the database's: by its clock it is tomorrow already when the act is written."""
    make_delegated.rule()
    deputy, today = make_delegated.deputy(), clock.today()
    made = make_delegated.delegation(deputy, ends_on=today)
    made.starts_on = made.ends_on = today - DAY
    make.commit()
    deputy = fresh(deputy)
    monkeypatch.setattr(clock, "today", lambda: today - DAY)
    before = everything()

    for action in ("recognise_level_1", "reopen_appraisal"):
        with pytest.raises(NotPermitted):
            actions.act(endorsed.id, action, actor=deputy, note=make.REASON)

    assert everything() == before


def elsewhere(app: Flask, act: Callable[[User], Any]) -> None:
    """Do something as the administrator in another session, committed before this returns."""
    administrator, faults = make.person(role_titles.ADMINISTRATOR).id, []

    def run() -> None:
        with app.app_context():
            try:
                act(db.session.get_one(User, administrator))
                db.session.commit()
            except BaseException as fault:
                faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not faults


@pytest.mark.parametrize("ended", ["withdrawn", "appointment", "account"])
def test_what_ended_after_the_person_was_loaded_is_noticed_when_they_act(
    app: Flask, endorsed: Dossier, ended: str
) -> None:
    make_delegated.rule()
    made, head = make_delegated.delegation(), make.person(HEAD)
    deputy = fresh(make_delegated.deputy())
    assert access.roles_on(deputy, endorsed) == {HEAD}
    appointment, whom = head.appointments[0].id, {"full_name": head.full_name, "position": ""}
    make.commit()
    ends: dict[str, Callable[[User], Any]] = {
        "withdrawn": lambda actor: delegations.withdraw(made.id, reason="Đã trở lại làm việc", actor=actor),
        "appointment": lambda actor: people.end_appointment(appointment, actor=actor),
        "account": lambda actor: people.change(head.id, actor=actor, active=False, **whom),
    }

    elsewhere(app, ends[ended])

    assert access.roles_on(deputy, endorsed) == {HEAD}, "the session that is about to act knows nothing of it"
    with pytest.raises(NotPermitted):
        actions.act(endorsed.id, "recognise_level_1", actor=deputy)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Document.id))) == 0


def test_an_act_and_a_withdrawal_at_the_same_moment_come_one_after_the_other(app: Flask) -> None:
    make_delegated.rule()
    administrator, deputy = make.person(role_titles.ADMINISTRATOR).id, make_delegated.deputy().id
    for _turn in range(6):
        dossier, made = make.dossier("endorsed"), make_delegated.delegation()
        acts = [taking(dossier.id, "recognise_level_1", deputy, None), withdrawing(made.id, administrator)]

        answers = at_once(app, acts)

        told: list[Refusal] = refusals(answers)
        assert all(isinstance(each, NotPermitted | NotFound) for each in told)
        assert answers[1] == made.id
        db.session.expire_all()
        last = dossiers.last_act(dossier)
        assert last is not None
        assert (last.delegation_id == made.id) == (not told)
        if not told:
            assert last.at <= db.session.get_one(Delegation, made.id).withdrawn_at  # type: ignore[operator]


def withdrawing(delegation_id: int, administrator_id: int) -> Callable[[], Any]:
    def withdraw(actor: User) -> int:
        return delegations.withdraw(delegation_id, reason="Đã trở lại làm việc", actor=actor).id

    return in_session(administrator_id, withdraw)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"role": "administrator"}, "role"),
    ({"role": "no_such_role"}, "role"),
    ({"unit_id": 10**6}, "unit_id"),
    ({"organisation_id": 10**6}, "organisation_id"),
    ({"mode": "Q"}, "mode"),
    ({"mode": "TL"}, "papers"),
    ({"papers": ("letter",)}, "papers"),
    ({"schemes": ("no_such_scheme",)}, "schemes"),
    ({"signer_position": " "}, "signer_position"),
    ({"signer_role": "education_officer"}, "signer_position"),
    ({"signer_position": "", "signer_role": "commune_chair"}, "signer_role"),
    ({"document_number": ""}, "document_number"),
    ({"issued_by": "x" * 201}, "issued_by"),
    ({"starts_on": None}, "starts_on"),
    ({"ends_on": clock.today() - 400 * DAY}, "ends_on"),
    ({"document_date": None}, "document_date"),
    ({"document_date": clock.today()}, "starts_on"),
]


@ONLY_SQLITE
@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_is_wrong_in_a_rule_is_told_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_delegated.rule(**changes)

    assert field in refusal.value.fields
    assert signing_rules.listed().total == 0


@ONLY_SQLITE
def test_only_administrators_enter_and_withdraw_rules_and_each_unit_has_its_list() -> None:
    here, there = make_delegated.rule(), make_delegated.rule(unit_id=make.unit("Huyện Xuân Lộc").id)
    make_delegated.delegation(of=make.person(HEAD))

    for person in (make.person(HEAD), fresh(make_delegated.deputy())):
        with pytest.raises(NotPermitted):
            signing_rules.enter(make_delegated.rule_entry(), actor=person)
        with pytest.raises(NotPermitted):
            signing_rules.withdraw(here.id, reason="Không có lý do", actor=person)
    page = signing_rules.listed(unit_id=there.unit_id)
    assert (page.items, page.total) == ([there], 1)
    assert signing_rules.listed().items == [here, there]
    with pytest.raises(NotFound):
        signing_rules.get(10**6)
