"""The one field of the public page, forgiving about how a code is typed."""

import re

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField

from certflow.results.recognitions import CODE_GROUP_LENGTH

LONGEST_CODE = 64


class CodeForm(FlaskForm):
    """A code as printed on a certificate or decision; sent in the address, so it needs no session and no token."""

    class Meta(FlaskForm.Meta):
        csrf = False

    code = StringField(
        lazy_gettext("Code on the paper"),
        description=lazy_gettext(
            "On a certificate below the square code, on a decision at the end of the address. "
            "Capital or small letters, with or without dashes and spaces."
        ),
    )


def tidied(typed: str) -> str:
    """`typed` as codes are printed: capital letters and digits in groups; what is no code becomes none either."""
    signs = re.sub(r"[^A-Z0-9]", "", typed[: 4 * LONGEST_CODE].upper())[:LONGEST_CODE]
    return "-".join(signs[at : at + CODE_GROUP_LENGTH] for at in range(0, len(signs), CODE_GROUP_LENGTH))
