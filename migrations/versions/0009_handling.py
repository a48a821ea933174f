"""Who works on a dossier."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(until IS NULL) = (ended_by_id IS NULL) AND (until IS NULL) = (ending = '')",
            name=op.f("ck_handling_ended"),
        ),
        sa.CheckConstraint("(ending = 'taken_over') = (reason <> '')", name=op.f("ck_handling_reason")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_handling_dossier_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_handling_user_id")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_handling_appointment_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user_account.id"], name=op.f("fk_handling_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling")),
    )
    still_open = {"sqlite_where": sa.text("until IS NULL"), "postgresql_where": sa.text("until IS NULL")}
    op.create_index("uq_handling_dossier_id_role_open", "handling", ["dossier_id", "role"], unique=True, **still_open)
    op.create_index("ix_handling_appointment_id_open", "handling", ["appointment_id", "dossier_id"], **still_open)
    op.create_index("ix_handling_dossier_id", "handling", ["dossier_id"])


def downgrade() -> None:
    op.drop_table("handling")
