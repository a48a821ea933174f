"""Opening dossiers of holders: new and known ones, each once in a round, by those who may."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.catalogue import role_titles
from certflow.dossiers import dossiers
from certflow.dossiers.lists import Choice
from certflow.errors import ActionNotOpen, Invalid, NotFound, NotPermitted
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.units import Holder
from certflow.rounds import rounds
from certflow.units import holders
from tests import make
from tests.racing import at_once, in_session, refusals
from tests.schemes import loaded

pytestmark = pytest.mark.usefixtures("inside_the_application")


@pytest.fixture(autouse=True)
def _schemes(inside_the_application: None) -> None:
    loaded.use()


def counted() -> tuple[int, int]:
    """How many holders and dossiers there are."""
    return db.session.query(Holder).count(), db.session.query(Dossier).count()


def test_a_new_holder_is_entered_once_and_known_in_the_next_round() -> None:
    first = loaded.opened(loaded.RATING, name="  Trung tâm   học tập cộng đồng Xuân Tây ", detail=" Ấp 1 ")
    again = loaded.opened(loaded.RATING, name=loaded.CENTRE, detail="Ấp 1", practice=True)

    assert first.holder is not None
    assert (first.holder.name, first.holder.detail, first.holder.kind) == (loaded.CENTRE, "Ấp 1", "learning_centre")
    assert again.holder is first.holder
    assert (first.subject_name, first.unit.name) == (loaded.CENTRE, "Xã Xuân Tây")
    assert holders.without_dossier(make.unit(), "learning_centre", first.round_id) == []
    assert counted() == (1, 2)


def test_the_same_holder_has_one_dossier_in_a_round_and_others_have_theirs() -> None:
    first = loaded.opened(loaded.RATING)
    with pytest.raises(Invalid) as refusal:
        loaded.opened(loaded.RATING)
    loaded.opened(loaded.RATING, detail="Ấp 2")
    loaded.opened(loaded.RATING, name="Trung tâm học tập cộng đồng Ấp 3")

    assert list(refusal.value.fields) == ["name"]
    assert counted() == (3, 3)
    assert {d.round_id for d in db.session.query(Dossier)} == {first.round_id}


def _open(round_id: int, unit_id: int, name: str, actor: User) -> Dossier:
    return dossiers.open_dossier(round_id, actor=actor, unit_id=unit_id, holder_name=name)


def test_two_who_open_for_the_same_holder_at_once_get_one_dossier_and_one_refusal(app: Flask) -> None:
    found, officer, place = loaded.round_of(loaded.RATING), make.person("centre_officer", make.unit()), make.unit()
    for turn in range(5):
        opening = in_session(officer.id, partial(_open, found.id, place.id, f"Trung tâm số {turn}"))

        answers = at_once(app, [opening, opening])

        (told,) = refusals(answers)
        assert isinstance(told, Invalid)
        assert list(told.fields) == ["name"]
    assert counted() == (5, 5)


def test_nobody_opens_for_another_unit_in_a_closed_round_or_without_a_name() -> None:
    found, here = loaded.round_of(loaded.RATING), make.unit()
    officer, chair = make.person("centre_officer", here), make.person("commune_chair", here)
    head = make.person("rating_head", make.unit("Huyện Cẩm Mỹ"))
    others = [
        (officer, make.unit("Xã Sông Ray"), "Trung tâm", NotFound),
        (officer, make.unit("Huyện Cẩm Mỹ"), "Trung tâm", NotFound),
        (head, here, "Trung tâm", NotFound),
        (chair, here, "Trung tâm", NotPermitted),
        (officer, here, "  ", Invalid),
        (officer, here, "x" * 201, Invalid),
    ]
    for who, place, name, refused in others:
        with pytest.raises(refused):
            dossiers.open_dossier(found.id, actor=who, unit_id=place.id, holder_name=name)
    rounds.close(found.id, actor=make.person(role_titles.ADMINISTRATOR))
    with pytest.raises(ActionNotOpen):
        dossiers.open_dossier(found.id, actor=officer, unit_id=here.id, holder_name="Trung tâm")
    assert counted() == (0, 0)


def test_only_holders_of_the_kind_at_the_unit_without_a_dossier_are_offered() -> None:
    centre = loaded.opened(loaded.RATING)
    loaded.opened(loaded.COMMENDATION, name="Lê Thị Hoa")
    free = holders.named(make.unit(), "learning_centre", "Trung tâm Ấp 3")
    holders.named(make.unit("Xã Sông Ray"), "learning_centre", "Trung tâm Sông Ray")

    offered = holders.without_dossier(make.unit(), "learning_centre", centre.round_id)

    assert [one.id for one in offered] == [free.id]


def test_dossiers_of_holders_are_found_by_the_holders_name_too() -> None:
    made = loaded.opened(loaded.COMMENDATION, name="Lê Thị Hoa")
    officer = make.person("centre_officer", make.unit())

    for words, found in (("le thi", [made.id]), ("Xuân Tây", [made.id]), ("Trung tâm", [])):
        page = dossiers.seen_by(officer, choice=Choice(words=words))
        assert [one.dossier.id for one in page.items] == found, words
    assert db.session.scalar(sa.select(Dossier.holder_id)) == made.holder_id
