"""A level below the one that the figures reach: second among the buttons, and taken only with a reason."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certflow.dossiers import actions
from certflow.errors import ActionBlocked
from tests import make
from tests.browsing import again, in_english, send, signed_in, typed_in
from tests.observing import everything

LOWER, HIGHER = "propose_level_1", "propose_level_2"
MAIN = re.compile(r'data-next-action href="[^"]*/actions/([a-z_0-9]+)"')


@pytest.mark.usefixtures("inside_the_application")
@pytest.mark.parametrize("note", ["", "  \n", "..."])
def test_a_lower_level_without_a_reason_is_refused_and_nothing_is_changed(note: str) -> None:
    dossier = make.dossier(at="appraising", level=2)
    make.findings(dossier, make.answers(2))
    before = everything()

    with pytest.raises(ActionBlocked) as refusal:
        actions.act(dossier.id, LOWER, actor=make.person_for("district_appraiser", dossier), note=note)

    assert refusal.value.reasons == ("Số liệu đạt “Mức độ 2”: đề nghị ghi lý do chọn mức thấp hơn",)
    assert everything() == before


@pytest.mark.usefixtures("inside_the_application")
def test_a_lower_level_with_a_reason_is_taken_and_the_reason_kept() -> None:
    dossier = make.dossier(at="appraising", level=2)
    make.findings(dossier, make.answers(2))

    changed = make.act(dossier, LOWER, make.REASON)

    assert (changed.state, changed.proposed_level, changed.history[-1].note) == ("under_review", 1, make.REASON)


@pytest.mark.usefixtures("inside_the_application")
def test_the_only_level_that_can_be_chosen_asks_for_no_reason() -> None:
    earlier = make.dossier(at="recognised_level_1", unit=make.unit())
    dossier = make.dossier(at="appraising", unit=make.unit(), round_=make.round_(title="Đợt sau"), level=2)
    make.findings(dossier, make.answers(2))
    assert earlier.state == "recognised_level_1"

    assert make.act(dossier, LOWER, "").proposed_level == 1


@pytest.mark.usefixtures("inside_the_application")
def test_who_decides_on_a_lower_proposal_need_not_give_the_reason_again() -> None:
    dossier = make.dossier(at="appraising", level=2)
    make.findings(dossier, make.answers(2))
    make.act(dossier, LOWER, make.REASON)
    make.act(dossier, "endorse", "")

    assert make.act(dossier, "recognise_level_1", "").state == "recognised_level_1"


@pytest.mark.parametrize(("level", "main"), [(0, "propose_none"), (1, LOWER), (2, HIGHER)])
def test_the_level_that_the_figures_reach_is_the_main_button(
    app: Flask, client: FlaskClient, level: int, main: str
) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising", level=level)
        make.findings(dossier, make.answers(level))
    signed_in(app, client, "district_appraiser", dossier)

    page = client.get(f"/dossiers/{dossier.id}/").text

    assert MAIN.findall(page) == [main]
    assert page.count('class="button"') == 1 + page.count("disabled")
    assert ("is below the level that the figures reach" in page) == (level == 2)


def test_the_act_page_of_a_lower_level_asks_for_the_reason_at_the_field(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        dossier = make.dossier(at="appraising", level=2)
        make.findings(dossier, make.answers(2))
    signed_in(app, client, "district_appraiser", dossier)
    in_english(client)
    address = f"/dossiers/{dossier.id}/actions/{LOWER}"
    page = client.get(address).text
    assert "This is below the level that the figures reach" in page
    assert "This is below the level" not in client.get(f"/dossiers/{dossier.id}/actions/{HIGHER}").text

    answer = send(client, address, {"version": typed_in(page, "version"), "note": " "})

    assert answer.status_code == 422
    assert '<a href="#note">The figures reach “Level 2”: give the reason for the lower level</a>' in answer.text
    with app.app_context():
        assert again(dossier).state == "appraising"
    answer = send(client, address, {"version": typed_in(page, "version"), "note": make.REASON})
    assert answer.status_code == 302
