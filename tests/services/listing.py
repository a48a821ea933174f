"""Lists of people, sent and made by an administrator in the session of the test."""

from certflow.models.people import User
from certflow.models.people_import import PeopleImport
from certflow.services import access, people_import, people_plan
from tests import make


def administrator() -> User:
    return make.person(access.ADMINISTRATOR)


def plan(content: bytes) -> people_plan.Plan:
    return people_plan.plan(people_plan.read(content))


def send(content: bytes) -> PeopleImport:
    sent = people_import.send(content, "Danh sách.xlsx", actor=administrator())
    make.commit()
    return sent


def make_it(sent: PeopleImport) -> PeopleImport:
    fingerprint = people_import.look_at(sent).fingerprint if sent.storage_key else ""
    made = people_import.create(sent.id, actor=administrator(), sha256=sent.sha256, fingerprint=fingerprint)
    make.commit()
    return made


def create(content: bytes) -> PeopleImport:
    make.units()
    return make_it(send(content))
