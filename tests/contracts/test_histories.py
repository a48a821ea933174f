"""The histories of accounts only grow: each has one place that adds lines, and nothing changes or removes them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("model", "writer"),
    [
        ("AccountEvent", "certflow/accounts/events.py"),
        ("SignInEntry", "certflow/accounts/sign_in_history.py"),
    ],
)
def test_a_history_has_one_writer_which_only_adds(model: str, writer: str) -> None:
    naming = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in (ROOT / "certflow").rglob("*.py")
        if model in path.read_text() and "models" not in path.parts
    }
    added = [place for place, text in naming.items() if re.search(rf"insert\({model}\)|\b{model}\(", text)]
    changed = [place for place, text in naming.items() if re.search(rf"(?:update|delete)\(\s*{model}\b", text)]

    assert added == [writer]
    assert not changed
    assert len(re.findall(rf"insert\({model}\)", naming[writer])) == 1


def test_no_sql_changes_a_history_past_its_model() -> None:
    words = re.compile(r"(?i)(?:update|delete\s+from)\s+(?:account_event|sign_in_entry)\b")

    assert not [path for path in (ROOT / "certflow").rglob("*.py") if words.search(path.read_text())]
