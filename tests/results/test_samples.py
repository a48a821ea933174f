"""Nothing official comes of a sample set: its papers have no number, get none later, and no book is opened."""

import pytest
import sqlalchemy as sa

from certflow import clock
from certflow.assessment import lower_units
from certflow.gateways.pdf import printing
from certflow.law.specs.form import Trust
from certflow.models.base import db
from certflow.models.results import Document, NumberBook
from certflow.results import documents, recognitions
from tests import make
from tests.schemes import loaded

pytestmark = pytest.mark.usefixtures("inside_the_application")


@pytest.mark.parametrize("practice", [False, True], ids=["real", "practice"])
@pytest.mark.parametrize(
    ("scheme", "state", "kinds"),
    [
        (loaded.RATING, "rated", {"decision", "certificate"}),
        (loaded.RATING, "unrated", {"refusal"}),
        (loaded.COMMENDATION, "commended", {"decision"}),
    ],
)
def test_papers_of_a_sample_draw_no_number_and_say_so(scheme: str, state: str, kinds: set[str], practice: bool) -> None:
    loaded.use()
    dossier = loaded.walked(loaded.opened(scheme, practice=practice), state)

    papers = documents.of_dossier(dossier)

    assert {paper.kind for paper in papers} == kinds
    for paper in papers:
        assert (paper.number, paper.number_text, paper.facts["number_text"]) == (None, "", "")
        assert (paper.facts["sample"], paper.facts["practice"]) == (True, practice)
        assert paper.facts.get("decision_number_text", "") == ""
    assert db.session.scalars(sa.select(NumberBook)).all() == []


def test_a_sample_is_issued_without_a_number_again_and_again_and_gets_none_later() -> None:
    loaded.use()
    dossier = loaded.walked(loaded.opened(loaded.RATING), "rated")
    for _turn in range(2):
        for paper in documents.of_dossier(dossier):
            documents.issue(paper.id)
        make.commit()
    loaded.use(trust="transcribed")

    for paper in documents.of_dossier(dossier):
        documents.issue(paper.id)
        with pytest.raises(ValueError, match="drawn with the intent or never"):
            paper.number = 1
        db.session.refresh(paper)
        assert (paper.number, paper.number_text) == (None, "")
        assert "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in printing.html_copy(paper.template, paper.facts)
    assert db.session.scalars(sa.select(NumberBook)).all() == []


def test_a_sample_between_two_real_papers_leaves_no_gap_in_the_book() -> None:
    trusts: tuple[Trust, ...] = ("transcribed", "sample", "transcribed")
    numbers = []
    for number, trust in enumerate(trusts):
        loaded.use(trust=trust)
        rated = loaded.walked(loaded.opened(loaded.RATING, name=f"Trung tâm số {number}"), "rated")
        decision = next(paper for paper in documents.of_dossier(rated) if paper.kind == "decision")
        numbers.append(decision.number_text)

    assert numbers == ["01/QĐ-THU", "", "02/QĐ-THU"]
    assert {book.last_number for book in db.session.scalars(sa.select(NumberBook))} == {2}
    assert db.session.query(Document).filter_by(number=None).count() == 2


def test_a_level_reached_on_a_sample_counts_for_nothing_official() -> None:
    loaded.use()
    sample = loaded.walked(loaded.opened(loaded.OUTSIDE), "recorded")
    real = make.dossier("appraising", unit=make.unit())

    assert recognitions.of_dossier(sample) is not None
    assert recognitions.held(real, clock.today()) == ()
    below = lower_units.coverage(make.unit("Huyện Cẩm Mỹ"), "commune", clock.today(), form=sample.form)
    assert [unit.level for unit in below.units if unit.recognised_on] == []
