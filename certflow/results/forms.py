"""The code on the public page, and the decision that revokes a result."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField

from certflow.http.fields import date_of_document, line, reason_field
from certflow.results import revocations


class CodeForm(FlaskForm):
    """A code as printed on a certificate or decision; sent in the address, so it needs no session and no token."""

    class Meta(FlaskForm.Meta):
        csrf = False

    code = StringField(
        lazy_gettext("Code on the paper"),
        description=lazy_gettext(
            "On a certificate it is beside the QR code; on a decision it is at the end of the "
            "address. Type capital or small letters, with or without dashes and spaces."
        ),
    )


class RevocationForm(FlaskForm):
    """The decision by which a result is revoked."""

    document_number = line(
        lazy_gettext("Number of the decision"),
        revocations.LONGEST_NUMBER,
        missing=lazy_gettext("Enter the number of the decision, at most 200 characters."),
        description=lazy_gettext("The paper decision, signed by the competent person."),
    )
    document_date = date_of_document()
    reason = reason_field(lazy_gettext("A person who verifies the certificate can read it."))

    def entry(self) -> revocations.RevocationEntry:
        """What was typed."""
        return revocations.RevocationEntry(
            self.document_number.data or "", self.document_date.day, self.reason.data or ""
        )
