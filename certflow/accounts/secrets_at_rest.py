"""Secrets as the database keeps them: encrypted or as keyed hashes, by keys derived from the application's own.

Whoever copies the database without the secret key (`CERTFLOW_SECRET_KEY`, or the file beside the data) can make no
codes with it and read no form that is kept. When the secret key is changed, every second factor must be reset.
"""

import base64
import hashlib
import hmac
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certflow.gateways.installation import equipment

Use = Literal["second factor", "kept form"]


def seal(text: str, use: Use) -> str:
    """`text` encrypted for one use."""
    return seal_file(text.encode(), use).decode()


def unseal(sealed: str, use: Use) -> str:
    """What was sealed for this use; "" when it was sealed by another secret key."""
    return (unseal_file(sealed.encode(), use) or b"").decode()


def seal_file(content: bytes, use: Use) -> bytes:
    """A file encrypted for one use."""
    return _box(use).encrypt(content)


def unseal_file(sealed: bytes, use: Use) -> bytes | None:
    """The file that was sealed for this use; None when it was sealed by another secret key."""
    try:
        return _box(use).decrypt(sealed)
    except InvalidToken:
        return None


def fingerprint(text: str) -> str:
    """A keyed hash of `text`, by which it is recognised and from which it cannot be guessed without the key."""
    return hmac.new(_key("fingerprint"), text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _box(use: Use) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(use)))


def _key(use: str) -> bytes:
    secret = equipment().settings.secret_key.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"certflow {use}".encode()).derive(secret)
