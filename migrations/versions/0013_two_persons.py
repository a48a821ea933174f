"""Acts that need two persons: proposals, papers received by hand or by post, confirmed rules, revoked results."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("outcome = ''")
KINDS = "kind IN ('round_dates', 'authority_rule', 'paper_receipt', 'revocation')"


def upgrade() -> None:
    _create_proposal()
    op.create_table(
        "paper_receipt",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("register_number", sa.String(length=80), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("way IN ('direct', 'post')", name=op.f("ck_paper_receipt_way")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_paper_receipt_dossier_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_paper_receipt_proposal_id")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_paper_receipt")),
    )
    with op.batch_alter_table("authority_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_authority_rule_confirmed_by_id"), "user_account", ["confirmed_by_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_authority_rule_confirmed"), "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_authority_rule_two"), "confirmed_by_id IS NULL OR confirmed_by_id <> entered_by_id"
        )
    op.execute(
        "INSERT INTO proposal (kind, rule_id, content, reason, proposed_by_id, proposed_at, outcome, settled_reason) "
        "SELECT 'authority_rule', id, '{}', '', entered_by_id, entered_at, '', '' FROM authority_rule "
        "WHERE NOT practice AND withdrawn_at IS NULL"
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("revocation", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("revoked_reason", sa.Text(), server_default="", nullable=False))
        batch_op.create_check_constraint(op.f("ck_recognition_revoked"), "(revoked_on IS NULL) = (revocation = '')")


def _create_proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_proposal_kind")),
        sa.CheckConstraint("outcome IN ('', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_proposal_outcome")),
        sa.CheckConstraint("(outcome = '') = (settled_at IS NULL)", name=op.f("ck_proposal_settled")),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_proposal_settled_by")),
        sa.CheckConstraint(
            "outcome NOT IN ('confirmed', 'refused') OR settled_by_id <> proposed_by_id", name=op.f("ck_proposal_two")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_proposal_round_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["authority_rule.id"], name=op.f("fk_proposal_rule_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_proposal_dossier_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"], name=op.f("fk_proposal_proposed_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["user_account.id"], name=op.f("fk_proposal_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    only = {"unique": True, "sqlite_where": OPEN, "postgresql_where": OPEN}
    for subject in ("round", "rule", "dossier"):
        op.create_index(f"uq_proposal_{subject}", "proposal", ["kind", f"{subject}_id"], **only)
    op.create_index("ix_proposal_outcome", "proposal", ["outcome", "id"])


def downgrade() -> None:
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_recognition_revoked"), type_="check")
        for column in ("revoked_reason", "revocation", "revoked_on"):
            batch_op.drop_column(column)
    with op.batch_alter_table("authority_rule", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_authority_rule_two"), type_="check")
        batch_op.drop_constraint(op.f("ck_authority_rule_confirmed"), type_="check")
        batch_op.drop_constraint(op.f("fk_authority_rule_confirmed_by_id"), type_="foreignkey")
        batch_op.drop_column("confirmed_by_id")
        batch_op.drop_column("confirmed_at")
    op.drop_table("paper_receipt")
    op.drop_table("proposal")
