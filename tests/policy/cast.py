"""Who sends the requests of the matrix: actors, and where each sits in relation to the dossiers' unit.

A new actor is a line in ACTORS, a new relation a line in RELATIONS with its units in PLACES; what either may see and do
beyond that is said in `Person.sees` and `Person.roles`, and nowhere by asking the application.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from certflow import clock
from certflow.gateways.unit_sources.data import UnitRow
from certflow.models.base import db
from certflow.models.impartiality import Council, CouncilMember
from certflow.models.people import Appointment, User
from certflow.models.rules import Delegation
from certflow.units import importing
from tests import make
from tests.definitions.shipped import SCHEME

ABROAD = "Tỉnh Lâm Đồng"
COUNTRY = "Trung ương"
PLACES: Mapping[str, Mapping[str, str]] = {
    "own": {"commune": "Xã Xuân Tây", "district": "Huyện Cẩm Mỹ", "province": make.PROVINCE},
    "sibling": {"commune": "Xã Sông Ray", "district": "Huyện Xuân Lộc", "province": ABROAD},
    "parent": {"commune": "Huyện Cẩm Mỹ", "district": make.PROVINCE, "province": COUNTRY},
    "child": {"district": "Xã Xuân Tây", "province": "Huyện Cẩm Mỹ"},
    "merged": {"commune": "Xã Kế Tục", "district": "Huyện Kế Tục"},
}
SEES_FROM_ABOVE = {"Huyện Cẩm Mỹ", "Huyện Kế Tục", make.PROVINCE}
HERE, HEIR = PLACES["own"]["commune"], PLACES["merged"]["commune"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody by what they do: the role they were given and the kind of unit where it sits ("" where none matters).

    What is `delegated` is the role of somebody else there; who is `on_council` sits on that of the unit's office.
    """

    name: str
    role: str = ""
    seat: str = ""
    ended: bool = False
    delegated: bool = False
    on_council: bool = False


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
    Actor("council member", seat="district", on_council=True),
    Actor("administrator", "administrator"),
    Actor("delegate", "education_head", "district", delegated=True),
    Actor("former officer", "education_officer", "district", ended=True),
    Actor("public"),
)
RELATIONS = (
    Relation("own", "own"),
    Relation("sibling", "sibling"),
    Relation("parent", "parent"),
    Relation("child", "child"),
    Relation("former", "own", ended=True),
    Relation("merged", "merged"),
)
ANYWHERE = Relation("any")
NO_COUNCIL = ("parent", "child", "merged")  # no council of this scheme is recorded there


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

    @property
    def on_council(self) -> bool:
        """Whether the person sits on the council that appraises HERE."""
        return self.actor.on_council and self.relation.name == "own"

    def sees(self, *, filed: bool, appraised: bool) -> bool:
        """Whether the person sees a dossier of HERE.

        As one of the unit's own, from above once it was filed, or on the council once it is to be appraised.
        """
        if self.on_council and appraised:
            return True
        return self.held and (self.at in (HERE, HEIR) or (filed and self.at in SEES_FROM_ABOVE))

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the scheme in which the person acts for HERE: each only at the unit where it sits."""
        seats = {PLACES[place].get(self.actor.seat) for place in ("own", "merged")}
        seated = self.held and bool(self.actor.seat) and self.at in seats
        return frozenset({self.actor.role} & set(SCHEME.roles)) if seated else frozenset()


def people() -> list[Person]:
    """Every actor in every relation that there is; once where the relation does not matter."""
    return [
        Person(actor, relation)
        for actor in ACTORS
        for relation in (RELATIONS if actor.seat else (ANYWHERE,))
        if not relation.place or actor.seat in PLACES[relation.place]
        if not (actor.on_council and relation.name in NO_COUNCIL)
    ]


def seated(person: Person) -> User:
    """The account of a person with what they hold, written as it stands: a wrong seat is there to be refused."""
    made = make.user(person.name)
    if person.actor.on_council:
        _on_council(person, made)
    elif person.actor.delegated:
        whose = make.user(f"whose.{person.name}")
        _appointed(person, whose, ended=False)
        _delegated(whose, made, ended=not person.held)
    elif person.actor.role:
        _appointed(person, made, ended=not person.held)
    make.commit()
    return made


def _appointed(person: Person, who: User, *, ended: bool) -> None:
    today = clock.today()
    db.session.add(
        Appointment(
            user_id=who.id,
            role=person.actor.role,
            unit_id=make.unit(person.at).id if person.at else None,
            starts_on=today - dt.timedelta(days=400),
            ends_on=today - dt.timedelta(days=1) if ended else None,
        )
    )
    db.session.flush()


def _delegated(whose: User, to: User, *, ended: bool) -> None:
    today = clock.today()
    appointment = db.session.scalars(sa.select(Appointment).where(Appointment.user_id == whose.id)).one()
    db.session.add(
        Delegation(
            appointment_id=appointment.id,
            principal_name=whose.full_name,
            delegate_id=to.id,
            delegate_name=to.full_name,
            mode="KT",
            position="Phó Trưởng phòng",
            starts_on=today - dt.timedelta(days=30),
            ends_on=today - dt.timedelta(days=1) if ended else today + dt.timedelta(days=30),
            document_number="07/UQ",
            document_date=today,
            entered_by=to.signature,
            entered_at=clock.now(),
        )
    )


def _on_council(person: Person, who: User) -> None:
    """On the council of the office at the person's unit, or formerly."""
    today = clock.today()
    council = db.session.scalars(sa.select(Council).where(Council.unit_id == make.unit(person.at).id)).one()
    db.session.add(
        CouncilMember(
            council_id=council.id,
            seated=who.signature,
            part="member",
            starts_on=today - dt.timedelta(days=30),
            ends_on=today - dt.timedelta(days=1) if person.relation.ended else None,
            named_by=who.signature,
            named_at=clock.now(),
        )
    )


def elsewhere() -> None:
    """A second province, and the units that will take over HERE and its district."""
    make.units()
    commune, district = PLACES["merged"]["commune"], PLACES["merged"]["district"]
    importing.import_units(
        [
            UnitRow("68", "province", "Tỉnh", ABROAD, "Lâm Đồng", None),
            UnitRow("749", "district", "Huyện", district, "Kế Tục", "75"),
            UnitRow("26999", "commune", "Xã", commune, "Kế Tục", "749"),
        ]
    )
    make.commit()


def merge() -> None:
    """Let HERE and its district go whole into their heirs after today: its people stay, theirs come."""
    for kind, name in PLACES["merged"].items():
        ended = make.unit(PLACES["own"][kind])
        ended.ends_on, ended.heir_id = clock.today(), make.unit(name).id
    make.commit()
