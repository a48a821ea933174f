"""The form of a new authority rule with its scan."""

from typing import BinaryIO, cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, RadioField, SelectField

from certflow.access.dated import LONGEST
from certflow.http.fields import Chosen, date_of_document, days_and_document, first_day, last_day, line
from certflow.rules.authority import AuthorityEntry

_CITED = lazy_gettext("Papers cite this; it must be filled in.")


class RuleForm(FlaskForm):
    """A new rule; the view fills the choices of `unit_id` and `decider` ("scheme:role")."""

    unit_id = SelectField(
        lazy_gettext("Province"),
        [Chosen(lazy_gettext("Choose the province where the rule applies."))],
        validate_choice=False,
    )
    decider = RadioField(
        lazy_gettext("What is decided and who decides it"),
        [Chosen(lazy_gettext("Choose what is decided and who decides it."))],
        validate_choice=False,
    )
    starts_on = first_day()
    ends_on = last_day()
    document_number = line(
        lazy_gettext("Document and its number"),
        LONGEST["document_number"],
        missing=_CITED,
        description=lazy_gettext("As papers will cite it, for example “Quyết định số 12/2025/QĐ-UBND”."),
    )
    document_date = date_of_document()
    issued_by = line(
        lazy_gettext("Issued by"),
        LONGEST["issued_by"],
        missing=_CITED,
        description=lazy_gettext("As papers will cite it, for example “Ủy ban nhân dân tỉnh Bắc Ninh”."),
    )
    file = FileField(
        lazy_gettext("Scan of the document"),
        description=lazy_gettext("PDF, JPEG, PNG, WebP, DOCX or XLSX. Everybody who can sign in may read it."),
    )

    practice = BooleanField(
        lazy_gettext("This rule is for practice"),
        description=lazy_gettext("It is used in practice rounds only; nothing official is ever decided under it."),
    )

    def entry(self) -> AuthorityEntry:
        """What was typed."""
        scheme, _colon, role = (self.decider.data or "").partition(":")
        province = self.unit_id.data or ""
        return AuthorityEntry(
            unit_id=int(province)
            if province in {choice.value for choice in self.unit_id.choices if choice.value}
            else -1,
            scheme=scheme,
            role=role,
            **days_and_document(self),
            practice=bool(self.practice.data),
        )

    @property
    def scan(self) -> tuple[BinaryIO | None, str]:
        """The file that was chosen, with its name; None without one."""
        sent = self.file.data
        if not isinstance(sent, FileStorage) or not sent.filename:
            return None, ""
        return cast(BinaryIO, sent.stream), sent.filename
