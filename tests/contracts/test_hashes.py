"""What a shipped version says never changes: a database that has published it would refuse to start."""

from pathlib import Path

from tests.definitions.shipped import DEFINITIONS

HASHES = Path(__file__).with_name("hashes.txt")


def test_every_shipped_definition_has_the_hash_it_was_shipped_with() -> None:
    lines = [
        *(f"form {name}:{version} {form.fingerprint}" for (name, version), form in sorted(DEFINITIONS.forms.items())),
        *(f"workflow {name}:{n} {scheme.fingerprint}" for (name, n), scheme in sorted(DEFINITIONS.workflows.items())),
    ]
    recorded = HASHES.read_text(encoding="utf-8").splitlines()

    assert lines == recorded, "a new version adds its line to hashes.txt; a line that is there never changes"
