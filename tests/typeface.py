"""The typeface of the pages, cut down to the signs they use: `poe typeface` makes its files anew, byte for byte.

The source is Be Vietnam Pro (OFL 1.1), as the npm registry has it; npm fetches it. Its licence is written beside it.
"""

import hashlib
import io
import string
import subprocess
import tarfile
import tempfile
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path(__file__).parents[1] / "certflow" / "http" / "static"
PACKAGE = "@expo-google-fonts/be-vietnam-pro@0.4.1"
SHA256 = "574b6af45c7d7ece6f22fd5e6b26652d86681a3d34a8b0e7c488880148e8edaa"
WEIGHTS = {"400": "400Regular", "600": "600SemiBold"}
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
PUNCTUATION = "\u00a0§«»°²×·–—‘’“”•…≥≤−₫"
FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern", "tnum"]
NAMES = [0, 1, 2, 13, 14]


def characters() -> set[str]:
    """ASCII, every Vietnamese letter with every tone, the tones alone, and punctuation."""
    vowels = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưyđ" for tone in TONES]
    vietnamese = {letter for letter in vowels if len(letter) == 1}
    return (
        set(string.printable[:95])
        | vietnamese
        | {letter.upper() for letter in vietnamese}
        | set(TONES[1:])
        | set(PUNCTUATION)
    )


def path_of(weight: str) -> Path:
    """The file of a weight."""
    return STATIC / f"be-vietnam-pro-{weight}.woff2"


def cut(source: bytes) -> bytes:
    """A font with our characters alone, as WOFF2."""
    options = subset.Options()
    options.layout_features, options.name_IDs, options.hinting = FEATURES, NAMES, False
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(each) for each in characters()])
    subsetter.subset(font)
    font.flavor = "woff2"
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def main() -> None:
    """Fetch the source, compare its hash, and write the two weights and the licence."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE], check=True)
        packed = next(Path(folder).iterdir()).read_bytes()
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise SystemExit(f"{PACKAGE} is not the package that was cut before.")
    with tarfile.open(fileobj=io.BytesIO(packed)) as package:
        for weight, name in WEIGHTS.items():
            path_of(weight).write_bytes(cut(_read(package, f"{name}/BeVietnamPro_{name}.ttf")))
        (STATIC / "be-vietnam-pro.LICENSE.txt").write_bytes(_read(package, "LICENSE_FONT"))


def _read(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(f"package/{name}")
    assert file is not None
    return file.read()


if __name__ == "__main__":
    main()
