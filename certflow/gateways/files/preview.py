"""Pages of files that people sent, drawn as pictures by a limited process of their own, so many at once on a machine.

A preview shows what a file looks like; the file itself stays what counts.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from certflow.gateways.files.content import JPEG, PDF, PNG, WEBP

Fault = Literal["", "locked", "broken", "limits", "busy", "page"]

EDITION = 1  # one more whenever the same file would look otherwise
SIZES = {"small": 240, "page": 1200, "large": 2200}  # the square that a page fits into, in pixels
PREVIEWED = frozenset(kind.media_type for kind in (PDF, JPEG, PNG, WEBP))
MOST_PAGES = 300
PLACES = 2
WAITS = 4.0
SECONDS = 12.0
MEDIA_TYPE = "image/webp"
_PROGRAM = Path(__file__).with_name("page_drawer.py")


@dataclass(frozen=True, slots=True)
class PagePreview:
    """A page as a picture: its size in pixels and how many pages there are; with a `fault` there is no picture."""

    pages: int = 0
    width: int = 0
    height: int = 0
    fault: Fault = ""
    picture: bytes = b""

    def packed(self) -> bytes:
        """As bytes to keep."""
        about = asdict(self)
        del about["picture"]
        return json.dumps(about).encode() + b"\n" + self.picture

    @property
    def lasts(self) -> bool:
        """Whether the same would come out another day, on a machine with less to do."""
        return self.fault not in ("limits", "busy")


def unpacked(kept: bytes) -> PagePreview:
    """What `packed` gave; raises ValueError for anything else."""
    about, _line, picture = kept.partition(b"\n")
    known = json.loads(about)
    return PagePreview(known["pages"], known["width"], known["height"], known["fault"], picture)


def draw(content: bytes, media_type: str, page: int, size: str, *, places: Path) -> PagePreview:
    """Draw `page` (from 1) in one of the SIZES; `places` is a folder of this machine that keeps who draws now.

    Whatever the bytes are, the answer comes within WAITS and SECONDS.
    """
    with _place(places) as free:
        return _answer(content, media_type, page, SIZES[size]) if free else PagePreview(fault="busy")


def _answer(content: bytes, media_type: str, page: int, box: int) -> PagePreview:
    # -I: nothing from the environment or the working folder is imported. The answer goes to a file, so that the
    # limit on written files bounds it too.
    command = [sys.executable, "-I", str(_PROGRAM), media_type, str(page), str(box)]
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command,
                input=content,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                env={},
                cwd="/",
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return PagePreview(fault="limits")
        answer.seek(0)
        try:
            return unpacked(answer.read()) if done.returncode == 0 else PagePreview(fault="limits")
        except (ValueError, KeyError):
            return PagePreview(fault="broken")


@contextmanager
def _place(folder: Path) -> Iterator[bool]:
    """Whether one of the machine's places was free within WAITS; a process that ends gives its place back."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    last = time.monotonic() + WAITS
    handles = [os.open(folder / f"place-{number}", os.O_RDWR | os.O_CREAT, 0o600) for number in range(PLACES)]
    try:
        while not (free := any(_locked(handle) for handle in handles)) and time.monotonic() < last:
            time.sleep(0.05)
        yield free
    finally:
        for handle in handles:
            os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
