"""Holders: the learning centres, agencies and people at a unit that are rated, recognised or commended."""

from sqlalchemy import select

from certflow import clock
from certflow.domain.vietnamese import search_key
from certflow.errors import Invalid
from certflow.models.base import db
from certflow.models.dossier import Dossier
from certflow.models.places import Holder, Unit
from certflow.wording import _

MOST_LISTED = 200
LONGEST_NAME = 200


def without_dossier(unit: Unit, kind: str, round_id: int) -> list[Holder]:
    """The holders of `kind` at `unit` that have no dossier in a round yet, by name; at most MOST_LISTED."""
    taken = select(Dossier.holder_id).where(Dossier.round_id == round_id, Dossier.holder_id.is_not(None))
    query = select(Holder).where(Holder.unit_id == unit.id, Holder.kind == kind, Holder.id.not_in(taken))
    return list(db.session.scalars(query.order_by(Holder.search_key, Holder.id).limit(MOST_LISTED)))


def named(unit: Unit, kind: str, name: str, detail: str = "") -> Holder:
    """The holder of this name and detail at `unit`, entered when it is new; raises Invalid with the field's message."""
    name, detail = " ".join(name.split()), " ".join(detail.split())
    faults: dict[str, tuple[str, ...]] = {}
    if not name:
        faults["name"] = (_("Write the full name."),)
    for field, typed in (("name", name), ("detail", detail)):
        if len(typed) > LONGEST_NAME:
            faults[field] = (_("Shorten this to at most %(most)s characters.", most=LONGEST_NAME),)
    if faults:
        raise Invalid(fields=faults)
    about = {"unit_id": unit.id, "kind": kind, "name": name, "detail": detail}
    found = db.session.scalar(select(Holder).filter_by(**about))
    if found is None:
        found = Holder(search_key=search_key(name), entered_at=clock.now(), **about)
        db.session.add(found)
        db.session.flush()
    return found


def find(holder_id: int) -> Holder | None:
    """The holder with this id, if there is one."""
    return db.session.get(Holder, holder_id)
