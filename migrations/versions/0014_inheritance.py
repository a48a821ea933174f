"""Inheritance rules: what becomes of titles when units merge or divide."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inheritance_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("treatment", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "treatment IN ('inherited', 'suspended', 'reassess')", name=op.f("ck_inheritance_rule_treatment")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_inheritance_rule_period")),
        sa.CheckConstraint("document_number <> '' OR source <> ''", name=op.f("ck_inheritance_rule_source")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_inheritance_rule_withdrawn")
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f("ck_inheritance_rule_withdrawn_reason")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inheritance_rule_unit_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_inheritance_rule_entered_by_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_inheritance_rule_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inheritance_rule")),
    )
    op.create_index("ix_inheritance_rule_unit_id_workflow", "inheritance_rule", ["unit_id", "workflow"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_inheritance_rule_unit_id_workflow", table_name="inheritance_rule")
    op.drop_table("inheritance_rule")
