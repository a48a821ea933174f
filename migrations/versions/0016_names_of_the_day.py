"""Every record of an act keeps the name and the position that the person had on its day.

What happened before this step gets them from what was kept of that time: a filing from its frozen list, which names who
filed it, and every other act from the history of the account, which keeps each change of name and position with its
instant. Where neither says anything else, older rows can only have what the account says at present. A filing whose
frozen list names somebody else than the account does keeps that name without a position, which is not known.
"""

import json
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LONGEST_NAME = 120


class Act(NamedTuple):
    """An act on a table: the beginning of its columns, the column of the account, and the instant of the act."""

    table: str
    name: str
    at: str
    optional: bool = False
    account: str = ""

    @property
    def account_id(self) -> str:
        return self.account or f"{self.name}_id"


DATED = ("authority_rule", "signing_rule", "delegation", "inheritance_rule")
ACTS = (
    Act("account_event", "actor", "at", optional=True),
    Act("authority_rule", "confirmed_by", "confirmed_at", optional=True),
    Act("calendar_day", "entered_by", "entered_at"),
    Act("claim", "saved_by", "saved_at"),
    Act("conflict", "declared_by", "declared_at"),
    Act("conflict", "user", "declared_at"),
    Act("conflict", "withdrawn_by", "withdrawn_at", optional=True),
    Act("council", "entered_by", "entered_at"),
    Act("council", "withdrawn_by", "dissolved_at", optional=True, account="dissolved_by_id"),
    Act("council_member", "named_by", "named_at"),
    Act("council_member", "user", "named_at"),
    Act("dossier", "opened_by", "opened_at"),
    Act("evidence", "uploaded_by", "uploaded_at"),
    Act("finding", "saved_by", "saved_at"),
    Act("form_confirmation", "confirmed_by", "confirmed_at"),
    Act("handling", "ended_by", "until", optional=True),
    Act("handling", "user", "since"),
    Act("history_entry", "actor", "at"),
    Act("meeting", "recorded_by", "recorded_at"),
    Act("organisation", "entered_by", "entered_at", optional=True),
    Act("people_import", "sent_by", "sent_at", optional=True),
    Act("proposal", "proposed_by", "proposed_at"),
    Act("proposal", "settled_by", "settled_at", optional=True),
    Act("rating_set", "changed_by", "changed_at"),
    Act("rating_set", "entered_by", "entered_at"),
    Act("rating_set", "published_by", "published_at", optional=True),
    Act("resolution", "applied_by", "applied_at", optional=True),
    Act("submission", "filed_by", "filed_at"),
    Act("substitute", "ended_by", "ended_at", optional=True),
    Act("substitute", "named_by", "named_at"),
    Act("substitute", "user", "named_at"),
    Act("unit_attribute", "entered_by", "entered_at", optional=True),
    *(Act(table, "entered_by", "entered_at") for table in DATED),
    *(Act(table, "withdrawn_by", "withdrawn_at", optional=True) for table in DATED),
)
WORDS = {"name": "full_name", "position": "position"}
DELEGATES = {
    "delegate_name": "delegate_id",
    "principal_name": "(SELECT a.user_id FROM appointment a WHERE a.id = appointment_id)",
}


def upgrade() -> None:
    for table in sorted({act.table for act in ACTS}):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for act in (act for act in ACTS if act.table == table):
                for word in WORDS:
                    batch_op.add_column(_column(f"{act.name}_{word}", act.optional))
            for name in DELEGATES if table == "delegation" else ():
                batch_op.add_column(_column(name, False))
    for act in ACTS:
        for word, source in WORDS.items():
            _take_present(act.table, f"{act.name}_{word}", act.account_id, source)
    for name, account in DELEGATES.items():
        _take_present("delegation", name, account, "full_name")
    _take_earlier()
    _take_filed()


def _column(name: str, optional: bool) -> sa.Column[str]:
    if optional:
        return sa.Column(name, sa.String(length=LONGEST_NAME), nullable=True)
    return sa.Column(name, sa.String(length=LONGEST_NAME), server_default="", nullable=False)


def _take_present(table: str, column: str, account: str, source: str) -> None:
    op.execute(
        f"UPDATE {table} SET {column} = (SELECT u.{source} FROM user_account u WHERE u.id = {account}) "
        f"WHERE {account} IS NOT NULL"
    )


def _take_earlier() -> None:
    """Go back through the changes of accounts, the newest first: what was done before one has what stood before it."""
    events = sa.table("account_event", sa.column("id"), sa.column("user_id"), sa.column("facts", sa.JSON))
    query = sa.select(events.c.id, events.c.user_id, events.c.facts).where(sa.column("what") == "changed")
    for event in op.get_bind().execute(query.order_by(events.c.id.desc())).all():
        before = event.facts.get("before", {})
        for word, source in WORDS.items():
            if source in before:
                _take_before(word, {"was": before[source], "account": event.user_id, "event": event.id})


def _take_before(word: str, known: dict[str, object]) -> None:
    columns = [(act.table, f"{act.name}_{word}", act.account_id, act.at) for act in ACTS]
    if word == "name":
        columns += [("delegation", name, account, "entered_at") for name, account in DELEGATES.items()]
    for table, column, account, at in columns:
        earlier = f"{table}.{at} < (SELECT e.at FROM account_event e WHERE e.id = :event)"
        query = sa.text(f"UPDATE {table} SET {column} = :was WHERE {account} = :account AND {earlier}")
        op.get_bind().execute(query, known)


def _take_filed() -> None:
    """Who filed it by the frozen list, for the filing and for the act in the history that filed it."""
    query = sa.text("SELECT dossier_id, number, filed_by_name, manifest FROM submission")
    with op.get_bind().execute(query, execution_options={"yield_per": 100}) as rows:
        filed = [(row.dossier_id, row.number, json.loads(row.manifest)["filed_by"], row.filed_by_name) for row in rows]
    for dossier_id, number, name, known in filed:
        if name != known:
            _name_filing({"dossier": dossier_id, "number": number, "name": name})


def _name_filing(filing: dict[str, object]) -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE history_entry SET actor_name = :name, actor_position = '' WHERE dossier_id = :dossier AND EXISTS "
            "(SELECT 1 FROM submission s WHERE s.dossier_id = :dossier AND s.number = :number "
            "AND s.filed_by_id = history_entry.actor_id AND s.filed_at = history_entry.at)"
        ),
        filing,
    )
    query = "UPDATE submission SET filed_by_name = :name, filed_by_position = '' WHERE dossier_id = :dossier "
    connection.execute(sa.text(query + "AND number = :number"), filing)


def downgrade() -> None:
    """Never by making the tables anew: SQLite lets none go to which rows of others refer."""
    for table in sorted({act.table for act in ACTS}, reverse=True):
        with op.batch_alter_table(table, schema=None, recreate="never") as batch_op:
            for name in DELEGATES if table == "delegation" else ():
                batch_op.drop_column(name)
            for act in (act for act in ACTS if act.table == table):
                for word in WORDS:
                    batch_op.drop_column(f"{act.name}_{word}")
