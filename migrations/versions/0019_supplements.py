"""What is asked to be supplemented when a dossier is given back, with a day to answer."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("supplement_request", "supplement_item")


def upgrade() -> None:
    op.create_table(
        "supplement_request",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("settled_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_supplement_request_dossier_id")),
        sa.ForeignKeyConstraint(
            ["dossier_id", "number"],
            ["history_entry.dossier_id", "history_entry.number"],
            name=op.f("fk_supplement_request_dossier_id_number"),
        ),
        sa.PrimaryKeyConstraint("dossier_id", "number", name=op.f("pk_supplement_request")),
    )
    op.create_table(
        "supplement_item",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_supplement_item_dossier_id")),
        sa.ForeignKeyConstraint(
            ["dossier_id", "number"],
            ["supplement_request.dossier_id", "supplement_request.number"],
            name=op.f("fk_supplement_item_dossier_id_number"),
        ),
        sa.PrimaryKeyConstraint("dossier_id", "number", "code", name=op.f("pk_supplement_item")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY seen ON {table} "
                f"USING (EXISTS (SELECT 1 FROM dossier d WHERE d.id = {table}.dossier_id))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
