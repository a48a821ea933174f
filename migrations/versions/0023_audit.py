"""The audit: one chained entry for each transaction that changes, reads or refuses something."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_REFUSE = "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
_EACH = "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
NEVER_CHANGED = "entries of the audit are never changed"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
    )
    for column in ("kind", "dossier_id", "actor_id"):
        op.create_index(f"ix_audit_entry_{column}_number", "audit_entry", [column, "number"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def _guards(dialect: str) -> list[str]:
    """What refuses every change of an entry; it stops slips, and whoever owns the table can take it away."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER audit_entry_{event.lower()} BEFORE {event} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END"
            for event in ("UPDATE", "DELETE")
        ]
    return [
        f"{_REFUSE} $$ BEGIN RAISE EXCEPTION '{NEVER_CHANGED}'; END $$",
        f"CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry {_EACH}",
    ]


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _watched(op.get_bind()):
            op.execute(f"DROP TRIGGER audit ON {table}")
        op.execute("DROP TABLE IF EXISTS audit_pending")
        for function in ("note()", "turn(boolean)", "digest(jsonb, text[])", "key(jsonb, text)"):
            op.execute(f"DROP FUNCTION IF EXISTS audit_{function}")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")


def _watched(connection: sa.Connection) -> list[str]:
    query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit'"
    return list(connection.execute(sa.text(query)).scalars())
