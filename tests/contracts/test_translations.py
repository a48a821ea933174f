"""Every sentence of the application has its Vietnamese words, complete and compiled."""

import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "certflow" / "translations"
VIETNAMESE = TRANSLATIONS / "vi" / "LC_MESSAGES" / "messages.po"
REPAIR = "Run `poe messages`, then write the Vietnamese in certflow/translations/vi/LC_MESSAGES/messages.po."
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["_n:1,2", "lazy_gettext"])}
PLACEHOLDER = re.compile(r"%\(\w+\)|\{\w+\}")

MessageId = str | tuple[str, ...]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return read_po(io.BytesIO(VIETNAMESE.read_bytes()), locale="vi")


@pytest.fixture(scope="module")
def used() -> dict[MessageId, str]:
    """Each sentence used in code and pages, with the place of its first use."""
    return dict(reversed(list(_extracted())))


def test_every_sentence_is_translated(catalogue: Catalog, used: dict[MessageId, str]) -> None:
    missing = [f"{place}: {message}" for message, place in used.items() if not _is_translated(catalogue.get(message))]

    assert used, "no sentence was found at all; does certflow/translations/babel.cfg still match the folders?"
    assert not missing, f"{REPAIR} Missing, empty or fuzzy:\n" + "\n".join(missing)


def test_a_translation_keeps_the_placeholders(catalogue: Catalog, used: dict[MessageId, str]) -> None:
    wrong = [
        f"{place}: {message} -> {form}"
        for message, place in used.items()
        if (entry := catalogue.get(message)) is not None
        for form in _forms(entry)
        if form and _placeholders(form) != _placeholders(message)
    ]

    assert not wrong, "These placeholders differ; the page would fail or lose a value:\n" + "\n".join(wrong)


def test_the_task_that_updates_the_catalogue_changes_nothing_on_a_clean_tree(tmp_path: Path) -> None:
    copy = shutil.copytree(TRANSLATIONS, tmp_path / "translations")
    sequence = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poe"]["tasks"]["messages"]["sequence"]
    for step in sequence[:2]:  # the third compiles, which another test compares
        command = step["cmd"].replace("certflow/translations/messages.pot", str(tmp_path / "messages.pot"))
        command = command.replace("-d certflow/translations", f"-d {copy}")
        subprocess.run(
            [sys.executable, "-m", "babel.messages.frontend", *shlex.split(command)[1:]], cwd=ROOT, check=True
        )

    assert (copy / VIETNAMESE.relative_to(TRANSLATIONS)).read_text() == VIETNAMESE.read_text()


def test_the_catalogue_keeps_no_sentence_that_nothing_uses(catalogue: Catalog, used: dict[MessageId, str]) -> None:
    idle = [str(entry.id) for entry in catalogue if entry.id and entry.id not in used]

    assert not idle, f"{REPAIR} No longer used:\n" + "\n".join(idle)
    assert not catalogue.obsolete, f"Delete the entries marked #~ in {VIETNAMESE.relative_to(ROOT)}."


def test_the_compiled_catalogue_is_current(catalogue: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)

    assert VIETNAMESE.with_suffix(".mo").read_bytes() == compiled.getvalue(), (
        "messages.mo is not the compiled messages.po. " + REPAIR
    )


def _extracted() -> Iterator[tuple[MessageId, str]]:
    with (TRANSLATIONS / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for name, line, message, *_ in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=lambda path: not Path(path).name.startswith(".")
    ):
        yield message, f"{name}:{line}"


def _is_translated(entry: Message | None) -> bool:
    return entry is not None and not entry.fuzzy and all(form.strip() for form in _forms(entry) or ("",))


def _forms(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def _placeholders(message: MessageId) -> set[str]:
    """Those of the fullest form: a singular may say "one" where the plural gives the number."""
    forms = (message,) if isinstance(message, str) else message
    return set().union(*(PLACEHOLDER.findall(form) for form in forms))
