"""The migrations and the models say the same, on both databases, and every step can be undone."""

from typing import Any

import flask_migrate
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from certflow.audit.changes import PENDING
from certflow.config import resource
from certflow.gateways.queue import is_queue_table
from certflow.models.base import db

STEPS = [script.revision for script in ScriptDirectory(str(resource("migrations"))).walk_revisions()][::-1]


def test_the_migrations_are_one_line_without_forks() -> None:
    scripts = ScriptDirectory(str(resource("migrations")))

    assert scripts.get_heads() == [STEPS[-1]]
    assert scripts.get_bases() == [STEPS[0]]


def test_the_newest_migration_is_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert _differences() == []


def test_every_check_and_name_of_the_models_is_in_the_database(app: Flask) -> None:
    with app.app_context():
        inspector = sa.inspect(db.engine)
        for table in db.metadata.sorted_tables:
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            uniques = {unique["name"] for unique in inspector.get_unique_constraints(table.name)}

            assert checks == _named(table, sa.CheckConstraint), table.name
            assert uniques == _named(table, sa.UniqueConstraint), table.name


def test_every_migration_goes_down_and_up_again_and_the_last_one_down_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        for step in reversed(STEPS):
            before = _tables()
            flask_migrate.downgrade(revision="-1")
            assert _tables() != before or step != STEPS[0]
            flask_migrate.upgrade(revision=step)
            assert _tables() == before, step
            flask_migrate.downgrade(revision="-1")
        assert {name for name in _tables() if not is_queue_table(name)} <= {"alembic_version"}

        flask_migrate.upgrade()

        assert _differences() == []


def _differences() -> list[Any]:
    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_name": _ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, db.metadata))


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and (name == PENDING or is_queue_table(name)))


def _tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def _named(table: sa.Table, kind: type[sa.Constraint]) -> set[str | None]:
    return {str(c.name) for c in table.constraints if type(c) is kind}
