"""The application's own role in PostgreSQL, where another one owns the tables: it may only add to what is lasting."""

from sqlalchemy import Connection, inspect

from certflow.audit.changes import PENDING

# Rows that are only ever added. Entries of the audit are among them.
LASTING = ("account_event", "audit_entry", "filing_receipt", "history_entry", "published_definition", "sign_in_entry")
READ_ONLY = ("alembic_version",)
SCHEMAS = ("public", "dbos")


def give(connection: Connection, role: str) -> None:
    """Let `role` do what the application does with rows, and nothing with tables; the caller commits.

    Doing it again changes nothing. It takes back whatever `role` was allowed before.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    there = [schema for schema in SCHEMAS if schema in inspect(connection).get_schema_names()]
    statements = [line for schema in there for line in _of_schema(schema, quoted)]
    for table in (*LASTING, *READ_ONLY):
        statements.append(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}")
    statements += [f"REVOKE INSERT ON {table} FROM {quoted}" for table in READ_ONLY]
    for statement in statements:
        connection.exec_driver_sql(statement)


def _of_schema(schema: str, role: str) -> list[str]:
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
    ]


def owns_tables(connection: Connection) -> bool:
    """Whether the role of this connection could change tables and triggers: it owns them, or is a superuser."""
    if connection.dialect.name != "postgresql":
        return False
    query = f"SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = '{PENDING}'::regclass"  # noqa: S608
    return bool(connection.exec_driver_sql(query).scalar())
