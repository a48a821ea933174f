"""The `certflow` command: what the person who runs an installation types."""

from typing import Any

import click
from sqlalchemy.exc import OperationalError

from certflow.cli import (
    audit,
    backup,
    clock,
    database,
    definitions,
    moving,
    people,
    people_import,
    practice,
    recomputing,
    serving,
    units,
)
from certflow.errors import DefinitionError, Refusal, SetupError


class _Refused(click.ClickException):
    """What was asked or written cannot be taken: ends with 1."""

    exit_code = 1


class _Missing(click.ClickException):
    """Something the installation needs is not there: ends with 2."""

    exit_code = 2


class _Certflow(click.Group):
    """Tells faults that are the reader's to mend in words, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DefinitionError as fault:
            raise _Refused("the definitions do not hold together:\n" + "\n".join(fault.faults)) from fault
        except Refusal as refusal:
            raise _Refused("\n".join(refusal.reasons)) from refusal
        except SetupError as fault:
            raise _Missing(str(fault)) from fault
        except OperationalError as fault:
            message = f"the database does not answer: {fault.orig}\n  -> check CERTFLOW_DATABASE_URL and CERTFLOW_DIR"
            raise _Missing(message) from fault


@click.group(cls=_Certflow, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="certflow")
def main() -> None:
    """CertFlow: recognition of learning communities, from a commune's self-assessment to a certificate.

    Settings come from the environment: CERTFLOW_DIR, CERTFLOW_DATABASE_URL, CERTFLOW_STORAGE_URL,
    CERTFLOW_PUBLIC_URL, CERTFLOW_SECRET_KEY, CERTFLOW_PDF_ENGINE, CERTFLOW_TRUSTED_PROXIES.
    """


definitions.definitions_group.add_command(moving.move)
for command in (
    definitions.check,
    definitions.draw,
    definitions.definitions_group,
    recomputing.recompute,
    recomputing.whatif,
    database.db_group,
    audit.audit_group,
    backup.backup,
    backup.restore,
    backup.examine,
    units.units_group,
    people.user_group,
    people_import.people_group,
    serving.serve,
    clock.clock,
    serving.worker,
    serving.web_process,
    practice.demo,
):
    main.add_command(command)
