"""Writing a department's own set in tests: by the services, and by the pages with all their fields."""

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certflow.criteria import rating_sets
from certflow.models.base import db
from certflow.models.criteria import RatingSet
from tests import make
from tests.browsing import send, typed_in
from tests.sets import CONTENT, HEAD

FAMILY = "learning_centre_rating"
OWN = "rows-|title|source|revision|number|dated|issuer|total"


def written() -> RatingSet:
    """A draft of the department that could be published."""
    who = make.person("province_reviewer")
    own = rating_sets.begin(make.province().id, FAMILY, actor=who)
    own = rating_sets.save_head(own.id, HEAD, actor=who, revision=own.revision)
    own = rating_sets.save(own.id, lambda _old: CONTENT, actor=who, revision=own.revision)
    make.commit()
    return own


def published() -> RatingSet:
    """The same, published."""
    own = written()
    own = rating_sets.publish(own.id, actor=make.person("province_reviewer"), revision=own.revision)
    make.commit()
    return own


def stored(app: Flask) -> RatingSet:
    """The only set, as it is stored now."""
    with app.app_context():
        own = db.session.query(RatingSet).one()
        db.session.expunge(own)
    return own


def fields(client: FlaskClient, url: str) -> dict[str, str]:
    """What the page's own form would send, but for its choices."""
    page = client.get(url).text
    names = re.findall(rf'<input[^>]*\bname="((?:{OWN})[^"]*)"', page)
    return {name: html.unescape(typed_in(page, name)) for name in names}


def write(client: FlaskClient, url: str, **typed: str) -> TestResponse:
    """Send the page's form with `typed` in place of what stood there."""
    return send(client, url, {"do": "save", **fields(client, url), **typed})
