"""The cookie by which a browser is known again: for which accounts it was opened before; it opens nothing by itself."""

import datetime as dt
import hashlib
import secrets
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

COOKIE = "certflow_browser"
LASTS = dt.timedelta(days=400)  # longer than from one filing day to the next; browsers keep none longer
MOST_ACCOUNTS = 8


def cookie_name(name: str, *, secure: bool) -> str:
    """The name of a cookie; where people use https browsers let only this host set it, and only by https."""
    return f"__Host-{name}" if secure else name


def known_for(sign_in_name: str) -> str:
    """What names this browser, if the account was opened in it before; else ""."""
    cookie = _kept()
    return str(cookie["id"]) if _short(sign_in_name) in cookie["accounts"] else ""


def remember(response: Response, sign_in_name: str) -> None:
    """Note in the browser that this account was opened in it."""
    cookie, account = _kept(), _short(sign_in_name)
    newest = [account, *(other for other in cookie["accounts"] if other != account)][:MOST_ACCOUNTS]
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        cookie_name(COOKIE, secure=secure),
        str(_signer().dumps({"id": cookie["id"] or secrets.token_urlsafe(16), "accounts": newest})),
        max_age=LASTS,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _kept() -> dict[str, Any]:
    name = cookie_name(COOKIE, secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))
    try:
        cookie = _signer().loads(request.cookies.get(name, ""))
    except BadSignature:
        return {"id": "", "accounts": []}
    return {"id": str(cookie["id"]), "accounts": list(cookie["accounts"])}


def _short(sign_in_name: str) -> str:
    """A short hash of the sign-in name: the cookie holds no names, since many people may share the machine."""
    name = sign_in_name.strip().lower()[:120]
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="certflow browser")
