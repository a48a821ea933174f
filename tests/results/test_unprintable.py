"""A paper that could never be printed takes no number and changes nothing."""

import pytest
import sqlalchemy as sa

from certflow.dossiers import actions, filing_receipts
from certflow.errors import ActionBlocked
from certflow.models.base import db
from certflow.models.dossiers import Dossier, HistoryEntry
from certflow.models.results import Document, NumberBook
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")


def test_a_reason_with_a_letter_no_face_has_is_refused_before_a_number_is_drawn() -> None:
    dossier = make.dossier(at="endorsed")
    head = make.person_for("education_head", dossier)
    acts = db.session.scalar(sa.select(sa.func.count()).select_from(HistoryEntry))

    with pytest.raises(ActionBlocked, match="漢"):
        actions.act(dossier.id, "decline", actor=head, note="Thiếu minh chứng 漢")
    db.session.commit()

    assert db.session.scalar(sa.select(Dossier.state)) == "endorsed"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(HistoryEntry)) == acts
    assert db.session.scalars(sa.select(NumberBook).where(NumberBook.notation != filing_receipts.NOTATION)).all() == []
    assert db.session.scalars(sa.select(Document)).all() == []

    actions.act(dossier.id, "decline", actor=head, note="Thiếu minh chứng")
    db.session.commit()

    assert [document.number for document in db.session.scalars(sa.select(Document))] == [1]
