"""Previews of evidence: each page is drawn once and kept in the storage, apart from what was sent.

What lies under `preview/` in the storage is no evidence: it may be deleted at any time and is drawn anew.
"""

import hashlib
from contextlib import suppress
from datetime import timedelta

from certflow import clock
from certflow.errors import NotFound
from certflow.gateways.files import preview
from certflow.gateways.files.preview import PagePreview
from certflow.gateways.installation import equipment
from certflow.models.dossiers import Evidence
from certflow.wording import _

LASTS = timedelta(days=30)
_FOLDER = "preview"


def is_previewed(file: Evidence) -> bool:
    """Whether pages of a file of this kind are drawn."""
    return file.media_type in preview.PREVIEWED


def page_of(file: Evidence, number: int, size: str) -> PagePreview:
    """Page `number` of a file in one of `preview.SIZES`; raises NotFound for a page or a size that there is not.

    Drawing takes up to some seconds; the person must be known to see the file.
    """
    if not (is_previewed(file) and size in preview.SIZES and 1 <= number <= preview.MOST_PAGES):
        raise NotFound(_("There is no such page."))
    page = _kept(_key(file, number, size)) or _kept(_key(file, number, size, today=True))
    if page is None:
        page = _drawn(file, number, size)
    if page.fault == "page":
        raise NotFound(_("There is no such page."))
    return page


def mark_of(file: Evidence, number: int, size: str) -> str:
    """What tells one picture of a page from every other one."""
    facts = (preview.EDITION, file.sha256, file.media_type, number, size)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _key(file: Evidence, number: int, size: str, *, today: bool = False) -> str:
    """The key made of content, page and size; a fault that another day may mend stands under the day's own key."""
    token = mark_of(file, number, size)
    return f"{_FOLDER}/{token[:2]}/{token}{f'-{clock.today():%Y%m%d}' if today else ''}"


def _kept(key: str) -> PagePreview | None:
    """What is kept under a key; None where there is nothing, or nothing that can be read."""
    try:
        return preview.unpacked(equipment().storage.read(key))
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _drawn(file: Evidence, number: int, size: str) -> PagePreview:
    storage, places = equipment().storage, equipment().settings.data_dir / "drawing"
    page = preview.draw(storage.read(file.storage_key), file.media_type, number, size, places=places)
    if page.fault != "busy":
        key = _key(file, number, size, today=not page.lasts)
        with suppress(FileExistsError):  # somebody else drew it meanwhile
            storage.put(key, [page.packed()])
    return page


def sweep() -> None:
    """Remove pages that were drawn long ago."""
    equipment().storage.sweep(_FOLDER, clock.now() - LASTS)
