"""Services need the application's session and nothing of a request: each test runs inside one context."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _inside_the_application(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
