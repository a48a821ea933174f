"""What the address and the form of a request name: ids and the page of a list."""

from flask import request
from werkzeug.datastructures import MultiDict

LARGEST_ID = 2**31 - 1


def sent_id(name: str) -> int:
    """The id sent in the form field `name`; -1, which nothing has, when it is none."""
    return id_in(request.form, name)


def id_in(sent: MultiDict[str, str], name: str) -> int:
    """The id that `sent` has under `name`; -1, which nothing has, when it is none."""
    number = sent.get(name, -1, type=int)
    return number if 0 < number <= LARGEST_ID else -1


def asked_page() -> int:
    """The page of a list that the address asks for; 1 when it names none."""
    return max(request.args.get("page", 1, type=int), 1)
