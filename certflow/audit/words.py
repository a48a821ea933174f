"""The entries of the audit and the state of the chain in words."""

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from certflow.audit import chain, state
from certflow.models.audit import AuditEntry
from certflow.wording import instant

LONGEST_VALUE = 2000


def kinds() -> dict[str, tuple[str, str]]:
    """Each kind of entry: its words, and the kind of its tag."""
    return {
        chain.CHANGE: (_("Data changed"), "neutral"),
        chain.READ: (_("File opened"), "neutral"),
        chain.EXPORT: (_("List exported"), "waiting"),
        chain.DENIED: (_("Refused"), "bad"),
        chain.SIGNED_IN: (_("Signed in"), "good"),
        chain.SIGN_IN_REFUSED: (_("Sign-in refused"), "bad"),
        chain.ANCHOR: (_("Anchored"), "good"),
        chain.VERIFIED: (_("Verified"), "good"),
        chain.STARTED: (_("Started"), "neutral"),
        chain.SCHEMA: (_("Tables changed"), "waiting"),
    }


def line(entry: AuditEntry) -> dict[str, Any]:
    """An entry as a row of the list."""
    label, kind = kinds().get(entry.kind, (entry.kind, "neutral"))
    changed = len(json.loads(entry.changes))
    return {
        "label": label,
        "kind": kind,
        "who": entry.actor or _named(entry) or _("nobody signed in"),
        "rows": ngettext("%(num)d row", "%(num)d rows", changed) if changed else "–",
    }


def _named(entry: AuditEntry) -> str:
    """Who signed in or failed to, by the name that is noted: nobody was signed in then."""
    facts = json.loads(entry.notes)[0][1] if entry.kind in (chain.SIGNED_IN, chain.SIGN_IN_REFUSED) else {}
    return str(facts.get("name", ""))


def details(entry: AuditEntry) -> dict[str, Any]:
    """What an entry holds: its notes, and its rows with what was overwritten."""
    rows = [
        {
            "table": table,
            "key": key,
            "digest": digest or _("deleted"),
            "was": was[0][:LONGEST_VALUE] if was else "",
        }
        for table, key, digest, *was in json.loads(entry.changes)
    ]
    notes = [
        f"{kind}: {json.dumps(facts, ensure_ascii=False)}"[:LONGEST_VALUE] for kind, facts in json.loads(entry.notes)
    ]
    return {"rows": rows, "notes": notes}


def chain_words(now: state.ChainState) -> tuple[str, bool]:
    """The state of the chain in one line, and whether it agrees as far as is known."""
    parts = [ngettext("%(num)d entry", "%(num)d entries", now.entries)]
    anchored = now.anchored_at
    parts.append(_("last anchored at %(at)s", at=instant(anchored)) if anchored else _("not anchored yet"))
    if now.verified_at is None or now.faults is None:
        parts.append(_("not verified yet"))
    elif now.faults:
        parts.append(_("verified at %(at)s: it does NOT agree", at=instant(now.verified_at)))
    else:
        parts.append(_("verified at %(at)s: it agrees", at=instant(now.verified_at)))
    return "; ".join(str(part) for part in parts), not now.faults
