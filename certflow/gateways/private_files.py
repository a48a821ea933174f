"""The data folder and what lies in it are for the account of the application alone, whatever the umask."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from certflow.config import Settings

FOLDER, FILE = 0o700, 0o600
NAMES = ("secret-key", "audit-key", "last-backup.json")


def keep(settings: Settings) -> None:
    """Make the data folder and SQLite's file with their modes, and tighten what has a looser one.

    What belongs to another account cannot be changed; it is named in the log.
    """
    settings.data_dir.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _tighten(settings.data_dir, FOLDER)
    for path in _files(settings):
        _tighten(path, FILE)
    database = _sqlite(settings.database_url)
    if database is not None and not database.exists() and database.parent.is_dir():
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT, FILE))  # SQLite gives its -wal and -shm the same mode


def _files(settings: Settings) -> Iterator[Path]:
    yield from (settings.data_dir / name for name in NAMES)
    yield settings.anchors
    database = _sqlite(settings.database_url)
    if database is not None:
        yield from (database.with_name(database.name + end) for end in ("", "-wal", "-shm"))


def _sqlite(url: str) -> Path | None:
    parts = make_url(url)
    inside = parts.get_backend_name() == "sqlite" and parts.database and parts.database != ":memory:"
    return Path(str(parts.database)) if inside else None


def _tighten(path: Path, mode: int) -> None:
    try:
        present = stat.S_IMODE(path.stat().st_mode)
        if present & ~mode:
            path.chmod(present & mode)
    except FileNotFoundError:
        return
    except OSError as fault:
        logging.getLogger(__name__).warning("%s may be read by others, and its mode stays: %s", path, fault)
