"""Two people at the same moment: one wins, the other is told, and the database says nothing of its own."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow import clock
from certflow.access import access
from certflow.assessment import assessments
from certflow.assessment.merging import Typed
from certflow.dossiers import dossiers
from certflow.errors import ActionNotOpen, Invalid, Stale
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, HistoryEntry
from certflow.models.results import Document, NumberBook, Recognition
from certflow.results import documents
from tests import make
from tests.racing import at_once, in_session, refusals, taking

pytestmark = pytest.mark.usefixtures("inside_the_application")

ROUNDS = 100


def test_two_reviewers_at_a_barrier_a_hundred_times_and_one_effect_each_time(app: Flask) -> None:
    dossier = make.dossier("under_review", level=2)
    reviewers = [make.person("province_reviewer", name=name) for name in ("first", "second")]
    appraiser = make.person_for("district_appraiser", dossier)
    for turn in range(ROUNDS):
        seen = version_of(dossier.id)
        acts = [taking(dossier.id, "send_back", reviewer.id, seen if turn % 2 else None) for reviewer in reviewers]

        answers = at_once(app, acts)

        (told,) = refusals(answers)
        assert type(told) is (Stale if turn % 2 else ActionNotOpen)
        assert told.reasons[0]
        assert version_of(dossier.id) == seen + 1
        at_once(app, [taking(dossier.id, "propose_level_2", appraiser.id, seen + 1)])

    entries = db.session.scalars(sa.select(HistoryEntry).order_by(HistoryEntry.number)).all()
    assert [entry.number for entry in entries] == list(range(2, 2 + len(entries)))
    assert [entry.action for entry in entries].count("send_back") == ROUNDS
    assert {entry.actor_id for entry in entries if entry.action == "send_back"} <= {r.id for r in reviewers}
    assert all(a.to_state == b.from_state and a.at <= b.at for a, b in pairwise(entries))


def test_two_different_decisions_at_once_and_one_of_them_holds(app: Flask) -> None:
    for _turn in range(10):
        dossier = make.dossier("endorsed", level=1)
        head = make.person_for("education_head", dossier)
        seen, id_ = dossier.version, dossier.id

        answers = at_once(app, [taking(id_, action, head.id, seen) for action in ("recognise_level_1", "decline")])

        assert [type(told) for told in refusals(answers)] == [Stale]
        recognised = db.session.query(Recognition).filter_by(dossier_id=id_).count()
        kinds = {d.kind for d in db.session.query(Document).filter_by(dossier_id=id_)}
        assert kinds == ({"decision", "certificate"} if recognised else {"refusal"})


def test_eight_heads_recognise_at_once_and_the_book_has_every_number_once(app: Flask) -> None:
    made = [make.dossier("endorsed", level=1) for _n in range(8)]
    head = make.person_for("education_head", made[0])
    offices = {access.chain(dossier.unit)["district"].id for dossier in made}
    assert len(offices) == 2
    heads = {d.id: make.person_for("education_head", d).id for d in made}

    answers = at_once(app, [taking(d.id, "recognise_level_1", heads[d.id], None) for d in made])

    assert refusals(answers) == []
    assert head.id in heads.values()
    for notation in {d.notation for d in db.session.query(Document)}:
        for office in offices:
            book = db.session.query(Document).filter_by(notation=notation, unit_id=office)
            assert sorted(d.number or 0 for d in book) == list(range(1, book.count() + 1))


def test_a_head_who_presses_four_times_at_once_decides_once_and_hears_nothing_else(app: Flask) -> None:
    dossier = make.dossier("endorsed", level=1)
    head, seen = make.person_for("education_head", dossier).id, dossier.version

    answers = at_once(app, [taking(dossier.id, "recognise_level_1", head, seen)] * 4)

    assert answers == [seen + 1] * 4
    assert db.session.query(HistoryEntry).filter_by(dossier_id=dossier.id, action="recognise_level_1").count() == 1
    assert db.session.query(Document).filter_by(dossier_id=dossier.id).count() == 2


def test_numbers_drawn_by_eight_at_once_have_no_gap_and_no_double(app: Flask) -> None:
    office, year = make.unit("Huyện Cẩm Mỹ").id, clock.today().year

    def draw() -> list[int]:
        drawn = []
        for _n in range(25):
            drawn.append(documents.draw_number(office, "QĐ-PGDĐT", year))
            db.session.commit()
        return drawn

    answers = at_once(app, [draw] * 8)

    assert sorted(number for drawn in answers for number in drawn) == list(range(1, 201))


def test_a_number_drawn_in_an_act_that_fails_is_drawn_again(app: Flask) -> None:
    office, year = make.unit("Huyện Cẩm Mỹ").id, clock.today().year
    drawn: list[int] = []

    def draw(keep: bool) -> None:
        for _n in range(25):
            number = documents.draw_number(office, "QĐ-PGDĐT", year)
            if keep:
                drawn.append(number)
                db.session.commit()
            else:
                db.session.rollback()

    at_once(app, [lambda keep=keep: draw(keep) for keep in (True, False) * 4])  # type: ignore[misc]

    assert sorted(drawn) == list(range(1, 101))
    assert db.session.query(NumberBook).one().last_number == 100


@pytest.mark.parametrize("stored", [False, True])
def test_two_save_the_same_claim_and_the_second_is_told(app: Flask, stored: bool) -> None:
    dossier = make.dossier(claims={"1.1": {"value": "yes"}} if stored else {})
    officers = [
        make.person_for("commune_officer", dossier).id,
        make.person("commune_officer", dossier.unit, name="colleague").id,
    ]
    for turn in range(10):
        seen = version_of_claim(dossier.id) if turn else int(stored)
        acts = [saving(dossier.id, officer, seen, f"lần {turn}, bản {officer}") for officer in officers]

        answers = at_once(app, acts)

        assert [each.conflicts for each in answers if each.conflicts] == [{"1.1": ("explanation",)}]
        assert version_of_claim(dossier.id) == seen + 1


def test_a_claim_saved_while_the_dossier_is_handed_over_is_in_it_or_refused(app: Flask) -> None:
    for _turn in range(10):
        dossier = make.dossier(claims=make.answers(1))
        make.meeting(dossier)
        officer = make.person_for("commune_officer", dossier).id

        handed, saved = at_once(
            app, [taking(dossier.id, "hand_over", officer, None), saving(dossier.id, officer, 1, "thêm")]
        )

        assert not isinstance(handed, Exception)
        assert isinstance(saved, ActionNotOpen) == (version_of_claim(dossier.id) == 1)


def test_two_open_the_same_dossier_and_there_is_one(app: Flask) -> None:
    for name in ("Xã Sông Ray", "Xã Lâm San", "Xã Bảo Bình", "Xã Thừa Đức", "Xã Suối Cát", "Xã Xuân Hưng"):
        round_id, place = make.round_().id, make.unit(name)
        officers = [make.person("commune_officer", place).id, make.person("commune_officer", place, name=place.code).id]

        answers = at_once(app, [opening(round_id, place.id, officer) for officer in officers])

        assert [type(told) for told in refusals(answers)] == [Invalid]
        assert db.session.query(Dossier).filter_by(unit_id=place.id).count() == 1


def saving(dossier_id: int, actor_id: int, version: int, explanation: str) -> Callable[[], Any]:
    typed = {"1.1": Typed({"value": "yes"}, explanation, version)}
    return in_session(actor_id, lambda actor: assessments.save_claims(dossier_id, 1, typed, actor=actor))


def opening(round_id: int, unit_id: int, actor_id: int) -> Callable[[], Any]:
    return in_session(actor_id, lambda actor: dossiers.open_dossier(round_id, actor=actor, unit_id=unit_id).id)


def version_of(dossier_id: int) -> int:
    """The version that is committed, and no transaction left open behind."""
    found = db.session.scalar(sa.select(Dossier.version).where(Dossier.id == dossier_id))
    db.session.rollback()
    return int(found or 0)


def version_of_claim(dossier_id: int) -> int:
    """The committed version of the claim for indicator 1.1."""
    one = sa.select(Claim.version).where(Claim.dossier_id == dossier_id, Claim.indicator == "1.1")
    found = db.session.scalar(one)
    db.session.rollback()
    return int(found or 0)
