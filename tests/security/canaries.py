"""A secret for each secret setting that nothing else contains, and a search for it in whatever form it may leak."""

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

DATABASE_PASSWORD = "canary of/the-database-9%"
SIGNING = tuple(b"canary-of-the-hook-number-%d....." % number for number in (1, 2))
CANARIES: Mapping[str, tuple[str, ...]] = {
    "gitlab_token": ("glpat-canary-of-the-bot",),
    "operator_token": ("glpat-canary-of-the-operator",),
    "signing_key": ("canary-of-our-notes-new", "canary-of-our-notes-old"),
    "webhook_signing_token": tuple("whsec_" + base64.b64encode(key).decode() for key in SIGNING),
    "webhook_secret": ("canary-of-the-secret-token", "canary-of-the-former-one"),
    "database_url": (f"postgresql://owner:{quote(DATABASE_PASSWORD, safe='')}@127.0.0.1:9/nowhere",),
}


def forms(secret: str) -> set[bytes]:
    """How a secret may stand in bytes: plain, quoted for URLs, JSON or Python, in base64, or decoded from it."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode(), repr(secret)[1:-1].encode()}
    found |= {base64.b64encode(raw), base64.urlsafe_b64encode(raw), raw.hex().encode()}
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        found |= {key, key.hex().encode(), secret.removeprefix("whsec_").encode()}
    return found


def leaked(data: bytes) -> set[str]:
    """The settings whose secrets are in it."""
    named = {name for name, secrets in CANARIES.items() for each in secrets if any(f in data for f in forms(each))}
    return named | ({"database_url"} if any(form in data for form in forms(DATABASE_PASSWORD)) else set())


def leaked_into(folder: Path) -> dict[str, set[str]]:
    """The same for every byte of every file below a folder."""
    found = {str(path.relative_to(folder)): leaked(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    return {name: names for name, names in found.items() if names}


def set_as(names: Iterable[str]) -> dict[str, str]:
    """These settings, given as `new,old`."""
    return {name: ",".join(CANARIES[name]) for name in names}
