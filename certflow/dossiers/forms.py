"""The forms of dossiers: what narrows and orders a list, and when the papers of a dossier came."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from certflow.dossiers import receipts
from certflow.http.fields import ADay, Chosen, DayField
from certflow.models.days import LONGEST_REASON

_SHORTER = lazy_gettext("Shorten this to at most %(max)d characters.")


class ListForm(FlaskForm):
    """What narrows and orders a list; sent with the address, so that it can be kept as a bookmark."""

    class Meta:
        """Reading needs no token."""

        csrf = False

    q = StringField(
        lazy_gettext("Name of the unit, centre, agency or person"),
        description=lazy_gettext("With or without diacritics, for example xuan tay"),
    )
    round = SelectField(lazy_gettext("Round"))
    district = SelectField(lazy_gettext("District"))
    level = SelectField(lazy_gettext("Level"))
    state = SelectField(lazy_gettext("State"))
    sort = SelectField(lazy_gettext("Order"))


class PaperReceiptForm(FlaskForm):
    """When and how the papers of a dossier came."""

    received_on = DayField(
        lazy_gettext("Day on which the papers came"),
        [InputRequired(lazy_gettext("Enter the day on which the papers came, for example 27/02/2026.")), ADay()],
        description=lazy_gettext("See the stamp of the office for incoming papers."),
    )
    way = RadioField(
        lazy_gettext("How the papers came"),
        [Chosen(lazy_gettext("Choose how the papers came."))],
        choices=[
            SelectChoice("direct", lazy_gettext("Handed in")),
            SelectChoice("post", lazy_gettext("By post")),
        ],
        validate_choice=False,
    )
    register_number = StringField(
        lazy_gettext("Number in the register of incoming papers"),
        [
            InputRequired(lazy_gettext("Enter the number in the register of incoming papers, at most 80 characters.")),
            Length(max=receipts.LONGEST_NUMBER, message=_SHORTER),
        ],
    )
    reason = TextAreaField(lazy_gettext("Remark"), [Length(max=LONGEST_REASON, message=_SHORTER)])

    def entry(self) -> receipts.ReceiptEntry:
        """What was typed."""
        return receipts.ReceiptEntry(self.received_on.day, self.way.data or "", self.register_number.data or "")
