"""Why a page of a file is not shown, in the reader's words."""

from certflow.gateways.files.preview import Fault
from certflow.wording import N_, _

# For a page of its own, and for a picture of a few words.
_REASONS: dict[Fault, tuple[str, str]] = {
    "locked": (
        N_("This file is locked with a password, so it cannot be shown here. Download it to look at it."),
        N_("Locked"),
    ),
    "broken": (
        N_("This file is damaged, or holds nothing that can be shown here. Download it to look at it."),
        N_("Damaged"),
    ),
    "limits": (
        N_("Showing this page here would take too much time or memory. Download the file to look at it."),
        N_("Too large here"),
    ),
    "busy": (
        N_("Many pages are being prepared just now. Load this page again in a moment, or download the file."),
        N_("In a moment"),
    ),
}


def reason(fault: Fault, *, brief: bool = False) -> str:
    """The reason as a sentence with a remedy, or in a word or two; "" where there is no fault."""
    return _(_REASONS[fault][brief]) if fault else ""
