"""The form that settles what somebody proposed."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

LONGEST_REASON = 4000
_SHORTER = lazy_gettext("Shorten this to at most %(max)d characters.")


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
