"""Row security: on PostgreSQL a query that forgets its filter still finds nothing of others."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from certflow.access import access
from certflow.dossiers import dossiers
from certflow.models import row_security
from certflow.models.base import db
from certflow.models.dossiers import Claim, Dossier, HistoryEntry, Submission, SupplementItem, SupplementRequest
from certflow.models.people import User
from certflow.models.results import Document
from certflow.models.units import Unit
from tests import make

HERE, SIBLING = "Xã Xuân Tây", "Xã Suối Cát"
TABLES = (Dossier, Claim, HistoryEntry, Submission, Document, SupplementRequest, SupplementItem)

pytestmark = [
    pytest.mark.usefixtures("inside_the_application"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


@pytest.fixture(autouse=True)
def _see_everything_again(inside_the_application: None) -> Iterator[None]:
    yield
    row_security.see(row_security.EVERYTHING)


def found(table: type) -> int:
    """How many rows of a table are found by a query without any filter."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def season() -> tuple[Dossier, Dossier, Dossier]:
    """A recognised dossier here, a draft here in a later round, and a filed one in another district."""
    done = make.dossier("recognised_level_1", unit=make.unit(HERE))
    db.session.add(SupplementRequest(dossier_id=done.id, number=done.version, from_state="submitted", items=[_asked()]))
    make.commit()
    draft = make.dossier(unit=make.unit(HERE), round_=make.round_(title="Đợt sau"), claims=make.answers(1))
    return done, draft, make.dossier("submitted", unit=make.unit(SIBLING))


def _asked() -> SupplementItem:
    return SupplementItem(code="1.1", position=0, words="Bổ sung.", seen="")


def seen(user: User) -> set[int]:
    with row_security.seeing(access.sight(user)):
        return set(db.session.scalars(sa.select(Dossier.id)))


def test_the_application_is_no_superuser_here() -> None:
    assert db.session.scalar(
        sa.text("select not (rolsuper or rolbypassrls) from pg_roles where rolname = current_user")
    )


def test_who_is_told_nothing_finds_nothing_in_any_table() -> None:
    season()
    assert all(found(table) for table in TABLES)

    with row_security.seeing(row_security.NOTHING):
        assert {table.__name__: found(table) for table in TABLES} == dict.fromkeys((t.__name__ for t in TABLES), 0)


def test_what_is_found_without_a_filter_is_what_the_filter_gives() -> None:
    season()
    people = {**make.people(), "elsewhere": make.person("commune_officer", make.unit("Xã Sông Ray"))}
    for role, user in people.items():
        filtered = set(db.session.scalars(sa.select(Dossier.id).where(access.visible(user))))

        assert seen(user) == filtered, role


def test_what_belongs_to_a_dossier_is_found_by_those_who_find_it() -> None:
    done, draft, other = season()
    head, officer = make.person_for("education_head", done), make.person_for("commune_officer", other)

    with row_security.seeing(access.sight(head)):
        assert set(db.session.scalars(sa.select(HistoryEntry.dossier_id))) == {done.id}
        assert set(db.session.scalars(sa.select(Document.dossier_id))) == {done.id}
    with row_security.seeing(access.sight(officer)):
        assert set(db.session.scalars(sa.select(Claim.dossier_id))) == {other.id}
    with row_security.seeing(row_security.PUBLISHED):
        assert set(db.session.scalars(sa.select(Dossier.id))) == {done.id}
    assert draft.id


def test_nothing_of_others_is_changed_removed_or_added() -> None:
    _done, draft, other = season()
    stranger = make.person_for("commune_officer", other)
    with row_security.seeing(access.sight(stranger)):
        past = {"synchronize_session": False}
        moved = sa.update(Dossier).where(Dossier.id == draft.id).values(state="x").execution_options(**past)
        changed = db.session.execute(moved)
        removed = db.session.execute(sa.delete(Claim).where(Claim.dossier_id == draft.id).execution_options(**past))
        assert (changed.rowcount, removed.rowcount) == (0, 0)  # type: ignore[attr-defined]
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), db.session.begin_nested():
            db.session.execute(
                sa.insert(Claim).values(
                    dossier_id=draft.id,
                    indicator="9.9",
                    answer={},
                    explanation="",
                    saved_by_id=stranger.id,
                    saved_at=draft.opened_at,
                    version=1,
                )
            )
    assert db.session.get_one(Dossier, draft.id).state == "drafting"


def test_a_transaction_begun_later_is_told_again() -> None:
    season()
    officer = make.person_for("commune_officer", make.dossier(unit=make.unit(SIBLING), round_=make.round_(title="Ba")))
    with row_security.seeing(access.sight(officer)):
        first = found(Dossier)
        db.session.commit()
        assert found(Dossier) == first == 2
        db.session.rollback()
        assert found(Dossier) == 2
    assert found(Dossier) == 4


def test_the_country_finds_what_provinces_have_filed_and_nothing_below() -> None:
    season()
    with row_security.seeing(row_security.Sight(country=True)):
        assert found(Dossier) == 0


def test_a_page_lists_what_it_did_without_row_security() -> None:
    done, *_rest = season()
    head = make.person_for("education_head", done)
    with row_security.seeing(access.sight(head)):
        assert [one.dossier.id for one in dossiers.seen_by(head).items] == [done.id]
        assert access.dossier(done.id, head).unit.name == HERE
        assert len(dossiers.history(done)) > 3
    assert db.session.query(Unit).count()
