"""`certflow audit` and the audit of `certflow db upgrade`; what the application's own role cannot do."""

import dataclasses
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.app import create_app
from certflow.audit import roles, verification
from certflow.config import Settings
from certflow.models.base import db
from tests import make, postgres
from tests.audit.tampering import intruder
from tests.cli.conftest import Certflow, certflow, environment  # noqa: F401 - fixtures

FORBIDDEN = (
    "UPDATE audit_entry SET kind = 'read'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE history_entry SET note = 'other'",
    "DELETE FROM history_entry",
    "UPDATE account_event SET what = 'other'",
    "DELETE FROM sign_in_entry",
    "UPDATE published_definition SET content = ''",
    "UPDATE alembic_version SET version_num = '0001'",
    "TRUNCATE claim CASCADE",
    "DROP TABLE audit_pending",
    "ALTER TABLE claim DISABLE TRIGGER audit",
    "DROP TRIGGER audit ON claim",
    "ALTER TABLE dossier DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE dossier NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY seen ON dossier",
    "CREATE POLICY all_of_it ON dossier USING (true)",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "SET session_replication_role = replica",
    "CREATE TABLE own (id int)",
    "ALTER TABLE dossier OWNER TO CURRENT_USER",
)


@pytest.fixture
def restricted(settings: Settings, app: Flask) -> Iterator[Settings]:
    """The settings with an ordinary role that owns nothing."""
    with postgres.beside(settings.database_url) as superuser:
        superuser.exec_driver_sql("CREATE ROLE certflow_restricted LOGIN")
        with app.app_context():
            roles.give(db.session.connection(), "certflow_restricted")
            db.session.commit()
        url = sa.make_url(settings.database_url).set(username="certflow_restricted")
        yield dataclasses.replace(settings, database_url=url.render_as_string(hide_password=False))
        superuser.exec_driver_sql("DROP OWNED BY certflow_restricted")
        superuser.exec_driver_sql("DROP ROLE certflow_restricted")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_role_that_owns_nothing_does_all_the_work_and_can_forge_nothing(restricted: Settings) -> None:
    app = create_app(restricted)
    with app.app_context():
        make.dossier("recognised_level_2")
        make.commit()
        assert verification.verify().count == 0
        assert not roles.owns_tables(db.session.connection())
        db.session.remove()
        done = []
        with psycopg.connect(restricted.database_url.replace("+psycopg", ""), autocommit=True) as role:
            for statement in FORBIDDEN:
                try:
                    role.execute(statement)
                    done.append(statement)
                except psycopg.errors.InsufficientPrivilege:
                    pass
            role.execute("SELECT set_config('certflow.everything', 'on', false)")
            role.execute("UPDATE dossier SET proposed_level = 1")  # what the application may, and nobody asked it to
        db.engine.dispose()

        assert done == []
        assert {fault.kind for fault in verification.verify().faults} == {"edited", "outside"}
        db.engine.dispose()


def test_verify_says_what_agrees_and_ends_with_1_where_it_does_not(
    certflow: Certflow,  # noqa: F811
    environment: dict[str, str],  # noqa: F811
    app: Flask,
) -> None:
    with app.app_context():
        make.dossier("submitted")
        make.commit()
        db.session.remove()

    anchored, agreed = certflow("audit", "anchor"), certflow("audit", "verify")
    with app.app_context(), intruder() as someone:
        someone.run("UPDATE dossier SET state = 'recognised_level_2'")
    differs = certflow("audit", "verify", "--storage")

    assert (anchored.exit_code, agreed.exit_code, differs.exit_code) == (0, 0, 1)
    assert "1 anchors compared" in agreed.output
    assert "edited: dossier 1 was changed without an entry" in differs.output
    assert "1 fault(s)." in differs.output
