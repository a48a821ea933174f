"""Taking a step back until the other side opens the dossier: once, wholly, and never both."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.dossiers import dates, dossiers, receipts, recomputing, retractions, submissions
from certflow.errors import ActionNotOpen, NotFound, NotPermitted, Stale
from certflow.models.base import db
from certflow.models.dossiers import Dossier, Sequel
from certflow.models.people import User
from certflow.units import contacts
from tests import make
from tests.browsing import in_english, typed_in
from tests.racing import at_once, in_session, refusals

TIMES = 12


@pytest.mark.usefixtures("inside_the_application")
def test_a_filing_taken_back_counts_no_more_and_the_next_one_is_judged_by_its_own_time() -> None:
    dossier = make.dossier("submitted", level=2)
    chair, officer = make.person_for("commune_chair", dossier), make.person_for("education_officer", dossier)
    first, number = submissions.submission(dossier, 1), dossier.version
    manifest = first.manifest

    for _twice in range(2):
        retractions.retract(dossier.id, actor=chair, seen=number, note="Gửi nhầm.")
        make.commit()

    last = dossiers.history(dossier)[-1]
    assert (dossier.state, dossier.filed, dossier.version) == ("awaiting_chair", False, number + 1)
    assert (last.action, last.note, first.retracted_at) == (f"retract:{number}", "Gửi nhầm.", last.at)
    assert first.manifest == manifest
    assert (dossier.id, "submitted") not in dates.first_reached([dossier.id])
    assert receipts.first_filed(dossier) is None
    assert submissions.claimed_levels([dossier]) == {}
    assert recomputing.differences(dossier, findings=True) == ()
    assert dossiers.seen_by(officer).total == 0
    with pytest.raises(NotFound):
        retractions.record_view(dossier.id, officer)

    make.act(dossier, "submit", actor=chair)

    again = submissions.submission(dossier, 2)
    reached = dates.first_reached([dossier.id])[dossier.id, "submitted"]
    assert reached == again.filed_at == receipts.first_filed(dossier)
    assert reached > last.at
    assert (dossier.filed, submissions.claimed_levels([dossier])) == (True, {dossier.id: 2})


@pytest.mark.usefixtures("inside_the_application")
def test_only_who_sent_it_takes_back_the_latest_step_and_only_one_that_passed_it_on() -> None:
    dossier = make.dossier("submitted")
    number = dossier.version
    with pytest.raises(NotPermitted):
        retractions.retract(dossier.id, actor=make.person_for("commune_officer", dossier), seen=number)
    chair, colleague = (
        make.person_for("commune_chair", dossier),
        make.person("commune_chair", dossier.unit, name="second"),
    )
    with pytest.raises(Stale):
        retractions.retract(dossier.id, actor=chair, seen=number - 1)
    retractions.retract(dossier.id, actor=colleague, seen=number)
    with pytest.raises(NotPermitted):  # the step before was opened by whoever filed
        retractions.retract(dossier.id, actor=make.person_for("commune_officer", dossier), seen=number - 1)

    decided = make.dossier("recognised_level_1")
    with pytest.raises(ActionNotOpen, match="kết thúc thủ tục"):
        retractions.retract(decided.id, actor=make.person_for("education_head", decided), seen=decided.version)


@pytest.mark.usefixtures("inside_the_application")
def test_a_proposal_taken_back_leaves_the_level_proposed_before_it() -> None:
    dossier = make.dossier("under_review", level=2)
    make.act(dossier, "send_back")
    make.act(dossier, "propose_level_1")
    assert dossier.proposed_level == 1

    retractions.retract(dossier.id, actor=make.person_for("district_appraiser", dossier), seen=dossier.version)
    make.commit()
    db.session.refresh(dossier)

    assert (dossier.state, dossier.proposed_level, dossier.filed) == ("appraising", 2, True)
    last = dossiers.last_step(dossiers.history(dossier))
    assert last is not None
    assert last.action == "send_back"


def test_the_first_page_that_the_office_opens_ends_it(app: Flask) -> None:
    with app.app_context():
        dossier = make.dossier("submitted")
        url, district = f"/dossiers/{dossier.id}/", dossier.district_id
        chair, officer = make.person_for("commune_chair", dossier), make.person_for("education_officer", dossier)
        entry = contacts.ContactEntry("Phòng GDĐT Cẩm Mỹ", "0251 3796 111")
        contacts.enter(district or 0, entry, actor=make.person("administrator"))
        make.commit()
        reviewer = make.person("province_reviewer")
    office, above, commune = (_signed_in(app, who) for who in (officer, reviewer, chair))
    assert above.get(url).status_code == 200
    assert office.head(url).status_code == 200
    assert office.get(url, headers={"Sec-Purpose": "prefetch"}).status_code == 200
    assert "Not opened there yet." in in_english(commune).get(url).text
    form = commune.get(f"{url}take-back").text

    assert office.get(f"{url}submissions/1").status_code == 200

    sent = {name: typed_in(form, name) for name in ("seen", "csrf_token")}
    refused = commune.post(f"{url}take-back", data=sent)
    assert refused.status_code == 409
    assert "Phòng GDĐT Cẩm Mỹ, telephone 0251 3796 111" in refused.text
    page = commune.get(url).text
    assert re.search(r"data-arrival>Opened at \d\d:\d\d \d\d/\d\d/\d{4} by: ", page)
    assert "take-back" not in page
    assert "data-arrival" not in office.get(url).text


@pytest.mark.usefixtures("inside_the_application")
def test_whoever_is_first_shuts_the_other_out(app: Flask) -> None:
    wins = {"viewed": 0, "retracted": 0}
    for _turn in range(TIMES):
        dossier = make.dossier("submitted", unit=None)
        id_, number = dossier.id, dossier.version
        chair, officer = make.person_for("commune_chair", dossier).id, make.person_for("education_officer", dossier).id

        answers = at_once(app, [_viewing(id_, officer), _retracting(id_, chair, number)])

        kind = db.session.scalars(sa.select(Sequel.kind).where(Sequel.dossier_id == id_)).one()
        wins[kind] += 1
        assert [type(each) for each in refusals(answers)] == [ActionNotOpen if kind == "viewed" else NotFound]
        assert (_state(id_) == "submitted") == (kind == "viewed")
        db.session.rollback()
    assert sum(wins.values()) == TIMES


def _signed_in(app: Flask, who: User) -> FlaskClient:
    client = app.test_client()
    make.sign_in(client, who)
    return client


def _viewing(dossier_id: int, reader: int) -> Callable[[], Any]:
    return in_session(reader, lambda person: retractions.record_view(dossier_id, person))


def _retracting(dossier_id: int, actor: int, number: int) -> Callable[[], Any]:
    return in_session(actor, lambda person: retractions.retract(dossier_id, actor=person, seen=number).version)


def _state(dossier_id: int) -> str | None:
    return db.session.scalar(sa.select(Dossier.state).where(Dossier.id == dossier_id))
