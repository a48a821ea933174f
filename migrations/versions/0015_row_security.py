"""Row security on PostgreSQL: what a transaction is not told it may see, no query finds."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CHILDREN = (
    *("claim", "finding", "evidence", "meeting", "submission", "history_entry", "document", "paper_receipt"),
    "handling",
)


def _ids(name: str) -> str:
    """An array of ids that the transaction was told, looked up once per query."""
    return f"(SELECT coalesce(nullif(current_setting('certflow.{name}', true), ''), '{{}}'))::int[]"


def _on(name: str) -> str:
    return f"(SELECT coalesce(current_setting('certflow.{name}', true), '') = 'on')"


OWN = " OR ".join(f"unit_id = ANY ({_ids(name)})" for name in ("communes", "districts", "provinces"))
BELOW = " OR ".join(f"{name}_id = ANY ({_ids(f'{name}s')})" for name in ("commune", "district", "province"))
PROVINCES_OWN = f"({_on('country')} AND commune_id IS NULL AND district_id IS NULL)"
SHOWN = f"({_on('published')} AND EXISTS (SELECT 1 FROM recognition r WHERE r.dossier_id = dossier.id))"
DOSSIER = (
    f"{_on('everything')} OR {OWN} OR (filed AND ({BELOW} OR {PROVINCES_OWN})) "
    f"OR id = ANY ({_ids('dossiers')}) OR {SHOWN}"
)


def upgrade() -> None:
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("filed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE dossier SET filed = EXISTS (SELECT 1 FROM submission s WHERE s.dossier_id = dossier.id)")
    if op.get_bind().dialect.name != "postgresql":
        return
    _guard("dossier", DOSSIER)
    for table in CHILDREN:
        _guard(table, f"EXISTS (SELECT 1 FROM dossier d WHERE d.id = {table}.dossier_id)")
    _guard("proposal", "dossier_id IS NULL OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = proposal.dossier_id)")


def _guard(table: str, seen: str) -> None:
    """Forced, so that it holds for the owner of the table too, who is whom the application signs in as."""
    op.execute(f"CREATE POLICY seen ON {table} USING ({seen})")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("proposal", *CHILDREN, "dossier"):
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            op.execute(f"DROP POLICY seen ON {table}")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_column("filed")
