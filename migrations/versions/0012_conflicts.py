"""Nobody decides their own case: accounts of one person, conflicts of interest, substitutes and councils."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PERIOD = "ends_on IS NULL OR ends_on >= starts_on"
OF_A_ROUND = sa.text("dissolved_at IS NULL AND round_id IS NOT NULL")
OF_A_YEAR = sa.text("dissolved_at IS NULL AND round_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_person_as_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_user_account_same_person_as_id"), ["same_person_as_id"], unique=False)
        batch_op.create_foreign_key(
            op.f("fk_user_account_same_person_as_id"), "user_account", ["same_person_as_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_user_account_same_person"), "same_person_as_id IS NULL OR same_person_as_id <> id"
        )
    _create_conflict()
    _create_substitute()
    _create_council()
    _create_council_member()


def _create_conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(dossier_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_conflict_about")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_conflict_reason")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_conflict_withdrawn")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f("ck_conflict_withdrawn_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_conflict_user_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_conflict_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_conflict_unit_id")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["user_account.id"], name=op.f("fk_conflict_declared_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_conflict_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    for column in ("user_id", "dossier_id", "unit_id"):
        op.create_index(op.f(f"ix_conflict_{column}"), "conflict", [column], unique=False)


def _create_substitute() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(PERIOD, name=op.f("ck_substitute_period")),
        sa.CheckConstraint("document <> ''", name=op.f("ck_substitute_document")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_substitute_dossier_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_substitute_user_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["user_account.id"], name=op.f("fk_substitute_named_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user_account.id"], name=op.f("fk_substitute_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
    )
    for column in ("dossier_id", "user_id"):
        op.create_index(op.f(f"ix_substitute_{column}"), "substitute", [column], unique=False)


def _create_council() -> None:
    op.create_table(
        "council",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("assessed_year", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dissolved_by_id", sa.Integer(), nullable=True),
        sa.Column("dissolved_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("document_number <> ''", name=op.f("ck_council_document_number")),
        sa.CheckConstraint("(dissolved_at IS NULL) = (dissolved_by_id IS NULL)", name=op.f("ck_council_dissolved")),
        sa.CheckConstraint("dissolved_at IS NULL OR dissolved_reason <> ''", name=op.f("ck_council_dissolved_reason")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_council_unit_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_council_round_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_council_entered_by_id")),
        sa.ForeignKeyConstraint(["dissolved_by_id"], ["user_account.id"], name=op.f("fk_council_dissolved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
    )
    for name, columns, where in (
        ("uq_council_unit_round", ["unit_id", "round_id"], OF_A_ROUND),
        ("uq_council_unit_year", ["unit_id", "workflow", "assessed_year"], OF_A_YEAR),
    ):
        op.create_index(name, "council", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _create_council_member() -> None:
    op.create_table(
        "council_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("part IN ('chair', 'secretary', 'member')", name=op.f("ck_council_member_part")),
        sa.CheckConstraint(PERIOD, name=op.f("ck_council_member_period")),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_council_member_council_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_council_member_user_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["user_account.id"], name=op.f("fk_council_member_named_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_member")),
    )
    for column in ("council_id", "user_id"):
        op.create_index(op.f(f"ix_council_member_{column}"), "council_member", [column], unique=False)


def downgrade() -> None:
    for table in ("council_member", "council", "substitute", "conflict"):
        op.drop_table(table)
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_user_account_same_person"), type_="check")
        batch_op.drop_constraint(op.f("fk_user_account_same_person_as_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_user_account_same_person_as_id"))
        batch_op.drop_column("same_person_as_id")
