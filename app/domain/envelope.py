"""The signed state envelope at the end of our notes (promise 7): how we know our own words again.

It is an HTML comment, which GitLab does not show. It binds topic, template, state and the visible text to one
issue of one instance, so a marker forged by a person, or copied from another issue, does not open.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_OPENS = "<!-- sounding-board:1 "
_COMMENT = re.compile(r"<!-- sounding-board:1 ([A-Za-z0-9+/=]{1,600000}) ([A-Za-z0-9+/=]{44}) -->\s*")
"""A ledger's machine copy of two thousand customers is some 250,000 characters long; a note may have a million."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a note stands: GitLab's base URL, the project's id (it survives renames), the issue's number."""

    instance: str
    project_id: int
    iid: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a note of ours is about. `intact` is false when somebody edited the visible text since."""

    topic: str
    template: str
    state: Mapping[str, object]
    intact: bool


def seal(text: str, topic: str, template: str, state: Mapping[str, object], place: Place, key: bytes) -> str:
    """The note's whole body: the visible text and its envelope."""
    content = {"topic": topic, "template": template, "state": dict(state), "text": _fingerprint(text)}
    payload = base64.b64encode(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).decode()
    return f"{text.rstrip()}\n\n<!-- sounding-board:1 {payload} {_signature(payload, place, key)} -->"


def unseal(body: str, place: Place, keys: tuple[bytes, ...]) -> Envelope | None:
    """The envelope of a body, or None where there is none that any of our keys signed for this place."""
    begins = body.rfind(_OPENS)
    found = _COMMENT.fullmatch(body, begins) if begins >= 0 else None
    if found is None:
        return None
    payload, signature = found.groups()
    if not any(hmac.compare_digest(_signature(payload, place, key), signature) for key in keys):
        return None
    content = json.loads(base64.b64decode(payload))
    intact = content["text"] == _fingerprint(body[:begins])
    return Envelope(content["topic"], content["template"], content["state"], intact)


def looks_sealed(body: str) -> bool:
    """Whether a body ends like a note of ours, whoever signed it: enough to leave it out of what people told."""
    return _COMMENT.search(body[-24_000:]) is not None


def _fingerprint(text: str) -> str:
    lines = text.rstrip().replace("\r\n", "\n")
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _signature(payload: str, place: Place, key: bytes) -> str:
    message = f"1\n{place.instance}\n{place.project_id}\n{place.iid}\n{payload}"
    return base64.b64encode(hmac.digest(key, message.encode(), "sha256")).decode()
