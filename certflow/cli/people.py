"""`certflow user`: the first administrator, and accounts and appointments without a browser."""

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import click

from certflow import clock
from certflow.accounts import directory, invitations, second_factor
from certflow.catalogue import role_titles, units
from certflow.cli.application import application
from certflow.errors import NotFound
from certflow.models.base import db
from certflow.models.people import User
from certflow.people import people

_DAY = click.DateTime(["%d/%m/%Y", "%Y-%m-%d"])


@click.group("user")
def user_group() -> None:
    """Make accounts and appointments."""


def _account(callback: Callable[..., None]) -> Callable[..., None]:
    """Adds the arguments of a new account."""
    stdin = "Read the password from standard input instead of asking."
    command = click.option("--password-stdin", is_flag=True, help=stdin)(callback)
    invite = "Ask for no password: make a link with which the person chooses it."
    command = click.option("--invite", is_flag=True, help=invite)(command)
    command = click.option("--email", default="", help="The person's e-mail address, to which links are sent.")(command)
    command = click.option("--position", default="", help="The person's position.")(command)
    command = click.option("--full-name", required=True, help="The person's full name.")(command)
    return click.argument("name")(command)


@user_group.command("add")
@_account
def add(**account: Any) -> None:
    """Create an account without any role."""
    with application():
        user = _added(**account)
        link = _link(user) if account["invite"] else f"{user.sign_in_name} can sign in."
        db.session.commit()
        click.echo(link)
        click.echo(f"Give a role: certflow user appoint {user.sign_in_name} --role ...")


@user_group.command("add-administrator")
@_account
def add_administrator(**account: Any) -> None:
    """Create the account of an administrator, who makes the others in the browser."""
    with application():
        user = _added(**account)
        people.give(user, role=role_titles.ADMINISTRATOR, unit_id=None, starts_on=clock.today())
        link = _link(user) if account["invite"] else ""
        db.session.commit()
        click.echo(f"{user.sign_in_name} is an administrator.")
        click.echo(link, nl=bool(link))


@user_group.command("invite")
@click.argument("name")
def invite(name: str) -> None:
    """Give a person a link for choosing a password: mailed if that is possible, else printed."""
    with application():
        message = _link(_known(name))
        db.session.commit()
        click.echo(message)


@user_group.command("reset-second-factor")
@click.argument("name")
def reset_second_factor(name: str) -> None:
    """Take away the second factor of a person who lost telephone and recovery codes."""
    with application():
        user = _known(name)
        second_factor.take_away(user)
        db.session.commit()
        click.echo(f"{user.sign_in_name} signs in with the password alone, until a second factor is begun again.")


def _link(user: User) -> str:
    invitation = invitations.give(user)
    if invitation.mailed_to:
        return f"A link is on its way to {invitation.mailed_to}. It works once, for 24 hours."
    return f"Hand this link over to {user.full_name} alone. It works once, for 24 hours:\n{invitation.url}"


def _known(name: str) -> User:
    user = directory.by_sign_in_name(name.strip().lower())
    if user is None:
        raise NotFound(f"Nobody signs in as {name}. Create the account first: certflow user add {name} ...")
    return user


def _added(name: str, full_name: str, position: str, email: str, password_stdin: bool, invite: bool) -> User:
    if invite:
        password = ""
    elif password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not password and not invite:
        raise click.UsageError("Type a password, or let the person choose it: --invite")
    return people.add(sign_in_name=name, full_name=full_name, position=position, password=password, email=email)


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
        if role not in role_titles.roles():
            raise click.BadParameter("choose one of: " + ", ".join(role_titles.roles()), param_hint="--role")
        user = _known(name)
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
