"""The ids that the address and the form of a request name."""

from flask import request
from werkzeug.datastructures import MultiDict

from certflow.http.typed import plain_number


def sent_id(name: str) -> int:
    """The id sent in the form field `name`; -1, which nothing has, when it is none."""
    return id_in(request.form, name)


def id_in(sent: MultiDict[str, str], name: str) -> int:
    """The id that `sent` has under `name`; -1, which nothing has, when it is none."""
    return plain_number(sent.get(name)) or -1
