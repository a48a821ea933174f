"""Sixty and more definition files with one defect each: every one is refused, with file, key and what to do."""

import shutil
from pathlib import Path

import pytest

from certflow.dossiers.effects import EFFECTS
from certflow.errors import DefinitionError
from certflow.law.catalogue import Catalogue, load
from certflow.law.guards import GUARDS
from certflow.law.soundness import model_check
from certflow.law.soundness.soundness import Vocabulary

HERE = Path(__file__).parent
SOUND, BROKEN = HERE / "sound", sorted((HERE / "broken").rglob("*.toml"))
PAPERS = frozenset({"recognition_decision", "certificate", "refusal_letter"})
REFUSED = "# refused: "


def read(folder: Path) -> Catalogue:
    known = Vocabulary(frozenset(GUARDS), frozenset(EFFECTS), PAPERS)
    return load(folder / "workflows", folder / "forms", known, model_check.check)


def test_there_are_sixty_files_and_the_sound_ones_they_are_made_from_load() -> None:
    assert len(BROKEN) >= 60
    assert read(SOUND).workflows


@pytest.mark.parametrize("file", BROKEN, ids=[f"{file.parent.name}-{file.stem}" for file in BROKEN])
def test_a_file_with_one_defect_is_refused_with_file_key_and_what_to_do(file: Path, tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    (place,) = (SOUND / file.parent.name).glob(f"{_base(file)}.v1.toml")
    shutil.copy(file, tmp_path / place.relative_to(SOUND))
    expected = next(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith(REFUSED))

    with pytest.raises(DefinitionError) as refusal:
        read(tmp_path)

    told = refusal.value.faults
    assert told[0].startswith(f"{file.parent.name}/{place.name}: {expected.removeprefix(REFUSED)}")
    assert all(line.startswith(f"{file.parent.name}/{place.name}: ") for line in told), "nothing else is blamed"


def test_a_role_that_sits_elsewhere_in_another_scheme_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    text = (SOUND / "workflows" / "base.v1.toml").read_text(encoding="utf-8").replace('"base_scheme"', '"other_scheme"')
    other = text.replace('head     = { seat = "district"', 'head     = { seat = "province"')
    (tmp_path / "workflows" / "other.v1.toml").write_text(other, encoding="utf-8")

    with pytest.raises(DefinitionError) as refusal:
        read(tmp_path)

    words = "roles.head.seat: is 'province' here and 'district' in workflows/base.v1.toml; give the role another name"
    assert refusal.value.faults == (f"workflows/other.v1.toml: {words}",)


def _base(file: Path) -> str:
    """The sound file that a broken one is made from: its name up to the number."""
    return file.stem.split("_")[0].rstrip("0123456789") or "base"
