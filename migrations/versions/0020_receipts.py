"""Receipts of filings with their numbers; who opened a dossier first after each step, and steps taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("filing_receipt", "sequel")


def upgrade() -> None:
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True))
    _make_receipts()
    _make_sequels()
    op.execute(
        "INSERT INTO sequel (dossier_id, number, kind) SELECT dossier_id, max(number), 'unrecorded' "
        "FROM history_entry WHERE action NOT LIKE '%:%' GROUP BY dossier_id"
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            _guard(table)


def _make_receipts() -> None:
    op.create_table(
        "filing_receipt",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id", "submission"],
            ["submission.dossier_id", "submission.number"],
            name=op.f("fk_filing_receipt_dossier_id_submission"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_receipt_unit_id")),
        sa.PrimaryKeyConstraint("dossier_id", "submission", name=op.f("pk_filing_receipt")),
        sa.UniqueConstraint(
            "unit_id", "notation", "year", "number", name=op.f("uq_filing_receipt_unit_id_notation_year_number")
        ),
    )


def _make_sequels() -> None:
    op.create_table(
        "sequel",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("acting_as", sa.String(length=40), server_default="", nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_by_name", sa.String(length=120), nullable=True),
        sa.Column("done_by_position", sa.String(length=120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('viewed', 'retracted', 'unrecorded')", name=op.f("ck_sequel_kind")),
        sa.CheckConstraint("(kind = 'unrecorded') = (at IS NULL)", name=op.f("ck_sequel_at")),
        sa.CheckConstraint("(kind = 'unrecorded') = (done_by_id IS NULL)", name=op.f("ck_sequel_done_by")),
        sa.ForeignKeyConstraint(
            ["dossier_id", "number"],
            ["history_entry.dossier_id", "history_entry.number"],
            name=op.f("fk_sequel_dossier_id_number"),
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["user_account.id"], name=op.f("fk_sequel_done_by_id")),
        sa.PrimaryKeyConstraint("dossier_id", "number", name=op.f("pk_sequel")),
    )


def _guard(table: str) -> None:
    """As 0015 guards all that is in a dossier, forced on the owner of the table too."""
    op.execute(
        f"CREATE POLICY seen ON {table} USING (EXISTS (SELECT 1 FROM dossier d WHERE d.id = {table}.dossier_id))"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("retracted_at")
