"""Test data of delegations, made by doing as in `make`: a deputy, what is delegated to them, and the signing rule."""

import datetime as dt
from typing import Any

from certflow import clock
from certflow.accounts import directory
from certflow.catalogue import role_titles
from certflow.models.base import db
from certflow.models.people import User
from certflow.models.rules import Delegation, SigningRule, delegations_to
from certflow.rules import delegations, signing_rules
from tests import make
from tests.snapshots import remembered

HEAD, POSITION = "education_head", "Phó Trưởng phòng"
DOCUMENT, REGULATION = "Văn bản số 07/UQ-PGDĐT", "Quyết định số 15/QĐ-PGDĐT"
ISSUER = "Phòng Giáo dục và Đào tạo huyện Cẩm Mỹ"
DAY = dt.timedelta(days=1)


@remembered
def deputy(name: str = "pho.phong", full_name: str = "Lê Thị Phó", position: str = POSITION) -> User:
    """Somebody without any role, whose position is known; made once."""
    known = directory.by_sign_in_name(name)
    if known is None:
        known = make.user(name, full_name)
        known.position = position
    assert delegations_to(known) is not None
    make.commit()
    return known


def fresh(user: User) -> User:
    """The person as the next request loads them."""
    db.session.expire_all()
    return db.session.get_one(User, user.id)


def entry(delegate: User | None = None, *, of: User | None = None, **changes: Any) -> delegations.DelegationEntry:
    """What is typed of a delegation: the head's part, to the deputy, signed KT., from yesterday for ten days."""
    usual: dict[str, Any] = {
        "appointment_id": (of or make.person(HEAD)).appointments[0].id,
        "delegate_id": (delegate or deputy()).id,
        "mode": "KT",
        "starts_on": clock.today() - DAY,
        "ends_on": clock.today() + 9 * DAY,
        "document_number": DOCUMENT,
        "document_date": clock.today() - 2 * DAY,
    }
    return delegations.DelegationEntry(**(usual | changes))


@remembered
def delegation(delegate: User | None = None, *, of: User | None = None, **changes: Any) -> Delegation:
    """A delegation entered by the administrator."""
    made = delegations.enter(entry(delegate, of=of, **changes), actor=make.person(role_titles.ADMINISTRATOR))
    assert made.appointment.user.id
    assert made.appointment.unit is not None
    assert made.appointment.unit.name
    make.commit()
    return made


def rule_entry(**changes: Any) -> signing_rules.SigningEntry:
    """What is typed of a rule: the deputy signs KT. for the head of the first district's office, every paper."""
    usual: dict[str, Any] = {
        "unit_id": make.unit("Huyện Cẩm Mỹ").id,
        "role": HEAD,
        "mode": "KT",
        "signer_position": POSITION,
        "starts_on": clock.today() - 300 * DAY,
        "document_number": REGULATION,
        "document_date": clock.today() - 301 * DAY,
        "issued_by": ISSUER,
    }
    return signing_rules.SigningEntry(**(usual | changes))


@remembered
def rule(**changes: Any) -> SigningRule:
    """A signing rule entered by the administrator."""
    made = signing_rules.enter(rule_entry(**changes), actor=make.person(role_titles.ADMINISTRATOR))
    make.commit()
    return made
