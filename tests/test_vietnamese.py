import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.vietnamese import name_key, search_key, sort_key

IN_DICTIONARY_ORDER = [
    "1",
    "2",
    "10",
    "An",
    "Ăn",
    "Ân",
    "Ba",
    "Ba Vì",
    "Bà",
    "Bà Rịa",
    "Bả",
    "Bã",
    "Bá",
    "Bạ",
    "Ban",
    "Bàn",
    "Bến",
    "Da",
    "Dương",
    "Đa",
    "Em",
    "Êm",
    "Ga",
    "Om",
    "Ôm",
    "Ơm",
    "Phường 2",
    "Phường 10",
    "Um",
    "Ưm",
    "Xuân Lộc",
    "Xuân Tây",
    "Yên",
]


def test_names_sort_as_in_a_vietnamese_dictionary() -> None:
    shuffled = random.Random(7).sample(IN_DICTIONARY_ORDER, len(IN_DICTIONARY_ORDER))

    assert sorted(shuffled, key=sort_key) == IN_DICTIONARY_ORDER


@pytest.mark.parametrize(("one", "other"), [("Hòa Bình", "hoà  bình"), ("Bà Rịa - Vũng Tàu", "Bà Rịa Vũng Tàu")])
def test_spelling_variants_share_a_sort_key(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)
    assert sort_key(unicodedata.normalize("NFD", one)) == sort_key(one)


def test_people_sort_by_given_name_then_by_the_family_s() -> None:
    listed = ["Trần Thị An", "Lê Ân", "Bùi Văn Bình", "Phạm Bình", "Phạm Thị Bình", "Y"]

    shuffled = random.Random(7).sample(listed, len(listed))
    assert sorted(shuffled, key=name_key) == listed
    assert name_key("") == ""


@given(st.text(max_size=40))
def test_a_sort_key_is_plain_ascii_letters_and_digits(name: str) -> None:
    key = sort_key(name)

    assert key.isascii()
    assert key == "" or (key.isalnum() and key == key.lower())


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Xã Đăk Ơ", "xa dak o"),
        ("Phường  Tân Tiến ", "phuong tan tien"),
        ("THỊ TRẤN VĨNH AN", "thi tran vinh an"),
    ],
)
def test_a_search_key_has_no_marks_and_no_case(name: str, key: str) -> None:
    assert search_key(name) == key
    assert search_key(unicodedata.normalize("NFD", name)) == key
