"""The form by which an education department confirms a criteria set."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class ConfirmForm(FlaskForm):
    """The paper that records the comparison with the signed law."""

    document = StringField(
        lazy_gettext("Paper that records the comparison"),
        [
            InputRequired(lazy_gettext("Name the paper that records the comparison.")),
            Length(max=300, message=lazy_gettext("Shorten this to at most 300 characters.")),
        ],
        description=lazy_gettext("Its kind, number, date and who issued it, as on the paper itself."),
    )
