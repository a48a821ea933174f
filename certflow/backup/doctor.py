"""A look at all that is stored: does every row have its file, every file its row, and is everything as it was?"""

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from certflow import clock
from certflow.audit import anchors, verification
from certflow.audit.verification import WITH_FILES, Progress, Verification
from certflow.gateways.installation import equipment
from certflow.models.base import db

FOLDERS = ("authority", "documents", "evidence", "lists")
NAMED_ELSEWHERE = ("people_import",)


def look(told: Sequence[anchors.Anchor], *, hashes: bool, progress: Progress) -> Verification:
    """Everything that `verify` compares, files without rows, and rows without files; with `hashes` each file is read.

    A file without a row is no damage by itself: it is left by an upload that was cut off, and is swept a day later.
    """
    result = verification.verify(told, files=hashes, progress=progress)
    named = set(_named())
    for folder in FOLDERS:
        there = dict(equipment().storage.listed(folder))
        for key in there.keys() - named:
            age = clock.now() - there[key]
            result.add("no row", f"the file {key} is named by no row; it is {age.days} days old")
        if not hashes:
            for key in sorted(key for key in named if key.startswith(f"{folder}/") and key not in there):
                result.add("no file", f"the file {key} is missing")
        progress(folder, len(there))
    return result


def _named() -> Iterator[str]:
    """The keys of all files that rows name."""
    for table in (*WITH_FILES, *NAMED_ELSEWHERE):
        query = text(f"SELECT storage_key FROM {table} WHERE storage_key IS NOT NULL")  # noqa: S608 - names of ours
        yield from db.session.scalars(query)
