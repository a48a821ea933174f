"""Other papers have a place of their own: those that are asked for now are compared with what lies there, which is nothing.

Until now every file of the dossier counted for them.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NO_FILE = hashlib.sha256(b"[]").hexdigest()


def upgrade() -> None:
    item = sa.table("supplement_item", sa.column("code"), sa.column("changed"), sa.column("seen"))
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE supplement_item NO FORCE ROW LEVEL SECURITY")
    op.execute(sa.update(item).where(item.c.code == "papers", item.c.changed.is_(None)).values(seen=NO_FILE))
    if postgresql:
        op.execute("ALTER TABLE supplement_item FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    pass
