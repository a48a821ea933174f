"""The step that gives acts their names: older rows get them from the account's history and the frozen lists."""

import json

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, HistoryEntry, Submission
from certflow.models.people import User
from certflow.models.rules import Delegation
from certflow.people import people
from tests import make, make_delegated

BEFORE, STEP = "0015", "head"
FIRST, SECOND, THIRD = ("Người Một", "Chức vụ một"), ("Người Hai", "Chức vụ hai"), ("Người Ba", "Chức vụ hai")


@pytest.fixture
def filed(app: Flask) -> Dossier:
    """A dossier whose officer and chair were called otherwise before, at and after their acts."""
    with app.app_context():
        both = [make.person(role) for role in ("commune_officer", "commune_chair")]
        call(FIRST, *both)
        dossier = make.dossier("submitted", unit=make.unit())
        call(SECOND, *both)
        make_delegated.delegation(both[1])
        call(THIRD, *both)
        return dossier


def call(words: tuple[str, str], *accounts: User) -> None:
    name, position = words
    for account in accounts:
        known = {"full_name": name, "position": position, "active": True}
        people.change(account.id, actor=make.person("administrator"), **known)  # type: ignore[arg-type]
    make.commit()


def again() -> None:
    """Take the names away as they were before this step, and go up again."""
    db.session.remove()
    flask_migrate.downgrade(revision=BEFORE)
    flask_migrate.upgrade(revision=STEP)


def test_what_was_done_before_an_account_was_renamed_gets_the_name_of_then(app: Flask, filed: Dossier) -> None:
    with app.app_context():
        again()

        assert {(claim.saved_by.name, claim.saved_by.position) for claim in db.session.query(Claim)} == {FIRST}
        assert [(s.filed_by.name, s.filed_by.position) for s in db.session.query(Submission)] == [FIRST]
        assert {(e.done_by.name, e.done_by.position) for e in db.session.query(HistoryEntry)} == {FIRST}
        delegation = db.session.query(Delegation).one()
        assert delegation.delegate_name == SECOND[0]
        assert delegation.principal_name == make.person("education_head").full_name
        assert delegation.withdrawn_by is None


def test_without_a_history_the_frozen_list_names_who_filed_and_the_rest_has_what_the_account_says(
    app: Flask, filed: Dossier
) -> None:
    with app.app_context():
        db.session.execute(sa.text("DELETE FROM account_event"))
        db.session.commit()
        again()

        submission = db.session.query(Submission).one()
        assert json.loads(submission.manifest)["filed_by"] == FIRST[0]
        assert (submission.filed_by.name, submission.filed_by.position) == (FIRST[0], "")
        entries = db.session.query(HistoryEntry).order_by(HistoryEntry.number).all()
        assert [(e.done_by.name, e.done_by.position) for e in entries] == [THIRD, (FIRST[0], "")]
        assert {(claim.saved_by.name, claim.saved_by.position) for claim in db.session.query(Claim)} == {THIRD}
