"""Making a backup and restoring one.

A place is a folder or a bucket. It holds each stored file once, and for each backup its dump of the database, its keys
and its manifest. The database is copied first: files are stored before the rows that name them and never change
afterwards, so that whatever the copy names is still there. The manifest comes last: a backup without one was cut off.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from certflow import clock
from certflow.audit.verification import WITH_FILES
from certflow.backup import dumps
from certflow.config import Settings
from certflow.errors import SetupError
from certflow.gateways.storage import Storage

FOLDER, FILES = "backups", "files"
KEYS = {"secret-key": "secret_key", "audit-key": "audit_key"}
RECORD = "last-backup.json"
_PORTION = 100
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: its dump with size and SHA-256, its files by key with theirs, and the head of the audit."""

    name: str
    made_at: str
    revision: str
    dialect: str
    dump: dict[str, Any]
    audit: dict[str, Any]
    keys: bool
    files: dict[str, str] = field(default_factory=dict)


def make(place: Storage, settings: Settings, storage: Storage, *, keys: bool, progress: Progress) -> Manifest:
    """Back up everything into `place`; with `keys` the keys as well. Raises SetupError or StorageError.

    May be interrupted at any point and started again: files that are there are not copied twice.
    """
    name = f"{clock.now():%Y%m%dt%H%M%S}-{secrets.token_hex(3)}"
    manifest = _with_database(place, settings, name, keys)
    progress("database", 1)
    if keys:
        held = {file: getattr(settings, attribute) for file, attribute in KEYS.items()}
        place.put(f"{FOLDER}/{name}/keys.json", [json.dumps(held).encode()])
    _copy_files(FileFolder(storage), FileFolder(place, f"{FILES}/"), manifest.files, progress)
    place.put(f"{FOLDER}/{name}/manifest.json", [json.dumps(asdict(manifest)).encode()])
    return manifest


def _with_database(place: Storage, settings: Settings, name: str, keys: bool) -> Manifest:
    """The manifest of a backup whose dump is in place."""
    with tempfile.TemporaryDirectory(prefix="certflow-backup") as folder:
        dump = Path(folder) / "database"
        with dumps.made(settings.database_url, dump) as connection:
            files, head = dict(_named_files(connection)), _head(connection)
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            dialect = connection.dialect.name
        with dump.open("rb") as file:
            stored = place.put(f"{FOLDER}/{name}/database.dump", file)
    return Manifest(name, clock.now().isoformat(), str(revision), dialect, asdict(stored), head, keys, files)


def _named_files(connection: Connection) -> Iterator[tuple[str, str]]:
    for table in WITH_FILES:
        query = f"SELECT storage_key, sha256 FROM {table} WHERE storage_key IS NOT NULL ORDER BY storage_key"  # noqa: S608
        yield from ((row[0], row[1]) for row in connection.exec_driver_sql(query))


def _head(connection: Connection) -> dict[str, Any]:
    row = connection.exec_driver_sql("SELECT number, mac FROM audit_entry ORDER BY number DESC LIMIT 1").fetchone()
    return {"number": row[0], "mac": row[1]} if row else {}


class FileFolder:
    """The stored files below a prefix of a storage."""

    def __init__(self, storage: Storage, prefix: str = "") -> None:
        self._storage, self._prefix = storage, prefix

    def open(self, key: str) -> Iterator[bytes]:
        return self._storage.open(self._prefix + key)

    def take(self, key: str, sha256: str, source: "FileFolder") -> None:
        """Copy a file from `source` unless it is here; raises SetupError where its content is not what it was."""
        if self._storage.exists(self._prefix + key):
            return
        with suppress(FileExistsError):  # another backup was faster
            stored = self._storage.put(self._prefix + key, source.open(key))
            if stored.sha256 != sha256:
                self._storage.delete(self._prefix + key)
                raise SetupError(f"the file {key} is not what was stored", "certflow doctor --hashes")


def _copy_files(source: FileFolder, target: FileFolder, files: dict[str, str], progress: Progress) -> None:
    for count, (key, sha256) in enumerate(files.items(), start=1):
        try:
            target.take(key, sha256, source)
        except FileNotFoundError as fault:
            raise SetupError(f"the file {key} is missing", "certflow doctor, or restore an earlier backup") from fault
        if count % _PORTION == 0 or count == len(files):
            progress("files", count)


def listed(place: Storage) -> list[str]:
    """The names of the backups in a place that are whole, oldest first."""
    ends = "/manifest.json"
    return sorted(key.split("/")[-2] for key, _at in place.listed(FOLDER) if key.endswith(ends))


def manifest_of(place: Storage, name: str = "") -> Manifest:
    """The manifest of a backup, by default of the newest one; raises SetupError where there is none."""
    names = listed(place)
    if not names or (name and name not in names):
        raise SetupError("there is no such backup in this place", "certflow backup PLACE makes one")
    return Manifest(**json.loads(place.read(f"{FOLDER}/{name or names[-1]}/manifest.json")))


def restore(place: Storage, manifest: Manifest, settings: Settings, storage: Storage, *, progress: Progress) -> None:
    """Bring everything of a backup into an empty database and an empty storage, the database last.

    So a restore that was cut off is started again as it was. Raises SetupError where the database is not empty, or what
    the backup holds is not what its manifest says.
    """
    if (settings.database_url.startswith("sqlite")) != (manifest.dialect == "sqlite"):
        raise SetupError(f"the backup is of {manifest.dialect}", "set CERTFLOW_DATABASE_URL to a database of that kind")
    dumps.require_empty(settings.database_url)
    _copy_files(FileFolder(place, f"{FILES}/"), FileFolder(storage), manifest.files, progress)
    with tempfile.TemporaryDirectory(prefix="certflow-restore") as folder:
        dump = Path(folder) / "database"
        with dump.open("wb") as file:
            file.writelines(place.open(f"{FOLDER}/{manifest.name}/database.dump"))
        _require_same(place, manifest)
        dumps.load(settings.database_url, dump)
    progress("database", 1)


def _require_same(place: Storage, manifest: Manifest) -> None:
    if not place.verify(f"{FOLDER}/{manifest.name}/database.dump", manifest.dump["sha256"]):
        raise SetupError("the dump is not what its manifest says", "restore an earlier backup: --backup NAME")


def restore_keys(place: Storage, manifest: Manifest, data_dir: Path) -> list[str]:
    """Put the keys of a backup into the data folder, where it has none; the names of those that were put there."""
    if not manifest.keys:
        return []
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = json.loads(place.read(f"{FOLDER}/{manifest.name}/keys.json"))
    made = []
    for name in KEYS:
        with suppress(FileExistsError):
            handle = os.open(data_dir / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(held[name])
            made.append(name)
    return made


def record(data_dir: Path, manifest: Manifest, where: str) -> None:
    """Note in the data folder when the last backup was made, for those who watch."""
    draft = data_dir / f"{RECORD}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(json.dumps({"at": manifest.made_at, "name": manifest.name, "where": where}) + "\n")
    draft.replace(data_dir / RECORD)
