"""Is this delivery from our GitLab? Standard Webhooks signatures and secret tokens (CONTRACT 1, Signature)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(seconds=300)
"""How far a signed timestamp may be from now, either way. GitLab names no tolerance; this is the usual one."""
SIGNATURES_AT_MOST = 10
PREFIX = "whsec_"
TIMESTAMP = re.compile(r"[0-9]{1,11}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """What deliveries must show: several of a kind while one replaces another. Never printed."""

    signing: tuple[bytes, ...]
    tokens: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"WebhookKeys({len(self.signing)} signing, {len(self.tokens)} tokens)"


def webhook_keys(signing_tokens: Iterable[str], secret_tokens: Iterable[str]) -> WebhookKeys:
    """The keys, from the texts GitLab shows once. Raises ValueError, in words and without the secret."""
    signing = tuple(_signing_key(token) for token in signing_tokens)
    tokens = tuple(token.encode() for token in secret_tokens)
    if not signing and not tokens:
        raise ValueError("no webhook secret is configured: set a signing token (whsec_…) or a secret token")
    if not all(tokens):
        raise ValueError("a webhook secret token is empty")
    return WebhookKeys(signing, tokens)


def _signing_key(token: str) -> bytes:
    try:
        key = base64.b64decode(token.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not token.startswith(PREFIX) or len(key) < 16:
        raise ValueError(f"a webhook signing token is not of the form {PREFIX}… (base64) that GitLab shows")
    return key


def headers_may_pass(keys: WebhookKeys, headers: Mapping[str, str], now: datetime) -> bool:
    """What can be judged before the body is read: the secret token, and that a fresh signature is there at all."""
    if keys.tokens and not _token_matches(keys.tokens, headers.get("x-gitlab-token", "")):
        return False
    if not keys.signing:
        return True
    signed_fields = headers.get("webhook-id"), headers.get("webhook-signature")
    return all(signed_fields) and _is_fresh(headers.get("webhook-timestamp", ""), now)


def body_passes(keys: WebhookKeys, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the signature is right for the raw body, where signing is configured. After `headers_may_pass`."""
    if not keys.signing:
        return True
    stamp = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}."
    expected = [signature(key, stamp, body) for key in keys.signing]
    right = False
    for shown in headers.get("webhook-signature", "").split(" ")[:SIGNATURES_AT_MOST]:
        for each in expected:
            right |= hmac.compare_digest(each, _raw(shown))
    return right


def signature(key: bytes, stamp: str, body: bytes) -> bytes:
    """`v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{raw body}`; `stamp` ends in a dot."""
    digest = hmac.new(key, _raw(stamp), hashlib.sha256)
    digest.update(body)
    return b"v1," + base64.b64encode(digest.digest())


def _token_matches(tokens: tuple[bytes, ...], shown: str) -> bool:
    right = False
    for token in tokens:
        right |= hmac.compare_digest(token, _raw(shown))
    return right


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(datetime.fromtimestamp(int(timestamp), UTC) - now) <= WINDOW


def _raw(header: str) -> bytes:
    """A header's bytes as they came: servers hand them on decoded as Latin-1."""
    return header.encode("latin-1", "replace")
