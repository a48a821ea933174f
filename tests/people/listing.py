"""Lists of people, sent and made by an administrator in the session of the test."""

from certflow.catalogue import role_titles
from certflow.models.people import PeopleImport, User
from certflow.people import importing
from certflow.people.columns import read
from certflow.people.plan import PeoplePlan, plan_for
from tests import make


def administrator() -> User:
    return make.person(role_titles.ADMINISTRATOR)


def plan(content: bytes) -> PeoplePlan:
    return plan_for(read(content))


def send(content: bytes) -> PeopleImport:
    sent = importing.send(content, "Danh sách.xlsx", actor=administrator())
    make.commit()
    return sent


def make_it(sent: PeopleImport) -> PeopleImport:
    fingerprint = importing.look_at(sent).fingerprint if sent.storage_key else ""
    made = importing.create(sent.id, actor=administrator(), sha256=sent.sha256, fingerprint=fingerprint)
    make.commit()
    return made


def create(content: bytes) -> PeopleImport:
    make.units()
    return make_it(send(content))
