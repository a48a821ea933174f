"""What schemes beyond recognition need: holders, chosen criteria sets, papers from outside, results of other kinds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('province', 'district', 'commune')"
ALL_KINDS = "kind IN ('country', 'province', 'district', 'commune')"
PARENT = "(kind = 'province') = (parent_id IS NULL)"
ALL_PARENTS = "(kind IN ('country', 'province')) = (parent_id IS NULL)"
ABOUT_THE_UNIT = sa.text("holder_id IS NULL")


def upgrade() -> None:
    _change_checks(ALL_KINDS, ALL_PARENTS)
    _create_holder()
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("form_version", sa.Integer(), nullable=True))
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint("uq_dossier_round_id_unit_id", type_="unique")
        batch_op.create_foreign_key(op.f("fk_dossier_holder_id"), "holder", ["holder_id"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_dossier_round_id_holder_id"), ["round_id", "holder_id"])
    op.create_index(
        "uq_dossier_round_unit",
        "dossier",
        ["round_id", "unit_id"],
        unique=True,
        sqlite_where=ABOUT_THE_UNIT,
        postgresql_where=ABOUT_THE_UNIT,
    )
    for table in ("claim", "finding"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("to_confirm", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document_number", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("document_date", sa.Date(), nullable=True))
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=sa.Integer(), nullable=True)
    _widen_recognition()


def _change_checks(kinds: str, parents: str) -> None:
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_unit_kind"), type_="check")
        batch_op.drop_constraint(op.f("ck_unit_parent"), type_="check")
        batch_op.create_check_constraint(op.f("ck_unit_kind"), kinds)
        batch_op.create_check_constraint(op.f("ck_unit_parent"), parents)


def _create_holder() -> None:
    op.create_table(
        "holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('learning_centre', 'agency', 'person')", name=op.f("ck_holder_kind")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_holder_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
        sa.UniqueConstraint("unit_id", "kind", "name", "detail", name=op.f("uq_holder_unit_id_kind_name_detail")),
    )
    with op.batch_alter_table("holder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holder_search_key"), ["search_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_holder_unit_id"), ["unit_id"], unique=False)


def _widen_recognition() -> None:
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=20), server_default="recognition", nullable=False))
        batch_op.add_column(sa.Column("grade", sa.String(length=120), server_default="", nullable=False))
        batch_op.add_column(sa.Column("validity", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("outside_decision", sa.String(length=300), server_default="", nullable=False))
        batch_op.alter_column("valid_until", existing_type=sa.Date(), nullable=True)
        batch_op.alter_column("decision_id", existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column("certificate_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(op.f("fk_recognition_holder_id"), "holder", ["holder_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_recognition_holder_id"), ["holder_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recognition_holder_id"))
        batch_op.drop_constraint(op.f("fk_recognition_holder_id"), type_="foreignkey")
        for column in ("certificate_id", "decision_id"):
            batch_op.alter_column(column, existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("valid_until", existing_type=sa.Date(), nullable=False)
        for column in ("outside_decision", "validity", "grade", "kind", "holder_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.drop_column("document_date")
        batch_op.drop_column("document_number")
    for table in ("finding", "claim"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("to_confirm")
    op.drop_index("uq_dossier_round_unit", table_name="dossier")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_dossier_round_id_holder_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_dossier_holder_id"), type_="foreignkey")
        batch_op.create_unique_constraint("uq_dossier_round_id_unit_id", ["round_id", "unit_id"])
        batch_op.drop_column("holder_id")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("form_version")
        batch_op.drop_column("form")
    op.drop_table("holder")
    _change_checks(KINDS, PARENT)
