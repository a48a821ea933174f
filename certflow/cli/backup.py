"""`certflow backup`, `certflow restore` and `certflow doctor`."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from certflow.audit import anchors
from certflow.backup import backups, doctor
from certflow.cli.application import application
from certflow.cli.audit import tell
from certflow.config import Settings, data_folder
from certflow.errors import SetupError
from certflow.gateways.installation import equipment
from certflow.gateways.storage import Storage, StorageError, open_storage


@contextmanager
def _words_for_storage() -> Iterator[None]:
    """What a storage says of its failure, without a traceback."""
    try:
        yield
    except StorageError as fault:
        raise SetupError(str(fault), "check the place and its free space, then give the command again") from fault


@click.command()
@click.argument("place")
@click.option("--without-keys", is_flag=True, help="Leave out the secret key and the audit key; keep them elsewhere.")
def backup(place: str, without_keys: bool) -> None:
    """Back up database, files and keys.

    PLACE is a folder or s3://bucket/prefix.
    """
    with application(reads=True), _words_for_storage():
        kept = equipment()
        target = _opened(place, create=True)
        made = backups.make(target, kept.settings, kept.storage, keys=not without_keys, progress=_progress)
        backups.record(kept.settings.data_dir, made, place)
    words = f"database of {made.dump['size']} bytes at revision {made.revision}, {len(made.files)} files"
    click.echo(f"Backup {made.name}: {words}, audit entry {made.audit.get('number', 0)}.")


@click.command()
@click.argument("place")
@click.option("--backup", "name", default="", help="The name of a backup; the newest one without it.")
@click.option("--list", "lists", is_flag=True, help="Only list the backups of the place.")
def restore(place: str, name: str, lists: bool) -> None:
    """Restore a backup into an empty place."""
    with _words_for_storage():
        source = _opened(place, create=False)
        if lists:
            for each in backups.listed(source):
                click.echo(each)
            return
        manifest = backups.manifest_of(source, name)
        made = backups.restore_keys(source, manifest, data_folder())  # before the settings would make new ones
        settings = Settings.from_environment()
        storage = open_storage(settings.storage_url, create=True)
        backups.restore(source, manifest, settings, storage, progress=_progress)
    click.echo(f"Backup {manifest.name} is restored: {len(manifest.files)} files, keys: {', '.join(made) or 'none'}.")
    click.echo("Next: certflow db upgrade, then certflow doctor --hashes")


@click.command(name="doctor")
@click.option("--hashes", is_flag=True, help="Read every stored file and compare its hash.")
def examine(hashes: bool) -> None:
    """Look whether everything that is stored is whole.

    Ends with 1 when something is not.
    """
    with application(reads=True), _words_for_storage():
        result = doctor.look(anchors.read(anchors.usual_files()), hashes=hashes, progress=_progress)
    tell(result, "Everything is whole.")


def _opened(place: str, *, create: bool) -> Storage:
    return open_storage(place, create=create)


def _progress(step: str, count: int) -> None:
    click.echo(f"{step}: {count}", err=True)
