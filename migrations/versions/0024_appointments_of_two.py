"""Appointments to privileged roles are proposed and confirmed; when a session last saw the second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OPEN = sa.text("outcome = ''")
BEFORE = "kind IN ('round_dates', 'authority_rule', 'paper_receipt', 'revocation')"
KINDS = "kind IN ('round_dates', 'authority_rule', 'paper_receipt', 'revocation', 'appointment')"
ABOUT = ("round", "rule", "dossier")


def upgrade() -> None:
    _drop_partial(ABOUT)
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_proposal_user_id"), "user_account", ["user_id"], ["id"])
        batch_op.drop_constraint(op.f("ck_proposal_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_proposal_kind"), KINDS)
    _make_partial((*ABOUT, "user"))
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_column("factor_at")
    _drop_partial((*ABOUT, "user"))
    op.execute("DELETE FROM proposal WHERE kind = 'appointment'")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_proposal_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_proposal_kind"), BEFORE)
        batch_op.drop_constraint(op.f("fk_proposal_user_id"), type_="foreignkey")
        batch_op.drop_column("user_id")
    _make_partial(ABOUT)


def _drop_partial(about: tuple[str, ...]) -> None:
    """Where SQLite's table is made anew, conditions of its indexes would be lost."""
    for name in about:
        op.drop_index(f"uq_proposal_{name}", table_name="proposal")


def _make_partial(about: tuple[str, ...]) -> None:
    for name in about:
        columns = ["kind", f"{name}_id"]
        op.create_index(
            f"uq_proposal_{name}", "proposal", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
