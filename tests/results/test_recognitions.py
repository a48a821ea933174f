"""What a decision leaves behind: the title with its time, its papers and its code; a refusal with its reasons."""

import datetime as dt
import re

import pytest

from certflow import clock
from certflow.access import access
from certflow.dossiers import actions, dossiers
from certflow.errors import NotFound
from certflow.law.guards import APPRAISAL
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.results import Document, Recognition
from certflow.results import codes, documents, recognitions
from tests import make
from tests.earlier import decided_earlier

pytestmark = pytest.mark.usefixtures("inside_the_application")

CODE = re.compile(r"[A-HJ-NP-Z2-9]{4}(?:-[A-HJ-NP-Z2-9]{4}){4}")


@pytest.mark.parametrize("level", [1, 2])
def test_a_recognition_says_its_level_day_decider_and_the_last_day_it_is_kept(level: int) -> None:
    dossier = make.dossier(f"recognised_level_{level}")
    recognition, entry = recognition_of(dossier), dossiers.history(dossier)[-1]
    day = clock.local_day(entry.at)

    assert (recognition.level, recognition.unit_id) == (level, dossier.unit_id)
    assert recognition.recognised_on == day
    assert recognition.valid_until == dt.date(day.year + 3, 12, 31)
    assert recognition.decided_by_id == entry.actor_id == make.person_for("education_head", dossier).id


def test_a_recognition_lapses_the_day_after_its_last_day() -> None:
    recognition = recognition_of(make.dossier("recognised_level_1"))
    assert recognition.valid_until is not None

    assert not recognitions.lapsed(recognition)
    assert not recognitions.lapsed(recognition, recognition.valid_until)
    assert recognitions.lapsed(recognition, recognition.valid_until + dt.timedelta(days=1))


def test_decision_and_certificate_say_the_same_as_the_recognition() -> None:
    dossier = make.dossier("recognised_level_2")
    recognition = recognition_of(dossier)
    papers = {paper.kind: paper for paper in documents.of_dossier(dossier)}
    assert recognition.valid_until is not None

    assert set(papers) == {"decision", "certificate"}
    for paper in papers.values():
        assert (paper.number, paper.dated, paper.unit_id) == (1, recognition.recognised_on, dossier.unit.parent_id)
        assert paper.facts["level"] == 2
        assert paper.facts["unit"] == dossier.unit.name
        assert paper.facts["number_text"] == paper.number_text
        assert paper.facts["valid_until"] == recognition.valid_until.isoformat()
        assert paper.facts["verify_url"].endswith(f"/verify/{recognition.verify_code}")
    assert papers["certificate"].facts["decision_number_text"] == papers["decision"].number_text
    assert papers["decision"].number_text == "01/QĐ-PGDĐT"


def test_a_declined_dossier_has_a_letter_with_every_reason_and_no_title() -> None:
    dossier = make.dossier("endorsed")
    make.act(dossier, "decline", "Chỉ tiêu 5.1 chưa đạt.\n\n  Chỉ tiêu 5.2 thiếu minh chứng. ")

    (letter,) = documents.of_dossier(dossier)

    assert letter.kind == "refusal"
    assert letter.facts["reasons"] == ["Chỉ tiêu 5.1 chưa đạt.", "Chỉ tiêu 5.2 thiếu minh chứng."]
    assert "verify_code" not in letter.facts
    assert recognitions.of_dossier(dossier) is None
    assert db.session.query(Recognition).count() == 0


def test_a_practice_season_has_books_of_its_own_and_uses_up_no_official_number() -> None:
    practice = make.round_(practice=True, title="Mùa tập dượt")
    rehearsed = [make.dossier("recognised_level_1", round_=practice, unit=unit) for unit in make.communes(2)]
    real = make.dossier("recognised_level_1", unit=make.communes(1)[0])

    numbers = {d.id: {paper.number_text for paper in documents.of_dossier(d)} for d in (*rehearsed, real)}

    assert numbers[rehearsed[0].id] == {"01/QĐ-PGDĐT-TH", "01/GCN-CĐHT-TH"}
    assert numbers[rehearsed[1].id] == {"02/QĐ-PGDĐT-TH", "02/GCN-CĐHT-TH"}
    assert numbers[real.id] == {"01/QĐ-PGDĐT", "01/GCN-CĐHT"}
    assert {paper.facts["practice"] for d in rehearsed for paper in documents.of_dossier(d)} == {True}


def test_no_recognition_is_above_what_was_found() -> None:
    for level in (1, 2):
        dossier = make.dossier(f"recognised_level_{level}")
        facts = actions.facts_of(dossier, actor=make.person_for("education_head", dossier))

        assert recognition_of(dossier).level <= facts[APPRAISAL].level


def test_a_code_cannot_be_guessed_or_misread() -> None:
    made = {codes.new_code() for _n in range(2000)}

    assert len(made) == 2000
    assert all(CODE.fullmatch(code) for code in made)
    assert len(codes.LETTERS) == 32
    assert {letter for code in made for letter in code} == {*codes.LETTERS, "-"}


def test_a_recognition_is_found_by_its_code_only_once_both_papers_are_issued() -> None:
    dossier = make.dossier("recognised_level_1")
    recognition = recognition_of(dossier)
    hidden(recognition.verify_code)
    for paper_id in (recognition.certificate_id, recognition.decision_id):
        hidden(recognition.verify_code)
        documents.issue(paper_id or 0)
        make.commit()

    for typed in (recognition.verify_code, f"  {recognition.verify_code.lower()} "):
        assert recognitions.by_code(typed) is recognition


def test_every_other_code_is_answered_alike() -> None:
    unissued = recognition_of(make.dossier("recognised_level_1"))

    answers = {hidden(code) for code in (unissued.verify_code, codes.new_code(), "", "%", "A" * 5000, "Đ", "1 or 1=1")}

    assert len(answers) == 1


def test_a_title_belongs_to_its_dossier_and_one_unit_may_earn_another_next_year() -> None:
    place = make.unit()
    first = make.dossier("recognised_level_1", unit=place, round_=make.round_(assessed_year=2024))
    decided_earlier(recognition_of(first), days=366)
    second = make.dossier("recognised_level_2", unit=place, round_=make.round_(assessed_year=2025))

    assert recognition_of(first).verify_code != recognition_of(second).verify_code
    assert {r.level for r in db.session.query(Recognition).filter_by(unit_id=place.id)} == {1, 2}
    office = access.chain(place)["district"]
    numbers = sorted(d.number or 0 for d in db.session.query(Document).filter_by(unit_id=office.id, kind="decision"))
    assert numbers == [1, 2]


def recognition_of(dossier: Dossier) -> Recognition:
    found = recognitions.of_dossier(dossier)
    assert found is not None
    return found


def hidden(code: str) -> tuple[str, ...]:
    """What a person is told for a code that shows nothing."""
    with pytest.raises(NotFound) as refusal:
        recognitions.by_code(code)
    return refusal.value.reasons
