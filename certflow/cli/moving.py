"""`certflow definitions move`: a round's dossiers in progress go on by a newer version of their scheme."""

from collections import Counter
from collections.abc import Iterator

import click

from certflow.accounts import directory
from certflow.cli.application import application
from certflow.dossiers import moving
from certflow.dossiers.moving import Key, MoveResult
from certflow.errors import NotFound
from certflow.http.typed import plain_number
from certflow.models.base import db
from certflow.models.people import User

WORDS = {
    "moves": ("can move", "moved"),
    "confirm": ("can move", "moved"),
    "stays": ("stays", "stays"),
    "decided": ("stays", "stays"),
    "done": ("has this version", "had this version"),
}


@click.command()
@click.option("--round", "round_id", required=True, type=click.IntRange(1), help="The round's number.")
@click.option("--to", "target", required=True, metavar="NAME:VERSION", help="The newer version of its scheme.")
@click.option("--dry-run", is_flag=True, help="Change nothing and say what would happen; so it is without --yes.")
@click.option("--yes", is_flag=True, help="Do it.")
@click.option("--by", "name", help="The administrator in whose name it is done, as they sign in; needed with --yes.")
def move(round_id: int, target: str, dry_run: bool, yes: bool, name: str | None) -> None:
    """Move a round's dossiers to a newer version.

    Tells for each dossier whether it moves and which answers must be confirmed again, or why it stays. May be cut off
    at any moment and done again.
    """
    key = _key(target)
    if yes and dry_run:
        raise click.UsageError("--yes and --dry-run exclude each other")
    if yes and not name:
        raise click.UsageError("--yes needs --by, the administrator whom the history names")
    counts: Counter[str] = Counter()
    with application(reads=not yes):
        moves = _moved(round_id, key, name or "") if yes else moving.plan(round_id, key)
        for entry in moves:
            counts[WORDS[entry.kind][yes]] += 1
            click.echo(_line(entry, moved=yes))
    click.echo(", ".join(f"{count} {words}" for words, count in counts.items()) + "." if counts else "No dossier.")
    if not yes:
        click.echo("Nothing was changed; --yes --by ADMINISTRATOR does it.")


def _key(target: str) -> Key:
    name, _colon, version = target.rpartition(":")
    number = plain_number(version)
    if not name or number is None:
        raise click.BadParameter("write NAME:VERSION, for example dong_nai_commune_recognition:2", param_hint="--to")
    return name, number


def _moved(round_id: int, key: Key, name: str) -> Iterator[MoveResult]:
    """Each batch is committed before it is told."""
    moving.begin(round_id, key, actor=_actor(name))
    db.session.commit()
    after = 0
    while batch := moving.move_some(round_id, key, actor=_actor(name), after=after):
        db.session.commit()
        yield from batch
        after = batch[-1].dossier_id
    moving.begin(round_id, key, actor=_actor(name))
    db.session.commit()


def _actor(name: str) -> User:
    user = directory.by_sign_in_name(name.strip().lower())
    if user is None:
        raise NotFound(f"Nobody signs in as {name}.")
    return user


def _line(entry: MoveResult, *, moved: bool) -> str:
    what = WORDS[entry.kind][moved]
    return (
        f"dossier {entry.dossier_id}, {entry.unit}: {' '.join((what + ('.' if entry.details else ''), *entry.details))}"
    )
