"""Delegation: the rules of who may sign for whom, who acts for whom, and acts that were taken for somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MODE = "mode IN ('KT', 'TL', 'TUQ')"


def upgrade() -> None:
    _create_signing_rule()
    _create_delegation()
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("delegation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("signs_for", sa.String(length=3), server_default="", nullable=False))
        batch_op.create_foreign_key(op.f("fk_history_entry_delegation_id"), "delegation", ["delegation_id"], ["id"])


def _create_signing_rule() -> None:
    op.create_table(
        "signing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=3), nullable=False),
        sa.Column("signer_role", sa.String(length=40), server_default="", nullable=False),
        sa.Column("signer_position", sa.String(length=120), server_default="", nullable=False),
        sa.Column("schemes", sa.JSON(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(signer_role = '') <> (signer_position = '')", name=op.f("ck_signing_rule_signer")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_signing_rule_period")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signing_rule_unit_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_rule_organisation_id")),
        *_kept("signing_rule"),
    )
    op.create_index("ix_signing_rule_unit_id_role", "signing_rule", ["unit_id", "role"], unique=False)


def _create_delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=3), nullable=False),
        sa.Column("workflow", sa.String(length=80), server_default="", nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_delegation_period")),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_delegation_document_number")),
        sa.CheckConstraint("position <> ''", name=op.f("ck_delegation_position")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_delegation_appointment_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["user_account.id"], name=op.f("fk_delegation_delegate_id")),
        *_kept("delegation"),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_delegate_id"), ["delegate_id"], unique=False)


def _kept(table: str) -> list[sa.schema.SchemaItem]:
    """Who entered a row, and who withdrew it and why."""
    return [
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(MODE, name=op.f(f"ck_{table}_mode")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f(f"ck_{table}_withdrawn")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f(f"ck_{table}_withdrawn_reason")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f(f"fk_{table}_entered_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["user_account.id"], name=op.f(f"fk_{table}_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_history_entry_delegation_id"), type_="foreignkey")
        batch_op.drop_column("signs_for")
        batch_op.drop_column("delegation_id")
    op.drop_table("delegation")
    op.drop_table("signing_rule")
