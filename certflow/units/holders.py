"""Holders: the learning centres, agencies and people at a unit that are rated, recognised or commended."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from certflow import clock
from certflow.errors import Invalid
from certflow.models.base import db
from certflow.models.dossiers import Dossier
from certflow.models.units import Holder, Organisation, Unit
from certflow.vietnamese import search_key
from certflow.wording import _

MOST_LISTED = 200
LONGEST_NAME = 200


def without_dossier(unit: Unit, kind: str, round_id: int) -> list[Holder]:
    """The holders of `kind` at `unit` that have no dossier in a round yet, by name; at most MOST_LISTED.

    A centre or an agency whose office has ended is left out.
    """
    in_round = select(Dossier.holder_id).where(Dossier.round_id == round_id, Dossier.holder_id.is_not(None))
    ended = select(Organisation.id).where(Organisation.unit_id == unit.id, Organisation.ends_on < clock.today())
    query = select(Holder).where(Holder.unit_id == unit.id, Holder.kind == kind, Holder.id.not_in(in_round))
    query = query.where(or_(Holder.organisation_id.is_(None), Holder.organisation_id.not_in(ended)))
    return list(db.session.scalars(query.order_by(Holder.search_key, Holder.id).limit(MOST_LISTED)))


def centres(unit_id: int) -> list[Holder]:
    """The learning centres and agencies at a unit that have no office; at most MOST_LISTED."""
    query = select(Holder).where(Holder.unit_id == unit_id, Holder.kind != "person", Holder.organisation_id.is_(None))
    return list(db.session.scalars(query.order_by(Holder.search_key, Holder.id).limit(MOST_LISTED)))


def named(unit: Unit, kind: str, name: str, detail: str = "") -> Holder:
    """The holder with this name and detail at `unit`, inserted if it is new; raises Invalid by field."""
    name, detail = " ".join(name.split()), " ".join(detail.split())
    faults: dict[str, tuple[str, ...]] = {}
    if not name:
        faults["name"] = (_("Write the full name."),)
    for field, text in (("name", name), ("detail", detail)):
        if len(text) > LONGEST_NAME:
            faults[field] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_NAME),)
    if faults:
        raise Invalid(fields=faults)
    about = {"unit_id": unit.id, "kind": kind, "name": name, "detail": detail}
    query = select(Holder).filter_by(**about)
    holder = db.session.scalar(query)
    if holder is None:
        _enter(about)
    return holder or db.session.scalars(query).one()


def _enter(about: dict[str, Any]) -> None:
    """Insert a holder; the unique constraint makes a concurrent second insert do nothing."""
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    row = about | {"search_key": search_key(about["name"]), "entered_at": clock.now()}
    db.session.execute(dialect.insert(Holder).values(**row).on_conflict_do_nothing())


def find(holder_id: int) -> Holder | None:
    """The holder with this id, or None."""
    return db.session.get(Holder, holder_id)
