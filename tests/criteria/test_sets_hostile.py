"""What no page of a department's set sends, sent to it all the same: refused or left out, and nobody waits for it."""

import io
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import make
from tests.browsing import typed_in
from tests.criteria.sets_written import stored, write, written

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DIGITS = "9" * 5000
SECONDS = 10


@pytest.fixture
def draft(app: Flask, client: FlaskClient) -> str:
    """The address of a draft that could be published, for who is signed in to write it."""
    with app.app_context():
        make.sign_in(client, make.person("province_reviewer"))
        return f"/rating-sets/{written().id}/"


@pytest.mark.parametrize("number", ["²", DIGITS, "-1", "x"])
@pytest.mark.parametrize("part", ["groups/1", "classes", "limits"])
def test_a_row_of_no_number_is_left_out(app: Flask, client: FlaskClient, draft: str, part: str, number: str) -> None:
    before = stored(app).content

    answer = write(client, f"{draft}{part}", **{f"rows-{number}-title_vi": "a", "rows-0-about": "1.2"})

    assert answer.status_code == 302
    assert len(stored(app).content["caps"]) == len(before["caps"])
    assert len(stored(app).content["criteria"][0]["indicators"]) == 2


@pytest.mark.parametrize("place", [DIGITS, f"1.{DIGITS}", "²", "1.", "1.2.3"])
def test_a_limit_that_looks_at_no_place_looks_at_nothing(
    app: Flask, client: FlaskClient, draft: str, place: str
) -> None:
    answer = write(client, f"{draft}limits", **{"rows-0-about": place})

    assert answer.status_code == 302
    assert not {"indicator", "criterion"} & set(stored(app).content["caps"][0])
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize("text", [".".join(["a"] * 50_000) + " = 1", "[" + '."a"' * 40_000 + "]", "a = {" * 30_000])
def test_a_file_of_tables_without_end_is_refused_at_once(
    app: Flask, client: FlaskClient, draft: str, text: str
) -> None:
    page = client.get(f"{draft}file").text
    hidden = {name: typed_in(page, name) for name in ("csrf_token", "revision")}
    before, since = stored(app).content, time.process_time()

    with io.BytesIO(text.encode()) as file:
        answer = client.post(f"{draft}file", data={**hidden, "file": (file, "bộ.toml")})

    assert answer.status_code == 422
    assert time.process_time() - since < SECONDS
    assert stored(app).content == before
