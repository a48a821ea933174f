import random
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certflow.config import resource
from certflow.vietnamese import cited_upwards, name_key, search_key, sort_key, title_at, within_sentence

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


CITATIONS = [
    ("Điều 7 khoản 5 điểm a", "điểm a khoản 5 Điều 7"),
    ("Điều 9 khoản 3", "khoản 3 Điều 9"),
    ("Điều 9 điểm b", "điểm b Điều 9"),
    ("Điều 6, Điều 7", "Điều 6, Điều 7"),
    ("Điều 7 khoản 1 (theo Điều 6 khoản 1 điểm đ)", "khoản 1 Điều 7 (theo điểm đ khoản 1 Điều 6)"),
    ("(Điều 2 khoản 5, 6, 7).", "(các khoản 5, 6 và 7 Điều 2)."),
    ("Thông tư 25/2023/TT-BGDĐT, Điều 9 khoản 1 điểm d", "điểm d khoản 1 Điều 9 Thông tư số 25/2023/TT-BGDĐT"),
    (
        "Thông tư 24/2023/TT-BGDĐT, Điều 14 khoản 2, Điều 16 khoản 2 điểm c, đ, Điều 11 khoản 3",
        "khoản 2 Điều 14, các điểm c và đ khoản 2 Điều 16, khoản 3 Điều 11 Thông tư số 24/2023/TT-BGDĐT",
    ),
    (
        "Thông tư 25/2023/TT-BGDĐT, Điều 5-9; Kế hoạch 367/KH-UBND, III.2.đ",
        "Điều 5-9 Thông tư số 25/2023/TT-BGDĐT; Kế hoạch số 367/KH-UBND, III.2.đ",
    ),
    (
        "Quyết định số 12/2025/QĐ-UBND và Thông tư số 25/2023/TT-BGDĐT, Điều 9 khoản 2 điểm d, Sở trả lời:",
        "Quyết định số 12/2025/QĐ-UBND và điểm d khoản 2 Điều 9 Thông tư số 25/2023/TT-BGDĐT, Sở trả lời:",
    ),
    ("Kế hoạch của UBND tỉnh Lai Châu (tháng 9/2025), II.2", "Kế hoạch của UBND tỉnh Lai Châu (tháng 9/2025), II.2"),
    ("Mẫu", "Mẫu"),
    ("", ""),
]


@pytest.mark.parametrize(("stored", "cited"), CITATIONS)
def test_clauses_are_cited_upwards_with_their_document_last(stored: str, cited: str) -> None:
    assert cited_upwards(stored) == cited
    assert cited_upwards(cited) == cited


def citations(definition: object, key: str = "") -> Iterator[str]:
    """Every text under a key that names a source, a clause or what a paper says."""
    if isinstance(definition, dict):
        for name, value in definition.items():
            yield from citations(value, name)
    elif isinstance(definition, list):
        for value in definition:
            yield from citations(value, key)
    elif isinstance(definition, str) and key.endswith(("source", "clause", "clauses", "articles", "legal_bases")):
        yield definition


def test_no_source_of_a_definition_is_garbled() -> None:
    files = [file for folder in ("forms", "workflows") for file in resource(folder).rglob("*.toml")]
    stored = {text for file in files for text in citations(tomllib.loads(file.read_text("utf-8")))}
    assert len(stored) > 300

    for text in stored:
        cited = cited_upwards(text)
        assert Counter(re.findall(r"\d+", cited)) == Counter(re.findall(r"\d+", text)), text
        added = Counter(re.findall(r"\w+", cited)) - Counter(re.findall(r"\w+", text))
        assert set(added) <= {"số", "các", "và"}, text
        assert not Counter(re.findall(r"\w+", text)) - Counter(re.findall(r"\w+", cited)), text
        assert not re.search(r"Điều \d+ (khoản|điểm)|khoản \d+ điểm", cited), text
        assert cited_upwards(cited) == cited


PLACES = [
    ("Xã Xuân Tây, Huyện Cẩm Mỹ, Tỉnh Đồng Nai", "xã Xuân Tây, huyện Cẩm Mỹ, tỉnh Đồng Nai"),
    ("Thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh"),
    ("Thị trấn Long Giao", "thị trấn Long Giao"),
    ("Phường 2", "phường 2"),
    ("Phường Đăk Ơ (Huyện Bù Gia Mập)", "phường Đăk Ơ (huyện Bù Gia Mập)"),
    ("Huyện ủy Cẩm Mỹ", "Huyện ủy Cẩm Mỹ"),
    ("Trung tâm học tập cộng đồng Xã Gia", "Trung tâm học tập cộng đồng Xã Gia"),
    ("Nguyễn Thị Lan", "Nguyễn Thị Lan"),
    ("", ""),
]


@pytest.mark.parametrize(("name", "inside"), PLACES)
def test_the_kind_of_a_unit_is_small_inside_a_sentence(name: str, inside: str) -> None:
    assert within_sentence(name) == inside
    assert within_sentence(inside) == inside
    assert within_sentence(name, begins=True) == name[:1] + inside[1:]


@pytest.mark.parametrize(
    ("title", "unit", "words"),
    [
        ("Chủ tịch Ủy ban nhân dân xã", "Xã Xuân Tây", "Chủ tịch Ủy ban nhân dân xã Xuân Tây"),
        ("Chủ tịch Ủy ban nhân dân xã", "Phường Xuân An", "Chủ tịch Ủy ban nhân dân phường Xuân An"),
        ("Chủ tịch Ủy ban nhân dân xã", "Thị xã Long Khánh", "Chủ tịch Ủy ban nhân dân xã, thị xã Long Khánh"),
        ("Chuyên viên Sở Giáo dục và Đào tạo", "Tỉnh Đồng Nai", "Chuyên viên Sở Giáo dục và Đào tạo, tỉnh Đồng Nai"),
    ],
)
def test_a_role_with_its_unit_says_the_kind_once(title: str, unit: str, words: str) -> None:
    assert title_at(title, unit) == words
