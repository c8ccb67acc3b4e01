"""Says in plain words, and with its place, what pydantic found wrong with a document's shape."""

import difflib
import re
from collections.abc import Iterable
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_shapes import COMPLAINT, Shape

S = TypeVar("S", bound=Shape)

_TOLD_AT_MOST = 8

_SHAPES = {
    "string": ("should be text", "write it in quotes"),
    "tuple": ("should be a list", "write each entry on a line of its own, after a dash"),
    "dict": ("should be a map", "write `key: value` lines under it"),
    "model": ("should be a map", "write `key: value` lines under it"),
    "bool": ("should be true or false", "write true or false, without quotes"),
    "decimal": ("should be a number", "write it with a point, without quotes, like 0.5"),
    "int": ("should be a whole number", "write digits only, without quotes"),
}


def shaped(document: Document, shape: type[S]) -> tuple[S | None, list[ConfigError]]:
    """The document in its shape, or None and everything that keeps it from that."""
    try:
        return shape.model_validate(document.data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    told = [d for d in details if _trail(d) not in document.explained and not _echoes(d, details)]
    return None, [_worded(document, shape, d) for d in told]


def _echoes(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether an error only repeats another: a key missing that is misspelt, a list empty for its wrong entries."""
    if detail["type"] == "too_short":
        return bool(detail["input"])
    if detail["type"] != "missing":
        return False
    *parent, key = _trail(detail)
    unknown = [str(_trail(d)[-1]) for d in details if d["type"] == "extra_forbidden" and [*_trail(d)[:-1]] == parent]
    return bool(difflib.get_close_matches(str(key), unknown, n=1, cutoff=0.6))


def nearest(word: str, known: Iterable[str], what: str) -> str:
    """A cure for a word that is not known: the nearest that is, else all of them."""
    known = list(dict.fromkeys(known))
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    more = ", …" if len(known) > _TOLD_AT_MOST else ""
    return f"{what}: {', '.join(known[:_TOLD_AT_MOST])}{more}" if known else "there are none yet"


def _trail(detail: ErrorDetails) -> Trail:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _worded(document: Document, shape: type[Shape], detail: ErrorDetails) -> ConfigError:
    trail, kind, told = _trail(detail), detail["type"], detail.get("ctx", {})
    name = _name(trail)
    if kind == COMPLAINT:
        return document.at(trail, told["message"], told["cure"], key=detail["loc"][-1:] == ("[key]",))
    if kind == "missing":
        return document.at(trail[:-1], f"`{trail[-1]}` is missing", f"add a line `{trail[-1]}: …`")
    if kind == "extra_forbidden":
        known = _keys(shape, trail[:-1])
        return document.at(
            trail, f"`{trail[-1]}` is not a key used here", nearest(str(trail[-1]), known, "the keys here"), key=True
        )
    if kind == "enum":
        words = re.findall(r"'([^']+)'", str(told["expected"]))
        return document.at(
            trail, f"{name} cannot be `{detail['input']}`", nearest(str(detail["input"]), words, "it can be")
        )
    if kind in ("too_short", "string_too_short"):
        return document.at(trail, f"{name} is empty", "write something, or leave the whole line out")
    if kind == "greater_than_equal":
        return document.at(trail, f"{name} is too small", f"write {told['ge']} or more")
    if kind == "less_than_equal":
        return document.at(trail, f"{name} is too large", f"write {told['le']} or less")
    wanted, cure = _SHAPES.get(
        kind.partition("_")[0], (f"cannot be used ({detail['msg']})", "write it as in the shipped file")
    )
    given = "has no value; it" if detail["input"] is None else "is " + _kind(detail["input"]) + "; it"
    return document.at(trail, f"{name} {given} {wanted}", cure)


def _name(trail: Trail) -> str:
    if not trail:
        return "the file"
    if isinstance(trail[-1], int):
        return f"entry {trail[-1] + 1} of {_name(trail[:-1])}"
    return f"`{trail[-1]}`"


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a map"


def _keys(shape: type[BaseModel], trail: Trail) -> list[str]:
    """The keys of the shape that stands at a trail."""
    inside = False
    for step in trail:
        if inside:
            inside = False
            continue
        field = next(f for name, f in shape.model_fields.items() if step in (f.alias, name))
        inner = _shape_in(field.annotation)
        inside = _holds_many(field.annotation)
        shape = inner or shape
    return [field.alias or name for name, field in shape.model_fields.items()]


def _holds_many(annotation: Any) -> bool:
    """Whether a key or an index leads to the shape: of a list or a map, perhaps of one that may be left out."""
    return get_origin(annotation) in (dict, tuple) or any(
        get_origin(arg) in (dict, tuple) for arg in get_args(annotation)
    )


def _shape_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _shape_in(arg))), None)
