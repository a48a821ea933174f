"""The words of mails, as templates in both languages: the first line is the subject."""

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from certflow.config import resource


def words(notice: str, language: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a notice ("invitation") in a language ("vi" or "en")."""
    text = _templates().get_template(f"{notice}.{language}.txt").render(facts)
    subject, _end, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


@cache
def _templates() -> Environment:
    """Plain text needs no escaping: nothing of it is ever shown as HTML."""
    folder = FileSystemLoader(resource("templates") / "accounts" / "notices")
    return Environment(loader=folder, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
