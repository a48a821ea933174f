"""What keeps a person from judging a dossier, and who steps in: conflicts of interest, substitutes and councils."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from certflow.models.base import Model, reverse
from certflow.models.days import Documented, Held, Signature, Withdrawable, signed
from certflow.models.dossiers import Dossier
from certflow.models.people import User
from certflow.models.rounds import Round
from certflow.models.units import Unit

PERIOD = "ends_on IS NULL OR ends_on >= starts_on"


class Conflict(Withdrawable, Model):
    """That a person has an interest in one dossier, or in everything about one unit; withdrawn with a reason only."""

    __tablename__ = "conflict"
    __table_args__ = (
        CheckConstraint("(dossier_id IS NULL) <> (unit_id IS NULL)", name="about"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossier.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    declared_at: Mapped[dt.datetime]

    concerned: Mapped[Signature] = signed("user")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    dossier: Mapped[Dossier | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    declared_by: Mapped[Signature] = signed("declared_by")
    declarer: Mapped[User] = relationship(foreign_keys=[declared_by_id])


class Substitute(Held, Model):
    """A part that a person has in one dossier only, in the place of somebody who may not act on it.

    `role` is a role of the dossier's scheme, or a part in its council: "council_chair" and so on.
    """

    __tablename__ = "substitute"
    __table_args__ = (
        CheckConstraint(PERIOD, name="period"),
        CheckConstraint("document <> ''", name="document"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    document: Mapped[str] = mapped_column(String(300))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[dt.datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    dossier: Mapped[Dossier] = relationship()
    seated: Mapped[Signature] = signed("user")
    named_by: Mapped[Signature] = signed("named_by")
    ended_by: Mapped[Signature | None] = signed("ended_by", optional=True)
    user: Mapped[User] = relationship(back_populates="substitutions", foreign_keys=[user_id])


SUBSTITUTIONS: InstrumentedAttribute[list[Substitute]] = reverse(
    User,
    "substitutions",
    relationship(Substitute, back_populates="user", foreign_keys=Substitute.user_id, order_by=Substitute.id),
)


def substitutions_of(user: User) -> list[Substitute]:
    """All parts that `user` has or had as a substitute."""
    return SUBSTITUTIONS.__get__(user, User)


# At one time an office has one council for a round, and one for all rounds of a scheme and year that have none.
_OF_A_ROUND = text("dissolved_at IS NULL AND round_id IS NOT NULL")
_OF_A_YEAR = text("dissolved_at IS NULL AND round_id IS NULL")


class Council(Documented, Withdrawable, Model):
    """The council that an office set up to appraise the dossiers of one scheme: in one round, or in all of a year.

    It is withdrawn when it is dissolved.
    """

    __tablename__ = "council"
    __table_args__ = (
        CheckConstraint("document_number <> ''", name="document_number"),
        CheckConstraint("(dissolved_at IS NULL) = (dissolved_by_id IS NULL)", name="dissolved"),
        CheckConstraint("dissolved_at IS NULL OR dissolved_reason <> ''", name="dissolved_reason"),
        Index(
            "uq_council_unit_round",
            *("unit_id", "round_id"),
            unique=True,
            sqlite_where=_OF_A_ROUND,
            postgresql_where=_OF_A_ROUND,
        ),
        Index(
            "uq_council_unit_year",
            *("unit_id", "workflow", "assessed_year"),
            unique=True,
            sqlite_where=_OF_A_YEAR,
            postgresql_where=_OF_A_YEAR,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    workflow: Mapped[str] = mapped_column(String(80))
    assessed_year: Mapped[int]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    document_date: Mapped[dt.date] = mapped_column()
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column("dissolved_at")
    withdrawn_by_id: Mapped[int | None] = mapped_column("dissolved_by_id", ForeignKey("user_account.id"))
    withdrawn_reason: Mapped[str] = mapped_column("dissolved_reason", Text, default="", server_default="")

    unit: Mapped[Unit] = relationship()
    round: Mapped[Round | None] = relationship()
    members: Mapped[list["CouncilMember"]] = relationship(back_populates="council", order_by="CouncilMember.id")


class CouncilMember(Held, Model):
    """A person on a council, as its chair, its secretary or a member."""

    __tablename__ = "council_member"
    __table_args__ = (
        CheckConstraint("part IN ('chair', 'secretary', 'member')", name="part"),
        CheckConstraint(PERIOD, name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    part: Mapped[str] = mapped_column(String(10))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[dt.datetime]

    council: Mapped[Council] = relationship(back_populates="members")
    seated: Mapped[Signature] = signed("user")
    named_by: Mapped[Signature] = signed("named_by")
    user: Mapped[User] = relationship(back_populates="council_seats", foreign_keys=[user_id])

    @property
    def unit(self) -> Unit:
        """The unit of the office that set up the council."""
        return self.council.unit


COUNCIL_SEATS: InstrumentedAttribute[list[CouncilMember]] = reverse(
    User,
    "council_seats",
    relationship(CouncilMember, back_populates="user", foreign_keys=CouncilMember.user_id, order_by=CouncilMember.id),
)


def council_seats_of(user: User) -> list[CouncilMember]:
    """All seats that `user` has or had on councils."""
    return COUNCIL_SEATS.__get__(user, User)
