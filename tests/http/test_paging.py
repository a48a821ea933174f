"""Lists in pages: what a page number shows that no page has, and which rows stand on which page."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certflow.catalogue import role_titles
from certflow.http.paging import FARTHEST_PAGE
from certflow.models.base import IdPagination, ListPagination, Pagination, db, paginate
from certflow.models.people import User
from tests import make
from tests.browsing import in_english

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CLAMPED = ["/", "/dossiers/", "/rules/criteria/learning_community_commune/1/cases"]
EMPTY = [
    "/proposals/",
    "/people/",
    "/people/1/sign-ins",
    "/people/1/events",
    "/units/?q=xa",
    "/units/2/below",
    "/delegations/",
    "/authority/",
    "/inheritance/",
    "/signing-rules/",
    "/recusals/",
    "/councils/",
]


@pytest.fixture
def reader(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        make.dossier(at="submitted")
        administrator = make.person(role_titles.ADMINISTRATOR)
    make.sign_in(client, administrator)
    return in_english(client)


def test_a_number_that_is_none_shows_the_first_page(reader: FlaskClient) -> None:
    for address in CLAMPED + EMPTY:
        first = content(reader, address)
        for number in ("0", "-1", "-" + "9" * 30, "abc", "", "1.5", "9" * 5000):
            assert content(reader, address, number) == first, (address, number)


def test_a_number_beyond_the_last_page_shows_the_last_page_or_no_rows(reader: FlaskClient) -> None:
    for address in CLAMPED + EMPTY:
        last = content(reader, address, "99999")
        for number in (FARTHEST_PAGE, FARTHEST_PAGE + 1, 10**30):
            assert content(reader, address, str(number)) == last, (address, number)
    for address in EMPTY:
        assert 'scope="row"' not in content(reader, address, "99"), address


def content(reader: FlaskClient, address: str, number: str | None = None) -> str:
    """What stands in the main part of a page."""
    sign = "&" if "?" in address else "?"
    page = reader.get(address if number is None else f"{address}{sign}page={number}")
    assert page.status_code == 200, (address, number)
    return page.text.split("<main")[1]


@pytest.mark.usefixtures("inside_the_application")
def test_every_row_stands_on_one_page_in_order() -> None:
    for n in range(7):
        make.user(f"user{n}", f"Người {n}")
    query = sa.select(User).order_by(User.sort_key.desc(), User.id)
    everybody = list(db.session.scalars(query))
    total = len(everybody)
    kinds: dict[str, Callable[[int], Pagination]] = {
        "select": lambda page: paginate(query, page, 3),
        "ids": lambda page: IdPagination(page, 3, total=total, select=query, key=User.id, options=()),
        "list": lambda page: ListPagination(everybody, page, 3),
    }
    for name, kind in kinds.items():
        pages = [kind(page) for page in range(1, kind(1).pages + 1)]
        assert [user for page in pages for user in page] == everybody, name
        assert {(page.total, page.pages, page.per_page) for page in pages} == {(total, -(-total // 3), 3)}
        assert [page.has_next for page in pages] == [True] * (len(pages) - 1) + [False]

    assert (kinds["select"](99).items, kinds["select"](99).page) == ([], 99)
    for name in ("ids", "list"):
        assert (kinds[name](99).items, kinds[name](99).page) == (kinds[name](len(pages)).items, len(pages))
        assert (kinds[name](0).page, kinds[name](-5).page) == (1, 1)
    assert (ListPagination([], 4, 3).items, ListPagination([], 4, 3).page) == ([], 1)
