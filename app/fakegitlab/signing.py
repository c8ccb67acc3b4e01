"""Standard Webhooks signatures as GitLab 19 makes them (CONTRACT 1, sure)."""

import base64
import hashlib
import hmac


def signature(signing_token: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """`v1,<base64 HMAC-SHA256>` over `id.timestamp.body`; the key is the decoded part after `whsec_`."""
    key = base64.b64decode(signing_token.removeprefix("whsec_"), validate=True)
    message = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
