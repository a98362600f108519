"""Checks that a request comes from Jobstream, as Standard Webhooks says: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping

TOLERANCE_S = 5 * 60
"""The clocks of sender and receiver may be so far apart."""
MAX_SIGNATURES = 16


class SignatureError(Exception):
    """The request is not from Jobstream as it is, or it is too old. Answer 401: it is not sent again."""


def verify(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: float | None = None) -> str:
    """Returns the webhook-id, which each copy of the same run has. Several secrets hold while one is rotated."""
    message_id, sent_at, signatures = (
        headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (message_id and sent_at and signatures):
        raise SignatureError("The request is not signed.")
    if not re.fullmatch(r"[0-9]{1,12}", sent_at):
        raise SignatureError("The timestamp is no number of seconds.")
    if abs((time.time() if now is None else now) - int(sent_at)) > TOLERANCE_S:
        raise SignatureError("The timestamp is too far from now: a recorded request, or a wrong clock.")
    signed = f"{message_id}.{sent_at}.".encode() + body
    sent = [each[3:].encode() for each in signatures.split(" ")[:MAX_SIGNATURES] if each.startswith("v1,")]
    expected = [base64.b64encode(hmac.digest(_key_of(secret), signed, hashlib.sha256)) for secret in secrets]
    if not any(hmac.compare_digest(own, other) for own in expected for other in sent):
        raise SignatureError("No signature fits: another secret, or the body was changed.")
    return message_id


def _key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
