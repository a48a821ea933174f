"""From which address many names were guessed at, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guessing_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guessing_source")),
    )
    op.create_index(op.f("ix_guessing_source_last_at"), "guessing_source", ["last_at"])
    op.create_index("ix_guessing_source_source", "guessing_source", ["source", "last_at"])


def downgrade() -> None:
    op.drop_table("guessing_source")
