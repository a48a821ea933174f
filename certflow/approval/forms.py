"""The form that settles what somebody proposed."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm

from certflow.http.fields import reason_field


class SettleForm(FlaskForm):
    """Why a proposal is refused or taken back."""

    reason = reason_field(lazy_gettext("Your reason is kept with the proposal, your name and the time."))
