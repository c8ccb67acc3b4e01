"""Parameters as Rack and Grape read them: query, JSON, urlencoded and multipart forms, nested names
(doc/api/rest/_index.md, documented).

`a[]=1&a[]=2` is an array, `a[b]=1` a hash, `a[][b]=1&a[][c]=2` and `a[0][b]=1` arrays of hashes. A hash `not` is also
found under its flat names (`not[labels]`). What cannot be text (NUL, broken UTF-8, lone surrogates) is 400.
"""

import json
import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import NoReturn
from urllib.parse import parse_qsl

from app.fakegitlab.refusal import Refused, bad_parameter

Parameters = dict[str, object]
DEEPEST = 32
MOST_NAMES = 4096
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)(.*)", re.DOTALL)
_JSON_MISMATCH = (
    "\nProblem:\n  message body does not match declared format\nResolution:\n  when specifying application/json as "
    "content-type, you must pass valid application/json in the request's 'body' "
)


def read_query(text: str) -> Parameters:
    """A query string or an urlencoded form."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_NAMES)
    except ValueError:
        raise malformed() from None
    return read_pairs(pairs)


def read_body(content_type: str, body: bytes) -> Parameters:
    """The parameters in a body; 400 for what is not JSON though it says so, 415 for other kinds of content."""
    if not body:
        return {}
    kind = content_type.split(";")[0].strip().lower() or "application/x-www-form-urlencoded"
    if kind == "application/json" or kind.endswith("+json"):
        return _json(body)
    if kind == "application/x-www-form-urlencoded":
        try:
            return read_query(body.decode())
        except UnicodeDecodeError:
            raise malformed() from None
    if kind == "multipart/form-data":
        return read_pairs(_multipart(content_type, body))
    raise Refused(415, {"error": f"The provided content-type '{kind}' is not supported."})


def malformed() -> Refused:
    """What GitLab's middleware answers to text that is none (lib/gitlab/middleware/handle_malformed_strings.rb,
    documented)."""
    return Refused(400, {"error": "400 Bad Request"})


def read_pairs(pairs: list[tuple[str, str]]) -> Parameters:
    """Nested values from flat names."""
    found: Parameters = {}
    for name, value in pairs:
        _check(name)
        _check(value)
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        keys = re.findall(r"\[([^\[\]]*)\]", match[2]) if not match[3] else []
        if len(keys) > DEEPEST:
            raise malformed()
        _put(found, match[1] if keys or not match[3] else name, keys, value)
    return found


def _put(into: Parameters, name: str, keys: list[str], value: object) -> None:
    """One value at its place; 400 where an earlier name made another kind of place of it."""
    if not keys:
        into[name] = value
        return
    if keys[0] == "":
        many = into.setdefault(name, [])
        if not isinstance(many, list):
            _clash(name)
        _append(many, keys[1:], value)
        return
    inner = into.setdefault(name, {})
    if not isinstance(inner, dict):
        _clash(name)
    _put(inner, keys[0], keys[1:], value)


def _append(many: list[object], keys: list[str], value: object) -> None:
    """`[]=` appends; `[][key]=` fills the last hash until it has that key, then begins another."""
    if not keys:
        many.append(value)
        return
    last = many[-1] if many else None
    if not isinstance(last, dict) or (keys[0] in last and not keys[1:]):
        last = {}
        many.append(last)
    _put(last, keys[0], keys[1:], value)


def _clash(name: str) -> NoReturn:
    raise bad_parameter(f"expected another type for param `{name}'")


def _json(body: bytes) -> Parameters:
    try:
        value = json.loads(body, parse_constant=_no_constant)
        _check_deep(value, 0)
    except (ValueError, RecursionError):
        raise bad_parameter(_JSON_MISMATCH) from None
    return value if isinstance(value, dict) else {}


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _check_deep(value: object, depth: int) -> None:
    """JSON nests a hundred deep at most; text in it must be text."""
    if depth > 100:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        _check(value)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check(name)
            _check_deep(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_deep(one, depth + 1)


def _check(text: str) -> None:
    if "\0" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise malformed()


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The text fields of a form; a file counts by its text (nothing here takes an upload)."""
    try:
        head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii")
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = list(message.iter_parts())
        fields = [
            (part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in parts
        ]
        return [(str(name), value.decode()) for name, value in fields if name and isinstance(value, bytes)]
    except (ValueError, LookupError, TypeError, AttributeError):
        raise malformed() from None


def flat(found: Parameters) -> Parameters:
    """The same, with each hash's entries also under their flat names: `not[labels]`."""
    more = {
        f"{name}[{key}]": one for name, value in found.items() if isinstance(value, dict) for key, one in value.items()
    }
    return found | more if more else found
