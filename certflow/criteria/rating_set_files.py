"""The file of a department's own set: put into a draft, and written from what is stored."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from certflow.catalogue import department_sets
from certflow.criteria import rating_sets
from certflow.errors import DefinitionError, Invalid
from certflow.law.catalogue import read_one
from certflow.law.reading.toml_writing import toml_text
from certflow.law.sets.faults import too_many
from certflow.law.sets.tables import Head, completed, content_of, table_of
from certflow.models.criteria import RatingSet
from certflow.models.people import User
from certflow.wording import _

LARGEST_FILE = 200 * 1024
DEEPEST, LARGEST_NUMBER = 8, 10**15
LONGEST_TITLE = 300
POINT, MOST_POINTS = re.compile(r"(?<!\.)\.(?!\.)"), 200  # in one line: between parts of a key, or ends of sentences


def upload(set_id: int, file: bytes, *, actor: User, revision: int) -> RatingSet:
    """Put the content and the title of a TOML file in the place of the draft's; a file with faults changes nothing."""
    draft = rating_sets.draft_of(set_id, actor, revision)
    table = _parsed(file)
    head = _with_title(department_sets.head_of(draft), table.get("title"))
    try:
        read_one(completed(table, head), _("file"))
    except DefinitionError as refused:
        raise Invalid(fields={"file": refused.faults}) from None
    draft.title_vi, draft.title_en = head.title_vi, head.title_en
    return rating_sets.changed(draft, content_of(table), actor)


def _with_title(head: Head, title: object) -> Head:
    """The head with the title that a file gives."""
    words = title if isinstance(title, dict) else {}
    vi, en = (str(words.get(language) or "").strip()[:LONGEST_TITLE] for language in ("vi", "en"))
    return replace(head, title_vi=vi or head.title_vi, title_en=en or head.title_en)


def _parsed(file: bytes) -> dict[str, Any]:
    if len(file) > LARGEST_FILE:
        raise _refused(_("The file is larger than %(most)s kB.", most=LARGEST_FILE // 1024))
    try:
        table = tomllib.loads(_shallow(file.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise _refused(_("The file is not written in UTF-8. Save it as UTF-8 and choose it again.")) from None
    except (ValueError, RecursionError) as fault:
        raise _refused(_("The file is not valid TOML: %(fault)s", fault=str(fault)[:200])) from None
    faults = (*_unfit(table, 0), *too_many(table))
    if faults:
        raise _refused(*dict.fromkeys(faults))
    return table


def _shallow(text: str) -> str:
    """The text, unless a key may be so deep that reading it would hold everybody up: the time grows by its square."""
    if any(len(POINT.findall(line)) > MOST_POINTS for line in text.split("\n")):
        raise _refused(_("The tables of the file are nested too deeply."))
    return text


def _refused(*reasons: str) -> Invalid:
    return Invalid(fields={"file": reasons})


def _unfit(value: object, depth: int) -> Iterator[str]:
    """What no criteria set needs and no database or paper can hold."""
    if depth > DEEPEST:
        yield _("The tables of the file are nested too deeply.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (*_unfit(key, depth + 1), *_unfit(item, depth + 1))
    elif isinstance(value, list):
        for item in value:
            yield from _unfit(item, depth + 1)
    elif isinstance(value, str) and any(ord(sign) < 32 and sign not in "\n\r\t" for sign in value):
        yield _("The texts of the file contain characters that cannot be printed.")
    elif isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        yield _("The file has a number that is too large.")


def text(own: RatingSet) -> str:
    """The set as the text of a TOML file, which can be changed and uploaded again."""
    return toml_text(table_of(own.content, department_sets.head_of(own)))
