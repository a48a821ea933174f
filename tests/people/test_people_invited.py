"""Those of a list who have an address are mailed a link with which they choose their password."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from certflow import jobs
from certflow.accounts import accounts, directory, invitations
from certflow.config import Settings
from certflow.models.accounts import AccountEvent, OutgoingMail
from certflow.models.base import db
from certflow.people import importing
from tests import lists, make
from tests.lists import person
from tests.mailbox import Mailbox
from tests.people.listing import administrator, create

pytestmark = pytest.mark.usefixtures("inside_the_application")

CHOSEN = "bảy ngọn đèn dầu"


@pytest.fixture
def settings(settings: Settings, post: Mailbox) -> Settings:
    return replace(settings, smtp_url=post.url, mail_sender="CertFlow <certflow@example.gov.vn>")


def test_who_has_an_address_is_mailed_a_link_and_all_others_are_listed(post: Mailbox) -> None:
    rows = [person(email="Moi@example.gov.vn"), person(role="culture_head"), person(sign_in="khong", name="Lê Không")]

    made = create(lists.people_xlsx(*rows))
    for pending in jobs.mails_to_send():
        jobs.send_mail(pending.payload)
        db.session.commit()

    assert (len(made.made), made.appointments, made.invited) == (2, 3, 1)
    assert [user.sign_in_name for user in importing.to_hand_links(made)[0]] == ["khong"]
    (mail,) = post.mails
    assert mail["To"] == "moi@example.gov.vn"
    invitations.redeem(post.token(), CHOSEN)
    make.commit()
    assert accounts.sign_in("moi", CHOSEN, source="192.0.2.1")


def test_every_account_appointment_and_link_of_a_list_is_in_the_history_of_its_account() -> None:
    create(lists.people_xlsx(person(email="moi@example.gov.vn"), person(role="culture_head", last="31/12/2026")))

    user = directory.by_sign_in_name("moi")
    assert user
    events = db.session.scalars(
        sa.select(AccountEvent).where(AccountEvent.user_id == user.id).order_by(AccountEvent.id)
    )
    told = [(event.what, event.facts.get("role", ""), event.actor_id) for event in events]

    by = administrator().id
    assert told == [
        ("created", "", by),
        ("appointed", "commune_officer", by),
        ("appointed", "culture_head", by),
        ("link_given", "", by),
    ]


def test_a_list_sent_again_mails_nobody_again() -> None:
    content = lists.people_xlsx(person(email="moi@example.gov.vn"))
    create(content)
    create(content)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1
