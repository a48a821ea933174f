"""How offices are reached, and people in the order of their given names."""

import sqlalchemy as sa
from alembic import op

from certflow.vietnamese import name_key, sort_key

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LONGEST_KEY = 400


def upgrade() -> None:
    op.create_table(
        "office_contact",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_name", sa.String(length=120), nullable=False),
        sa.Column("entered_by_position", sa.String(length=120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_office_contact_name")),
        sa.CheckConstraint("telephone <> ''", name=op.f("ck_office_contact_telephone")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_office_contact_entered_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_contact_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_office_contact")),
    )
    _order_people(name_key)


def _order_people(key) -> None:
    account = sa.table("user_account", sa.column("id"), sa.column("full_name"), sa.column("sort_key"))
    connection = op.get_bind()
    rows = [
        {"account": row.id, "key": key(row.full_name)[:LONGEST_KEY]}
        for row in connection.execute(sa.select(account.c.id, account.c.full_name))
    ]
    change = sa.update(account).where(account.c.id == sa.bindparam("account")).values(sort_key=sa.bindparam("key"))
    if rows:
        connection.execute(change, rows)


def downgrade() -> None:
    _order_people(sort_key)
    op.drop_table("office_contact")
