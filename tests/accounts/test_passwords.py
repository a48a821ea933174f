"""New passwords that others would guess first are refused, wherever a password is set, with cause and remedy."""

from collections.abc import Callable
from functools import partial

import pytest
from flask_babel import force_locale

from certflow.accounts import accounts, invitations, two_person_recovery
from certflow.accounts.guessing import passwords
from certflow.catalogue import role_titles
from certflow.errors import Invalid
from certflow.models.units import Unit
from certflow.people import people
from tests import make

pytestmark = pytest.mark.usefixtures("inside_the_application")
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERS = partial(passwords.check, sign_in_name="hoa.xt@example.gov.vn", full_name="Trần Thị Quỳnh Hoa")


@pytest.fixture
def commune() -> Unit:
    return make.unit()


def cause(password: str) -> str:
    try:
        with force_locale("en"):
            HERS(password)
    except Invalid as refusal:
        return refusal.fields["password"][0]
    return ""


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("is a common one", ("1234567890", "Password123", "MatKhau@123", "mật khẩu 123", "qwertyuiop", "a" * 30)),
        ("contains the sign-in name", ("hoa.xt@example.gov.vn", "xx-HOAXT-8471-xx", "Hòa xt với 8471")),
        ("contains the person's name", ("Trần Thị Quỳnh Hoa", "quynhhoa#8471", "Trần Hoa 8471!")),
        ("the name of a unit: Xuân Tây", ("xuantay#84719", "toio XUÂN-TÂY 26", "xUanTay.vn.8")),
        ("the name of a unit: Đồng Nai", ("tôi yêu Đồng Nai lắm", "DONGNAI.84719")),
        ("of 10 to 200 characters", ("ngắn", "d" * 201)),
        ("", (make.PASSWORD, "một mùa xuân lành", "đồng tiền nài xin", "h7$kQ9!pzL")),
    ],
)
def test_each_cause_is_said_and_good_passwords_pass(commune: Unit, said: str, texts: tuple[str, ...]) -> None:
    causes = {text: cause(text) for text in texts}

    assert all(said in words if said else not words for words in causes.values()), causes


@on_one_database
def test_every_way_to_a_password_refuses_the_same(commune: Unit) -> None:
    user, administrator = make.user("officer"), make.person(role_titles.ADMINISTRATOR)
    link = invitations.give(user).url.rsplit("/", 1)[1]
    weak = "XuanTay-84719"
    ways: list[Callable[[], object]] = [
        partial(people.add, sign_in_name="moi", full_name="Người Mới", position="", password=weak),
        partial(accounts.change_password, user, old=make.PASSWORD, new=weak),
        partial(two_person_recovery.give_password, user, weak, actor=administrator),
        partial(invitations.redeem, link, weak),
    ]

    for way in ways:
        with pytest.raises(Invalid) as refusal:
            way()
        assert "Xuân Tây" in refusal.value.fields["password"][0]
