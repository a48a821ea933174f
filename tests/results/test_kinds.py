"""Results that are no recognition at a level by an office here: ratings, commendations, decisions made elsewhere."""

import pytest

from certflow import clock
from certflow.assessment import meetings
from certflow.errors import ActionBlocked, ActionNotOpen, NotFound
from certflow.gateways.pdf import printing
from certflow.law.specs.form import FormSpec
from certflow.models.dossiers import Dossier
from certflow.models.results import Recognition
from certflow.results import documents, recognitions
from tests import make
from tests.schemes import loaded

pytestmark = pytest.mark.usefixtures("inside_the_application")


@pytest.fixture(autouse=True)
def _graded(inside_the_application: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormSpec, "grade", loaded.graded)


def result_of(dossier: Dossier) -> Recognition:
    found = recognitions.of_dossier(dossier)
    assert found is not None
    return found


def test_a_rating_keeps_its_name_and_how_long_it_holds_in_words_and_its_papers_say_the_same() -> None:
    loaded.use(trust="transcribed")
    dossier = loaded.walked(loaded.opened(loaded.RATING), "rated")
    year = dossier.round.assessed_year
    words = f"Kết quả xếp loại được sử dụng trong năm {year}"

    found = result_of(dossier)
    papers = {paper.kind: paper for paper in documents.of_dossier(dossier)}

    assert (found.kind, found.level, found.grade, found.holder_id) == ("rating", 2, "Tốt", dossier.holder_id)
    assert (found.valid_until, found.validity) == (None, words)
    assert papers["decision"].number_text == "01/QĐ-THU"
    facts = papers["certificate"].facts
    assert (facts["unit"], facts["statement"], facts["award"]) == (loaded.CENTRE, "được xếp loại Tốt", "Tốt")
    copy = printing.html_copy("certificate", facts)
    assert "được xếp loại <strong>Tốt</strong>" in copy
    assert f"{words} (mục 5)" in copy
    assert "Cộng đồng học tập" not in copy
    assert f"{words}." in printing.html_copy("recognition_decision", papers["decision"].facts)


def test_the_letter_about_a_holder_goes_to_whom_the_scheme_says() -> None:
    loaded.use(trust="transcribed")
    (letter,) = documents.of_dossier(loaded.walked(loaded.opened(loaded.RATING), "unrated"))

    assert letter.facts["addressee"] == f"Giám đốc {loaded.CENTRE}"
    assert letter.number_text == "01/THU"


def test_a_result_without_a_certificate_is_found_once_its_decision_is_issued() -> None:
    loaded.use(trust="transcribed")
    opened = loaded.opened(loaded.COMMENDATION, name="Lê Thị Hoa", detail="Giám đốc trung tâm")
    dossier = loaded.walked(opened, "commended")
    found = result_of(dossier)
    (decision,) = documents.of_dossier(dossier)
    assert decision.facts["articles"] == ["Tặng Giấy khen cho ông/bà Lê Thị Hoa, Giám đốc trung tâm, xã Xuân Tây."]

    with pytest.raises(NotFound):
        recognitions.by_code(found.verify_code)
    documents.issue(decision.id)
    make.commit()

    assert recognitions.by_code(found.verify_code) is found
    assert (found.kind, found.level, found.grade, found.valid_until, found.validity) == (
        "commendation",
        0,
        "",
        None,
        "",
    )
    assert not recognitions.lapsed(found)


def test_a_decision_made_elsewhere_is_recorded_without_papers_and_found_at_once() -> None:
    loaded.use(trust="transcribed")
    dossier = loaded.opened(loaded.OUTSIDE)
    loaded.walked(dossier, "sent")
    with pytest.raises(ActionBlocked):
        make.act(dossier, "record")

    found = result_of(loaded.walked(dossier, "recorded"))

    assert documents.of_dossier(dossier) == []
    assert (found.outside_decision, found.recognised_on, found.level) == (loaded.DECISION, clock.today(), 1)
    assert recognitions.by_code(found.verify_code) is found


def test_a_scheme_that_asks_for_no_meeting_takes_no_record_of_one() -> None:
    loaded.use()
    dossier = loaded.opened(loaded.RATING)

    with pytest.raises(ActionNotOpen):
        meetings.record(dossier.id, make.minutes(), actor=make.person_for("centre_officer", dossier))
    assert make.scheme().meeting_source.startswith("Thông tư 25/2023/TT-BGDĐT, Điều 9 khoản 1")
