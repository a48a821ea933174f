"""The histories of an account, and the devices that signed in, in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from certflow.catalogue import role_titles
from certflow.http.fields import shown_day
from certflow.models.accounts import AccountEvent, SignInEntry
from certflow.models.days import Signature
from certflow.models.people import User

BROWSERS = (
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def with_present_name(signature: Signature, account: User) -> str:
    """Name and position of the day of an act, and what its account is called now where that is another name."""
    if account.full_name == signature.name:
        return signature.full
    return str(_("%(name)s (now: %(present)s)", name=signature.full, present=account.full_name))


def sign_in(entry: SignInEntry) -> dict[str, str]:
    """A line of the sign-in history: what happened with the kind of its tag, and on which device."""
    words = {
        "signed_in": (_("Signed in"), "good"),
        "wrong_password": (_("Wrong password"), "bad"),
        "wrong_code": (_("Password right, code wrong"), "bad"),
        "new_password": (_("Password set by a link"), "waiting"),
    }
    what, kind = words.get(entry.what, (entry.what, "neutral"))
    return {"what": what, "kind": kind, "device": device(entry.agent), "source": entry.source or "–"}


def event(line: AccountEvent) -> dict[str, str]:
    """A line of an account's history: what was done, its details, and by whom."""
    words = {
        "created": _("The account was created"),
        "changed": _("Account changed"),
        "switched_on": _("Account switched on"),
        "switched_off": _("Account switched off"),
        "appointed": _("Appointed"),
        "appointment_ended": _("Appointment ended"),
        "link_given": _("Password link given"),
        "link_asked_for": _("Password link requested without signing in"),
        "link_redeemed": _("Password chosen by a link"),
        "password_given": _("Password set by an administrator"),
        "password_changed": _("Password changed"),
        "second_factor_begun": _("Second factor activated"),
        "second_factor_removed": _("Second factor removed"),
        "second_factor_reset": _("Second factor removed by an administrator"),
        "recovery_code_used": _("Recovery code used"),
        "recovery_codes_renewed": _("New recovery codes created"),
        "sessions_ended": _("Signed out everywhere by an administrator"),
        "other_sessions_ended": _("Other sessions ended"),
    }
    who = line.done_by.full if line.done_by else str(_("the command line"))
    return {"what": words.get(line.what, line.what), "detail": _detail(line.what, line.facts), "who": who}


def _detail(what: str, facts: Mapping[str, Any]) -> str:
    if what in ("appointed", "appointment_ended"):
        return _appointment(facts)
    if what == "changed":
        return _changes(facts)
    if what == "link_given":
        return str(facts.get("mailed_to") or _("shown to be handed over"))
    if what == "link_asked_for":
        return str(_("from %(source)s", source=facts.get("source", "")))
    if what == "recovery_code_used":
        return str(_("%(left)s left", left=facts.get("left", "")))
    return ""


def _changes(facts: Mapping[str, Any]) -> str:
    names = {"full_name": _("Full name"), "position": _("Position"), "email": _("E-mail address")}
    before, after = facts.get("before", {}), facts.get("after", {})
    return "; ".join(f"{names.get(name, name)}: {before[name] or '–'} → {after.get(name) or '–'}" for name in before)


def _appointment(facts: Mapping[str, Any]) -> str:
    role = str(facts.get("role", ""))
    title = role_titles.roles().get(role, (role, ""))[0]
    days = [_day(facts.get("starts_on")), _day(facts.get("ends_on")) or str(_("further notice"))]
    return ", ".join(part for part in (title, str(facts.get("unit", "")), " – ".join(days)) if part)


def _day(text: object) -> str:
    return shown_day(dt.date.fromisoformat(str(text))) if text else ""


def device(agent: str) -> str:
    """Browser and system, for example "Chrome, Windows"; anybody can send anything here, so it proves nothing."""
    names = [next((name for mark, name in names if mark in agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name) or str(_("unknown device"))
