"""What the overview costs: how often one request calls functions of the application, and how many files it enters.

Counted with sys.setprofile: every call event of code under certflow/, so that a comprehension counts once and a
generator each time it goes on. What is built once, such as statements and drawings, is built by the requests before.
`pytest -s` prints the numbers.
"""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest
from flask import Flask
from flask.testing import FlaskClient

import certflow
from tests import make

ROOT = Path(certflow.__file__).parent
MOST_CALLS = 2050
# Of a page that is read, with the contacts at its foot, the record of who opened it first, the audit, the time that it
# may take and the signed time of its session; where actions are offered, the guards and their facts join it.
MOST_FILES = 51
MOST_FILES_OF_ACTIONS = 57


@pytest.mark.parametrize(
    ("state", "role", "most_files"),
    [
        ("drafting", "commune_officer", MOST_FILES_OF_ACTIONS),
        ("appraising", "education_officer", MOST_FILES),
        ("appraising", "district_appraiser", MOST_FILES_OF_ACTIONS),
        ("endorsed", "education_head", MOST_FILES_OF_ACTIONS),
        ("recognised_level_2", "district_appraiser", MOST_FILES_OF_ACTIONS),
    ],
)
def test_the_overview_calls_few_functions_in_few_files(
    app: Flask, client: FlaskClient, state: str, role: str, most_files: int
) -> None:
    with app.app_context():
        dossier = make.dossier(at=state)
        reader, url = make.person_for(role, dossier), f"/dossiers/{dossier.id}/"
    make.sign_in(client, reader)
    assert [client.get(url).status_code for _n in range(2)] == [200, 200]

    calls = counted(client, url)

    sys.stdout.write(f"{state}, {role}: {calls.total()} calls in {len(calls)} files\n")
    assert calls.total() <= MOST_CALLS, calls.most_common(10)
    assert len(calls) <= most_files, sorted(calls)


def counted(client: FlaskClient, url: str) -> Counter[str]:
    """How often the answer to `url` calls functions of the application, by file."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code.co_filename] += 1

    sys.setprofile(count)
    try:
        client.get(url)
    finally:
        sys.setprofile(None)
    own = {Path(name).relative_to(ROOT).as_posix(): n for name, n in calls.items() if name.startswith(f"{ROOT}/")}
    return Counter(own)
