"""`certflow user`: the first administrator, and accounts and appointments without a browser."""

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import click

from certflow import clock
from certflow.cli.application import application
from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.people import User
from certflow.services import access, people, units

_DAY = click.DateTime(["%d/%m/%Y", "%Y-%m-%d"])


@click.group("user")
def user_group() -> None:
    """Make accounts and appointments."""


def _account(given: Callable[..., None]) -> Callable[..., None]:
    """Adds the arguments of a new account."""
    stdin = "Read the password from standard input instead of asking."
    command = click.option("--password-stdin", is_flag=True, help=stdin)(given)
    command = click.option("--position", default="", help="The person's position.")(command)
    command = click.option("--full-name", required=True, help="The person's full name.")(command)
    return click.argument("name")(command)


@user_group.command("add")
@_account
def add(**given: Any) -> None:
    """Create an account without any role."""
    with application():
        user = _added(**given)
        db.session.commit()
        click.echo(
            f"{user.sign_in_name} can sign in. Give a role: certflow user appoint {user.sign_in_name} --role ..."
        )


@user_group.command("add-administrator")
@_account
def add_administrator(**given: Any) -> None:
    """Create the account of an administrator, who makes the others in the browser."""
    with application():
        user = _added(**given)
        people.give(user, role=access.ADMINISTRATOR, unit_id=None, starts_on=clock.today())
        db.session.commit()
        click.echo(f"{user.sign_in_name} is an administrator.")


def _added(name: str, full_name: str, position: str, password_stdin: bool) -> User:
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return people.add(sign_in_name=name, full_name=full_name, position=position, password=password)


@user_group.command("appoint")
@click.argument("name")
@click.option("--role", required=True, help="For example commune_officer; a wrong one lists them all.")
@click.option("--unit", metavar="CODE", help="The official code of the unit; none for an administrator.")
@click.option("--from", "starts_on", type=_DAY, metavar="DAY", help="First day, 15/02/2025; today without it.")
@click.option("--until", "ends_on", type=_DAY, metavar="DAY", help="Last day; until further notice without it.")
@click.option("--document", default="", help="The paper by which the person is appointed; needed where a unit ended.")
def appoint(
    name: str, role: str, unit: str | None, starts_on: dt.datetime | None, ends_on: dt.datetime | None, document: str
) -> None:
    """Give a person a role at a unit."""
    with application():
        if role not in people.roles():
            raise click.BadParameter("choose one of: " + ", ".join(people.roles()), param_hint="--role")
        user = people.by_sign_in_name(name.strip().lower())
        if user is None:
            raise NotFound(f"Nobody signs in as {name}. Create the account first: certflow user add {name} ...")
        place = units.by_code(unit) if unit else None
        people.give(
            user,
            role=role,
            unit_id=place.id if place else None,
            starts_on=starts_on.date() if starts_on else clock.today(),
            ends_on=ends_on.date() if ends_on else None,
            document=document,
        )
        db.session.commit()
        click.echo(f"{user.sign_in_name} is {role}" + (f" at {place.name}." if place else "."))
