"""The questions of `sounding-board init`, each with what it accepts; flags and a person at a terminal answer alike."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.domain.fresh_program import FreshProgram
from app.domain.program import Area, Tier
from app.gateways.config_provision_shapes import Address, GroupPath
from app.gateways.config_shapes import Handle, Key, ProjectPath
from app.settings import base_url

LONGEST_KEY = 60
LONGEST_NAME = 100
_PACKAGE = frozenset("@+:/._=~<>!,[]-#&")
_BRANCH = re.compile(r"(?![-/.])[^\s~^:?*\[\\]+")

Words = Sequence[str]
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know. `default` is taken from the answers so far; without one somebody has to answer.

    `read` makes a value of the words given; raises ValueError with a sentence.
    """

    flag: str
    words: str
    read: Callable[[Words, Answers], Any]
    default: Callable[[Answers], str] | None = None
    several: bool = False

    def understood(self, given: str, so_far: Answers) -> Any:
        """The value of what somebody typed; of several, commas are between them."""
        parts = [part.strip() for part in given.split(",")] if self.several else [given.strip()]
        return self.read([part for part in parts if part], so_far)


def _shaped(kind: Any, text: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as wrong:
        told = wrong.errors()[0].get("ctx", {})
        raise ValueError(f"{told.get('message', 'it cannot be used')}; {told.get('cure', 'write another')}") from None


def _one(kind: Any) -> Callable[[Words, Answers], Any]:
    return lambda texts, _: _shaped(kind, texts[0]) if texts else None


def _gitlab(texts: Words, _: Answers) -> str:
    try:
        return base_url(texts[0])
    except ValueError:
        raise ValueError(f"`{texts[0]}` is no address; write it like https://gitlab.example.com") from None


def _line(texts: Words, _: Answers) -> str:
    return _name(texts[0])


def _name(text: str) -> str:
    if not text.isprintable() or not 0 < len(text) <= LONGEST_NAME:
        raise ValueError(f"a name is one line of 1 to {LONGEST_NAME} characters")
    return text


def _key(text: str) -> str:
    key = str(_shaped(Key, text))
    if len(key) > LONGEST_KEY:
        raise ValueError(f"`{key}` is {len(key)} characters long; shorten it to {LONGEST_KEY}, it is part of labels")
    return key


def _tier(texts: Words, _: Answers) -> Tier:
    if texts[0] not in tuple(Tier):
        raise ValueError(f"`{texts[0]}` is no tier; it is premium (also for Ultimate) or free")
    return Tier(texts[0])


def _areas(texts: Words, _: Answers) -> tuple[Area, ...]:
    found = []
    for text in texts:
        key, _equals, name = (part.strip() for part in text.partition("="))
        found.append(Area(_key(key), _name(name or key)))
    _once([area.key for area in found], "area")
    _once([area.name.casefold() for area in found], "area's name")
    return tuple(found)


def _regions(texts: Words, _: Answers) -> tuple[str, ...]:
    return tuple(_once([_key(text) for text in texts], "region"))


def _once(words: list[str], what: str) -> list[str]:
    if not words:
        raise ValueError(f"at least one {what} is needed")
    double = next((word for word in words if words.count(word) > 1), None)
    if double:
        raise ValueError(f"the {what} `{double}` is given twice")
    return words


def _themes(texts: Words, so_far: Answers) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        area, equals, theme = (part.strip() for part in text.partition("="))
        if not equals:
            raise ValueError(f"`{text}` is no theme of an area; write it like ai=chat")
        found.setdefault(_known(area, so_far), []).append(_key(theme))
    return {area: tuple(_once(themes, f"theme of {area}")) for area, themes in found.items()}


def _known(area: str, so_far: Answers) -> str:
    keys = [one.key for one in so_far["area"]]
    if area not in keys:
        raise ValueError(f"there is no area `{area}`; the areas are {', '.join(keys)}")
    return area


def _people(texts: Words, so_far: Answers) -> dict[str, str]:
    """Handles by area; under the empty key the one who stands for every area not named."""
    found: dict[str, str] = {}
    for text in texts:
        area, equals, handle = text.partition("=")
        key = _known(area.strip(), so_far) if equals else ""
        found[key] = _shaped(Handle, (handle if equals else area).strip().removeprefix("@"))
    if "" not in found:
        raise ValueError("one handle without an area is needed, for all areas that name nobody")
    return found


def _branch(words: Words, _: Answers) -> str:
    if not _BRANCH.fullmatch(words[0]):
        raise ValueError(f"`{words[0]}` is no branch; write its name, such as main")
    return words[0]


def _package(texts: Words, _: Answers) -> str | None:
    if not texts:
        return None
    if not all(c.isascii() and (c.isalnum() or c in _PACKAGE) for c in texts[0]):
        raise ValueError(f"`{texts[0]}` is nothing that pip could be given without quotes")
    return texts[0]


_AREAS = "ai=AI, app-security=App Security, agile=Agile, dedicated=Dedicated"
_NOTHING: Callable[[Answers], str] = lambda _: ""  # noqa: E731
_REGIONS = "neur, seur, dach-meta, apac, us-east, us-west, commercial, partners-pubsec"

QUESTIONS = (
    Question("gitlab", "GitLab's address", _gitlab, lambda _: "https://gitlab.com"),
    Question("project", "The project whose issues are the requests, as group/project", _one(ProjectPath)),
    Question("name", "What the program is called", _line, lambda _: "Customer feedback"),
    Question("tier", "GitLab's licence, premium (also for Ultimate) or free", _tier, lambda _: "premium"),
    Question("area", "Areas, as key=Name, with commas between them", _areas, lambda _: _AREAS, several=True),
    Question("region", "Regions, with commas between them", _regions, lambda _: _REGIONS, several=True),
    Question("lead", "Who leads the program and its areas: a GitLab handle", _people, several=True),
    Question(
        "pm", "Who decides for product: a GitLab handle", _people, lambda so_far: str(so_far["lead"][""]), several=True
    ),
    Question(
        "service",
        "The service's address, such as https://feedback.example.com (none yet: Enter)",
        _one(Address),
        _NOTHING,
    ),
    Question(
        "labels-in", "The group that shall own the labels (none, the project shall: Enter)", _one(GroupPath), _NOTHING
    ),
)
"""What a person is asked, in this order."""

OPTIONS = (
    Question("theme", "Themes of areas", _themes, _NOTHING, several=True),
    Question("home", "The project with these files", _one(ProjectPath), lambda so_far: str(so_far["project"])),
    Question("ref", "The default branch of that project", _branch, lambda _: "main"),
    Question("package", "What pip installs in pipelines", _package, _NOTHING),
)
"""What only flags say."""


def fresh_program(answers: Answers) -> FreshProgram:
    """The program that all answers together make."""
    areas: tuple[Area, ...] = answers["area"]

    def by_area(people: Mapping[str, str]) -> dict[str, str]:
        return {area.key: people.get(area.key, people[""]) for area in areas}

    return FreshProgram(
        gitlab=answers["gitlab"],
        project=answers["project"],
        name=answers["name"],
        tier=answers["tier"],
        areas=areas,
        regions=answers["region"],
        program_lead=answers["lead"][""],
        leads=by_area(answers["lead"]),
        pms=by_area(answers["pm"]),
        home=answers["home"],
        ref=answers["ref"],
        themes=answers["theme"],
        labels_in=answers["labels-in"],
        service=answers["service"],
        package=answers["package"],
    )
