"""The record of who worked on a dossier stays short enough to be read."""

import pytest

from certflow.handling import handling
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_the_record_is_bounded_and_shows_the_newest() -> None:
    dossier = make.dossier()
    officer = make.person_for("commune_officer", dossier)
    for _n in range(handling.MOST_RECORDED + 2):
        handling.take(dossier.id, actor=officer)
        handling.give_back(dossier.id, actor=officer)

    shown = handling.record(dossier, officer)

    assert len(shown) == handling.MOST_RECORDED
    assert [one.id for one in shown] == sorted((one.id for one in shown), reverse=True)
    assert {one.ending for one in shown} == {"given_back"}
