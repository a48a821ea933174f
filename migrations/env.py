"""Runs the migrations inside the application's context."""

from alembic import context
from flask import current_app

from certflow.audit import changes
from certflow.gateways.queue import is_queue_table
from certflow.models.base import Instant

database = current_app.extensions["migrate"].db


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """The tables of the background queue are kept by the queue itself, that of changes by the audit."""
    return not (kind == "table" and name is not None and (name == changes.PENDING or is_queue_table(name)))


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Instants are plain time stamps in migrations, so that these stay true when the application changes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run() -> None:
    """Run the migrations over one connection, each step in the transaction around all."""
    with database.engine.connect() as connection:
        changes.forget(connection)
        connection.rollback()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_name=include_name,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            changes.install(connection)
            connection.commit()
    database.engine.dispose()


run()
