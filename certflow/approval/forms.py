"""The forms of acts that need two persons: papers received, a revocation, and settling what somebody proposed."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.dossiers import receipts
from certflow.http.fields import ADay, Chosen, DayField
from certflow.results import revocations

LONGEST_REASON = 4000
_SHORTER = lazy_gettext("Shorten this to at most %(max)d characters.")


class PaperReceiptForm(FlaskForm):
    """When and how the papers of a dossier came."""

    received_on = DayField(
        lazy_gettext("Day on which the papers came"),
        [InputRequired(lazy_gettext("Give the day on which the papers came, for example 27/02/2026.")), ADay()],
        description=lazy_gettext("By the stamp of the office for incoming papers."),
    )
    way = RadioField(
        lazy_gettext("How they came"),
        [Chosen(lazy_gettext("Say how the papers came."))],
        choices=[
            SelectChoice("direct", lazy_gettext("Handed in")),
            SelectChoice("post", lazy_gettext("By post")),
        ],
        validate_choice=False,
    )
    register_number = StringField(
        lazy_gettext("Number in the register of incoming papers"),
        [
            InputRequired(lazy_gettext("Give the number in the register of incoming papers, at most 80 characters.")),
            Length(max=receipts.LONGEST_NUMBER, message=_SHORTER),
        ],
    )
    reason = TextAreaField(lazy_gettext("Remark"), [Length(max=LONGEST_REASON, message=_SHORTER)])

    def entry(self) -> receipts.Entry:
        """What was typed."""
        return receipts.Entry(self.received_on.day, self.way.data or "", self.register_number.data or "")


class RevocationForm(FlaskForm):
    """The decision by which a result is revoked."""

    document_number = StringField(
        lazy_gettext("Number of the decision"),
        [
            InputRequired(lazy_gettext("Give the number of the decision, at most 200 characters.")),
            Length(max=revocations.LONGEST_NUMBER, message=_SHORTER),
        ],
        description=lazy_gettext("The decision on paper, signed by whoever is competent."),
    )
    document_date = DayField(
        lazy_gettext("Date of the document"), [InputRequired(lazy_gettext("Give the date of the document.")), ADay()]
    )
    reason = TextAreaField(
        lazy_gettext("Reason"),
        [
            InputRequired(lazy_gettext("A reason must be given")),
            Length(max=LONGEST_REASON, message=_SHORTER),
        ],
        description=lazy_gettext("Whoever verifies the certificate reads it."),
    )

    def entry(self) -> revocations.Entry:
        """What was typed."""
        return revocations.Entry(self.document_number.data or "", self.document_date.day, self.reason.data or "")


class SettleForm(FlaskForm):
    """Why a proposal is refused or taken back."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [
            InputRequired(lazy_gettext("A reason must be given")),
            Length(max=LONGEST_REASON, message=_SHORTER),
        ],
        description=lazy_gettext("It stays with the proposal, with your name and the time."),
    )
