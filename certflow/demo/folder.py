"""The folder of a practice season: whose it is, whether it is finished, and who is at work in it."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certflow.errors import SetupError

_MARK = "practice-season.json"
_DATABASE = "certflow.sqlite3"
_KEPT = ("files", "secret-key", "audit-key", "audit-anchors.jsonl")
_OURS = (_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", *_KEPT)


@dataclass(frozen=True, slots=True)
class Season:
    """A folder held by this process: `port` of the finished season's addresses, None while it is not finished.

    `remade`: it held a season that was cut off, which has been taken away.
    """

    folder: Path
    port: int | None
    remade: bool

    def finish(self, port: int) -> None:
        """Note that the season is complete and which port its certificates name."""
        mark = self.folder / _MARK
        mark.write_text(json.dumps({"port": port}) + "\n")


@contextmanager
def held(folder: Path) -> Iterator[Season]:
    """The folder, made when it is missing and emptied of an unfinished season, for this process alone.

    Raises SetupError when it holds anything else, or when another `certflow demo` makes or serves it.
    """
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _MARK).open("a+") as mark:
        _lock(mark.fileno(), folder)
        mark.seek(0)
        port = _said(mark.read()).get("port")
        cut_off = port is None and (folder / _DATABASE).exists()
        if cut_off:
            _empty(folder)
        yield Season(folder, port, cut_off)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SetupError(f"{folder} is a file, not a folder", "certflow demo --dir ANOTHER-FOLDER")
    inside = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if inside and _MARK not in inside:
        raise SetupError(
            f"{folder} holds something that is no practice season ({', '.join(inside[:3])}); nothing was changed",
            "certflow demo --dir ANOTHER-FOLDER",
        )


def _said(text: str) -> dict[str, Any]:
    """What the mark says; nothing when it was cut off while it was written."""
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SetupError(
            f"another `certflow demo` makes or serves {folder}", "stop it, or certflow demo --dir ANOTHER-FOLDER"
        ) from None


def _empty(folder: Path) -> None:
    """Take away what a season is made of; the mark stays, as the lock is on it."""
    for name in _OURS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
