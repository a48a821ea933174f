"""The ids that the address and the form of a request name."""

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from certflow.http.typed import LARGEST, plain_number

LONGEST_ID = 20


class Id(IntegerConverter):
    """A row's number in an address: what no database could hold is answered as any number that is not there."""

    def to_python(self, value: str) -> int:
        """The number, or the largest that there can be."""
        return min(int(value), LARGEST) if len(value) < LONGEST_ID else LARGEST


def sent_id(name: str) -> int:
    """The id sent in the form field `name`; -1, which nothing has, when it is none."""
    return id_in(request.form, name)


def id_in(sent: MultiDict[str, str], name: str) -> int:
    """The id that `sent` has under `name`; -1, which nothing has, when it is none."""
    return plain_number(sent.get(name)) or -1
