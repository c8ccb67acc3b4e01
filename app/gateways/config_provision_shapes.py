"""How program.yml writes where labels live, where the service listens, and when its jobs run."""

import re
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, WithJsonSchema

from app.domain.installation import HOOK_PATH
from app.gateways.config_shapes import complaint
from app.gateways.config_words import nearest

_CRON = "`17 3 * * *` is every day at 3:17"
_WORDS = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_RANGES = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?")


def _group(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", value):
        raise complaint(f"`{value}` is no full path of a group", "write it as in the group's address, like group/sub")
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in value):
        raise complaint(f"`{value}` is no address", "write it like https://sounding-board.example.com")
    if parts.query or parts.fragment or parts.username is not None:
        raise complaint("this holds more than an address", "leave out user, password, ? and #")
    if parts.path.rstrip("/").endswith(HOOK_PATH):
        raise complaint(f"`{value}` is the webhook's address", f"leave out {HOOK_PATH}; it is added")
    return value


def _cron(value: str) -> str:
    fields = value.split()
    if len(fields) != len(_RANGES):
        message = f"`{value}` has {len(fields)} fields, where cron has five: minute, hour, day, month, day of the week"
        raise complaint(message, _CRON)
    for index, (field, (name, least, most)) in enumerate(zip(fields, _RANGES, strict=True)):
        numbers = _in_numbers(field.lower(), _WORDS.get(index, ()), least)
        if not all(_fits(part, least, most) for part in numbers.split(",")):
            raise complaint(f"`{field}` is no {name} of cron ({least} to {most}, or *)", _CRON)
    return value


def _in_numbers(field: str, words: tuple[str, ...], least: int) -> str:
    for number, word in enumerate(words, least):
        field = re.sub(rf"\b{word}\b", str(number), field)
    return field


def _fits(part: str, least: int, most: int) -> bool:
    found = _PART.fullmatch(part)
    if found is None or (found[3] and found[1] and not found[2]):
        return False
    first, last = int(found[1] or least), int(found[2] or found[1] or most)
    return least <= first <= last <= most


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_told(value: str) -> str:
    """A time zone, judged by the machine's own list; one without a list takes what is written."""
    if _zones() and value not in _zones():
        raise complaint(
            f"there is no time zone `{value}`", nearest(value, ["Etc/UTC", *sorted(_zones())], "for example")
        )
    return value


GroupPath = Annotated[str, AfterValidator(_group)]
Address = Annotated[str, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "uri"})]
Cron = Annotated[str, AfterValidator(_cron), WithJsonSchema({"type": "string", "examples": ["17 3 * * *"]})]
Zone = Annotated[str, AfterValidator(zone_told), WithJsonSchema({"type": "string", "examples": ["Etc/UTC"]})]
