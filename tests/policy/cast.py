"""Who sends the requests of the matrix: actors, and where each sits in relation to the dossiers' unit.

A new actor is a line in ACTORS, a new relation a line in RELATIONS with its units in PLACES; what either may see and do
beyond that is said in `Person.sees` and `Person.roles`, and nowhere by asking the application.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from certflow import clock
from certflow.gateways.unit_data import UnitRow
from certflow.models.base import db
from certflow.models.people import Appointment, User
from certflow.services import units
from tests import make

ABROAD = "Tỉnh Lâm Đồng"
COUNTRY = "Trung ương"
PLACES: Mapping[str, Mapping[str, str]] = {
    "own": {"commune": "Xã Xuân Tây", "district": "Huyện Cẩm Mỹ", "province": make.PROVINCE},
    "sibling": {"commune": "Xã Sông Ray", "district": "Huyện Xuân Lộc", "province": ABROAD},
    "parent": {"commune": "Huyện Cẩm Mỹ", "district": make.PROVINCE, "province": COUNTRY},
    "child": {"district": "Xã Xuân Tây", "province": "Huyện Cẩm Mỹ"},
}
SEES_FROM_ABOVE = {"Huyện Cẩm Mỹ", make.PROVINCE}
HERE = PLACES["own"]["commune"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody by what they do: the role they were given and the kind of unit where it sits ("" where none matters)."""

    name: str
    role: str = ""
    seat: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Where somebody sits, seen from the seat that their role has for the dossier, and whether the office has ended."""

    name: str
    place: str = ""
    ended: bool = False


# The council's members and delegates have no rights of their own yet: they are here as people of whom nothing is known.
ACTORS = (
    Actor("commune officer", "commune_officer", "commune"),
    Actor("commune chair", "commune_chair", "commune"),
    Actor("district appraiser", "district_appraiser", "district"),
    Actor("office head", "education_head", "district"),
    Actor("province reviewer", "province_reviewer", "province"),
    Actor("council member", "council_member", "district"),
    Actor("administrator", "administrator"),
    Actor("delegate"),
    Actor("former officer", "education_officer", "district", ended=True),
    Actor("public"),
)
RELATIONS = (
    Relation("own", "own"),
    Relation("sibling", "sibling"),
    Relation("parent", "parent"),
    Relation("child", "child"),
    Relation("former", "own", ended=True),
)
ANYWHERE = Relation("any")


@dataclass(frozen=True, slots=True)
class Person:
    """An actor in a relation; `held` says whether the role is held today, `at` is the unit ("" for none)."""

    actor: Actor
    relation: Relation

    @property
    def name(self) -> str:
        """A sign-in name, which tells who it is when a cell is wrong."""
        return f"{self.actor.name}.{self.relation.name}".replace(" ", "_")

    @property
    def at(self) -> str:
        """Where the person was appointed."""
        return PLACES[self.relation.place][self.actor.seat] if self.relation.place else ""

    @property
    def signed_in(self) -> bool:
        """Whether the person has an account."""
        return self.actor.name != "public"

    @property
    def held(self) -> bool:
        """Whether the person holds the role today."""
        return bool(self.actor.role) and not (self.actor.ended or self.relation.ended)

    def sees(self, *, filed: bool) -> bool:
        """Whether the person sees the dossiers of HERE: as one of the unit's own, or from above once it was filed."""
        return self.held and (self.at == HERE or (filed and self.at in SEES_FROM_ABOVE))

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the scheme in which the person acts for HERE: each only at the unit where it sits."""
        seated = self.held and bool(self.actor.seat) and self.at == PLACES["own"][self.actor.seat]
        return frozenset({self.actor.role} & set(make.scheme().roles)) if seated else frozenset()


def people() -> list[Person]:
    """Every actor in every relation that there is; once where the relation does not matter."""
    return [
        Person(actor, relation)
        for actor in ACTORS
        for relation in (RELATIONS if actor.seat else (ANYWHERE,))
        if not relation.place or actor.seat in PLACES[relation.place]
    ]


def seated(person: Person) -> User:
    """The account of a person with the appointment, written as it stands: a wrong seat is there to be refused."""
    made = make.user(person.name)
    if person.actor.role:
        ended = not person.held
        today = clock.today()
        db.session.add(
            Appointment(
                user_id=made.id,
                role=person.actor.role,
                unit_id=make.unit(person.at).id if person.at else None,
                starts_on=today - dt.timedelta(days=400),
                ends_on=today - dt.timedelta(days=1) if ended else None,
            )
        )
    make.commit()
    return made


def elsewhere() -> None:
    """A second province, beside that of the tests."""
    make.units()
    units.import_units([UnitRow("68", "province", "Tỉnh", ABROAD, "Lâm Đồng", None)])
    make.commit()
