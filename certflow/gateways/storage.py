"""Files kept under random keys, in a local folder or in an S3 bucket, with the same calls.

The local folder is read through obstore but written here: obstore renames without flushing, so that a power
cut could leave an empty file under a key the database already knows.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from certflow import clock
from certflow.errors import SetupError

if TYPE_CHECKING:
    from obstore import BytesStream

CHUNK = 256 * 1024
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*(?:\.[a-z0-9]{1,8})?")
_LONGEST_KEY = 100
_STAGING = "incoming"
_STAGED_FOR = timedelta(days=1)
_SETTING = "CERTFLOW_STORAGE_URL"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written: `size` in bytes, `sha256` as 64 lower-case hexadecimal digits."""

    size: int
    sha256: str


class StorageError(OSError):
    """The folder or the server of the files fails or is not there; `errno` says more where a folder does."""


class Storage:
    """Files by key; a key is written once, whole or not at all, and never changed.

    A key that is not of the form `new_key` makes raises ValueError, a missing one FileNotFoundError, and a
    folder or server that fails, or is not mounted, StorageError.
    """

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    def new_key(self, prefix: str) -> str:
        """A fresh key `prefix/ab/abcd...` with 160 random bits; `prefix` (a-z) says what for."""
        token = secrets.token_hex(20)
        return _checked(f"{prefix}/{token[:2]}/{token}")

    def put(self, key: str, chunks: Iterable[bytes] | BinaryIO) -> Stored:
        """Write all of `chunks` (a file: from where it stands) under `key` and make it last.

        Raises FileExistsError if the key is taken. Whatever goes wrong before the end leaves nothing under
        the key. A folder is written piece by piece; for S3 the whole is held in memory and sent at once, for
        only then does the server refuse a taken key.
        """
        _checked(key)
        pieces = _Pieces(chunks)
        if self._folder is not None:
            with self._faults(key):
                _write_durably(self._folder, key, pieces)
        else:
            whole = b"".join(pieces)
            with self._faults(key):
                obstore.put(self._store, key, whole, mode="create", use_multipart=False)
        return pieces.stored()

    def open(self, key: str) -> Iterator[bytes]:
        """The file piece by piece; a missing one is noticed here, not at the first piece."""
        _checked(key)
        with self._faults(key):
            stream = obstore.get(self._store, key).stream(min_chunk_size=CHUNK)
        return self._pieces_of(stream, key)

    def _pieces_of(self, stream: "BytesStream", key: str) -> Iterator[bytes]:
        with self._faults(key):
            for chunk in stream:
                yield bytes(chunk)

    def read(self, key: str) -> bytes:
        """The whole file."""
        return b"".join(self.open(key))

    def exists(self, key: str) -> bool:
        """Whether there is a file under `key`."""
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def size(self, key: str) -> int:
        """The file's length in bytes."""
        _checked(key)
        with self._faults(key):
            return obstore.head(self._store, key)["size"]

    def delete(self, key: str) -> None:
        """Remove the file; nothing happens if there is none."""
        _checked(key)
        with suppress(FileNotFoundError), self._faults(key):
            obstore.delete(self._store, key)

    def listed(self, folder: str) -> list[tuple[str, datetime]]:
        """The keys below `folder` (a key's first parts), each with the instant at which it was written."""
        _checked(folder)
        with self._faults(folder):
            pieces = [piece for batch in obstore.list(self._store, folder) for piece in batch]
        return [(piece["path"], piece["last_modified"]) for piece in pieces]

    def sweep(self, folder: str, oldest: datetime) -> None:
        """Remove what was written below `folder` before `oldest`."""
        for key, written in self.listed(folder):
            if written < oldest:
                self.delete(key)

    def verify(self, key: str, sha256: str) -> bool:
        """Whether the file as it lies there still has this SHA-256 (hexadecimal)."""
        pieces = _Pieces(self.open(key))
        for _piece in pieces:
            pass
        return secrets.compare_digest(pieces.stored().sha256, sha256.lower())

    @contextmanager
    def _faults(self, key: str) -> Iterator[None]:
        """The failures of the library and of the folder as built-in ones, StorageError where files are not to blame.

        What a folder lacks is missing only while the folder itself is there: a disk that is not mounted has everything.
        """
        try:
            yield
        except AlreadyExistsError as fault:
            raise FileExistsError(f"the storage key is taken: {key}") from fault
        except BaseError as fault:
            raise StorageError(f"the storage failed on {key}: {_first_line(fault)}") from fault
        except FileNotFoundError as fault:
            if self._folder is None or _is_mounted(self._folder):
                raise
            raise StorageError(fault.errno, "the folder for files is not there") from fault
        except (FileExistsError, ConnectionError):  # a taken key; who sends the file went away
            raise
        except OSError as fault:
            raise StorageError(fault.errno, f"the storage failed on {key}: {fault.strerror}") from fault


def open_storage(url: str, *, create: bool = False, environ: Mapping[str, str] = os.environ) -> Storage:
    """The storage at `file:///folder`, a plain path or `s3://bucket/prefix`, tried out with a small file.

    `create` makes a missing local folder, for its owner only; otherwise a missing folder is taken for a
    disk that is not mounted. S3's address and keys come from `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`,
    `AWS_SECRET_ACCESS_KEY` and `AWS_REGION`. Raises SetupError saying what to run or set.
    """
    scheme, _separator, rest = url.partition("://")
    if scheme == "s3" and _separator:
        return _bucket(rest, environ)
    if _separator and scheme != "file":
        raise SetupError(f"{_SETTING} has an unknown scheme: {scheme}", f"set {_SETTING}=/folder or s3://bucket/prefix")
    return _folder(Path(unquote(urlsplit(url).path)) if _separator else Path(url), create=create)


def _folder(folder: Path, *, create: bool) -> Storage:
    try:
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not folder.is_dir():
            raise SetupError(
                f"the folder for files does not exist: {folder}", f"mkdir -p '{folder}', or set {_SETTING}"
            )
        storage = Storage(LocalStore(folder), folder)
        (folder / _STAGING).mkdir(exist_ok=True)
        _sweep(folder / _STAGING)
        _try_out(storage)
    except (OSError, BaseError) as fault:
        raise SetupError(
            f"the folder for files cannot be written: {fault}",
            f"chown -R the application's user '{folder}', or set {_SETTING} to a folder it can write",
        ) from fault
    return storage


def _bucket(rest: str, environ: Mapping[str, str]) -> Storage:
    bucket, _slash, prefix = rest.strip("/").partition("/")
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT")
    try:
        store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "allow_http": bool(endpoint and endpoint.startswith("http://")),
                "connect_timeout": timedelta(seconds=3),
                "read_timeout": timedelta(seconds=8),
                "timeout": timedelta(seconds=15),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=8)},
        )
        storage = Storage(store)
        _try_out(storage)
    except (OSError, BaseError, ValueError) as fault:
        raise SetupError(
            f"the bucket for files cannot be used: {bucket}: {_first_line(fault)}",
            f"create the bucket, check AWS_ENDPOINT_URL, AWS_REGION and the keys, or set {_SETTING}",
        ) from fault
    return storage


def _try_out(storage: Storage) -> None:
    """Write, read back and remove a small file: listing alone takes a missing bucket for an empty one."""
    key = f"probe/{secrets.token_hex(20)}"
    probe = storage.put(key, [b"certflow"])
    sound = storage.verify(key, probe.sha256)
    storage.delete(key)
    if not sound:
        raise OSError("what was written came back changed")


class _Pieces:
    """Passes pieces on and hashes them on the way."""

    def __init__(self, chunks: Iterable[bytes] | BinaryIO) -> None:
        # A file would be iterated by lines, which may be as long as the file.
        self._chunks = iter(lambda: chunks.read(CHUNK), b"") if hasattr(chunks, "read") else chunks
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self._size += len(chunk)
            yield chunk

    def stored(self) -> Stored:
        return Stored(self._size, self._hash.hexdigest())


def _write_durably(folder: Path, key: str, pieces: Iterable[bytes]) -> None:
    """Write beside, flush, then link into place: a key appears whole, and the system refuses a taken one."""
    staged = folder / _STAGING / secrets.token_hex(20)
    if _is_mounted(folder):
        staged.parent.mkdir(exist_ok=True)
    target = folder / key
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(staged, target)
    finally:
        staged.unlink(missing_ok=True)
    for parent in target.relative_to(folder).parents:
        _flush_folder(folder / parent)


def _is_mounted(folder: Path) -> bool:
    """Whether the folder is there: once it was tried out, it is empty only where its disk is not mounted."""
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(staging: Path) -> None:
    """Remove what a killed process left half-written long ago."""
    oldest = (clock.now() - _STAGED_FOR).timestamp()
    for left in staging.glob("*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < oldest:
                left.unlink()


def _checked(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key) or key.split("/")[0] == _STAGING:
        raise ValueError(f"not a storage key: {key[:_LONGEST_KEY]!r}")
    return key


def _first_line(fault: BaseException) -> str:
    return str(fault).partition("\n")[0]
